"""Transcripts: WebVTT and SRT subtitle files. The file's name says which talk it belongs to."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from app.errors import InputError
from app.ingest.formats.legacy_text import read_legacy_text
from app.ingest.formats.protocol import ReadOptions
from app.ingest.record import CueRecord, FoundProblem, Parsed, Transcript
from app.text.language import language_code
from app.text.markup import one_line
from app.text.names import is_placeholder

_STAMP = r"(?:(\d{1,6}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_TIMING = re.compile(rf"^\s*{_STAMP}\s+-->\s+{_STAMP}(?:\s|$)")
_INLINE_TIME = re.compile(r"<\d{1,6}(?::\d{1,2}){1,2}\.\d{1,3}>")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]{0,200})>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>|\{\\[^{}]{0,100}\}")
_HEADER = re.compile(r"^(Kind|Language)\s*:\s*(.+)$", re.IGNORECASE)
_YOUTUBE_ID = re.compile(
    r"[\[(]([A-Za-z0-9_-]{11})[\])]\Z|\A([A-Za-z0-9_-]{11})\Z|-(?=[a-z_-]*[A-Z0-9])([A-Za-z0-9_-]{11})\Z"
)
_AUTOMATIC = frozenset({"auto", "asr", "automatic", "generated", "orig"})
_FOLDERS = frozenset({"captions", "subtitles", "subs", "transcripts", "transcript", "vtt", "srt"})
_MAX_CUES, _SAID, _MEMORY = 200_000, 10, 60


class Transcripts:
    """`<edition-slug>/<talk>.en.vtt`; also a talk's slug, or a YouTube id as downloaders write it."""

    name = "transcript"

    def recognises_folder(self, folder: Path) -> bool:
        """Never: each file stands alone."""
        return False

    def recognises_file(self, path: Path, head: str) -> bool:
        """WEBVTT on the first line, or the first timing of an SRT file."""
        suffix = path.suffix.lower()
        if suffix == ".vtt":
            return head.lstrip("\ufeff").startswith("WEBVTT")
        return suffix == ".srt"

    def rank(self, path: Path, head: str) -> int:
        """After the talks."""
        return 2

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """The cues of one file. Malformed cues cost only themselves; InputError where there are none."""
        text, problems = read_legacy_text(path, options.limit)
        language, is_automatic, about = _named(path)
        header = _header(text)
        cues = list(_cues(text, problems))
        if not cues:
            raise InputError("The file holds no cue that can be read.", problems[0].where if problems else "line 1")
        has_inline_times = bool(_INLINE_TIME.search(text))
        if has_inline_times or _is_rolling(cues):
            cues = _unrolled(cues)
            is_automatic = is_automatic or has_inline_times
        said = header.get("language")
        transcript = Transcript(about, tuple(cues), (language_code(said) if said else None) or language, is_automatic)
        key = f"transcript:{about[0]}:{transcript.language or ''}:{path.suffix.lower()[1:]}"
        return Parsed(key, transcript, tuple(problems))


def _named(path: Path) -> tuple[str | None, bool, tuple[str, ...]]:
    """What the name says: language, whether a machine made it, and whose transcript it is, most certain first."""
    stem, language, is_automatic = path.stem, None, False
    while "." in stem:
        rest, _, last = stem.rpartition(".")
        words = last.lower().split("-")
        if rest and words[0] in _AUTOMATIC:
            is_automatic = True
        elif rest and re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]{2,8})*", last) and language_code(last) and not language:
            language = language_code(last)
            is_automatic = is_automatic or not _AUTOMATIC.isdisjoint(words[1:])
        else:
            break
        stem = rest
    folder = path.parent.name
    if folder.lower() in _FOLDERS:
        folder = path.parent.parent.name
    found = _YOUTUBE_ID.search(stem.strip())
    video = next((part for part in found.groups() if part), "") if found else ""
    in_brackets = bool(found and found[1])
    names = [video if in_brackets else "", f"{folder}/{stem}" if folder else "", stem, video]
    return language, is_automatic, tuple(dict.fromkeys(name for name in names if name))


