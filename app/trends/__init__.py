"""Counts with their denominators: figures, populations, estimates, shares of themes, claims checked, series.

Every number Hallway shows is a figure from here. Reports and pages read; nothing in this folder writes.
"""
