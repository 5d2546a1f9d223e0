"""Which sentences of articles, abstracts and transcripts may be takeaways, and what they say. Pure: no database."""
