"""Every format against broken input: records or words, in bounded time; good files beside bad ones lose nothing.

Mutations of every sample, of its bytes and of its parsed values; and the attacks that are known by name.
"""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import time
import zipfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlmodel import col

from app import pipeline
from app.db.engine import reading
from app.errors import InputError
from app.ingest.discover import discovered
from app.ingest.formats.protocol import Format, ReadOptions
from app.ingest.formats.registry import FORMATS, format_named
from app.ingest.normalise import normalise
from app.ingest.record import Programme
from app.models import Talk
from tests.ingest.test_ingest import PROGRAMME
from tests.standins import HashingEmbedder

SAMPLES = Path(__file__).parents[1] / "samples"
SECONDS = 10.0
"""No sample is large: whatever takes longer is a way to keep the service busy."""
LIMIT = 5_000_000


def _samples() -> list[tuple[str, Format, Path, Path]]:
    """(name, format, unit, file of it to break) for every sample of every format."""
    found: list[tuple[str, Format, Path, Path]] = []
    with discovered([SAMPLES], limit=LIMIT) as units:
        for unit in units:
            if unit.format is None:
                continue
            files = sorted(unit.path.rglob("*.*")) if unit.path.is_dir() else [unit.path]
            found += [
                (f"{unit.label}:{file.name}", unit.format, unit.path, file)
                for file in files
                if file.is_file() and "broken" not in file.name
            ]
    return found


CASES = _samples()
ODD: list[Any] = [
    None, True, -1, 0, 10**30, 1e308, float("nan"), "", " ", "\0", "\ud800", "x" * 5000, "2023-02-30", "99:99",
    "-00:30", "25:61", "Mars/Olympus", "<b>&amp;", "{{7*7}}", "../../etc", "http://[", [], {}, [[]], [None], [{}],
    {"": None}, {"en": 3}, [1, "a", {}], "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-14:00", "P" * 300,
    "1" * 400,
]  # fmt: skip


def _mutate(raw: bytes, suffix: str, chance: random.Random) -> bytes:
    """`raw` broken in one to three ways."""
    for _ in range(chance.randint(1, 3)):
        raw = chance.choice(_WAYS)(raw, suffix, chance)
    return raw[:1_000_000]


def _truncate(raw: bytes, suffix: str, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _flip(raw: bytes, suffix: str, chance: random.Random) -> bytes:
    broken = bytearray(raw)
    for _ in range(chance.randint(1, 8) if raw else 0):
        broken[chance.randrange(len(broken))] = chance.randrange(256)
    return bytes(broken)


def _splice(raw: bytes, suffix: str, chance: random.Random) -> bytes:
    one, two, three = (chance.randrange(len(raw) + 1) for _ in range(3))
    return raw[:one] + raw[min(two, three) : max(two, three)] + raw[one:]


def _insert(raw: bytes, suffix: str, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw) + 1)
    odd = [
        b"\0",
        b"\xff\xfe",
        b"\r",
        b"\n\n",
        b'"',
        b"[" * 3000,
        b"{" * 50,
        b"<a>" * 2000,
        b"&x;",
        b"-" * 99,
        b"\xe2\x80",
    ]
    return raw[:at] + chance.choice(odd) + raw[at:]


def _endings(raw: bytes, suffix: str, chance: random.Random) -> bytes:
    return raw.replace(b"\n", chance.choice([b"\r\n", b"\r", b"\n\n", b"\n "]))


