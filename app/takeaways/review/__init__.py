"""Review of takeaways: deciding on drafts, editing what is accepted, the queue, and decisions as files."""
