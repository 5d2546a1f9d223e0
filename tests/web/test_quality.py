"""/quality, its questions and the API beside it: the committed figures, whole, with what they are of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlmodel import col

from app.bootstrap import KnowledgeBase
from app.db.engine import writing
from app.models import Talk
from app.search.engine import SearchEngine
from app.search.quality import Quality, read_quality
from app.settings import Settings
from app.web.addresses import with_query
from app.web.app import create_app
from tests.databases import Databases
from tests.standins import HashingEmbedder


@pytest.fixture(scope="module")
def measured() -> Quality:
    found = read_quality()
    assert found is not None
    return found


def page(client: TestClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    assert len(answer.content) < 60_000
    return answer.text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_states_every_figure_with_interval_and_denominator(full_client: TestClient, measured: Quality) -> None:
    text = page(full_client, "/quality")
    assert f"over {measured.shipped.questions} questions judged against {measured.talks} talks" in text
    for found in measured.shipped.modes.values():
        for one in (found.ndcg_10, found.recall_100, found.mrr_10):
            assert f"{one.mean:.3f}" in text
            assert f"({one.low:.3f}–{one.high:.3f})" in text
    for difference in measured.shipped.differences:
        said = f"better for {difference.wins}, worse for {difference.losses}, level for {difference.ties}"
        assert f"{said} of {measured.shipped.questions}" in text
    assert "scripts/refresh_quality.py" in text
    assert "a language model, and no person has checked it" in text


def test_every_question_is_listed_with_losses_as_plain_as_wins(full_client: TestClient, measured: Quality) -> None:
    text = page(full_client, "/quality")
    for one in measured.questions:
        assert f'href="/quality/{one.id}"' in text
    for one in measured.answered:
        assert f'<a href="{with_query("/search", {"q": one.text})}" data-row>{one.text}</a>' in text
    behind = [one for one in measured.answered if one.margin < 0]
    ahead = [one for one in measured.answered if one.margin > 0]
    assert f"ahead for {len(ahead)}, behind for {len(behind)}" in text
    for one in (*behind, *ahead):
        sign = "−" if one.margin < 0 else "+"
        digits = 3 if abs(one.margin) >= 0.0005 else 4
        assert f"{sign}{abs(one.margin):.{digits}f}" in text
    assert not re.search(r"[+−]0\.000\b", text), "a gain of nothing has no sign"


def test_the_order_can_begin_with_losses_or_wins(full_client: TestClient, measured: Quality) -> None:
    margins = {one.id: one.margin for one in measured.answered}
    for sort, sign in (("worst", 1), ("best", -1)):
        text = page(full_client, f"/quality?sort={sort}")
        rows = [margins[found] * sign for found in re.findall(r'<a class="figure" href="/quality/(\w+)"', text)]
        assert len(rows) == len(margins)
        assert rows == sorted(rows)
    assert full_client.get("/quality?sort=random").status_code == 422


def test_a_question_shows_its_talks_grades_and_ranks(full_client: TestClient, measured: Quality) -> None:
    one = max(measured.answered, key=lambda question: min(len(question.relevant), len(question.not_relevant)))
    text = page(full_client, f"/quality/{one.id}")
    assert f"{len(one.relevant)} of {measured.talks} talks are relevant" in text
    for talk in one.relevant:
        assert f'href="/talks/{talk.slug}"' in text
    for slug in one.not_relevant:
        assert f'href="/talks/{slug}"' in text
    assert f"Judged not relevant: {len(one.not_relevant)} talk" in text
    assert '<a href="/search?q=' in text
    assert "not in this base" not in text


def test_a_question_without_an_answer_says_so(full_client: TestClient, measured: Quality) -> None:
    for one in measured.without_answer:
        text = page(full_client, f"/quality/{one.id}")
        assert "answers this, so the question is in no figure" in text
        assert "What search shows all the same" in text
    assert page(full_client, "/quality/no-such-question", 404)


def test_the_shipped_base_is_recognised_and_another_is_told_apart(full_client: TestClient, client: TestClient) -> None:
    assert "This base holds exactly the 287 talks that were searched" in page(full_client, "/quality")
    for path in ("/quality", "/quality/q01"):
        other = page(client, path)
        assert "This base holds 4 talks and is not that: what search reaches here was not measured." in other
    assert "not in this base" in other


def test_the_api_answers_the_same(full_client: TestClient, measured: Quality) -> None:
    answer = full_client.get("/api/v1/quality")
    assert answer.status_code == 200
    assert answer.json() == measured.model_dump(mode="json", by_alias=True)
    assert set(answer.json()["shipped"]["modes"]["hybrid"]) == {
        "ndcg@10", "recall@100", "mrr@10", "judged@10", "p50_ms", "p95_ms",
    }  # fmt: skip
    assert full_client.get("/api/v1/quality?x=1").status_code == 422


def test_people_find_it(client: TestClient) -> None:
    for path in ("/", "/search", "/methods", "/api"):
        assert 'href="/quality"' in client.get(path).text
    assert "/api/v1/quality" in client.get("/api").text


def test_as_many_talks_of_another_text_are_not_the_shipped_ones(
    databases: Databases, knowledge_base: KnowledgeBase, tmp_path: Path
) -> None:
    with databases.copy(knowledge_base.engine, tmp_path) as engine:
        with writing(engine) as session:
            session.execute(update(Talk).where(col(Talk.id) == 1).values(content_hash="another"))
        embedder = HashingEmbedder()
        base = KnowledgeBase(Settings(), engine, embedder, SearchEngine(engine, embedder))
        with TestClient(create_app(base)) as client:
            assert "This base holds 287 talks and is not that" in page(client, "/quality")
