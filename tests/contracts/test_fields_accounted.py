"""Every field of every sample is kept or lost, and says so truthfully: without a lost one nothing changes."""

from __future__ import annotations

import copy
import json
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.errors import InputError
from app.ingest.discover import discovered
from app.ingest.formats import positioned_yaml
from app.ingest.formats.field_use import ONLY_READ
from app.ingest.formats.protocol import ReadOptions
from app.ingest.normalise import normalise
from app.ingest.record import Programme
from app.text.language import NAMES

SAMPLES = Path(__file__).parent.parent / "samples"
OPTIONS = ReadOptions(edition=None, timezone="Europe/Berlin")
TREES = sorted(
    path for path in SAMPLES.rglob("*") if path.suffix in (".json", ".jsonld", ".yml", ".xml") and path.stem != "broken"
)
NEVER_STORED = ("position", "guessed", "bio", "tagline")
Path_ = tuple[str, ...]
Report = dict[tuple[str, str], int]
ELSEWHERE = {
    "c3voc": "acronym day_start code id type name room guid slug time_zone_name url",
    "devoxx-cfp": "speaker id kind title type firstName lastName fromTime toTime name summary",
    "entry-xml": "abstract description",
    "frab": "acronym day_change start end @start @href text @id @code @type room time_zone_name",
    "indico": "tz session fullName title timezone",
    "json-ld": "@type",
    "pretalx": "end room_id id code state",
    "pyvideo": "recorded",
    "rubyevents": "id timezone start_date end_date year video_id date",
    "sessionize": "status firstName lastName date id name isServiceSession room roomId",
}
"""Kept fields that show in no record of a sample: another field says the same there, or they only tell who is meant."""
DECIDES = {"type", *NAMES}
"""Lost fields that say whether others are kept: the type of a link, the texts in other languages."""


def read(folder: Path) -> tuple[list[Any], Report]:
    """What is made of every unit of a folder, and what its units say of their fields."""
    facts: list[Any] = []
    report: Report = {}
    with discovered([folder], limit=OPTIONS.limit) as units:
        for unit in units:
            if unit.format is None:
                facts.append("not recognised")
                continue
            try:
                parsed = unit.format.parse(unit.path, OPTIONS)
            except InputError as error:
                facts.append(str(error))
                continue
            payload = normalise(parsed.payload)[0] if isinstance(parsed.payload, Programme) else parsed.payload
            facts.append((parsed.source_key, stripped(asdict(payload)) if payload else None))
            for use in parsed.fields:
                said = "read" if use.note == ONLY_READ else use.use
                report[use.field, said] = report.get((use.field, said), 0) + use.count
    return facts, report


def stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: stripped(item) for key, item in value.items() if key not in NEVER_STORED}
    if isinstance(value, (list, tuple)):
        return [stripped(item) for item in value]
    return value


def load(path: Path) -> Any:
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".xml":
        return ET.fromstring(text)
    return positioned_yaml.load(text).value if path.suffix == ".yml" else json.loads(text)


def save(path: Path, value: Any) -> None:
    if path.suffix == ".xml":
        text = ET.tostring(value, encoding="unicode")
    elif path.suffix == ".yml":
        text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True)
    else:
        text = json.dumps(value, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def fields(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, bool, Callable[[], None]]]:
    """Each field with a value, whether it holds no other, and a way to take it away; lists are passed through."""
    if isinstance(value, ET.Element):
        for name in value.attrib:
            yield (*path, f"@{name}"), True, lambda name=name: value.attrib.pop(name, None)  # type: ignore[misc]
        for child in list(value):
            holds = bool(child.attrib or len(child))
            if holds or (child.text or "").strip():
                yield (*path, child.tag), not holds, lambda child=child: value.remove(child)  # type: ignore[misc]
            if holds and (child.text or "").strip():
                yield (*path, child.tag, "text"), True, lambda child=child: setattr(child, "text", None)  # type: ignore[misc]
            yield from fields(child, (*path, child.tag))
    elif isinstance(value, dict):
        for key, item in value.items():
            holds = isinstance(item, dict) or (isinstance(item, list) and any(isinstance(one, dict) for one in item))
            if item not in (None, "", [], {}):
                yield (*path, key), not holds, lambda key=key: value.update({key: None})  # type: ignore[misc]
            if holds:
                yield from fields(item, (*path, key))
    elif isinstance(value, list):
        for item in value:
            yield from fields(item, path)


