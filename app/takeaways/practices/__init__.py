"""Practices: statements of takeaways and drafts that answer a question, scored, cut off and grouped by approach."""
