"""Reading facts: talks, speakers, editions, filters and pages of results. Nothing here writes."""
