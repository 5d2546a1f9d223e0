"""Writing records as facts: upsert, provenance, withdrawal. One module per kind of payload."""
