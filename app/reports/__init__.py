"""Reports: each turns a request into a document of figures, words and sources. How it is written is for exports."""
