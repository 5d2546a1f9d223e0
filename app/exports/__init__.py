"""Exports: a report's document as bytes, one file per format. Nothing is counted or read from the base here."""
