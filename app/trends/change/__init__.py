"""Change of shares: differences, trends, pooling, false discoveries, mixes of talks. Pure arithmetic, no database."""
