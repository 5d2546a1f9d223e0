"""Measuring practice search on judged questions, beside what one would use instead of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlmodel import Session, col

from app import __version__
from app.catalog.filters import TalkFilter
from app.db.types import utc_now
from app.embeddings.protocol import Embedder
from app.embeddings.store import vectors_of
from app.errors import InputError
from app.models import Passage, Takeaway, TakeawayDraft, Talk
from app.practices.ask import MOST_TALKS, PracticeSearch
from app.practices.judged import NOBODY, JudgedQuestion
from app.practices.quality import WAYS, Grouping, PracticeQuality, QuestionQuality
from app.search.engine import SearchEngine
from app.search.quality import Mean
from app.search.relevance import interval, ndcg
from app.search.shapes import SearchRequest
from app.takeaways.practices.answer import Scored, groups_of, kept_of, scored
from app.takeaways.practices.grouping import group
from app.takeaways.practices.scoring import likeness, rarity
from app.takeaways.practices.shapes import Asked

Progress = Callable[[str, int, int], None]


class Answered(NamedTuple):
    """How one question went: figures, and rows of (assessor's group, ours, talk) of its grouped takeaways."""

    figures: QuestionQuality
    grouped: list[tuple[int, int, int]]


def measure_practices(
    session: Session, search: SearchEngine, embedder: Embedder, judged: Sequence[JudgedQuestion], progress: Progress
) -> PracticeQuality:
    """Every judged question on the base of `session`. InputError where a judged takeaway or talk is not in it."""
    names = _names(session, judged)
    asking = PracticeSearch(search, embedder)
    answers = []
    for number, question in enumerate(judged):
        progress("asking", number, len(judged))
        answers.append(_answered(session, search, embedder, asking, question, names))
    progress("asking", len(judged), len(judged))
    figures = [one.figures for one in answers]
    told = [one for one in figures if one.kind != NOBODY]
    silent = [one.groups == 0 for one in figures if one.kind == NOBODY]
    asked = [one for one in told if one.ndcg is not None]
    return PracticeQuality(
        made_on=utc_now().date().isoformat(),
        version=__version__,
        recipe=embedder.recipe,
        takeaways=session.execute(select(func.count()).select_from(Takeaway)).scalar_one(),
        drafts=session.execute(select(func.count()).select_from(TakeawayDraft)).scalar_one(),
        judged_pairs=sum(len(one.takeaways) + len(one.talks) for one in judged),
        ways={way: _mean([(one.ndcg or {})[way] for one in asked]) for way, _ in WAYS},
        asked=len(asked),
        answered=_share([one.relevant > 0 for one in told]),
        precision=round(float(np.mean([one.relevant / one.statements if one.statements else 0.0 for one in told])), 4),
        nobody=len(silent),
        nothing_said=_share(silent),
        grouping=grouping_of([one.grouped for one in answers if len(one.grouped) > 1]),
        questions=figures,
    )


def grouping_of(questions: Sequence[Sequence[tuple[int, int, int]]]) -> Grouping:
    """Pairs put together, over questions, each as (assessor's group, ours, talk) of its takeaways."""
    ours, one, talk = (_pairs(questions, key) for key in (lambda row: row[1], lambda _: 0, lambda row: row[2]))
    return Grouping(
        questions=len(questions),
        pairs=ours[0] + ours[2],
        precision=round(ours[0] / max(1, ours[0] + ours[1]), 4),
        recall=round(ours[0] / max(1, ours[0] + ours[2]), 4),
        f1=_f1(*ours),
        adjusted_rand=round(float(np.mean([adjusted_rand([r[0] for r in q], [r[1] for r in q]) for q in questions])), 4)
        if questions else 0.0,
        f1_all_in_one=_f1(*one),
        f1_by_talk=_f1(*talk),
    )  # fmt: skip


def adjusted_rand(one: Sequence[int], other: Sequence[int]) -> float:
    """Hubert and Arabie 1985, Comparing partitions: 1 for the same groups, 0 on average by chance."""
    table = np.array([[sum(a == x and b == y for a, b in zip(one, other, strict=True)) for y in sorted(set(other))]
                      for x in sorted(set(one))])  # fmt: skip

    def pairs(counts: NDArray[np.int64]) -> float:
        return float((counts * (counts - 1) / 2).sum())

    both, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    total = len(one) * (len(one) - 1) / 2
    expected = rows * columns / total if total else 0.0
    most = (rows + columns) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def _pairs(
    questions: Sequence[Sequence[tuple[int, int, int]]], key: Callable[[tuple[int, int, int]], int]
) -> tuple[int, int, int]:
    """Pairs rightly together, wrongly together and wrongly apart."""
    right = wrong = missed = 0
    for rows in questions:
        for at, row in enumerate(rows):
            for other in rows[:at]:
                same, put = row[0] == other[0], key(row) == key(other)
                right, wrong, missed = right + (same and put), wrong + (put and not same), missed + (same and not put)
    return right, wrong, missed


def _f1(right: int, wrong: int, missed: int) -> float:
    return round(2 * right / max(1, 2 * right + wrong + missed), 4)


class _Names(NamedTuple):
    """Slugs by id of takeaways and talks, and the takeaway of each passage that is one."""

    takeaways: dict[int, str]
    talks: dict[int, str]
    passages: dict[int, str]


def _names(session: Session, judged: Sequence[JudgedQuestion]) -> _Names:
    takeaways = {key: slug for key, slug in session.execute(select(col(Takeaway.id), col(Takeaway.slug))) if key}
    talks = {key: slug for key, slug in session.execute(select(col(Talk.id), col(Talk.slug))) if key}
    rows = session.execute(select(col(Passage.id), col(Passage.takeaway_id)).where(col(Passage.kind) == "takeaway"))
    for one in judged:
        for known, slugs in (
            (set(takeaways.values()), {*one.takeaways, *one.groups}),
            (set(talks.values()), one.talks),
        ):
            for slug in slugs:
                if slug not in known:
                    raise InputError(f"{one.id} judges {slug}, which is not in the base.", one.id)
    return _Names(takeaways, talks, {key: takeaways[of] for key, of in rows if key and of in takeaways})


def _answered(
    session: Session, search: SearchEngine, embedder: Embedder, asking: PracticeSearch, question: JudgedQuestion,
    names: _Names,
) -> Answered:  # fmt: skip
    near = search.nearest(session, SearchRequest(query=question.text), MOST_TALKS)
    asked = Asked(near.text, near.terms, near.vector, embedder.recipe)
    found = scored(session, embedder, asked, asking.ranked(session, near, asked.recipe), TalkFilter(), asking.held)
    kept, alike = kept_of(found)
    shown = kept.places.tolist()
    grades = [_grade(found, row, question, names) for row in range(len(found.rows))]
    orders = {
        "practices": shown,
        "uncut": np.argsort(-found.scores.total, kind="stable").tolist(),
        "meaning": np.argsort(-found.scores.meaning, kind="stable").tolist(),
        "words": np.argsort(-found.scores.words, kind="stable").tolist(),
    }
    rankings = {way: _slugs(found, rows, names) for way, rows in orders.items()}
    rankings["search"] = _by_search(session, search, question.text)
    rankings["passages"] = _by_passages(session, asked, names)
    figures = QuestionQuality(
        id=question.id,
        text=question.text,
        kind=question.kind,
        ndcg={way: round(ndcg(ranking, question.takeaways), 4) for way, ranking in rankings.items()}
        if question.takeaways else None,
        statements=len(shown),
        relevant=sum(grades[row] > 0 for row in shown),
        groups=len(groups_of(found, kept, alike)),
    )  # fmt: skip
    return Answered(figures, _grouped(found, question, names))


def _grade(found: Scored, row: int, question: JudgedQuestion, names: _Names) -> int:
    """Of a takeaway its own; of a draft, which nobody judged, that of its talk."""
    one = found.rows[row]
    if not one.is_draft:
        return question.takeaways.get(names.takeaways[one.id], 0)
    return question.talks.get(names.talks.get(one.talk_id or 0, ""), 0)


def _slugs(found: Scored, rows: Sequence[int], names: _Names) -> list[str]:
    return [names.takeaways[found.rows[row].id] for row in rows if not found.rows[row].is_draft]


def _by_passages(session: Session, asked: Asked, names: _Names) -> list[str]:
    """Takeaways by the cosine of their passages, which are embedded with the title of the talk before them."""
    if asked.vector is None or asked.recipe is None:
        return []
    _, passages, vectors = vectors_of(session, asked.recipe, list(names.passages))
    order = np.argsort(-(vectors @ asked.vector), kind="stable") if len(passages) else passages
    return list(dict.fromkeys(names.passages[int(passages[place])] for place in order))


def _by_search(session: Session, search: SearchEngine, text: str) -> list[str]:
    """Takeaways in the order in which search finds their passages: of a talk its best takeaway, and lessons."""
    result = search.search(session, SearchRequest(query=text, limit=100))
    scores: Mapping[str, float] = {lesson.slug: lesson.score for lesson in result.lessons} | {
        hit.passage.takeaway: hit.score for hit in result.hits if hit.passage.takeaway
    }
    return sorted(scores, key=lambda slug: -scores[slug])


def _grouped(found: Scored, question: JudgedQuestion, names: _Names) -> list[tuple[int, int, int]]:
    """The judged takeaways of a question grouped as an answer groups them, whatever of them it keeps."""
    rows = [row for row, one in enumerate(found.rows)
            if not one.is_draft and names.takeaways[one.id] in question.groups]  # fmt: skip
    alike = likeness(found.vectors, found.material.stems, rarity(found.material))[np.ix_(rows, rows)]
    ours = group(alike, [found.rows[row].kind for row in rows])
    of_place = {place: number for number, places in enumerate(ours) for place in places}
    return [
        (question.groups[names.takeaways[found.rows[row].id]], of_place[place], found.rows[row].talk_id or 0)
        for place, row in enumerate(rows)
    ]


def _mean(values: Sequence[float]) -> Mean:
    low, high = interval(values)
    return Mean(mean=round(float(np.mean(values)), 4) if values else 0.0, low=round(low, 4), high=round(high, 4))


def _share(values: Sequence[bool]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0
