"""One file per page: its query parameters, its context, its handler."""
