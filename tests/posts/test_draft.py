"""Posts as drafted: every sentence supported, nothing of the data taken for markup, and words where there is nothing.

Golden file: UPDATE_GOLDEN=1 .venv/bin/pytest tests/posts, then read the difference before committing it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app.bootstrap import KnowledgeBase
from app.db.engine import reading
from app.db.types import utc_now
from app.errors import InputError, NotFound, UsageError
from app.exports.svg import drawn
from app.models import Article, ClaimLink, Takeaway, TakeawayDecision, TakeawayDraft, TakeawayEvidence, Talk
from app.posts.draft import Post, check_post, draft_post
from app.posts.material import PostRequest
from app.posts.preview import post_html
from app.posts.sentences import take_apart
from app.posts.template import shipped_templates
from app.settings import get_settings
from tests.databases import Databases
from tests.trends.sample import SNAPSHOT, Builder

GOLDEN = Path(__file__).parents[1] / "golden"
HOSTILE = "1. <script>x</script> | [a](javascript:b) *c* `d` [^1] Yes! No? “q” \\ & $e$ # f"
EDITION = "kafka-summit-san-francisco-2019"


@pytest.fixture(scope="module")
def hostile_engine(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A series of which every name, title and takeaway is as bad as it can be, and editions with hardly anything."""
    with databases.fresh(tmp_path_factory.mktemp("hostile")) as engine:
        with Session(engine) as session:
            _fill(Builder(session), session)
            session.commit()
        yield engine


def _fill(build: Builder, session: Session) -> None:
    build.theme("t", f"Theme {HOSTILE}")
    build.theme("u", "Yahoo! Things")
    build.edition("first-2018", f"First {HOSTILE}", "2018-05-01", 20)
    build.edition("bad-2019", f"Bad {HOSTILE}", "2019-05-01", 4, city=HOSTILE)
    build.edition("none-2020", "None 2020", "2020-05-01", 12, series="other")
    build.edition("one-2021", "One: 2021 in two: parts", "2021-05-01", series="third")
    build.talk("one-2021", title=HOSTILE)
    for number in range(9):
        build.talk("first-2018", confirmed=("t",) if number < 3 else (), main="t", organisation="acme")
    talks = [build.talk("bad-2019", title=HOSTILE, confirmed=("t", "u"), main="t", kind="keynote") for _ in range(3)]
    for organisation in build.organisations.values():
        organisation.name = f"Inc. {HOSTILE}"
    article = Article(slug="a", source_id=build.source.id or 0, title=HOSTILE, observer=HOSTILE, url="javascript:x")
    build.add(article)
    for number, talk in enumerate((*talks, None)):
        takeaway = _takeaway(build, f"said-{number}", talk, article)
        build.add(takeaway)
        build.add(TakeawayEvidence(takeaway_id=takeaway.id or 0, kind="article", section=HOSTILE, url="javascript:y"))
    build.add(
        TakeawayDraft(
            key="draft-1", origin="abstract", talk_id=talks[0].id, edition_id=talks[0].edition_id, text=HOSTILE,
            kind="limitation", score=0.9, content_hash="x", recipe="r", evidence=[{"kind": "abstract"}],
        ),
        TakeawayDraft(
            key="draft-2", origin="abstract", talk_id=talks[0].id, edition_id=talks[0].edition_id, text="Decided.",
            kind="lesson", score=0.8, content_hash="x", recipe="r",
        ),
        TakeawayDecision(draft_key="draft-2", action="reject", reviewer="Ada", decided_at=utc_now(), via="page"),
    )  # fmt: skip
    for relation in ("unrelated", "revises"):
        build.add(
            ClaimLink(earlier_id=1, later_id=4, relation=relation, reviewer="Ada", decided_at=utc_now(), via="page")
        )


