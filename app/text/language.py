"""Languages: codes as ISO 639-1, and a guess from a text where nobody says."""

from __future__ import annotations

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
