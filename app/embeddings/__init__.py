"""From text to vectors: the embedder protocol, the models behind it, the recipe, and where vectors are kept."""
