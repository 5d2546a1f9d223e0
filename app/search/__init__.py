"""Search: passages, the lexical and vector indexes beside the facts, their fusion, and the engine that answers."""
