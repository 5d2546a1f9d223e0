"""Articles: Markdown, web pages and plain text as plain blocks; what they say of themselves; hostile ones."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from app.errors import InputError
from app.ingest.article_record import ArticleContent, BlockRecord
from app.ingest.formats.articles import Articles, read_article
from app.ingest.formats.protocol import ReadOptions
from app.ingest.formats.written_dates import written_date
from app.ingest.record import Parsed

SAMPLES = Path(__file__).parents[2] / "samples" / "article"
PROSE = "At the summit we heard many talks about brokers in production, and people liked them. "
SECONDS = 8.0


def parsed(path: Path) -> tuple[ArticleContent, Parsed]:
    found = Articles().parse(path, ReadOptions())
    assert isinstance(found.payload, ArticleContent)
    return found.payload, found


def content(text: str, kind: str = "markdown", name: str = "notes") -> ArticleContent:
    found = read_article(text, kind, name, ReadOptions()).payload  # type: ignore[arg-type]
    assert isinstance(found, ArticleContent)
    return found


def shape(blocks: tuple[BlockRecord, ...]) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, block.text) for block in blocks]


def linked(block: BlockRecord) -> list[tuple[str, str]]:
    return [(block.text[link.start : link.end], link.url) for link in block.links]


def test_markdown_becomes_plain_blocks_with_lines_and_links() -> None:
    article, found = parsed(SAMPLES / "spring-summit.md")
    assert article.title == "What we brought home from Spring Summit 2019"
    assert (article.author, article.published_on) == ("Ann Lee, Bo Chen", "2019-05-20")
    assert (article.url, article.language) == ("https://blog.example.org/spring-summit-2019/", "en")
    assert "brokers" in article.event
    assert shape(article.blocks)[1:] == [
        ("heading", 2, "Running brokers"),
        ("item", 1, "Start without an operator. A plain set-up is enough at first."),
        ("item", 1, "Probes that are too strict kill healthy brokers:"),
        ("item", 2, "give them time,"),
        ("item", 2, "and read the talk."),
        ("quote", 0, "We lost a cluster to a probe. It was healthy."),
        ("quote", 0, "The probes talk & its demo!"),
        ("quote", 0, "— Cy (@cy) May 14"),
        ("heading", 3, "What is next"),
        ("paragraph", 0, "See you next year – in Lyon."),
    ]
    source = (SAMPLES / "spring-summit.md").read_text(encoding="utf-8").splitlines()
    for block in article.blocks:
        assert block.text.split()[0].strip("—“.") in source[block.line - 1]
    first = article.blocks[0]
    assert linked(first) == [
        ("most of the slides", "https://slides.example.org/all"),
        ("", "https://twitter.com/annlee/status/1130000000000000001"),
    ]
    lost = {use.field: use.count for use in found.fields if use.use == "lost"}
    assert lost == {"article.image": 1, "article.script": 1, "article.shortcode": 1, "front matter.layout": 1}
    assert not found.problems


def test_a_web_page_gives_its_main_content_and_what_its_head_says() -> None:
    article, found = parsed(SAMPLES / "field-notes.html")
    assert article.title == "Field notes from Spring Summit 2019"
    assert (article.author, article.publisher) == ("Cy Duran", "Acme Engineering")
    assert (article.published_on, article.url) == ("2019-05-17", "https://acme.example.org/notes/spring-summit")
    assert (article.observer, article.observer_affiliation) == ("Dana Ek", "Acme Engineering")
    kinds = shape(article.blocks)
    assert ("heading", 2, "Deployments") in kinds
    assert ("item", 2, "Twice, if need be.") in kinds
    assert ("quote", 0, "We moved twice, and the second time it worked.") in kinds
    words = json.dumps([asdict(block) for block in article.blocks])
    assert "Jobs at Acme" not in words
    assert "Copyright" not in words
    assert "track" not in words
    assert "javascript" not in words
    links = [pair for block in article.blocks for pair in linked(block)]
    assert links == [("one of them", "https://acme.example.org/talks/lag")], "links to itself and scripts are gone"
    assert not found.problems


PLAIN = """Notes from the Broker Days

By Dana Ek, 14 May 2019

It was a good event. I went to most of the talks on storage, and I liked the hallway more.

Storage:

Tiered Storage in Production. At Last. (Bo Chen)

Bo explains:

“We moved the old segments
to cheaper discs.”

  • cheaper by half
    than before
  • slower at first
      - but only for old data

1. Measure.
2) Move.

What I missed
-------------

