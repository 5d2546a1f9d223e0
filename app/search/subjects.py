"""Themes as vectors, made of their names and definitions, and which of them are near. Holds no assignment."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from app.embeddings.protocol import Embedder, Vectors
from app.errors import ModelError
from app.search.facts import Subject
from app.search.ranking import LEAST_COSINE
from app.search.shapes import NearTheme

MOST_NEAR = 3


class Subjects:
    """Vectors of themes, made when first asked for and kept as long as their words stay. Threads may share it."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._recipe = ""
        self._vectors: dict[str, Vectors] = {}
        self._held: tuple[Sequence[Subject], str, list[Subject], Vectors] | None = None
        self._lock = threading.Lock()

    def vectors(self, themes: Sequence[Subject]) -> dict[str, Vectors]:
        """A vector of length 1 for each theme, by slug; none without a model."""
        try:
            with self._lock:
                return self._made(themes)
        except ModelError:
            return {}

    def near(self, themes: Sequence[Subject], vector: Vectors, limit: int = MOST_NEAR) -> list[NearTheme]:
        """The themes nearest to `vector` (d,) that have anything to do with it, nearest first."""
        known, matrix = self._matrix(themes)
        if not known:
            return []
        cosines = matrix @ vector
        order = [int(place) for place in np.argsort(-cosines, kind="stable")[:limit]]
        return [
            NearTheme(slug=known[place].slug, name=known[place].name, cosine=round(float(cosines[place]), 4))
            for place in order
            if cosines[place] >= LEAST_COSINE
        ]

    def _matrix(self, themes: Sequence[Subject]) -> tuple[list[Subject], Vectors]:
        """Those of these themes that have a vector, and these (n, d); kept while asked of the same list."""
        held = self._held
        if held is None or held[0] is not themes or held[1] != self._recipe:
            made = self.vectors(themes)
            known = [theme for theme in themes if theme.slug in made]
            matrix = np.stack([made[theme.slug] for theme in known]) if known else np.zeros((0, 0), dtype=np.float32)
            held = (themes, self._recipe, known, matrix)
            self._held = held if known else None
        return held[2], held[3]

    def _made(self, themes: Sequence[Subject]) -> dict[str, Vectors]:
        if self._recipe != self._embedder.recipe:
            self._vectors, self._recipe = {}, self._embedder.recipe
        texts = {theme.slug: f"{theme.name}. {theme.definition}" for theme in themes}
        fresh = [text for text in dict.fromkeys(texts.values()) if text not in self._vectors]
        if fresh:
            self._vectors |= dict(zip(fresh, self._embedder.encode(fresh), strict=True))
        return {slug: self._vectors[text] for slug, text in texts.items()}