def _takeaway(build: Builder, slug: str, talk: Talk | None, article: Article) -> Takeaway:
    return Takeaway(
        slug=slug, source_id=build.source.id or 0, source_key=slug, article_id=article.id,
        talk_id=talk.id if talk else None, edition_id=build.editions["bad-2019"].id, kind="claim",
        text=f"{HOSTILE} and {slug} fell by half.",
        said_by=HOSTILE, affiliation=HOSTILE, conditions=HOSTILE, content_hash="x",
        status="reviewed" if slug == "said-2" else "attendee-note",
    )  # fmt: skip


@pytest.fixture
def hostile(hostile_engine: Engine) -> Iterator[Session]:
    with Session(hostile_engine) as opened:
        yield opened


def drafted(session: Session, edition: str, *themes: str, template: str = "default", drafts: bool = False) -> Post:
    return draft_post(session, PostRequest(edition, themes, drafts), template)[0]


def test_golden_post(knowledge_base: KnowledgeBase) -> None:
    """The words of the post; its snapshot changes with any of the shipped data."""
    with reading(knowledge_base.engine) as session:
        post = drafted(session, EDITION)
    content = post.markdown.replace(post.snapshot, SNAPSHOT).replace(get_settings().base_url, "http://127.0.0.1:8000")
    path = GOLDEN / f"post-{EDITION}.md"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(content, encoding="utf-8")
    assert content == path.read_text(encoding="utf-8"), f"{path.name} differs; see the top of this file"
    assert post.words == f"{post.sentences} of {post.sentences} sentences are supported."


@pytest.mark.parametrize("template", shipped_templates())
@pytest.mark.parametrize("edition", ["west-2019", "east-2020", "empty-2021"])
def test_every_sentence_is_supported_the_same_each_time(session: Session, edition: str, template: str) -> None:
    first, again = (drafted(session, edition, template=template) for _ in range(2))
    assert first == again
    assert first.rejected == []
    assert first.sentences == first.supported > 0
    assert first.markdown.rstrip().splitlines()[0].startswith("# Summit")
    checked = check_post(session, first.markdown)
    assert (checked.sentences, checked.rejected) == (first.sentences, [])


@pytest.mark.parametrize("template", shipped_templates())
@pytest.mark.parametrize("edition", ["bad-2019", "none-2020", "one-2021", "first-2018"])
@pytest.mark.parametrize("themes", [(), ("t",), ("t", "u")])
def test_hostile_data_stays_text(hostile: Session, edition: str, template: str, themes: tuple[str, ...]) -> None:
    post = drafted(hostile, edition, *themes, template=template, drafts=True)
    assert post.rejected == []
    html = str(post_html(post.markdown))
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "<em>c" not in html
    assert "<code>" not in html
    labels = {label for sentence in take_apart(post.markdown).sentences for label in sentence.notes}
    assert labels == set(take_apart(post.markdown).notes)
    if edition == "bad-2019":
        assert "1. &lt;script&gt;x&lt;/script&gt; | [a](javascript:b) *c* `d` [^1] Yes! No?" in html


def test_an_edition_without_talks_says_so(hostile: Session) -> None:
    post = drafted(hostile, "none-2020")
    assert "No talks of None 2020 are in the base yet.[^1]" in post.markdown
    assert post.chart is None


def test_one_talk_is_named_and_no_edition_before_is_fine(hostile: Session) -> None:
    post = drafted(hostile, "one-2021")
    assert "## Talks to watch" in post.markdown
    assert "What has changed" not in post.markdown
    assert "How many sessions were published is not known." in post.markdown


def test_reviewed_takeaways_come_first_and_links_of_people_are_changes(hostile: Session) -> None:
    post = drafted(hostile, "bad-2019", drafts=True)
    talks = post.markdown.split("## Talks to watch")[1].split("## ")
    assert "said-2" in talks[1]
    assert "## Claims that changed" in post.markdown
    assert post.markdown.count("Machine draft, not reviewed:") > 0
    assert "Decided" not in post.markdown
    assert "Machine draft" not in drafted(hostile, "bad-2019").markdown


