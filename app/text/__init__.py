"""Pure string work: slugs, person names, markup, passages, language. No database, no model."""
