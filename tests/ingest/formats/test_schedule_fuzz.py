"""Whatever value stands wherever in a sample: a schedule parser gives records or an InputError, never anything else."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import InputError
from app.ingest.formats.c3voc_json import C3vocJson
from app.ingest.formats.entry_xml import EntryXml
from app.ingest.formats.frab_xml import FrabXml
from app.ingest.formats.indico import IndicoJson
from app.ingest.formats.pretalx_rest import PretalxRest
from app.ingest.formats.protocol import Format, ReadOptions
from app.ingest.normalise import normalise
from app.ingest.record import Programme

SAMPLES = Path(__file__).parents[2] / "samples"
JSON: list[tuple[Format, str]] = [
    (C3vocJson(), "c3voc/tinycamp-v1.json"),
    (C3vocJson(), "c3voc/tinycamp-v2.json"),
    (PretalxRest(), "pretalx/tinyconf-2032/submissions.json"),
    (PretalxRest(), "pretalx/wrapped-2032.json"),
    (IndicoJson(), "indico/workshop-2030.json"),
]
XML: list[tuple[Format, str]] = [
    (FrabXml(), "frab/tinycamp-2031.xml"),
    (FrabXml(), "frab/oldmeet-2005.xml"),
    (EntryXml(), "entry-xml/snakemeet-2014.xml"),
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
STRANGE = st.one_of(
    SCALARS,
    st.sampled_from(["99:99", "-1:00", "2031-02-30", "2031-02-30T99:00", "\x00", "\ud800", "<b>", "No/Where", "http://["]),
    st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    ),
)  # fmt: skip
RELAXED = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@cache
def loaded(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in inner for found in paths(item, (*path, key)))]


def check(known: Format, file: Path) -> None:
    try:
        parsed = known.parse(file, ReadOptions(edition="Odd 2031"))
    except InputError:
        return
    if isinstance(parsed.payload, Programme):
        normalise(parsed.payload)


@pytest.mark.parametrize(("known", "name"), JSON, ids=[name for _, name in JSON])
@given(drawn=st.data())
@RELAXED
def test_any_value_anywhere_in_json(tmp_path: Path, known: Format, name: str, drawn: st.DataObject) -> None:
    value = copy.deepcopy(loaded(name))
    for _ in range(drawn.draw(st.integers(1, 4))):
        path = drawn.draw(st.sampled_from(paths(value)))
        strange = drawn.draw(STRANGE)
        if not path:
            value = strange
            break
        holder = value
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = strange
    file = tmp_path / "odd.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    check(known, file)


@pytest.mark.parametrize(("known", "name"), [*JSON, *XML], ids=[name for _, name in [*JSON, *XML]])
@given(drawn=st.data())
@RELAXED
def test_any_cut_or_splice_of_the_bytes(tmp_path: Path, known: Format, name: str, drawn: st.DataObject) -> None:
    raw = (SAMPLES / name).read_bytes()
    start = drawn.draw(st.integers(0, len(raw)))
    end = drawn.draw(st.integers(start, min(len(raw), start + 40)) | st.just(len(raw)))
    file = tmp_path / ("odd" + Path(name).suffix)
    file.write_bytes(raw[:start] + drawn.draw(st.binary(max_size=6)) + raw[end:])
    check(known, file)
