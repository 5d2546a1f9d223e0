"""The ledger of claims: takeaways on the same subject proposed as pairs, confirmed by people, read as timelines."""
