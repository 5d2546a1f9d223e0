"""Takeaways: what articles, abstracts and transcripts say, drafted by machine, decided by people, linked over time."""
