"""Posts drafted from the base: what one is made of, its template, and the check of each of its sentences.

A post is Markdown in which every sentence has a footnote to a figure, a talk or a takeaway. Nothing here writes to the
base, and no words come from a model: they are those of the template.
"""
