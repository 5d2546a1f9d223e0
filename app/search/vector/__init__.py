"""Vector backends: one file each, all behind the protocol."""
