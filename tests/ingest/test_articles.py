"""Articles in the base: which files are taken for one, which edition they are about, and that one stays one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from app import pipeline
from app.db.engine import reading, writing
from app.ingest.discover import discovered
from app.ingest.formats.protocol import ReadOptions
from app.ingest.run import FileReport
from app.models import Article, ArticleMention, ArticleText, Edition, Takeaway
from app.text.slugs import slugify
from tests.standins import HashingEmbedder

SAMPLES = Path(__file__).parents[1] / "samples"
LONG = "We heard many talks about brokers, and liked the one on storage. "


def programme(series: str, name: str, start: str, city: str, titles: tuple[str, ...] = ()) -> str:
    slug = slugify(name)
    talks = "".join(f'  - {{id: talk-{at}, title: "{title}"}}\n' for at, title in enumerate(titles)) or "  []\n"
    return (
        f"hallway: programme/1\nseries: {{slug: {slugify(series)}, name: {series}}}\n"
        f"edition: {{slug: {slug}, name: {name}, city: {city}, start_date: '{start}', end_date: '{start}'}}\n"
        f"talks:\n{talks}"
    )


TITLES = ("Storage That Forgets Nothing", "Brokers in a Small Cluster", "What Probes Do at Night", "The Lag of a Year")
PROGRAMMES = (
    programme("Broker Summit", "Broker Summit Lyon 2019", "2019-05-13", "Lyon", TITLES),
    programme("Broker Summit", "Broker Summit Oslo 2019", "2019-10-01", "Oslo", ("Another Talk of the North",)),
    programme("Broker Summit", "Broker Summit Lyon 2018", "2018-05-13", "Lyon"),
    programme("CloudCon + DataCon Europe", "CloudCon + DataCon Europe 2022", "2022-05-16", "Valencia"),
    programme("CloudCon + DataCon North America", "CloudCon + DataCon North America 2022", "2022-10-24", "Detroit"),
    programme("Now", "Now London 2022", "2022-06-01", "London"),
)


@pytest.fixture
def base(engine: Engine, tmp_path: Path) -> Engine:
    folder = tmp_path / "programmes"
    folder.mkdir()
    for number, text in enumerate(PROGRAMMES):
        (folder / f"p{number}.yaml").write_text(text, encoding="utf-8")
    report = pipeline.read(engine, [folder], ReadOptions())
    assert not report.has_errors, report
    return engine


def take(engine: Engine, path: Path, text: str | None = None, **options: str | None) -> FileReport:
    if text is not None:
        path.write_text(text, encoding="utf-8")
    return pipeline.read(engine, [path], ReadOptions(**options)).files[0]  # type: ignore[arg-type]


def stored(engine: Engine) -> list[tuple[Article, ArticleText, str | None]]:
    with reading(engine) as session:
        rows = session.execute(
            select(Article, ArticleText, col(Edition.slug))
            .join(ArticleText, col(ArticleText.article_id) == col(Article.id))
            .outerjoin(Edition, col(Edition.id) == col(ArticleText.edition_id))
            .order_by(col(Article.id))
        )
        return [(row[0], row[1], row[2]) for row in rows]


@pytest.mark.parametrize(
    ("text", "edition", "basis"),
    [
        ("# Broker Summit Oslo 2019: a recap\n\nIt was fine.", "broker-summit-oslo-2019", "its title"),
        ("# A recap\n\nIn May we were at Broker Summit 2018 with friends.", "broker-summit-lyon-2018", "opening"),
        ("# CloudCon EU 2022 Wrap-Up\n\nIt was fine.", "cloudcon-datacon-europe-2022", "its title"),
        ("# Home from DataCon\n\nWe were at CloudCon / DataCon North America 2022.",
         "cloudcon-datacon-north-america-2022", "opening"),
        ("# CloudCon NA ’22\n\nIt was fine.", "cloudcon-datacon-north-america-2022", "its title"),
        ("---\ntitle: What we saw\ndate: 2019-06-03\n---\nAt Broker Summit we saw a lot.", "broker-summit-lyon-2019",
         "the day it was published"),
        ("---\ntitle: See you in Oslo\ndate: 2019-09-20\n---\nNext week Broker Summit begins.",
         "broker-summit-oslo-2019", "published before it began on 2019-10-01"),
        ("---\ntitle: Soon\ndate: 2022-05-12\n---\nWe are at CloudCon Europe 2022.", "cloudcon-datacon-europe-2022",
         "published before it began on 2022-05-16"),
        ("# Now London 2022\n\nIt was fine.", "now-london-2022", "its title"),
        ("# Some notes\n\n" + "\n\n".join(f"## {title}\n\nGood." for title in TITLES[:3]), "broker-summit-lyon-2019",
         "3 of its talks"),
        ("# Broker Summit in Lyon\n\n" + "\n\n".join(f"## {title} (Ann Lee)\n\nGood." for title in TITLES),
         "broker-summit-lyon-2019", "4 of its talks"),
        ("# Rückblick auf den Broker Summit Lyon 2019\n\nEs war schön, und wir haben viel gelernt.",
         "broker-summit-lyon-2019", "its title"),
    ],
)  # fmt: skip
def test_the_edition_is_found_and_says_by_what(
    base: Engine, tmp_path: Path, text: str, edition: str, basis: str
) -> None:
    report = take(base, tmp_path / "recap.md", text)
    _, words, found = stored(base)[0]
    assert found == edition
    assert basis in (words.edition_basis or "")
    assert not report.problems


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("# Broker Summit 2019\n\nIt was fine.", {"broker-summit-lyon-2019", "broker-summit-oslo-2019"}),
        ("# Back from Broker Summit in Lyon\n\nFine.", {"broker-summit-lyon-2018", "broker-summit-lyon-2019"}),
        ("# From CloudCon EU 2022 to CloudCon NA 2022\n\nFine.",
         {"cloudcon-datacon-europe-2022", "cloudcon-datacon-north-america-2022"}),
    ],
)  # fmt: skip
def test_of_several_editions_none_is_chosen_and_all_are_named(
    base: Engine, tmp_path: Path, text: str, listed: set[str]
) -> None:
    report = take(base, tmp_path / "recap.md", text)
    assert stored(base)[0][2] is None
    message = report.problems[0].message
    assert report.problems[0].severity == "warning"
    assert {slug for slug in listed if f"--edition {slug}" in message} == listed


@pytest.mark.parametrize("text", ["# What is good now in 2022\n\nNow we know.", "# Broker Summit 2017\n\nFine."])
def test_words_and_years_that_fit_no_edition_find_none(base: Engine, tmp_path: Path, text: str) -> None:
    take(base, tmp_path / "recap.md", text)
    assert stored(base)[0][2] is None


def test_an_unknown_edition_is_proposed_as_a_programme_that_then_is_found(base: Engine, tmp_path: Path) -> None:
    article = tmp_path / "recap.md"
    report = take(base, article, "---\ntitle: Home from Lake Days 2021\ndate: 2021-07-09\n---\n\nLake Days was good.")
    assert report.records
    assert report.records.created == 1
    message = report.problems[0].message
    assert "not in the base" in message
    skeleton = message.partition("\n")[2].replace('"2021-MM-DD"', '"2021-07-01"')
    assert 'name: "Lake Days 2021"' in skeleton
    (tmp_path / "lake-days-2021.yaml").write_text(skeleton, encoding="utf-8")
    made = pipeline.read(base, [tmp_path / "lake-days-2021.yaml"], ReadOptions())
    assert not made.has_errors, made
    again = take(base, article)
    assert not again.problems
    assert stored(base)[0][2] == "lake-days-2021"


def test_an_edition_given_stays_and_one_that_is_none_is_an_error(base: Engine, tmp_path: Path) -> None:
    article = tmp_path / "recap.md"
    take(base, article, "# Some notes\n\nFine.", edition="Broker Summit Oslo 2019")
    assert stored(base)[0][1].edition_basis == "given"
    take(base, article, "# Some notes\n\nFine, and more.")
    assert (stored(base)[0][2], stored(base)[0][1].edition_basis) == ("broker-summit-oslo-2019", "given")
    report = take(base, article, edition="nowhere-1999")
    assert [problem.severity for problem in report.problems] == ["error"]
    assert "nowhere-1999" in report.problems[0].message
    assert stored(base)[0][2] == "broker-summit-oslo-2019"


def test_the_same_text_changes_nothing_and_another_takes_its_place(base: Engine, tmp_path: Path) -> None:
    article = tmp_path / "recap.md"
    take(base, article, "# Broker Summit Oslo 2019\n\nBy Ann Lee\n\nIt was fine.")
    before = stored(base)[0][1]
    with writing(base) as session:
        session.add(ArticleMention(
            article_id=before.article_id, kind="talk", block=0, start=0, end=2, words="It", score=1.0,
            certainty="certain", why="", recipe="",
        ))  # fmt: skip
    copy = take(base, tmp_path / "copy.md", article.read_text(encoding="utf-8"))
    assert copy.records
    assert copy.records.unchanged == 1
    assert stored(base)[0][1].read_at == before.read_at
    report = take(base, article, "# Broker Summit Oslo 2019\n\nBy Ann Lee\n\nIt was very fine.")
    assert report.records
    assert report.records.updated == 1
    assert [text.blocks[-1]["text"] for _, text, _ in stored(base)] == ["It was very fine."]
    with reading(base) as session:
        assert session.scalars(select(ArticleMention)).all() == [], "places in the old words mean nothing now"


def test_blocks_are_kept_as_their_table_says(base: Engine, tmp_path: Path) -> None:
    take(base, tmp_path / "a.md", "# T\n\n## Part\n\n- See [it](https://a.example/x)\n")
    assert stored(base)[0][1].blocks == [
        {"kind": "heading", "level": 2, "text": "Part", "line": 3, "links": []},
        {"kind": "item", "level": 1, "text": "See it", "line": 5,
         "links": [{"start": 4, "end": 6, "url": "https://a.example/x"}]},
    ]  # fmt: skip


TAKEAWAYS = """\
hallway: takeaways/1
article: {id: lee-2019, title: "Broker Summit: What Stayed", observer: Ann Lee, publisher: Acme, note: By hand.}
takeaways:
  - {id: one, text: Probes kill., kind: lesson,
     said_by: {name: Ann Lee, as: observer}, edition: broker-summit-oslo-2019, status: attendee-note,
     evidence: [{kind: article, section: Probes}]}
