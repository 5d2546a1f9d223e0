"""Tables: CSV, TSV and XLSX with one talk in each row. Columns are guessed from the header, shown, and overridable."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, cast

from app.errors import InputError
from app.ingest.formats import table_values as values
from app.ingest.formats.field_use import Tally
from app.ingest.formats.protocol import ReadOptions
from app.ingest.formats.schedule_fields import is_break, minutes, moment, zone
from app.ingest.formats.table_columns import Columns, guess, shown
from app.ingest.formats.table_rows import Row, Sheet, read_sheets, texts
from app.ingest.naming import DATES_OF_TALKS, NAME_OF_FILE, name_edition
from app.ingest.record import (
    FieldUse,
    FoundProblem,
    Parsed,
    Programme,
    ResourceRecord,
    SlotRecord,
    SpeakerRecord,
    TalkRecord,
)
from app.text.names import name_key
from app.text.slugs import slugify

_HEADER_WITHIN = 20
_NOT_GIVEN = frozenset(
    ["rejected", "declined", "withdrawn", "canceled", "cancelled", "abgelehnt", "zuruckgezogen", "refuse"]
)  # fmt: skip
_SAID = 10


class Tables:
    """One row is one talk; rows that give the same talk again are further times of it."""

    name = "table"

    def recognises_folder(self, folder: Path) -> bool:
        """Never: each file stands alone."""
        return False

    def recognises_file(self, path: Path, head: str) -> bool:
        """By its suffix: what its columns mean is told after reading it."""
        return path.suffix.lower() in (".csv", ".tsv", ".xlsx") and not head.lstrip("\ufeff \n").startswith("<")

    def rank(self, path: Path, head: str) -> int:
        """A programme."""
        return 1

    def parse(self, path: Path, options: ReadOptions) -> Parsed:
        """Every row with a title. InputError where no column is one of titles."""
        sheets, problems = read_sheets(path, options.limit)
        notes: list[str] = []
        tables = [table for sheet in sheets if (table := _table(sheet, options, problems))]
        if not tables:
            first = next((row.cells for sheet in sheets for row in sheet.rows), ())
            raise InputError(
                "No column of this table holds the titles of talks; its first row is "
                f"{', '.join(cell.strip()[:40] for cell in first[:12] if cell.strip()) or 'empty'}. "
                "Say which with --map COLUMN=title.",
                next((row.where for sheet in sheets for row in sheet.rows), ""),
            )
        notes += [(f"{table.name}: " if table.name else "") + shown(table.header, table.columns) for table in tables]
        name, series, facts = _edition(path, options, tables, notes)
        talks: dict[str, TalkRecord] = {}
        for table in tables:
            table.read(talks)
        dates = sorted(talk.date for talk in talks.values() if talk.date)
        edition = name_edition(
            name, folder=path.stem, series=series, start_date=dates[0] if dates else None,
            end_date=dates[-1] if dates else None, guessed=_guessed(options, tables, bool(dates)), **facts,
        )  # fmt: skip
        is_whole = not any(problem.severity == "error" for problem in problems)
        programme = Programme(edition, tuple(talks.values()), is_whole=is_whole)
        tally = Tally()
        for table in tables:
            table.count(tally, options.columns)
        return tally.on(Parsed(f"table:{edition.slug}", programme, tuple(problems), tuple(notes)))


def _guessed(options: ReadOptions, tables: Sequence[_Table], has_dates: bool) -> tuple[FieldUse, ...]:
    is_named = options.edition or any(table.distinct("edition") for table in tables)
    return (*(() if is_named else (NAME_OF_FILE,)), *((DATES_OF_TALKS,) if has_dates else ()))


def _table(sheet: Sheet, options: ReadOptions, problems: list[FoundProblem]) -> _Table | None:
    """The table of a sheet whose header is among its first rows; None where no row names a column of titles."""
    best: tuple[int, int, Columns] | None = None
    for at, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
        columns = guess(row.cells, options.columns)
        if "title" in columns and (best is None or len(columns) > best[0]):
            best = len(columns), at, columns
    if best is None:
        return None
    _, at, columns = best
    return _Table(sheet.name, sheet.rows[at].cells, sheet.rows[at + 1 :], columns, options.timezone, problems)


def _edition(
    path: Path, options: ReadOptions, tables: Sequence[_Table], notes: list[str]
) -> tuple[str, str | None, dict[str, str | None]]:
    """Name, series and place of the edition. InputError where rows name several."""
    said = {
        field: sorted({text for table in tables for text in table.distinct(field)})
        for field in ("edition", "series", "city", "country")
    }
    name = options.edition
    if name is None and len(said["edition"]) > 1:
        shown_names = ", ".join(text[:40] for text in said["edition"][:5])
        raise InputError(
            f"The table holds talks of {len(said['edition'])} editions ({shown_names}); make one file of each."
        )
    if name is None and said["edition"]:
        name = said["edition"][0]
    if name is None:
        name = path.stem.replace("_", " ").replace("-", " ").strip() or path.stem
        notes.append(f"The edition is called “{name}” after the file. Name it with --edition.")
    only = {field: texts[0] if len(texts) == 1 else None for field, texts in said.items()}
    return name, options.series or only["series"], {"city": only["city"], "country": only["country"]}


@dataclass
class _Table:
    """Rows under a header whose columns are known."""

    name: str
    header: Sequence[str]
    rows: Sequence[Row]
    columns: Columns
    timezone: str | None
    problems: list[FoundProblem]
    _said: dict[str, int] = field(default_factory=dict)

    def distinct(self, field: str) -> set[str]:
        """Different texts of a field."""
        return {text for row in self.rows for text in texts(row.cells, self.columns.get(field, ()))}

    def count(self, tally: Tally, said: Mapping[str, str]) -> None:
        """Count the filled cells of each column, and the columns that nobody said the meaning of."""
        fields = {at: name for name, places in self.columns.items() for at in places}
        known = {name_key(column) for column in said}
        for at, header in enumerate(self.header):
            filled = sum(1 for row in self.rows if at < len(row.cells) and row.cells[at].strip())
            column = header.strip() or f"column {at + 1}"
            if filled and at in fields:
                tally.keep("column", column, filled)
                if name_key(header[:200]) not in known:
                    tally.guess(f"column.{column[:60]}", f"read as {fields[at]}, by its header", filled)
            elif filled:
                tally.lose("column", column, filled)

    def read(self, talks: dict[str, TalkRecord]) -> None:
        """Add the talk of each row to `talks`, or its time to a talk that is there already."""
        self.within, complaint = zone(self.timezone)
        if complaint:
            self.problems.append(FoundProblem("warning", complaint))
        self.day_first = values.is_day_first(text for field in ("date", "starts_at") for text in self.distinct(field))
        for row in self.rows:
            title = self._one(row, "title")
            abstract = self._one(row, "abstract")
            if not title:
                filled = sum(bool(cell.strip()) for cell in row.cells)
                if filled > 1:
                    self._complain("error", "This row has no title; it is left out", row)
                continue
            if name_key(self._one(row, "status") or "") in _NOT_GIVEN or is_break(title, abstract):
                continue
            self._add(talks, self._talk(row, title, abstract))
        for message, count in self._said.items():
            if count > _SAID:
                self.problems.append(FoundProblem("warning", f"{count - _SAID} more rows: {message}."))

    def _add(self, talks: dict[str, TalkRecord], talk: TalkRecord) -> None:
        known = talks.get(talk.key)
        if known is None:
            talks[talk.key] = talk
        elif known.title == talk.title:
            slots = known.slots or (SlotRecord(known.starts_at or known.date, known.room),)
            slot = SlotRecord(talk.starts_at or talk.date, talk.room)
            talks[talk.key] = replace(known, slots=slots if slot in slots else (*slots, slot))
            if slot in slots:
                self._complain("warning", "This row repeats an earlier one", Row(talk.position, ()))
        else:
            self._complain(
                "error", f"The id “{talk.key[:60]}” is another talk's; this one is left out", Row(talk.position, ())
            )

    def _one(self, row: Row, field: str) -> str | None:
        found = texts(row.cells, self.columns.get(field, ()))
        return found[0] if found else None

    def _talk(self, row: Row, title: str, abstract: str | None) -> TalkRecord:
        speakers, organisations = self._speakers(row)
        starts_at, day = self._time(row)
        said = self._one(row, "id")
        seed = "\n".join([name_key(title), *sorted(name_key(speaker.name) for speaker in speakers)])
        return TalkRecord(
            key=said or f"{slugify(title, 50) or 'talk'}-{hashlib.sha256(seed.encode()).hexdigest()[:8]}",
            title=title,
            raw_title=title,
            position=row.where,
            kind=self._one(row, "kind") or "talk",
            track=self._one(row, "track"),
            level=self._one(row, "level"),
            language=self._one(row, "language"),
            date=day,
            starts_at=starts_at,
            duration_minutes=self._duration(row, starts_at),
            room=self._one(row, "room"),
            raw_abstract=abstract,
            speakers=speakers,
            organisations=organisations,
            resources=tuple(self._resources(row)),
            technologies=tuple(
                name for cell in self._cells(row, "technologies") for name in cell.replace(";", ",").split(",")
            ),
            note=self._one(row, "note"),
            reference=self._one(row, "url"),
        )

    def _cells(self, row: Row, field: str) -> list[str]:
        return texts(row.cells, self.columns.get(field, ()))

    def _speakers(self, row: Row) -> tuple[tuple[SpeakerRecord, ...], tuple[str, ...]]:
        """The speakers, and organisations that cannot be told to be one speaker's."""
        names = [name for cell in self._cells(row, "speakers") for name in values.people(cell)]
        if not names:
            first, last = self._cells(row, "first_name"), self._cells(row, "last_name")
            names = [" ".join(pair).strip() for pair in zip_longest(first, last, fillvalue="")]
        speakers = [SpeakerRecord(name) for name in names]
        organisations: tuple[str, ...] = ()
        for what in ("affiliation", "job_title", "tagline", "bio"):
            found = self._cells(row, what)
            if len(found) == 1 and len(names) > 1 and what != "bio":
                found = values.people(found[0])
            if len(found) == len(names):
                speakers = [replace(one, **cast(Any, {what: text})) for one, text in zip(speakers, found, strict=True)]
            elif found and what == "affiliation":
                organisations = tuple(found)
            elif found:
                self._complain("warning", f"{len(names)} speakers but {len(found)} of {what}: left out", row)
        return tuple(speakers), organisations

    def _time(self, row: Row) -> tuple[str | None, str | None]:
        """Start as an ISO time, and the day."""
        when, start = self._one(row, "date") or "", self._one(row, "starts_at") or ""
        day = values.day(when, self.day_first) or values.day(start, self.day_first)
        clock = values.time_of_day(start) or values.time_of_day(when)
        if when and day is None:
            self._complain("warning", f"“{when[:40]}” is no clear day; write it as 2024-03-31. It is left empty", row)
        if start and clock is None and not values.day(start, self.day_first):
            self._complain("warning", f"“{start[:40]}” is no time of day; it is left empty", row)
        if not (day and clock):
            return None, day
        return moment(f"{day}T{clock}", self.within).starts_at, day

    def _duration(self, row: Row, starts_at: str | None) -> float | None:
        said, end = self._one(row, "duration"), self._one(row, "ends_at")
        if said:
            header = self.header[self.columns["duration"][0]]
            found = minutes(values.length(said, header), said)
            if found.minutes is None:
                self._complain("warning", f"“{said[:40]}” is no duration; it is left empty", row)
            return found.minutes
        if end is None:  # a start such as "09:00 - 09:45"
            end = (self._one(row, "starts_at") or "").replace("–", " - ").partition(" - ")[2]
        clock = values.time_of_day(end) if end else None
        if not (starts_at and clock):
            return None
        first, last = (int(text[:2]) * 60 + int(text[3:5]) for text in (starts_at[11:16], clock))
        return minutes((last - first) % 1440 or None).minutes

    def _resources(self, row: Row) -> list[ResourceRecord]:
        return [ResourceRecord(kind, url) for kind in ("video", "slides", "code") for url in self._cells(row, kind)]

    def _complain(self, severity: str, message: str, row: Row) -> None:
        words = message if "“" not in message else message.split("”")[-1].strip()
        self._said[words] = self._said.get(words, 0) + 1
        if self._said[words] <= _SAID:
            self.problems.append(FoundProblem("error" if severity == "error" else "warning", f"{message}.", row.where))
