"""Several vocabularies: which one a view is of, what is known of each, and main themes that do not mix."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.catalog.filters import TalkFilter
from app.catalog.health import examine
from app.catalog.themes import list_themes
from app.catalog.vocabularies import choose_vocabulary, list_vocabularies, vocabulary_names
from app.db.engine import reading
from app.db.types import utc_now
from app.errors import NotFound, UsageError
from app.models import Vocabulary
from app.reports.registry import build_report
from app.reports.request import ReportRequest
from app.trends.counts import theme_figure, theme_shares
from app.trends.document import plain
from app.trends.scope import Scope
from tests.trends.sample import VERSION, Builder


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Two editions: at `a` most talks have themes of “v”, at `b` of “w”; one talk has a main theme of each."""
    with Session(engine) as filling:
        build = Builder(filling)
        key = build.source.id or 0
        build.add(Vocabulary(slug="w", name="Other words", version="0" * 12, source_id=key, loaded_at=utc_now()))
        build.theme("operations", "Operations")
        for slug in ("testing", "unheard"):
            build.theme(slug, slug.title()).vocabulary = "w"
        build.edition("a-2020", "A 2020", "2020-01-01", 3)
        build.edition("b-2021", "B 2021", "2021-01-01", 2)
        build.talk("a-2020", confirmed=("operations",), main="operations")
        build.talk("a-2020", machine={"operations": 0.9}, main="operations")
        build.talk("a-2020", machine={"testing": 0.9}, main="testing")
        build.talk("b-2021", machine={"testing": 0.8}, main="testing")
        both = build.talk("b-2021", machine={"operations": 0.8}, main="operations")
        build._assign(both, "confirmed", {"testing": 1.0}, "testing")
        filling.commit()
    with reading(engine) as opened:
        yield opened


def chosen(session: Session, asked: str | None = None, theme: str | None = None, edition: str = "") -> str | None:
    talks = TalkFilter(editions=(edition,)) if edition else TalkFilter()
    found = choose_vocabulary(session, asked, talks, theme)
    return found.slug if found else None


def test_a_view_is_of_the_vocabulary_most_talks_have_a_theme_of(session: Session) -> None:
    assert chosen(session, edition="a-2020") == "v"
    assert chosen(session, edition="b-2021") == "w"
    assert chosen(session) == "v", "three talks each, and the first came first"
    assert chosen(session, "w", edition="a-2020") == "w"
    assert chosen(session, theme="testing", edition="a-2020") == "w"
    assert [name.slug for name in vocabulary_names(session)] == ["v", "w"]


def test_unknown_vocabularies_and_themes_of_others_are_refused_in_words(session: Session) -> None:
    with pytest.raises(NotFound, match=r"no vocabulary “x”.*The vocabularies are v, w"):
        chosen(session, "x")
    with pytest.raises(UsageError, match="is of the vocabulary w, not v"):
        chosen(session, "v", theme="testing")
    with pytest.raises(NotFound, match="no theme “x”"):
        chosen(session, theme="x")


def test_a_base_without_themes_has_none(engine: Engine) -> None:
    with reading(engine) as empty:
        assert chosen(empty) is None
        assert theme_shares(empty, Scope()).vocabulary is None
        assert list_vocabularies(empty).items == []


def test_what_is_known_of_a_vocabulary(session: Session) -> None:
    first, second = list_vocabularies(session).items
    assert (first.name, first.version, first.themes, first.talks, first.unmatched) == (
        "Sample words", VERSION, 1, 3, [],
    )  # fmt: skip
    assert (second.themes, second.talks, second.unmatched) == (2, 3, ["unheard"])
    assert second.source == "sample.yaml"
    assert list_vocabularies(session, limit=1, offset=1).items == [second]
    assert [theme.slug for theme in list_themes(session).items] == ["operations", "testing", "unheard"]
    assert [theme.slug for theme in list_themes(session, "w").items] == ["testing", "unheard"]


def test_the_doctor_names_themes_that_no_known_talk_has(session: Session) -> None:
    said = [finding.message for finding in examine(session, "r").findings]
    assert "Vocabulary w: no known talk has unheard." in said
    assert not [message for message in said if message.startswith("Vocabulary v:")]


def test_shares_are_of_one_vocabulary(session: Session) -> None:
    shares = theme_shares(session, Scope(editions=("a-2020",)))
    assert shares.vocabulary is not None
    assert (shares.vocabulary.slug, [row.theme.slug for row in shares.rows]) == ("v", ["operations"])
    shares = theme_shares(session, Scope(editions=("a-2020",)), vocabulary="w")
    assert [(row.theme.slug, row.numerator) for row in shares.rows] == [("testing", 1), ("unheard", 0)]


def test_a_main_theme_of_one_vocabulary_decides_nothing_in_another(session: Session) -> None:
    scope = Scope(editions=("b-2021",))
    testing = theme_figure(session, "testing", scope, counting="main")
    assert (testing.numerator, testing.confirmed, testing.undecided) == (2, 1, 1)
    operations = theme_figure(session, "operations", scope, counting="main")
    assert (operations.numerator, operations.confirmed, operations.undecided) == (1, 0, 2)


def test_a_report_names_its_vocabulary_in_its_address_its_method_and_its_json(session: Session) -> None:
    report = build_report(session, "themes", ReportRequest(editions=("b-2021",)))
    assert report.query == "edition=b-2021&vocabulary=w"
    assert "vocabulary Other words, version 000000000000." in plain(report.method[0])
    assert report.payload.model_dump()["vocabulary"] == {"slug": "w", "name": "Other words", "version": "0" * 12}
    assert [(choice.slug, choice.current) for choice in report.vocabularies] == [("v", False), ("w", True)]
    assert report.vocabularies[0].query == "edition=b-2021&vocabulary=v"
    other = build_report(session, "themes", ReportRequest(editions=("b-2021",), theme="operations"))
    assert (other.query, other.vocabularies) == ("edition=b-2021&vocabulary=v&theme=operations", ())
    edition = build_report(session, "edition", ReportRequest(editions=("b-2021",), vocabulary="v"))
    assert edition.tables[-1].rows[0].key == "operations"
    with pytest.raises(UsageError):
        build_report(session, "themes", ReportRequest(theme="operations", vocabulary="w"))
