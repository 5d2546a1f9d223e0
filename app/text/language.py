"""Languages: codes as ISO 639-1. No guessing here."""

from __future__ import annotations

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