def test_an_edited_post_names_the_lines_that_lost_support(session: Session) -> None:
    post = drafted(session, "west-2019")
    edited = post.markdown.replace("4 of 10", "5 of 10", 1).replace("## Who spoke", "Kafka is dead.\n\n## Who spoke")
    found = check_post(session, edited)
    lines = edited.splitlines()
    assert [("5 of 10" in lines[one.line - 1], "dead" in lines[one.line - 1]) for one in found.rejected] == [
        (True, False),
        (False, True),
    ]
    assert found.words == f"{post.sentences - 1} of {post.sentences + 1} sentences are supported."
    moved = check_post(session, post.markdown.replace("share~theme.operations", "share~theme.nothing"))
    assert any("no theme “nothing”" in reason for one in moved.rejected for reason in one.reasons)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("# Hi\n\n{{ talks.nothing }}", "line 3: .*nothing"),
        ("{% if talks %}\n", "line [12]: .*end of template"),
        ("\n{{ ().__class__.__mro__ }}", "line 2: a template may not do this"),
        ("{{ 1 / 0 }}", "line 1: ZeroDivisionError"),
        ("a\n{{ cite(3) }}", "line 2: TypeError: cite takes figures"),
        ('{% include "base.html" %}', "line 1: .*base.html"),
        ("{{ nobody }}", "line 1: 'nobody' is undefined"),
        ("{% for x in range(9999999999) %}{% endfor %}", "line 1: OverflowError"),
    ],
)
def test_a_template_at_fault_is_named_with_its_line(session: Session, tmp_path: Path, source: str, words: str) -> None:
    file = tmp_path / "my.md.j2"
    file.write_text(source)
    with pytest.raises(InputError, match=words):
        drafted(session, "west-2019", template=str(file))


def test_a_template_of_ones_own_is_checked_as_well(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "my.md.j2"
    file.write_text(
        "# Mine\n\nKafka is dead. {% call cited(talks) %}There are {{ talks.numerator }} known talks. And 99 more."
        "{% endcall %} {{ edition.name }}{{ cite(edition) }}\n"
    )
    post = drafted(session, "west-2019", template=str(file))
    assert post.markdown.startswith("# Mine\n\nThere are 10 known talks.[^1] Summit West 2019[^2]\n\n[^1]: Figure ")
    assert [one.sentence for one in post.rejected] == ["Kafka is dead.", "And 99 more."]
    assert post.words == "2 of 4 sentences are supported."


def test_what_was_withdrawn_supports_nothing_and_articles_do(hostile: Session, session: Session) -> None:
    note = "\n\n[^1]: [x](/articles/a)\n[^2]: [y](/talks/talk-12)\n"
    assert check_post(hostile, f"It asks “Yes! No?” and has 1 note.[^1]{note}").rejected == []
    assert check_post(hostile, f"It asks “Yes! Or no?” there.[^1]{note}").rejected
    gone = session.scalars(select(col(Talk.slug)).where(col(Talk.withdrawn_at).is_not(None))).one()
    found = check_post(session, f"It is of Summit West.[^1]\n\n[^1]: [y](/talks/{gone})\n")
    assert "It was withdrawn on" in found.rejected[0].reasons[0]


def test_unknown_names_are_told(session: Session, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        drafted(session, "nowhere")
    with pytest.raises(NotFound, match="nothing"):
        drafted(session, "west-2019", "nothing")
    with pytest.raises(UsageError, match="default, newsletter"):
        drafted(session, "west-2019", template="nothing")
    (tmp_path / "bad").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="cannot be read"):
        drafted(session, "west-2019", template=str(tmp_path / "bad"))


def test_the_chart_is_of_the_themes_of_the_post(session: Session) -> None:
    post, chart = draft_post(session, PostRequest("west-2019", ("kubernetes",)), chart_address="post.svg")
    assert chart is not None
    assert [row.key for row in chart.rows] == ["kubernetes"]
    assert "](post.svg)[^" in post.markdown
    assert "Kubernetes" in drawn(chart, dark=True)
