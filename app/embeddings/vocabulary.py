"""The words that a model was taught whole. Read from its tokenizer alone, so that asking never loads the model."""

from __future__ import annotations

import threading
from typing import Any

from app.embeddings.weights import ModelFolder
from app.errors import ModelError

_BEGINS = "\u2581"
"""Stands before the first piece of a word in vocabularies made by SentencePiece."""


class Vocabulary:
    """The vocabulary of one model. Threads may share it."""

    def __init__(self, model: ModelFolder) -> None:
        self._file = model.path / "tokenizer.json"
        self._tokenizer: Any = None
        self._lock = threading.Lock()

    def knows(self, word: str) -> bool:
        """Whether a word in lower case is one piece of text to the model. Raises ModelError."""
        pieces: list[str] = self._read().encode(word, add_special_tokens=False).tokens
        return len(pieces) == 1 and pieces[0].removeprefix(_BEGINS) == word

    def _read(self) -> Any:
        with self._lock:
            if self._tokenizer is None:
                try:
                    from tokenizers import Tokenizer

                    tokenizer = Tokenizer.from_file(str(self._file))
                    tokenizer.no_padding()
                except Exception as error:  # the library raises bare Exception
                    raise ModelError(f"The vocabulary {self._file} cannot be read: {error}") from error
                self._tokenizer = tokenizer
        return self._tokenizer
