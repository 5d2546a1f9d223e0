"""Talks near to a whole text, such as the abstract of a proposal: who has given this talk before? Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from pydantic import BaseModel
from rapidfuzz.fuzz import ratio
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.cards import TalkCard
from app.embeddings.protocol import Embedder, Vectors
from app.embeddings.recipe import embedded_text
from app.models import Talk
from app.search.answers import shown_passage
from app.search.memory import Memory
from app.search.query import fold_phrase
from app.search.shapes import HitPassage
from app.search.snippets import Marking
from app.text.passages import cut_passages, split_sentences
from app.text.stemming import STOP_WORDS

Nearness = Literal["almost the same", "near", "related", "some way off"]

MOST_CHARACTERS = 12_000
"""Some 2,000 words; 8 of 39,528 abstracts are longer. Embedding them is what a request costs."""
MOST_PIECES = 24
LONGEST_TITLE = 20
"""In words: a first line that is no longer, and stands apart, is taken for the title."""
CANDIDATES = 100
RUN = 3
"""Words that follow each other the same way in both texts count as shared."""
LEAST_RUNS = 25
MOST_SHARED = 5


class NearTalk(BaseModel):
    """A talk near to a text. `cosine` is that of its nearest passage to the text as a whole, None without a model.

    `shared` is which part of the shorter text, as runs of three words, is in the other too, `title_likeness` how alike
    the titles are: both 0..1, and the latter 0 where the text has no title.
    """

    talk: TalkCard
    nearness: Nearness
    cosine: float | None
    shared: float
    title_likeness: float
    passage: HitPassage | None
    evidence: list[str]


class NearText(BaseModel):
    """Talks near to a text, nearest first. `notice` says in words where less was compared than was given."""

    title: str | None
    words: int
    passages: int
    hits: list[NearTalk]
    notice: str | None = None


class Pasted(NamedTuple):
    """A text as it is compared."""

    title: str
    body: str
    was_cut: bool

    @property
    def whole(self) -> str:
        """Title and body."""
        return f"{self.title}\n{self.body}".strip()


def read_pasted(text: str) -> Pasted:
    """Take the title off a text, if its first line looks like one. Control characters become spaces."""
    kept = "".join(one if one.isprintable() or one in "\n\t" else " " for one in text[:MOST_CHARACTERS])
    lines = kept.strip().split("\n")
    first, rest = lines[0].strip(), "\n".join(lines[1:]).strip()
    is_title = 0 < len(first.split()) <= LONGEST_TITLE and (bool(rest) or len(split_sentences(first)) == 1)
    if is_title and not first.endswith((".", ",", ";", ":")):
        return Pasted(first, rest, len(text) > MOST_CHARACTERS)
    return Pasted("", kept.strip(), len(text) > MOST_CHARACTERS)


def vector_of(embedder: Embedder, pasted: Pasted) -> tuple[Vectors | None, int]:
    """The mean (d,) of the vectors of its passages, of length 1, and how many there are. Raises ModelError.

    They are cut and read as those of talks are.
    """
    pieces = [pasted.title] if pasted.title else []
    pieces += [embedded_text(pasted.title, piece) for piece in cut_passages(pasted.body)]
    pieces = pieces[:MOST_PIECES]
    if not pieces:
        return None, 0
    mean = embedder.encode(pieces).mean(axis=0)
    shortened: Vectors = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
    return shortened, len(pieces)


def near_talks(
    session: Session,
    memory: Memory,
    pasted: Pasted,
    nearest: Mapping[int, tuple[int, float]],
    by_words: Iterable[int],
    limit: int,
) -> list[NearTalk]:
    """The talks nearest to a text, of those near in meaning, as {talk: (passage, cosine)}, and those that share words.

    What is almost the same comes first, then what is near, and so on; within these by cosine and what is shared.
    """  # fmt: skip
    ids = list(dict.fromkeys([*nearest, *by_words]))
    texts = _texts(session, ids)
    own, title = _runs(pasted.whole), fold_phrase(pasted.title)
    found = []
    for talk_id in (one for one in ids if one in texts):
        talk_title, text = texts[talk_id]
        passage_id, cosine = nearest.get(talk_id, (None, None))
        shared = own & _runs(f"{talk_title}\n{text}")
        part = _part(shared, own, text)
        likeness = ratio(title, fold_phrase(talk_title)) / 100 if title else 0.0
        level = nearness(cosine if cosine is not None or not nearest else 0.0, part, likeness)
        key = (_LEVELS.index(level), -((cosine or 0.0) + part / 2 + likeness / 4), talk_id)
        found.append((key, talk_id, passage_id, cosine, part, likeness, level, shared))
    best = sorted(found, key=lambda one: one[0])[:limit]
    cards = memory.cards(session, [talk_id for _, talk_id, *_ in best])
    shown = memory.passages(session, [passage_id for _, _, passage_id, *_ in best if passage_id is not None])
    marking = Marking(word for word in fold_phrase(pasted.whole).split()[:400] if word not in STOP_WORDS)
    return [
        NearTalk(
            talk=cards[talk_id],
            nearness=level,
            cosine=None if cosine is None else round(cosine, 4),
            shared=round(part, 4),
            title_likeness=round(likeness, 4),
            passage=shown_passage(cards[talk_id], shown[passage_id], marking) if passage_id in shown else None,
            evidence=_evidence(cosine, part, likeness, shared),
        )
        for _, talk_id, passage_id, cosine, part, likeness, level, shared in best
        if talk_id in cards
    ]


_LEVELS: tuple[Nearness, ...] = ("almost the same", "near", "related", "some way off")


def nearness(cosine: float | None, shared: float, title_likeness: float) -> Nearness:
    """How near, in words; `cosine` is None where nothing is known of meaning.

    Read off 120 talks given twice in a base of 40,000: these are "almost the same" or near in 24 of 25 cases. Of other
    talks it is said where they have the same subject and wording: parts of a tutorial, or a yearly session.
    """
    meaning = cosine if cosine is not None else 0.7
    if meaning >= 0.93 or (shared >= 0.5 and meaning >= 0.6) or (title_likeness == 1 and meaning >= 0.7):
        return "almost the same"
    if cosine is not None and cosine >= 0.7:
        return "near"
    # What many abstracts of one place have in common, such as where slides are, makes no talk near.
    if (shared >= 0.15 and meaning >= 0.5) or title_likeness >= 0.9:
        return "near"
    return "related" if shared >= 0.15 or (cosine is not None and cosine >= 0.5) else "some way off"


def _texts(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    rows = session.execute(
        select(col(Talk.id), col(Talk.title), col(Talk.abstract), col(Talk.summary)).where(col(Talk.id).in_(ids))
    )
    return {key: (title, "\n".join(filter(None, (abstract, summary)))) for key, title, abstract, summary in rows if key}


def _runs(text: str) -> set[tuple[str, ...]]:
    """Every run of RUN words in a text."""
    words = fold_phrase(text).split()
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def _part(shared: set[tuple[str, ...]], own: set[tuple[str, ...]], text: str) -> float:
    """Shared runs as a part of the shorter text; very short texts say little, so they count as longer."""
    shorter = min(len(own), max(0, len(fold_phrase(text).split()) - RUN + 1) or len(own))
    return len(shared) / max(shorter, len(shared), LEAST_RUNS)


def _evidence(cosine: float | None, part: float, likeness: float, shared: set[tuple[str, ...]]) -> list[str]:
    said = []
    if likeness >= 0.75:
        said.append("the same title" if likeness == 1 else f"titles {likeness:.0%} alike")
    if shared and part >= 0.05:
        words = sorted(shared, key=lambda run: (-sum(len(word) for word in run if word not in STOP_WORDS), run))
        quoted = ", ".join(f"“{' '.join(run)}”" for run in words[:MOST_SHARED])
        said.append(f"{part:.0%} of the wording, such as {quoted}")
    if cosine is not None:
        said.append(f"meaning {cosine:.2f} near")
    return said
