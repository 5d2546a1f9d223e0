"""`hallway evaluate speakers` on a file of our own: figures by hand, JSON, errors in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from app.cli import app
from app.db.engine import reading, writing
from app.errors import InputError
from app.ingest.speaker_evaluation import evaluate, read_pairs, speakers_of
from app.models import Speaker, SpeakerAlias, SpeakerPair
from app.text.names import name_key

PAIRS = [
    ("Ana Orr", "Ana Orr", True, "case"),
    ("Łucja Brandvold", "Lucja Brandvold", True, "diacritics"),
    ("KOIZUMI Ryo", "Ryo Koizumi", True, "token order"),
    ("Zach Oyelaran", "Zachary Oyelaran", True, "nickname"),
    ("Ryo Koizumi", "catlover", True, "unrelated form (handle)"),
    ("Ana Orr", "Ben Orr", False, "similar name"),
    ("Sam Brandvold", "Samuel Brandvold", False, "similar name"),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    rows = [{"a": a, "b": b, "same": same, "kind": kind, "other": 1} for a, b, same, kind in PAIRS]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")
    return path


def test_figures_by_hand(file: Path) -> None:
    found = evaluate(read_pairs(file))
    assert (found.pairs, found.same, found.untellable) == (7, 5, 1)
    exact, folded, same, suspected = found.judged
    assert (exact.right, exact.wrong, exact.missed) == (1, 0, 4)
    assert (folded.right, folded.wrong, folded.missed) == (2, 0, 3)
    assert (same.right, same.wrong, same.missed, same.precision, same.recall, same.f1) == (3, 0, 2, 1.0, 0.6, 0.75)
    assert (suspected.right, suspected.wrong, suspected.missed) == (4, 1, 1)
    assert found.tellable[2].recall == 0.75
    assert sum(half.right + half.missed for half in found.halves) == 4
    nickname = next(kind for kind in found.kinds if kind.kind == "nickname")
    assert (nickname.pairs, nickname.called_same, nickname.called_suspected) == (1, 0, 1)


def test_a_base_knows_by_aliases_what_names_do_not_tell(file: Path, engine: Engine) -> None:
    pairs = read_pairs(file)
    with reading(engine) as session:
        assert evaluate(pairs, session).base is None
    with writing(engine) as session:
        for number, names in enumerate((["Ryo Koizumi", "catlover"], ["Ana Orr"], ["Ben Orr"], ["Sam Brandvold"]), 1):
            session.add(Speaker(id=number, slug=f"s{number}", name=names[0]))
            session.flush()
            session.add_all(SpeakerAlias(speaker_id=number, name=name, key=name_key(name)) for name in names)
        session.add(Speaker(id=9, slug="s9", name="Ana Orr"))
        session.flush()
        session.add(SpeakerAlias(speaker_id=9, name="Ana Orr", key=name_key("Ana Orr") + "~2"))
        session.add(SpeakerPair(first_id=2, second_id=3, score=0.6, evidence="made up"))
    with reading(engine) as session:
        assert speakers_of(session, ["Ana Orr", "Nobody"]) == {"Ana Orr": frozenset({2, 9}), "Nobody": frozenset()}
        found = evaluate(pairs, session).base
    assert found is not None
    known, proposed, all_pairs = found.judged
    assert found.known == 4  # Ana Orr twice, catlover, Ana and Ben Orr, and Ryo written both ways
    assert (known.right, known.wrong, known.missed) == (3, 0, 0)
    assert (proposed.right, proposed.wrong) == (3, 1)
    assert (all_pairs.right, all_pairs.wrong, all_pairs.missed) == (4, 0, 1)


def test_printed_and_as_json(file: Path) -> None:
    runner = CliRunner()
    shown = runner.invoke(app, ["evaluate", "speakers", str(file)])
    assert shown.exit_code == 0
    assert "7 pairs: 5 the same person, 2 not." in shown.stdout
    assert "folded key" in shown.stdout
    assert "unrelated form (handle)" in shown.stdout
    answer = runner.invoke(app, ["evaluate", "speakers", str(file), "--json"])
    assert json.loads(answer.stdout)["pairs"] == 7


@pytest.mark.parametrize("text", ["", "no json", '{"a": 1}', '["a"]', '{"a": "x", "b": "y", "same": "perhaps"}'])
def test_bad_files_are_refused_with_the_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        read_pairs(path)
