"""Articles on the site: what was found in one, never its whole text; and the box where a curator pastes one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import col

from app.bootstrap import KnowledgeBase
from app.db.engine import reading, writing
from app.db.types import utc_now
from app.models import (
    Article,
    ArticleClaim,
    ArticleMention,
    ArticleText,
    Edition,
    ImportRun,
    Problem,
    Takeaway,
    TakeawayDraft,
    TakeawayEvidence,
    Talk,
)
from app.web.app import create_app
from tests.web.curating import sign_in, token_of

SECRET = "These words of the author are nobody else's to print. " * 8
RECAP = "# Home from Summit 2019\n\nWe were at Summit in West.\n\n## Probes\n\nThey kill."


@pytest.fixture
def visitor(own_base: KnowledgeBase) -> Iterator[TestClient]:
    with TestClient(create_app(own_base)) as opened:
        yield opened


@pytest.fixture
def article(own_base: KnowledgeBase) -> str:
    """One article with a sure and an unsure talk, a takeaway, a draft and a quantity; gives its slug."""
    with writing(own_base.engine) as session:
        talk, other = session.scalars(
            select(Talk).where(col(Talk.is_container).is_(False)).order_by(col(Talk.id)).limit(2)
        )
        edition = session.scalars(select(Edition).order_by(col(Edition.id))).first()
        assert edition
        made = Article(slug="home", source_id=talk.source_id, title="Home <b>again</b>", author="Ann Lee",
                       published_on="2019-05-20", url="https://blog.example.org/home")  # fmt: skip
        session.add(made)
        session.flush()
        assert made.id
        blocks = [
            ("paragraph", 0, SECRET),
            ("heading", 2, "Probes"),
            ("item", 1, "They kill."),
            ("heading", 2, "Empty"),
        ]
        session.add(ArticleText(
            article_id=made.id, source_id=talk.source_id, edition_id=edition.id, edition_basis="found by its title",
            format="markdown", language="de", content_hash="x", read_at=utc_now(),
            blocks=[
                {"kind": kind, "level": level, "text": text, "line": 1, "links": []} for kind, level, text in blocks
            ],
        ))  # fmt: skip
        for which, certainty, score in ((talk, "certain", 0.98), (other, "unsure", 0.41)):
            session.add(ArticleMention(
                article_id=made.id, kind="talk", talk_id=which.id, block=2, start=0, end=4, words="They",
                score=score, certainty=certainty, why="title", recipe="x",
                runner_up={"slug": talk.slug, "name": "Runner-up", "score": 0.39},
            ))  # fmt: skip
        session.add(ArticleClaim(
            article_id=made.id, block=2, start=0, end=3, words="30 %", sentence=f"30 % <i>of</i> {SECRET}",
            form="share", low=0.3, high=0.3, qualifier="about", recipe="x",
        ))  # fmt: skip
        session.add(TakeawayDraft(
            key="d1", origin="article", article_id=made.id, text=f"Draft: {SECRET}", kind="lesson", content_hash="x",
            evidence=[{"kind": "article", "section": "Probes"}], score=0.7, recipe="x",
        ))  # fmt: skip
        takeaway = Takeaway(
            slug="probes-kill", source_id=talk.source_id, source_key="probes-kill", article_id=made.id,
            edition_id=edition.id, text="Probes kill brokers.", kind="lesson", content_hash="x",
        )  # fmt: skip
        session.add(takeaway)
        session.flush()
        assert takeaway.id
        session.add(TakeawayEvidence(takeaway_id=takeaway.id, kind="article", section="Probes"))
        run = ImportRun(started_at=utc_now(), version="x")
        session.add(run)
        session.flush()
        session.add(
            Problem(
                run_id=run.id or 0, path="programmes/facts.yaml", severity="warning", message="Not sure.\nseries: x"
            )
        )
        return "home"


def test_an_article_shows_what_was_found_and_not_its_text(visitor: TestClient, article: str) -> None:
    page = visitor.get(f"/articles/{article}")
    assert page.status_code == 200
    text = unescape(page.text).replace("\xa0", " ")
    assert "Home &lt;b&gt;again&lt;/b&gt;" in page.text
    for words in ("By Ann Lee", "20 May 2019", "German", "found by its title", "Probes kill brokers.", "certain (0.98)",
                  "Machine draft: lesson", "1 number that nothing in the base can check", "30 %",
                  "Perhaps also", "score 0.41", "Runner-up",
                  "Not known: whose observations it reports", "Not sure.", "series: x"):  # fmt: skip
        assert words in text, words
    assert 'href="https://blog.example.org/home"' in page.text
    assert SECRET.strip() not in text
    quotes = re.findall("“([^”]*)”", text)
    assert any(quote.startswith("Draft: These words") for quote in quotes)
    assert max(len(quote) for quote in quotes) <= 300
    assert text.index("Probes kill brokers.") > text.index('id="section-1"')


def test_the_api_gives_the_same_and_lists_narrow_by_edition(visitor: TestClient, article: str) -> None:
    found = visitor.get(f"/api/v1/articles/{article}").json()
    section = next(one for one in found["sections"] if one["heading"] == "Probes")
    assert [one["certainty"] for one in section["talks"] + section["perhaps"]] == ["certain", "unsure"]
    assert [one["text"] for one in section["takeaways"]] == ["Probes kill brokers."]
    assert len(section["drafts"]) == 1
    assert section["claims"][0]["section"] == "Probes"
    assert (found["talks"], found["takeaways"], found["drafts"], found["claims"]) == (1, 1, 1, 1)
    assert SECRET.strip() not in str(found)
    slug = found["edition"]["slug"]
    assert article in [one["slug"] for one in visitor.get(f"/api/v1/articles?edition={slug}").json()["items"]]
    assert "Home &lt;b&gt;" in visitor.get(f"/articles?edition={slug}").text
    assert f'href="/articles/{article}"' in visitor.get(f"/editions/{slug}").text
    assert f'href="/articles/{article}"' in visitor.get("/takeaways").text
    assert visitor.get("/articles/none").status_code == 404
    assert visitor.get("/articles?edition=none").status_code in (404, 422)
    assert "list ends before" in visitor.get("/articles?offset=900").text


def test_without_articles_the_list_says_how_to_get_one(empty_client: TestClient) -> None:
    text = empty_client.get("/articles").text
    assert "No article is in the base yet" in text
    assert empty_client.get("/api/v1/articles").json() == {"total": 0, "items": [], "next": None}


def test_only_a_curator_gets_the_form(visitor: TestClient) -> None:
    text = visitor.get("/articles/new").text
    assert "/sign-in?next=/articles/new" in text
    assert "<textarea" not in text
    assert visitor.post("/articles/new", data={"text": RECAP, "token": "x"}).status_code == 403
    assert visitor.post("/articles/new", json={"text": RECAP}).status_code == 422
    sign_in(visitor)
    assert visitor.post("/articles/new", data={"text": RECAP, "token": "x"}).status_code == 403
    assert "<textarea" in visitor.get("/articles/new").text


def send(visitor: TestClient, file: tuple[str, bytes] | None = None, **fields: str) -> tuple[int, str, str]:
    """(status, where it leads, page)."""
    if "<textarea" not in visitor.get("/articles/new").text:
        sign_in(visitor)
    sent = {"token": token_of(visitor.get("/articles/new").text), **fields}
    files = {"file": file} if file else {"file": ("", b"")}
    answer = visitor.post("/articles/new", data=sent, files=files, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", ""), unescape(answer.text)


def test_a_pasted_article_is_kept_as_the_command_keeps_it(visitor: TestClient, own_base: KnowledgeBase) -> None:
    status, where, _ = send(visitor, text=RECAP, edition="west-2019", url="https://a.example/x")
    assert (status, where) == (303, "/articles/home-from-summit-2019")
    page = visitor.get(where).text
    assert "(given)" in page
    assert "https://a.example/x" in page
    with reading(own_base.engine) as session:
        blocks = session.scalars(select(col(ArticleText.blocks))).one()
    assert [block["text"] for block in blocks] == ["We were at Summit in West.", "Probes", "They kill."]
    assert send(visitor, text=RECAP, edition="west-2019", url="https://a.example/x")[1] == where


@pytest.mark.parametrize(
    ("file", "kind"),
    [(("notes.md", RECAP.encode()), "markdown"), (("notes.TXT", b"Home from Summit\n\nIt was fine there."), "text"),
     (("n.html", b"<article><h1>Home</h1><p>" + b"It was fine at the summit of this year. " * 9), "html")],
)  # fmt: skip
def test_a_file_that_is_sent_is_read_by_its_kind(
    visitor: TestClient, own_base: KnowledgeBase, file: tuple[str, bytes], kind: str
) -> None:
    status, _, text = send(visitor, file)
    assert status == 303, text
    with reading(own_base.engine) as session:
        assert session.scalars(select(col(ArticleText.format))).all() == [kind]


@pytest.mark.parametrize(
    ("file", "fields", "field", "words"),
    [
        (None, {"text": "  "}, "text", "There is no text"),
        (None, {"text": "# Only a title"}, "text", "no words besides its title"),
        (None, {"text": "<html><p>Hi</p></html>"}, "text", "no main content"),
        (None, {"text": RECAP, "url": "javascript:alert(1)"}, "url", "no address of a web page"),
        (None, {"text": RECAP, "edition": "nowhere"}, "edition", "nowhere"),
        (("a.md", b"x\0y"), {}, "file", "NUL"),
        (("a.md", b" "), {}, "file", "empty"),
        (("a.exe", b"MZ"), {}, "file", "A file is one of"),
        (("a.md", b"# A\n\nWords."), {"text": RECAP}, "file", "not both"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    visitor: TestClient, own_base: KnowledgeBase, file: tuple[str, bytes] | None, fields: dict[str, str], field: str,
    words: str,
) -> None:  # fmt: skip
    status, _, text = send(visitor, file, **fields)
    assert status == 422
    said = re.search(rf'id="wrong-{field}" role="alert">([^<]*)', text)
    assert said, text
    assert words in said[1]
    assert f'aria-describedby="wrong-{field}"' in text
    with reading(own_base.engine) as session:
        assert session.scalars(select(ArticleText)).all() == []


@pytest.mark.parametrize("as_file", [True, False])
def test_a_megabyte_is_taken_and_more_is_refused_in_words(visitor: TestClient, as_file: bool) -> None:
    for size, wanted in ((999_000, 303), (1_000_001, 413), (3_000_000, 413)):
        text = "# Long\n\n" + ("It was fine. " * 30 + "\n\n") * 3_000
        raw = text[:size].ljust(size, "x")
        status, _, page = send(visitor, ("long.txt", raw.encode())) if as_file else send(visitor, text=raw)
        assert status == wanted, page[:2000]
        assert wanted == 303 or "1 MB" in page


def test_a_hostile_paste_comes_back_as_words(visitor: TestClient) -> None:
    _, where, _ = send(visitor, text='# T <script>alert(1)</script>\n\n## "><img src=x onerror=alert(2)>\n\nWords.')
    page = visitor.get(where).text
    assert "<img" not in page
    assert "alert(1)" not in page