> a cited line
More at https://days.example.org/2019.
"""


def test_plain_text_gets_headings_items_and_quotes_by_its_looks() -> None:
    article = content(PLAIN, "text")
    assert article.title == "Notes from the Broker Days"
    assert (article.author, article.observer, article.published_on) == ("Dana Ek", "Dana Ek", "2019-05-14")
    assert shape(article.blocks)[2:] == [
        ("heading", 2, "Storage"),
        ("heading", 3, "Tiered Storage in Production. At Last. (Bo Chen)"),
        ("paragraph", 0, "Bo explains:"),
        ("quote", 0, "“We moved the old segments to cheaper discs.”"),
        ("item", 1, "cheaper by half than before"),
        ("item", 1, "slower at first"),
        ("item", 2, "but only for old data"),
        ("item", 1, "Measure."),
        ("item", 1, "Move."),
        ("heading", 2, "What I missed"),
        ("quote", 0, "a cited line More at https://days.example.org/2019."),
    ]
    assert linked(article.blocks[-1]) == [("https://days.example.org/2019", "https://days.example.org/2019")]


def test_a_text_whose_lines_are_paragraphs_and_one_without_headings() -> None:
    long = PROSE * 3
    article = content(f"A heading of it\n{long}\n{long}", "text")
    assert [block.kind for block in article.blocks] == ["paragraph", "paragraph"]
    assert article.title == "A heading of it"
    bare = content(f"{long}\n\n{long}", "text", name="my-notes")
    assert bare.title == "my-notes"
    assert [block.kind for block in bare.blocks] == ["paragraph", "paragraph"]


def test_notes_in_bullets_and_a_french_byline() -> None:
    notes = content("Our notes, day 1\n* keynote: contracts\n  * start small\n\nDAY 2\n- Arrow wins", "text")
    assert notes.title == "Our notes, day 1"
    assert shape(notes.blocks) == [
        ("item", 1, "keynote: contracts"), ("item", 2, "start small"), ("heading", 2, "DAY 2"),
        ("item", 1, "Arrow wins"),
    ]  # fmt: skip
    text = "Retour sur les Journées\n\nPublié le 12 juin 2023 par Claire Dubois\n\nNous étions à Lyon.\n"
    french = content(text, "text")
    assert (french.author, french.published_on) == ("Claire Dubois", "2023-06-12")
    assert [block.kind for block in french.blocks] == ["paragraph", "paragraph"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Vorige Woche waren wir auf der Konferenz in Köln und haben viele Vorträge über Datenbanken gehört."),
        ("fr", "La semaine dernière nous étions à la conférence à Lyon et nous avons écouté des présentations."),
    ],
)
def test_other_languages_are_told(language: str, text: str) -> None:
    assert content(f"# Titel\n\n{text}").language == language


def test_toml_front_matter_and_names_in_objects() -> None:
    text = '+++\ntitle = "Days"\ndate = 2020-02-03\nauthors = [{name = "Ann Lee"}]\n+++\n\nWords of it.'
    article = content(text)
    assert (article.title, article.author, article.published_on) == ("Days", "Ann Lee", "2020-02-03")


def test_broken_front_matter_is_an_error_with_its_line_and_the_words_are_read() -> None:
    found = read_article(
        "---\ntitle: Days\nauthor: [Ann\n---\n\n# Real title\n\nWords.", "markdown", "x", ReadOptions()
    )
    problem = found.problems[0]
    assert problem.severity == "error"
    assert problem.where.startswith(("line 3", "line 4"))
    assert isinstance(found.payload, ArticleContent)
    assert found.payload.title == "Real title"
    odd = read_article("---\ntitle: Days\ndate: soon\n---\nWords.", "markdown", "x", ReadOptions())
    assert [(one.severity, one.where) for one in odd.problems] == [("warning", "line 3")]
    assert "“soon” is no date" in odd.problems[0].message


@pytest.mark.parametrize(
    ("text", "day"),
    [("2022-05-12 7:30:00+00:00", "2022-05-12"), ("May 12, 2022", "2022-05-12"), ("12th of May 2022", "2022-05-12"),
     ("12. März 2022", "2022-03-12"), ("3 août 2021", "2021-08-03"), ("12.05.2022", "2022-05-12"), ("2019", "2019"),
     ("June 2019", "2019-06"), ("juillet 2019", "2019-07"), ("2022-02-31", None), ("Prize 2022", None),
     ("yesterday", None), ("", None)],
)  # fmt: skip
def test_dates_as_people_write_them(text: str, day: str | None) -> None:
    assert written_date(text) == day


def test_who_was_there_is_said_only_where_it_is_sure() -> None:
    told = content("# T\n\nOur senior data engineer Eva Novak attended the summit in Oslo. She liked it.")
    assert told.observer == "Eva Novak"
    two = content("# T\n\nOur engineer Eva Novak was in Oslo. Our tester Ivo Marin went to Rome.")
    assert two.observer is None
    assert content("---\ntitle: T\nauthor: dholb\n---\nI went to the summit.").observer is None
    assert content("---\ntitle: T\nauthor: Eva Novak\n---\nWe went to the summit.").observer is None
    assert content("---\ntitle: T\nauthor: Eva Novak\n---\nI went to the summit.").observer == "Eva Novak"


HOSTILE = """# T <script>alert(1)</script>