@pytest.mark.parametrize("path", TREES, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_each_field_is_kept_or_lost_and_truly_so(path: Path, tmp_path: Path) -> None:
    top = SAMPLES / path.relative_to(SAMPLES).parts[0]
    folder = tmp_path / top.name
    shutil.copytree(top, folder)
    here = folder / path.relative_to(top)
    before = read(folder)
    whole = load(here)

    def without(field: Path_) -> tuple[bool, set[str]]:
        """Whether records differ where the field has no value, and what the values of it were said to be."""
        value = copy.deepcopy(whole)
        for found, _, take_away in list(fields(value)):
            if found == field:
                take_away()
        save(here, value)
        facts, report = read(folder)
        if facts.count("not recognised") > before[0].count("not recognised"):
            return True, {"kept", "lost", "read"}
        fewer = {use for (name, use), count in before[1].items() if report.get((name, use), 0) < count}
        return facts != before[0], fewer - {"guessed"}

    if (here.name, "lost") in before[1]:
        return
    wrong: list[str] = []
    for field in sorted({field for field, holds_none, _ in fields(whole) if holds_none}):
        differs, said = without(field)
        if not said and not differs:
            if not any(without(field[:length])[1] & {"lost", "read"} for length in range(len(field) - 1, 0, -1)):
                wrong.append(f"{'.'.join(field)} is not accounted for")
        elif said == {"lost"} and differs and field[-1] not in DECIDES:
            wrong.append(f"{'.'.join(field)} is said to be lost, but matters")
        elif said == {"kept"} and not differs and field[-1] not in ELSEWHERE[top.name].split():
            wrong.append(f"{'.'.join(field)} is said to be kept, but nothing shows it")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", TREES, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_a_field_nobody_knows_is_lost_and_changes_nothing(path: Path, tmp_path: Path) -> None:
    top = SAMPLES / path.relative_to(SAMPLES).parts[0]
    folder = tmp_path / top.name
    shutil.copytree(top, folder)
    facts, report = read(folder)
    value = load(path)
    added = 0
    for thing in things(value):
        added += 1
        if isinstance(thing, ET.Element):
            thing.set("frobnicated", "by hand")
        else:
            thing["frobnicated"] = "by hand"
    save(folder / path.relative_to(top), value)
    after, counted = read(folder)
    assert after == facts
    assert (
        (path.name, "lost") in report
        or not added
        or any("frobnicated" in name for name, use in counted if use == "lost")
    )
    assert not [name for name, use in counted if "frobnicated" in name and use == "kept"]


def things(value: Any) -> Iterator[Any]:
    """Every object that has fields; not those whose keys are names of rooms, days, codes or languages."""
    if isinstance(value, ET.Element):
        yield from value.iter()
    elif isinstance(value, dict):
        if value and all(key.isidentifier() and len(key) > 2 and not key.isupper() for key in value if key != "id"):
            yield value
        for item in list(value.values()):
            yield from things(item)
    elif isinstance(value, list):
        for item in value:
            yield from things(item)


def test_columns_and_properties_are_accounted_for() -> None:
    _, tables = read(SAMPLES / "table")
    assert tables["column.Shirt size", "lost"] == 4
    assert tables["column.Talk title", "kept"] == 5
    _, calendars = read(SAMPLES / "icalendar")
    assert calendars["event.SUMMARY", "kept"]
    names = {line.split(":")[0].split(";")[0] for file in (SAMPLES / "icalendar").iterdir() for line in events(file)}
    assert {
        name for name in names if not {(f"event.{name}", "kept"), (f"event.{name}", "lost")} & calendars.keys()
    } == set()
    _, own = read(SAMPLES.parent.parent / "data" / "programmes")
    assert {use for _, use in own} == {"kept"}


def events(file: Path) -> Iterator[str]:
    """Lines of properties of events, without those of alarms in them."""
    inside = 0
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith(("BEGIN:VEVENT", "BEGIN:VALARM")):
            inside += 1
        elif line.startswith(("END:VEVENT", "END:VALARM")):
            inside -= 1
        elif inside == 1 and line and line[0] not in " \t" and ":" in line:
            yield line