def _header(text: str) -> dict[str, str]:
    """`Kind` and `Language` of the block that begins a WebVTT file."""
    if not text.startswith("WEBVTT"):
        return {}
    matches = (_HEADER.match(line) for line in text[:2000].split("\n\n", 1)[0].split("\n"))
    return {found[1].lower(): found[2].strip() for found in matches if found}


def _cues(text: str, problems: list[FoundProblem]) -> Iterator[CueRecord]:
    lines = text.split("\n")
    unread = made = number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if "-->" not in line:
            if re.match(r"(NOTE|STYLE|REGION)(\s|$)", line):
                while number < len(lines) and lines[number].strip():
                    number += 1
            continue
        first = number
        while number < len(lines) and lines[number] and "-->" not in lines[number]:
            number += 1
        # A number before the next timing, without an empty line between, is that cue's.
        last = number - 1 if number < len(lines) and "-->" in lines[number] and lines[number - 1].isdigit() else number
        times = _times(line)
        if times is None:
            unread += 1
            if unread <= _SAID:
                problems.append(
                    FoundProblem(
                        "error", f"“{line.strip()[:60]}” is no time of a cue; it is left out.", f"line {first}"
                    )
                )
            continue
        made += 1
        if made > _MAX_CUES:
            problems.append(FoundProblem("error", f"Only the first {_MAX_CUES:,} cues are read.", f"line {first}"))
            return
        yield from _voices(*times, "\n".join(lines[first:last]))
    if unread > _SAID:
        problems.append(FoundProblem("error", f"{unread - _SAID} more cues have no readable time.", ""))


def _times(line: str) -> tuple[float, float] | None:
    """Start and end in seconds; None for what is no timing, or ends before it starts."""
    found = _TIMING.match(line)
    if not found:
        return None
    start, end = (_seconds(found.groups()[at : at + 4]) for at in (0, 4))
    return (start, end) if start is not None and end is not None and start <= end else None


def _seconds(parts: tuple[str | None, ...]) -> float | None:
    hours, minutes, seconds = (int(part or 0) for part in parts[:3])
    if minutes > 59 or seconds > 59 or hours > 99:
        return None
    return hours * 3600 + minutes * 60 + seconds + int((parts[3] or "0").ljust(3, "0")) / 1000


def _voices(start: float, end: float, text: str) -> Iterator[CueRecord]:
    """One cue for each voice in it; none where nothing is said."""
    before, *voiced = _VOICE.split(text)
    pieces = [(None, before), *zip(voiced[::2], voiced[1::2], strict=True)]
    for speaker, piece in pieces:
        # Twice: downloaders leave "&amp;nbsp;" behind. Tags go first, so that "&lt;b&gt;" stays as written.
        said = one_line(html.unescape(_TAG.sub("", _INLINE_TIME.sub("", piece))).replace("\u200b", ""))
        name = one_line(html.unescape(speaker)) if speaker else ""
        if said:
            yield CueRecord(start, end, said, None if is_placeholder(name) else name)


def _is_rolling(cues: list[CueRecord]) -> bool:
    """Whether cues repeat the line before, as automatic captions do: a third begin with three words just said."""
    repeats = sum(1 for one, two in pairwise(cues) if _overlap(one.text.split(), two.text.split()) >= 3)
    return repeats * 3 > len(cues)


def _unrolled(cues: list[CueRecord]) -> list[CueRecord]:
    """Cues without the words that repeat the end of the cue before; those left empty lengthen it."""
    kept: list[CueRecord] = []
    before: list[str] = []
    for cue in cues:
        words = cue.text.split()
        new = words[_overlap(before, words) :]
        if new:
            kept.append(replace(cue, text=" ".join(new)))
        elif kept:
            kept[-1] = replace(kept[-1], end=max(kept[-1].end, cue.end))
        before = words
    return kept


def _overlap(before: list[str], words: list[str]) -> int:
    """How many of the first of `words` are the last of `before`; the most there are."""
    for size in range(min(len(before), len(words), _MEMORY), 0, -1):
        if before[-size:] == words[:size]:
            return size
    return 0
