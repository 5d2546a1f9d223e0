"""A base from before vocabularies had versions keeps its themes, and its files are read again."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from sqlalchemy import Engine, text

from app import pipeline
from app.catalog.vocabularies import list_vocabularies
from app.db.engine import for_writing, make_engine, reading
from app.ingest.formats.protocol import ReadOptions
from app.migrations import _config, upgrade
from app.models import VocabularyVersion
from app.reports.reissue import due
from tests.conftest import DATA, on_sqlite
from tests.standins import HashingEmbedder


@on_sqlite
def test_themes_of_an_older_base_get_a_vocabulary_with_the_version_of_their_file(
    engine: Engine, tmp_path: Path
) -> None:
    file = DATA / "themes.yaml"
    pipeline.ingest(engine, HashingEmbedder(), [file], options=ReadOptions())
    with reading(engine) as session:
        (ingested,) = list_vocabularies(session).items
        address = engine.url.render_as_string(hide_password=False)
    with for_writing(engine).begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0007")
    engine.dispose()
    older = make_engine(address)
    assert upgrade(older)
    with reading(older) as session:
        (found,) = list_vocabularies(session).items
        assert (found.slug, found.name, found.version) == ("data-streaming", "Data streaming", ingested.version)
        assert (found.source, found.themes) == ("themes.yaml", ingested.themes)
        assert len(session.get_one(VocabularyVersion, 1).themes) == found.themes
        assert session.scalar(text("SELECT count(*) FROM source WHERE content_hash IS NULL")) == 1
    report = pipeline.ingest(older, HashingEmbedder(), [file], options=ReadOptions())
    assert report.files[0].records is not None
    assert report.files[0].records.unchanged == ingested.themes
    older.dispose()


def test_an_older_base_remembers_the_vocabularies_its_saved_reports_are_of(engine: Engine) -> None:
    pipeline.ingest(engine, HashingEmbedder(), [DATA / "themes.yaml"], options=ReadOptions())
    state = text("SELECT fingerprint FROM indexstate WHERE name = 'reissued'")
    with reading(engine) as session:
        before = session.scalar(state)
    assert before.startswith("data-streaming ")
    address = engine.url.render_as_string(hide_password=False)
    with for_writing(engine).begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0014")
        assert connection.scalar(state) is None
    engine.dispose()
    older = make_engine(address)
    assert upgrade(older)
    with reading(older) as session:
        assert session.scalar(state) == before
        assert due(session) is None
    older.dispose()
