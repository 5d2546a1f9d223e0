"""Languages: codes as ISO 639-1, a guess from a text where nobody says, and whether a text is of a talk's language."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_TO_TWO = {
    "eng": "en", "spa": "es", "rus": "ru", "fra": "fr", "fre": "fr", "por": "pt", "kor": "ko", "jpn": "ja",
    "ita": "it", "deu": "de", "ger": "de", "zho": "zh", "chi": "zh", "ces": "cs", "cze": "cs", "pol": "pl",
    "nld": "nl", "dut": "nl", "tur": "tr", "ukr": "uk", "hun": "hu", "ell": "el", "heb": "he", "ara": "ar",
    "swe": "sv", "dan": "da", "nor": "no", "fin": "fi", "cat": "ca", "hrv": "hr", "slk": "sk", "bul": "bg",
    "ron": "ro", "tha": "th", "vie": "vi", "ind": "id", "fas": "fa", "lit": "lt", "slv": "sl", "srp": "sr",
    "eus": "eu", "baq": "eu",
}  # fmt: skip

NAMES = {
    "en": "English", "es": "Spanish", "ru": "Russian", "fr": "French", "pt": "Portuguese", "ko": "Korean",
    "ja": "Japanese", "it": "Italian", "de": "German", "zh": "Chinese", "cs": "Czech", "pl": "Polish", "nl": "Dutch",
    "tr": "Turkish", "uk": "Ukrainian", "hu": "Hungarian", "el": "Greek", "he": "Hebrew", "ar": "Arabic",
    "sv": "Swedish", "da": "Danish", "no": "Norwegian", "fi": "Finnish", "ca": "Catalan", "hr": "Croatian",
    "sk": "Slovak", "bg": "Bulgarian", "ro": "Romanian", "th": "Thai", "vi": "Vietnamese", "id": "Indonesian",
    "fa": "Persian", "lt": "Lithuanian", "sl": "Slovenian", "sr": "Serbian", "eu": "Basque",
}  # fmt: skip


def language_code(text: str) -> str | None:
    """ISO 639-1 code of an ISO 639-1, ISO 639-3 or BCP 47 code (en, eng, en-GB); None if it is none we know."""
    code = text.strip().lower().replace("_", "-").split("-")[0]
    if code in NAMES:
        return code
    return _TO_TWO.get(code)


def language_name(code: str) -> str:
    """English name of an ISO 639-1 code; the code itself where we have no name."""
    return NAMES.get(code, code)


RIGHT_TO_LEFT = frozenset({"ar", "fa", "he"})

_CYRILLIC, _ARABIC, _HAN = "[\u0400-\u04ff]", "[\u0600-\u06ff]", "[\u3400-\u9fff]"
_LETTERS = {
    "ar": _ARABIC, "bg": _CYRILLIC, "el": "[\u0370-\u03ff]", "fa": _ARABIC, "he": "[\u0590-\u05ff]",
    "ja": f"[\u3040-\u30ff]|{_HAN}", "ko": "[\u1100-\u11ff\uac00-\ud7af]", "ru": _CYRILLIC, "th": "[\u0e00-\u0e7f]",
    "uk": _CYRILLIC, "zh": _HAN,
}  # fmt: skip
"""A letter without which nothing is written in a language that has letters of its own."""

_ENGLISH = frozenset({
    "and", "are", "can", "from", "how", "into", "of", "our", "that", "the", "their", "this", "through", "using", "we",
    "what", "when", "where", "why", "with", "without", "you", "your",
})  # fmt: skip
ENGLISH_SHARE = 1 / 12
"""Of the words of a text: a fifth of English is among these, and seldom one of a text that names a thing in it."""


def is_written_in(text: str, code: str) -> bool:
    """Whether a text of a talk that is in this language may be, too: many a talk has an English title all the same."""
    letter = _LETTERS.get(code)
    if letter is not None:
        return re.search(letter, text) is not None
    if code == "en":
        return True
    words = re.findall(r"\w+", text[:600].lower())
    return sum(word in _ENGLISH for word in words) <= ENGLISH_SHARE * len(words)


LEAST_LETTERS = 60
SURE = 0.99


def guess_language(text: str) -> str | None:
    """ISO 639-1 code of the language a text is written in, by py3langid; None for a short or an unclear text."""
    if sum(letter.isalpha() for letter in text) < LEAST_LETTERS:
        return None
    code, chance = _identifier().classify(text[:600])
    return code if chance >= SURE and code in NAMES else None


@cache
def _identifier() -> Any:
    from py3langid import langid

    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