def _mark(raw: bytes, suffix: str, chance: random.Random) -> bytes:
    return chance.choice([b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf\xef\xbb\xbf"]) + raw


def _recode(raw: bytes, suffix: str, chance: random.Random) -> bytes:
    return raw.decode("utf-8", "replace").encode(chance.choice(["utf-16", "cp1252", "utf-32", "shift_jis"]), "replace")


def _lines(raw: bytes, suffix: str, chance: random.Random) -> bytes:
    """Lines doubled, dropped and shuffled: keys given twice among them."""
    lines = raw.split(b"\n")
    at = chance.randrange(len(lines))
    what = chance.randrange(3)
    if what == 2:
        chance.shuffle(lines)
    return b"\n".join(lines[: at + 1] + lines[at + (1 if what else 0) :])


def _values(raw: bytes, suffix: str, chance: random.Random) -> bytes:
    """Values of a document swapped for odd ones of any type."""
    try:
        value = json.loads(raw) if suffix in (".json", ".jsonld") else yaml.safe_load(raw)
    except (ValueError, yaml.YAMLError, RecursionError):
        return raw
    if suffix not in (".json", ".jsonld", ".yaml", ".yml") or not isinstance(value, (dict, list)):
        return raw
    for _ in range(chance.randint(1, 4)):
        _swap(value, chance)
    if suffix in (".json", ".jsonld"):
        return json.dumps(value).encode()
    return yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "replace")


def _swap(value: Any, chance: random.Random) -> None:
    """Replace, drop or double one value somewhere inside."""
    while True:
        keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(value[key], (dict, list)) and value[key] and chance.random() < 0.75:
            value = value[key]
            continue
        match chance.randrange(5):
            case 0 if isinstance(value, dict):
                del value[key]
            case 1:
                value[key] = [value[key]]
            case 2 if isinstance(value, list):
                value.append(deepcopy(value[key]))
            case _:
                value[key] = deepcopy(chance.choice(ODD))
        return


_WAYS: list[Callable[[bytes, str, random.Random], bytes]] = [
    _truncate, _flip, _splice, _insert, _endings, _mark, _recode, _lines, _values, _values, _values,
]  # fmt: skip


def _read(form: Format, unit: Path) -> None:
    """Records, or InputError in words; anything else fails the test."""
    began = time.monotonic()
    with contextlib.suppress(InputError):
        parsed = form.parse(unit, ReadOptions(limit=LIMIT))
        assert parsed.source_key
        if isinstance(parsed.payload, Programme):
            normalise(parsed.payload)
        assert all(problem.message for problem in parsed.problems)
    assert time.monotonic() - began < SECONDS


def _broken_copy(unit: Path, file: Path, folder: Path, chance: random.Random) -> Path:
    """The unit copied into `folder` with one of its files broken."""
    copy = folder / unit.name
    if unit.is_dir():
        shutil.copytree(unit, copy, dirs_exist_ok=True)
        broken = copy / file.relative_to(unit)
    else:
        copy.parent.mkdir(parents=True, exist_ok=True)
        broken = copy
    broken.write_bytes(_mutate(file.read_bytes(), file.suffix.lower(), chance))
    return copy


def test_every_format_is_here() -> None:
    assert {form.name for _, form, _, _ in CASES} >= {form.name for form in FORMATS} - {"hallway"}


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_broken_samples_are_read_or_refused_in_words(
    case: tuple[str, Format, Path, Path], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _, form, unit, file = case
    folder = tmp_path_factory.mktemp("broken")
    try:
        _read(form, _broken_copy(unit, file, folder, random.Random(seed)))
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@settings(max_examples=20, deadline=None)
def test_any_bytes_are_read_or_refused_in_words(
    form: Format, content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("any") / "a.json"
    for suffix in (".json", ".yaml", ".xml", ".ics", ".csv", ".xlsx", ".vtt", ".html"):
        unit = file.with_suffix(suffix)
        unit.write_bytes(content)
        head = content[:4096].decode("utf-8", "replace")
        if form.recognises_file(unit, head):
            form.rank(unit, head)
            _read(form, unit)


@pytest.mark.parametrize("seed", range(4))
def test_good_files_beside_broken_ones_lose_nothing(engine: Engine, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    folder = tmp_path / "mixed"
    for number, (_, _, unit, file) in enumerate(CASES):
        _broken_copy(unit, file, folder / f"{number:03}", chance)
    (folder / "good.yaml").write_text(PROGRAMME, encoding="utf-8")
    for _ in range(2):
        pipeline.ingest(engine, HashingEmbedder(), [folder], options=ReadOptions(limit=LIMIT))
        with reading(engine) as session:
            there = select(col(Talk.title)).where(col(Talk.withdrawn_at).is_(None))
            assert {"First talk", "Second talk"} <= set(session.scalars(there))


LAUGHS = '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};&a{n - 1};&a{n - 1};">' for n in range(1, 30)
)
EVENT = (
    "<schedule><conference><title>{0}</title></conference>"
    '<day index="1" date="2024-05-06"><room name="A">{1}</room></day></schedule>'
)
TALK = '<event id="1" guid="g"><title>{0}</title><start>10:00</start><duration>00:30</duration></event>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xml", LAUGHS + "]>" + EVENT.format("&a29;", TALK.format("x"))),
        ("a.xml", '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>' + EVENT.format("&f;", TALK.format("&f;"))),
        ("a.xml", '<!DOCTYPE schedule SYSTEM "http://127.0.0.1:9/x.dtd">' + EVENT.format("x", TALK.format("x"))),
        ("a.xml", "<schedule>" + "<day>" * 100_000),
        ("a.json", '{"schedule": ' + "[" * 100_000),
        ("a.json", '{"@context": "https://schema.org", "@type": "Event", "subEvent": ' + '{"subEvent":[' * 20_000),
        ("a.yaml", "hallway: programme/1\n" + "a: &a [x,x]\n" + "".join(f"b{n}: &b{n} [*a,*a]\n" for n in range(50))),
        ("a.yaml", "hallway: programme/1\ntalks: !!python/object/apply:os.system ['true']\n"),
        ("a.yaml", "hallway: programme/1\n" + "talks: " + "[" * 50_000),
        ("a.html", '<script type="application/ld+json">' * 20_000),
        ("a.html", '<script type="application/ld+json">[' + "{" * 50_000 + "</script>"),
        ("a.html", "<!--" * 200_000 + "application/ld+json"),
        ("a.csv", "Title\n" + '"' * 100_001),
        ("a.csv", "Title," + "," * 200_000 + "\nx\n"),
        ("a.csv", "Title\n" + "x" * 3_000_000),
        ("a.csv", "Title,Date\nx," + "1/" * 100_000 + "\n"),
        ("a.ics", "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 50_000),
        ("a.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nDTSTART:20240506T100000\nRRULE:FREQ=SECONDLY\n"),
        ("a.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nRRULE:FREQ=SECONDLY\nEND:VEVENT\n"),
        ("a.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:" + "a - " * 500_000 + "\nUID:1\nEND:VEVENT\n"),
        ("a.vtt", "WEBVTT\n\n" + "00:01.000 --> 00:02.000\n" + "<c" * 500_000),
        ("a.vtt", "WEBVTT\n\n" + "00:01.000 --> 00:02.000\n<v " + " " * 500_000),
        ("a.srt", "1\n" * 300_000 + "00:00:01,000 --> 00:00:02,000\nx\n"),
    ],
)  # fmt: skip
def test_attacks_cost_little_and_read_nothing_from_elsewhere(
    engine: Engine, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "good.yaml").write_text(PROGRAMME, encoding="utf-8")
    began = time.monotonic()
    report = pipeline.ingest(engine, HashingEmbedder(), [tmp_path], options=ReadOptions(limit=LIMIT))
    assert time.monotonic() - began < SECONDS
    host = Path("/etc/hostname").read_text(encoding="utf-8").strip() if Path("/etc/hostname").is_file() else "\0"
    with reading(engine) as session:
        titles = set(session.scalars(select(col(Talk.title))))
    assert {"First talk", "Second talk"} <= titles
    assert host not in titles
    assert len(report.files) == 2


def test_a_zip_of_broken_files_and_a_good_one(engine: Engine, tmp_path: Path) -> None:
    chance = random.Random(7)
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for number, (_, _, unit, file) in enumerate(CASES):
            inner = file.relative_to(unit) if unit.is_dir() else file.name
            broken = _mutate(file.read_bytes(), file.suffix.lower(), chance)
            made.writestr(f"{number:03}/{unit.name if unit.is_dir() else '.'}/{inner}", broken)
        made.writestr("../slip.yaml", PROGRAMME)
        made.writestr("good.yaml", PROGRAMME)
    report = pipeline.ingest(engine, HashingEmbedder(), [archive], options=ReadOptions(limit=LIMIT))
    said = [problem.message for file in report.files if file.path == "all.zip" for problem in file.problems]
    assert any("leads out" in message for message in said)
    with reading(engine) as session:
        assert {"First talk", "Second talk"} <= set(session.scalars(select(col(Talk.title))))
    assert not (tmp_path.parent / "slip.yaml").exists()


def test_format_names_are_known() -> None:
    assert [format_named(form.name) for form in FORMATS] == list(FORMATS)
