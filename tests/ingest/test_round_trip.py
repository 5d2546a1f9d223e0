"""Every sample, whatever its format, comes back as Hallway YAML and reads in again as the same records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import selectinload
from sqlmodel import col

from app import pipeline
from app.db.engine import make_engine, reading
from app.exports.programme import write_programme
from app.ingest.formats.protocol import ReadOptions
from app.migrations import upgrade
from app.models import Appearance, Edition, Talk
from tests.conftest import DATA
from tests.standins import HashingEmbedder

SAMPLES = sorted(path for path in (DATA.parent / "tests" / "samples").iterdir() if path.is_dir())
FIELDS = (
    "title", "abstract", "summary", "summary_basis", "note", "reference", "kind", "track", "level", "language",
    "language_guessed", "date", "starts_at", "duration_minutes", "room", "is_container", "slots", "source_key",
)  # fmt: skip


def state(engine: Engine) -> dict[str, Any]:
    """What must survive: every talk with its parts, by edition and key."""
    with reading(engine) as session:
        talks = session.scalars(
            select(Talk)
            .where(col(Talk.withdrawn_at).is_(None))
            .options(
                selectinload(Talk.edition),  # type: ignore[arg-type]
                selectinload(Talk.resources),  # type: ignore[arg-type]
                selectinload(Talk.parent),  # type: ignore[arg-type]
                selectinload(Talk.appearances).selectinload(Appearance.speaker),  # type: ignore[arg-type]
                selectinload(Talk.appearances).selectinload(Appearance.organisation),  # type: ignore[arg-type]
            )
        )
        return {
            f"{talk.edition.slug}/{talk.source_key}": {name: getattr(talk, name) for name in FIELDS}
            | {
                "parent": talk.parent.source_key if talk.parent else None,
                "links": [(link.kind, link.url, link.label) for link in talk.resources],
                "people": [
                    (a.speaker.name, a.role, a.job_title, a.organisation.name if a.organisation else None)
                    for a in talk.appearances
                ],
            }
            for talk in talks
        }


def tidy(rows: dict[str, Any]) -> dict[str, Any]:
    """Slots without their empty keys, as YAML leaves them out."""
    for row in rows.values():
        row["slots"] = [{name: value for name, value in slot.items() if value} for slot in row["slots"]]
    return rows


@pytest.mark.parametrize("sample", [DATA, *SAMPLES], ids=lambda path: path.name)
def test_out_and_in_again_gives_the_same_records(engine: Engine, tmp_path: Path, sample: Path) -> None:
    options = ReadOptions(edition=None, timezone="Europe/Berlin")
    pipeline.ingest(engine, HashingEmbedder(), [sample], options=options)
    before = tidy(state(engine))
    out = tmp_path / "out"
    out.mkdir()
    with reading(engine) as session:
        for slug in session.scalars(select(col(Edition.slug))):
            (out / f"{slug}.yaml").write_text(write_programme(session, slug), encoding="utf-8")
    again = make_engine(f"sqlite:///{tmp_path / 'again.sqlite3'}")
    upgrade(again)
    report = pipeline.ingest(again, HashingEmbedder(), [DATA / "speakers.yaml", out], options=ReadOptions())
    assert [problem for file in report.files for problem in file.problems if problem.severity == "error"] == []
    assert tidy(state(again)) == before
    again.dispose()
