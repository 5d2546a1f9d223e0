"""One file per kind of thing the API answers with, under /api/v1."""