"""
RECAP = "# Broker Summit: what stayed\n\nIn October we were at Broker Summit Oslo 2019.\n\n## Probes\n\nThey kill."


@pytest.mark.parametrize("first", ["words", "takeaways"])
def test_takeaways_and_words_of_one_article_meet_in_whatever_order(base: Engine, tmp_path: Path, first: str) -> None:
    words, notes = tmp_path / "recap.md", tmp_path / "takeaways.yaml"
    words.write_text(RECAP, encoding="utf-8")
    notes.write_text(TAKEAWAYS, encoding="utf-8")
    for path in (words, notes) if first == "words" else (notes, words):
        take(base, path)
    [(article, text, edition)] = stored(base)
    assert (article.observer, article.publisher, article.note) == ("Ann Lee", "Acme", "By hand.")
    assert edition == "broker-summit-oslo-2019"
    notes.write_text(TAKEAWAYS.replace("Probes kill.", "Probes kill brokers."), encoding="utf-8")
    take(base, notes)
    words.write_text(RECAP + "\n\nThey do.", encoding="utf-8")
    take(base, words)
    [(again, changed, _)] = stored(base)
    assert (again.id, again.slug, again.note) == (article.id, article.slug, "By hand.")
    assert len(changed.blocks) == len(text.blocks) + 1
    with reading(base) as session:
        assert {one.article_id for one in session.scalars(select(Takeaway))} == {article.id}
        assert len(session.scalars(select(Article)).all()) == 1


def test_articles_of_one_title_by_others_or_elsewhere_are_others(base: Engine, tmp_path: Path) -> None:
    for number, head in enumerate((
        "author: Ann Lee", "author: Bo Chen", "author: Ann Lee\nurl: https://a.example/1",
        "author: Ann Lee\nurl: https://a.example/2", "author: Cy\nurl: http://www.a.example/2/?utm_source=x#top",
    )):  # fmt: skip
        take(base, tmp_path / f"{number}.md", f"---\ntitle: Recap\n{head}\n---\nIt was fine, number {number}.")
    found = stored(base)
    assert [article.author for article, _, _ in found] == ["Ann Lee", "Bo Chen", "Ann Lee"]
    assert [article.url for article, _, _ in found] == ["https://a.example/1", None, "https://a.example/2"]
    assert len({article.slug for article, _, _ in found}) == 3


ARTICLE = f"# Takeaways from Broker Summit 2019\n\n{LONG * 3}\n\nThe keynote was long. {LONG * 2}Speakers were kind.\n"
FILES = {
    "README.md": ARTICLE, "CHANGELOG.md": ARTICLE, "LICENSE.txt": ARTICLE, "requirements.txt": "numpy==1\n",
    "recap.md": ARTICLE, "post.md": "---\ntitle: A\ndate: 2019-01-01\n---\nShort.", "doc.md": "# How to\n\nRun it.\n",
    "notes.txt": ARTICLE, "words.txt": "one\ntwo\n", "transcripts/talk.txt": ARTICLE,
    "subtitles.txt": "\n".join(
        f"00:0{at}:00 we talk at the conference on talks, speakers, sessions." for at in range(9)),
    "page.html": "<html><head><meta property='og:type' content='article'></head><body><p>x</p></body></html>",
    "event.html": '<html><article><script type="application/ld+json">{"@context": "https://schema.org", '
    '"@type": "EducationEvent", "name": "Days 2019", "subEvent": [{"@type": "Event", "name": "A talk"}]}'
    "</script></article></html>",
    "pyvideo/category.json": '{"title": "Days"}', "pyvideo/videos/a.json": '{"title": "A", "recorded": "2019-01-01"}',
    "pyvideo/recap.md": ARTICLE,
}  # fmt: skip


def test_in_a_folder_only_articles_are_taken_for_articles(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with discovered([tmp_path], limit=10**6) as units:
        found = {
            unit.path.relative_to(tmp_path).as_posix(): unit.format.name if unit.format else None for unit in units
        }
    assert found == {
        "recap.md": "article", "post.md": "article", "notes.txt": "article", "page.html": "article",
        "event.html": "json-ld", "pyvideo": "pyvideo",
    }  # fmt: skip


def test_a_file_that_is_named_is_taken_and_a_format_that_is_named_takes_all(tmp_path: Path) -> None:
    for name in ("README.md", "words.txt", "plain.html"):
        (tmp_path / name).write_text("Only these words.", encoding="utf-8")
        with discovered([tmp_path / name], limit=10**6) as units:
            assert [unit.format.name for unit in units if unit.format] == ["article"]
    with discovered([tmp_path], "article", limit=10**6) as units:
        assert len([unit for unit in units if unit.format]) == 3


def test_samples_of_other_formats_are_not_articles() -> None:
    with discovered([SAMPLES], limit=10**7) as units:
        taken = {unit.label for unit in units if unit.format and unit.format.name == "article"}
    assert taken == {"article/field-notes.html", "article/harbour-days-recap.md", "article/spring-summit.md"}


def test_a_megabyte_is_kept_in_seconds(base: Engine, tmp_path: Path) -> None:
    text = "# Broker Summit Oslo 2019\n\n" + "\n\n".join(f"## Part {at}\n\n{LONG * 12}" for at in range(1_300))
    began = time.monotonic()
    report = take(base, tmp_path / "long.md", text)
    assert time.monotonic() - began < 15
    assert report.records
    assert report.records.created == 1
    assert stored(base)[0][2] == "broker-summit-oslo-2019"


def test_ingest_brings_everything_else_up_to_date_too(base: Engine, tmp_path: Path) -> None:
    (tmp_path / "recap.md").write_text(RECAP, encoding="utf-8")
    report = pipeline.ingest(base, HashingEmbedder(), [tmp_path / "recap.md"], options=ReadOptions())
    assert not report.has_errors
    assert report.files[0].kind == "articles"
