"""From file to stored facts: formats parse, normalise cleans, identity recognises people, store writes."""
