"""Themes: what speaks for a theme in a talk, and the assignment that counts use. People's decisions always win."""
