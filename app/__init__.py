"""Hallway: a knowledge base and search service for conference talks.

The folders are the stages a talk passes through, in order; CONTRIBUTING.md draws the import order.
"""

__version__ = "0.1.0"