Words <img src=x onerror=alert(2)> and <a href="javascript:alert(3)">a trap</a>, [another](javascript:alert(4)),
[data](data:text/html;base64,PHNjcmlwdD4=), <span onclick="alert(5)">span</span> &lt;b&gt; {{ 7*7 }}.

<div><style>p{}</style><p>In a box<svg onload=alert(6)><circle/></svg></p>

<iframe src="https://www.youtube.com/embed/abcdefghijk"></iframe>

</div>

<script>
alert(7)

alert(8)
</script>

Last words.
"""


def test_hostile_markup_leaves_only_words() -> None:
    article = content(HOSTILE)
    stored = json.dumps(asdict(article))
    for trace in ("alert", "javascript", "onerror", "onclick", "<script", "data:text", "p{}", "{{"):
        assert trace not in stored, trace
    assert [block.text for block in article.blocks] == [
        "Words and a trap, another, data, span <b> .",
        "In a box",
        "Last words.",
    ]
    urls = [link.url for block in article.blocks for link in block.links]
    assert urls == ["https://www.youtube.com/watch?v=abcdefghijk"]


def test_an_article_that_links_to_itself_keeps_other_links() -> None:
    text = "---\ntitle: T\nurl: https://b.example/t/\n---\nSee [me](https://b.example/t#a), [here](#b), [other](/u)."
    links = [link.url for block in content(text).blocks for link in block.links]
    assert links == ["https://b.example/u"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("html", f"<article><p>{PROSE * 10}</p>" + "<table><tr><td>" * 10_000 + "x"),
        ("html", f"<article><p>{PROSE * 10}</p>" + "<a href=x>" * 20_000),
        ("html", f"<article><p>{PROSE * 10}</p>" + "<" * 500_000),
        ("html", "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>]>"
         f"<article><p>{PROSE * 10}" + "&c;" * 50_000),
        ("markdown", PROSE + "\n\n" + ">" * 300_000 + " x"),
        ("markdown", PROSE + "\n\n" + "> " * 3_000 + "x\n\n" + "- " * 50_000),
        ("markdown", PROSE + "*" * 300_000), ("markdown", PROSE + "*a_b**c__ " * 50_000),
        ("markdown", PROSE + "[" * 300_000), ("markdown", PROSE + "[a](" * 100_000),
        ("markdown", PROSE + "<!-- a" * 50_000), ("markdown", PROSE + "{{< " * 100_000),
        ("markdown", "---\n" + "a: [" * 50_000 + "\n---\n" + PROSE),
        ("text", PROSE + "\n\n" + "\n".join(" " * (at % 99) + "- a" for at in range(50_000))),
    ],
)  # fmt: skip
def test_bombs_are_read_in_bounded_time(kind: str, text: str) -> None:
    began = time.monotonic()
    article = content(text, kind)
    assert time.monotonic() - began < SECONDS
    assert article.blocks
    assert max(len(block.text) for block in article.blocks) <= 4_000
    assert len(article.blocks) <= 20_000


@pytest.mark.parametrize("kind", ["markdown", "html", "text"])
def test_a_megabyte_is_read_in_seconds(kind: str) -> None:
    head, part = {"html": ("<h2>Part {0}</h2>", "<p>{0}</p>")}.get(kind, ("## Part {0}\n", "{0}\n"))
    text = "\n".join(head.format(at) + "\n" + part.format(PROSE * 8) for at in range(1_400))
    began = time.monotonic()
    article = content(f"<html><body><article>{text}</article>" if kind == "html" else text, kind)
    assert time.monotonic() - began < SECONDS
    assert sum(len(block.text) for block in article.blocks) > 900_000
    assert sum(block.kind == "heading" for block in article.blocks) >= 1_399


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("a.md", b"", "empty"), ("a.md", b" \n\n", "empty"), ("a.txt", b"Some words\0and more", "NUL"),
        ("a.md", b"# Only a title\n", "no words"), ("a.md", b"---\ntitle: T\n---\n", "no words"),
        ("a.html", b"<html><body><nav><a href='/'>Home</a></nav><p>Hi</p></body></html>", "no main content"),
        ("a.html", b"<html></html>", "no main content"),
        ("a.md", b"x" * 5_000_001, "more than 5 MB"),
    ],
)  # fmt: skip
def test_what_holds_no_article_says_why(tmp_path: Path, name: str, raw: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    with pytest.raises(InputError, match=words):
        Articles().parse(path, ReadOptions())


def test_other_encodings_are_read_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes("# Rückblick\n\nEs war schön.".encode("cp1252"))
    article, found = parsed(path)
    assert article.title == "Rückblick"
    assert "Windows-1252" in found.problems[0].message
