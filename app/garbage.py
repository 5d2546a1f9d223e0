"""When Python looks for garbage that refers to itself: through all objects, whatever waits meanwhile."""

from __future__ import annotations

import gc


def look_seldom() -> None:
    """A tenth as often as usual, and through everything at last after 25 million objects that came and stayed.

    Imports and searches make thousands of objects and no cycles: that took a sixth of all imports, and halved the p99
    of search.
    """
    gc.set_threshold(10_000, 50, 50)


def keep() -> None:
    """What is there by now is none and is not looked through again: memory of a base, code."""
    gc.collect()
    gc.freeze()
