"""Lexical backends: one file each, all behind the protocol."""
