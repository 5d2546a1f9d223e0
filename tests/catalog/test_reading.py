"""Reading facts: lists in parts, one thing by slug, counts at the foot, and what may have been meant."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app.catalog.census import census
from app.catalog.choices import choices, labels
from app.catalog.editions import find_edition, fullest_edition, list_editions
from app.catalog.filters import TalkFilter
from app.catalog.listing import Portion, portion
from app.catalog.names import find_organisation, list_organisations
from app.catalog.reasons import theme_reasons
from app.catalog.speakers import find_speaker, list_speakers
from app.catalog.suggestions import near_names
from app.catalog.takeaways import TakeawayFilter, claim_changes, list_takeaways, theme_names
from app.catalog.talks import find_talk, list_talks
from app.catalog.technologies import find_technology
from app.catalog.themes import find_theme, theme_talks, theme_tree
from app.db.types import utc_now
from app.errors import NotFound
from app.models import Talk
from tests.web.facts import Facts


@pytest.mark.parametrize(
    ("total", "limit", "offset", "after", "before"),
    [
        (0, 2, 0, None, None),
        (1, 2, 0, None, None),
        (2, 2, 0, None, None),
        (3, 2, 0, 2, None),
        (3, 2, 2, None, 0),
        (3, 2, 1, None, 0),
        (3, 2, 90, None, 1),
    ],
)
def test_a_portion_knows_what_is_before_and_after(
    total: int, limit: int, offset: int, after: int | None, before: int | None
) -> None:
    part: Portion[int] = Portion(total, [], limit, offset)
    assert part.next_offset == after
    assert part.previous_offset == before


@pytest.mark.parametrize(("limit", "offset", "slugs"), [(2, 0, 2), (2, 2, 2), (2, 4, 1), (2, 6, 0), (10, 0, 5)])
def test_a_portion_counts_the_whole_list(session: Session, limit: int, offset: int, slugs: int) -> None:
    found = portion(session, select(col(Talk.slug)).order_by(col(Talk.id)), limit, offset)
    assert found.total == 5
    assert len(found.items) == slugs


def test_the_census_counts_what_is_known(session: Session) -> None:
    counted = census(session)
    assert (counted.talks, counted.editions, counted.speakers, counted.takeaways) == (4, 2, 2, 4)
    assert counted.series == ("Summit",)
    assert len(counted.snapshot) == 12
    assert counted.built_at is not None


@pytest.mark.parametrize("gone", [{"withdrawn_at": utc_now()}, {"is_container": True}])
def test_the_census_leaves_out_talks_that_do_not_count_and_who_spoke_in_no_other(
    engine: Engine, gone: dict[str, Any]
) -> None:
    with Session(engine) as session:
        facts = Facts(session)
        edition = facts.edition("east-2020", "East 2020", 2020)
        counted, left_out = facts.talk(edition, "a", "A"), facts.talk(edition, "b", "B", **gone)
        ada, grace, joan = (facts.speaker(name.lower(), name) for name in ("Ada", "Grace", "Joan"))
        for talk, speaker in ((counted, ada), (left_out, ada), (left_out, grace)):
            facts.appear(talk, speaker, None)
        assert joan.id is not None, "who speaks nowhere"
        found = census(session)
        assert (found.talks, found.speakers) == (1, 1)


def test_the_census_of_nothing(engine: Engine) -> None:
    with Session(engine) as session:
        counted = census(session)
        assert (counted.talks, counted.editions, counted.snapshot, counted.series) == (0, 0, "empty", ())
        assert fullest_edition(session) is None
        assert theme_tree(session, "v") == []
        assert claim_changes(session) == []


@pytest.mark.parametrize(
    ("order", "slugs"),
    [
        ("newest", ["later", "probes", "odd", "bare"]),
        ("oldest", ["odd", "bare", "probes", "later"]),
        ("title", ["odd", "bare", "probes", "later"]),
    ],
)
def test_talks_in_each_order(session: Session, order: str, slugs: list[str]) -> None:
    found = list_talks(session, TalkFilter(), order)  # type: ignore[arg-type]
    assert [card.slug for card in found.items] == slugs


def test_a_talk_that_is_not_there(session: Session) -> None:
    with pytest.raises(NotFound, match="There is no talk “none”"):
        find_talk(session, "none")
    for find in (find_speaker, find_edition, find_theme, find_organisation, find_technology):
        with pytest.raises(NotFound):
            find(session, "none")


def test_a_withdrawn_talk_is_found_and_marked(session: Session) -> None:
    gone = find_talk(session, "gone")
    assert gone.withdrawn_on is not None
    assert gone.takeaways == []


def test_reasons_order_and_tell_people_from_machine(session: Session) -> None:
    talk = find_talk(session, "probes")
    reasons = theme_reasons(session, talk.id)
    # The main theme is Kubernetes, and so what it is a part of.
    assert {reason.slug for reason in reasons if reason.is_main} == {"operations", "kubernetes"}
    assert all(reason.status == "confirmed" for reason in reasons[:2])
    assert all(reason.decisions[0].read_from == "slides" for reason in reasons[:2])
    rank = {"confirmed": 0, "machine": 1, "rejected": 2, "unlikely": 3}
    states = [rank[reason.status] for reason in reasons]
    assert states == sorted(states)
    odd = {reason.slug: reason for reason in find_talk(session, "odd").theme_reasons}
    assert odd["operations"].status == "rejected"
    assert odd["operations"].probability == 0


@pytest.mark.parametrize(
    ("prefix", "names"),
    [("", 2), ("nik", 1), ("EXA", 1), ("okina", 1), ("zoe", 1), ("Zoë", 1), ("xample", 0), ("%", 0), ("ʻ", 0)],
)
def test_speakers_by_the_start_of_any_name(session: Session, prefix: str, names: int) -> None:
    assert list_speakers(session, prefix).total == names


def test_speakers_with_most_talks_first(session: Session) -> None:
    rows = list_speakers(session, order="talks").items
    assert [(row.slug, row.talks) for row in rows] == [("nikki-example", 2), ("zoe-okina", 1)]
    assert rows[0].affiliations == ["Lyft", "Etsy"]
    assert (rows[0].first_year, rows[0].last_year) == (2019, 2020)


def test_affiliations_over_time(session: Session) -> None:
    spans = find_speaker(session, "nikki-example").affiliations
    assert [(span.organisation, span.first_year, span.job_titles) for span in spans] == [
        ("Etsy", 2019, ["Staff Engineer"]),
        ("Lyft", 2020, ["Principal"]),
    ]


def test_editions_with_what_is_missing(session: Session) -> None:
    cards = {card.slug: card for card in list_editions(session).items}
    assert (cards["west-2019"].known, cards["west-2019"].missing) == (3, 3)
    assert cards["east-2020"].missing is None
    assert cards["west-2019"].short_name == "West 2019"
    fullest = fullest_edition(session)
    assert fullest is not None
    assert fullest.slug == "west-2019"
    assert list_editions(session, series="summit").total == 2


def test_themes_by_who_gave_them(session: Session) -> None:
    tree = theme_tree(session, "v")
    assert [node.slug for node in tree] == ["operations", "streaming"]
    assert [node.slug for node in tree[0].children] == ["kubernetes"]
    assert tree[0].gist == "Operations first."
    assert [card.slug for card in theme_talks(session, "operations", "confirmed", 10).items] == ["probes"]
    machine = theme_talks(session, "operations", "machine", 10).items
    assert "odd" not in [card.slug for card in machine]
    detail = find_theme(session, "operations")
    assert detail.examples[0].title is None or detail.examples[0].slug == "probes"


@pytest.mark.parametrize(
    ("filter", "slugs"),
    [
        (TakeawayFilter(), ["simple", "thirty", "doubt", "settled"]),
        (TakeawayFilter(kind="lesson"), ["simple"]),
        (TakeawayFilter(stances=("warns",)), ["simple"]),
        (TakeawayFilter(editions=("west-2019",)), ["simple", "thirty", "settled"]),
        (TakeawayFilter(theme="operations"), ["thirty"]),
        (TakeawayFilter(theme="oper"), []),
        (TakeawayFilter(slug="doubt"), ["doubt"]),
        (TakeawayFilter(slugs=("doubt", "thirty")), ["thirty", "doubt"]),
        (TakeawayFilter(slugs=()), []),
        (TakeawayFilter(editions=("west-2019", "east-2018")), ["simple", "thirty", "settled"]),
        (TakeawayFilter(series="nowhere"), []),
        (TakeawayFilter(year_from=2019, year_to=2019), ["simple", "thirty", "settled"]),
        (TakeawayFilter(year_from=2020), []),
    ],
)
def test_takeaways_narrowed(session: Session, filter: TakeawayFilter, slugs: list[str]) -> None:
    assert [card.slug for card in list_takeaways(session, filter).items] == slugs


def test_a_claim_and_what_revised_it(session: Session) -> None:
    [change] = claim_changes(session)
    assert (change.before.slug, change.after.slug) == ("doubt", "settled")
    assert change.after.path == "/takeaways?slug=settled"
    assert list_takeaways(session, TakeawayFilter(kind="lesson")).items[0].path == "/talks/probes#takeaway-simple"
    assert theme_names(session, {"operations", "none"}) == {"operations": "Operations"}
    assert theme_names(session, set()) == {}


def test_organisations_by_talks(session: Session) -> None:
    assert [(row.slug, row.talks) for row in list_organisations(session).items] == [("lyft", 2), ("etsy", 1)]


def test_what_can_be_chosen_and_how_it_reads(session: Session) -> None:
    found = choices(session)
    assert [slug for slug, _ in found.editions] == ["east-2020", "west-2019"]
    assert found.years == [2020, 2019]
    assert found.languages == ["de", "en"]
    asked = {"edition": "west-2019", "year_from": 2018, "kind": "keynote", "speaker": "unknown"}
    assert labels(session, asked) == [
        ("edition", "Summit West 2019"),
        ("year_from", "since 2018"),
        ("kind", "keynote"),
        ("speaker", "unknown"),
    ]


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("nikki-exampel", "/speakers/nikki-example"),
        ("west-19", "/editions/west-2019"),
        ("kubernets-streaming", "/themes/streaming"),
    ],
)
def test_what_may_have_been_meant(session: Session, wanted: str, path: str) -> None:
    assert path in [found for _, found in near_names(session, wanted)]


@pytest.mark.parametrize("wanted", ["", "%", "__", "zzzz-qqqq", "x" * 500])
def test_nothing_close_is_no_suggestion(session: Session, wanted: str) -> None:
    assert near_names(session, wanted) == []
