"""Asking for practices: search and takeaways put together, and how good the answers are."""
