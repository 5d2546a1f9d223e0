"""Numbers as people write them: digits with grouping and magnitude, number words, fractions. Pure."""

from __future__ import annotations

import re

_UNITS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9,
    "zehn": 10, "elf": 11, "zwölf": 12, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8,
    "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6,
    "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "zwanzig": 20, "dreißig": 30, "vierzig": 40, "fünfzig": 50, "vingt": 20, "trente": 30, "quarante": 40,
    "cinquante": 50, "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50,
}  # fmt: skip
_MAGNITUDES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9, "billions": 1e9,
    "trillion": 1e12, "trillions": 1e12, "k": 1e3, "m": 1e6, "bn": 1e9, "tausend": 1e3, "millionen": 1e6, "mille": 1e3,
}  # fmt: skip
_FRACTIONS = {
    "half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "tenth": 1 / 10, "thirds": 1 / 3,
    "quarters": 1 / 4, "fifths": 1 / 5, "tenths": 1 / 10, "hälfte": 1 / 2, "drittel": 1 / 3, "viertel": 1 / 4,
    "fünftel": 1 / 5, "moitié": 1 / 2, "tiers": 1 / 3, "quart": 1 / 4, "mitad": 1 / 2, "tercio": 1 / 3,
}  # fmt: skip
_ONE_OF = {"a": 1, "one": 1, "ein": 1, "die": 1, "la": 1, "un": 1, "une": 1, "half": 1, "1": 1}


def _any(words: dict[str, float] | dict[str, int]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


DIGITS = r"\d{1,3}(?:[,\u00a0\u202f’]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_WORDS = rf"(?:(?:{_any(_TENS)})(?:[ -](?:{_any(_UNITS)}|one))?|{_any(_UNITS)}|a\s+(?:dozen|hundred|thousand|million))"
_GLUED = r"(?:k|K|M|bn)\b"
_SPACED = rf"\s+(?:{_any({word: 1 for word in _MAGNITUDES if len(word) > 2})})\b"
NUMBER = rf"(?:(?:{DIGITS})(?:{_GLUED}|{_SPACED})?|{_WORDS}\b(?:{_SPACED})?)"
"""Pattern, to be used without regard to case: “1,200”, “7 trillion”, “30k”, “twenty-five”, “a dozen”."""

FRACTION = (
    rf"(?:(?:a|one|an|ein|die|la|un|une)\s+(?:{_any(_FRACTIONS)})|half|(?:{_any(_UNITS)}|\d)[ -](?:thirds|quarters|"
    rf"fifths|tenths|drittel|viertel|fünftel|tiers|quarts)|{_any(dict.fromkeys(('drittel', 'viertel'), 1))})"
)
"""Pattern: “half”, “a third”, “two thirds”, “drei Viertel”, “la moitié”."""

_DIGITS = re.compile(rf"(?:{DIGITS})", re.IGNORECASE)


def value_of(words: str) -> float | None:
    """The number that `words`, matched by NUMBER, stand for; None where they stand for none."""
    text = re.sub(r"[ \t\n]+", " ", words.lower()).strip()
    found = _DIGITS.match(text)
    if found:
        value = float(re.sub(r"[,\u00a0\u202f’]", "", found[0]))
        rest = text[found.end() :].strip()
        return value * _MAGNITUDES.get(rest, 1.0) if not rest or rest in _MAGNITUDES else None
    if text.startswith("a "):
        head, *more = text[2:].split()
        start = 12.0 if head == "dozen" else _MAGNITUDES.get(head)
        return start * _MAGNITUDES.get(more[0], 1.0) if start and more else start
    total: float | None = None
    for word in re.split(r"[ -]", text):
        if word in _MAGNITUDES and total is not None:
            total *= _MAGNITUDES[word]
        elif word in _TENS or word in _UNITS or word == "one":
            total = (total or 0.0) + (_TENS.get(word) or _UNITS.get(word) or 1)
        else:
            return None
    return total


def fraction_of(words: str) -> float | None:
    """The part of one, 0..1, that `words`, matched by FRACTION, stand for."""
    parts = re.split(r"[ -]+", words.lower().strip())
    part = _FRACTIONS.get(parts[-1]) or _FRACTIONS.get(parts[-1].rstrip("s"))
    if part is None:
        return None
    if len(parts) == 1:
        return part
    times = _ONE_OF.get(parts[0]) or _UNITS.get(parts[0]) or (int(parts[0]) if parts[0].isdigit() else None)
    return part * times if times and part * times <= 1 else None
