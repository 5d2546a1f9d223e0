"""Themes that nobody named yet: clusters of talks without a theme, each with what a curator needs to judge it.

Derived data, and only drafts: nothing here becomes a theme before a person loads a vocabulary that has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Literal, NamedTuple

import numpy as np
from sqlalchemy import delete, select
from sqlmodel import Session, col

from app.catalog.discovered import (
    CentralTalk,
    Drafts,
    DraftTheme,
    EditionOfDraft,
    LabelTerm,
    NearestTheme,
    YearOfDraft,
)
from app.catalog.filters import ASSIGNED, TalkFilter
from app.catalog.snapshot import current_snapshot
from app.db.types import utc_now
from app.embeddings.protocol import Embedder
from app.errors import NotFound
from app.models import Discovery, Theme, ThemeAssignment
from app.text.slugs import slugify, unique_slug
from app.themes.clusters import MOST, RESAMPLES, Cluster, coherence, unit
from app.themes.consensus import agreed_clusters
from app.themes.evidence import Matrix
from app.themes.labels import Term, label_terms
from app.themes.material import Vocabulary, talk_texts, theme_texts, vocabularies
from app.themes.trend import trend
from app.themes.unnamed import Unnamed, read_unnamed

RECIPE = "ward+c-tf-idf/2"
LEAST_TERMS = 3
"""What fewer terms tell from other talks has no subject that a person could name."""
ALIKE_TERMS, COMPARED_TERMS = 3, 5
"""Two clusters that share so many of so many first terms are one theme."""
ONE_EVENT = 0.5
"""More of one edition are that event's own wording, where the scope has SEVERAL editions or more."""
SEVERAL = 4
NAMING_TERMS = 2
EDITIONS, CENTRAL = 3, 5
TALKS_OF_THEME = 100
NEARLY = 0.9
"""Of the mean cosine of talks that have a theme to its definition: what is so near to it may be that theme."""
SIGNIFICANT = 1.96


class _Shape(NamedTuple):
    """A cluster with its terms."""

    cluster: Cluster
    terms: list[Term]


def discover(
    session: Session, embedder: Embedder, filter: TalkFilter, vocabulary: str | None = None, everything: bool = False,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Drafts:  # fmt: skip
    """Drafts of themes for the talks of `filter` that have none of `vocabulary` (or of any), the largest first.

    NotFound where there is no such vocabulary. The same base gives the same drafts.
    """
    known = [one for one in vocabularies(session) if vocabulary in (None, one.slug)]
    if vocabulary is not None and not known:
        raise NotFound("vocabulary", vocabulary)
    pool = read_unnamed(session, embedder.recipe, filter, [one.slug for one in known], everything)
    labelled = _labelled(pool, agreed_clusters(pool.vectors, progress))
    worded = [shape for shape in labelled if len(shape.terms) >= LEAST_TERMS]
    general = [shape for shape in worded if not _of_one_event(pool, shape.cluster)]
    taken = set(session.scalars(select(col(Theme.slug))))
    nearest = _nearest(session, embedder, known, [pool.vectors[shape.cluster.members] for shape in general])
    drafts = [_draft(pool, shape, taken, near) for shape, near in zip(general, nearest, strict=True)]
    return Drafts(
        vocabulary=vocabulary,
        everything=everything,
        scope=_scope(filter),
        known=pool.known,
        themed=pool.themed,
        unread=pool.known - pool.themed - len(pool.talks),
        read=len(pool.talks),
        sampled=min(len(pool.talks), MOST),
        placed=sum(draft.talks for draft in drafts),
        language=pool.language,
        one_event=len(worded) - len(general),
        wordless=len(labelled) - len(worded),
        drafts=drafts,
        resamples=RESAMPLES,
        recipe=f"{RECIPE} {embedder.recipe}",
    )


def keep(session: Session, found: Drafts) -> None:
    """Keep these drafts for the site in place of those before."""
    session.execute(delete(Discovery))
    session.add(
        Discovery(
            recipe=found.recipe,
            snapshot=current_snapshot(session),
            made_at=utc_now(),
            found=found.model_dump(mode="json"),
        )
    )


def _labelled(pool: Unnamed, clusters: Sequence[Cluster]) -> list[_Shape]:
    """Clusters with their terms, those of the same terms made one, the largest first."""
    terms = label_terms(pool.wordings, [cluster.members for cluster in clusters])
    found: list[_Shape] = []
    for shape in map(_Shape, clusters, terms):
        twin = next((place for place, other in enumerate(found) if _say_the_same(shape.terms, other.terms)), None)
        if twin is None:
            found.append(shape)
            continue
        one, other = found[twin].cluster, shape.cluster
        sizes = [len(one.members), len(other.members)]
        sure = float(np.average([one.stability, other.stability], weights=sizes))
        found[twin] = _Shape(Cluster(np.union1d(one.members, other.members), sure), found[twin].terms)
    if len(found) < len(clusters):
        again = label_terms(pool.wordings, [shape.cluster.members for shape in found])
        found = [_Shape(shape.cluster, own) for shape, own in zip(found, again, strict=True)]
    return sorted(found, key=lambda shape: (-len(shape.cluster.members), shape.cluster.members[0]))


def _say_the_same(one: Sequence[Term], other: Sequence[Term]) -> bool:
    shared = {term.text for term in one[:COMPARED_TERMS]} & {term.text for term in other[:COMPARED_TERMS]}
    return len(shared) >= ALIKE_TERMS


def _of_one_event(pool: Unnamed, cluster: Cluster) -> bool:
    if len({talk.edition for talk in pool.talks}) < SEVERAL:
        return False
    largest = Counter(pool.talks[place].edition for place in cluster.members).most_common(1)[0][1]
    return largest >= ONE_EVENT * len(cluster.members)


def _draft(pool: Unnamed, shape: _Shape, taken: set[str], nearest: NearestTheme | None) -> DraftTheme:
    """Everything of one cluster; its slug is free in the base and is added to `taken`."""
    members = shape.cluster.members
    talks, vectors = [pool.talks[place] for place in members], pool.vectors[members]
    name = ", ".join(term.text for term in shape.terms[:NAMING_TERMS])
    name = name[:1].upper() + name[1:]
    editions = Counter((talk.edition, talk.edition_name) for talk in talks)
    most = sorted(editions.items(), key=lambda each: (-each[1], each[0]))[:EDITIONS]
    years = Counter(talk.year for talk in talks if talk.year is not None)
    spread = [YearOfDraft(year=year, talks=years[year], of=of) for year, of in sorted(pool.by_year.items())]
    slope = trend([(one.year, one.talks, one.of) for one in spread])
    middle = np.argsort(-(vectors @ unit(vectors.mean(axis=0))), kind="stable")[:CENTRAL]
    return DraftTheme(
        slug=unique_slug(slugify(name) or "draft", taken),
        name=name,
        terms=[LabelTerm(text=term.text, forms=list(term.forms), talks=term.talks) for term in shape.terms],
        talks=len(talks),
        coherence=round(coherence(vectors), 3),
        stability=round(shape.cluster.stability, 3),
        years=[one for one in spread if one.talks],
        change=_change(slope),
        trend=None if slope is None else round(slope, 2),
        editions=len(editions),
        largest_editions=[EditionOfDraft(slug=slug, name=own, talks=count) for (slug, own), count in most],
        central=[
            CentralTalk(reference=talk.reference, slug=talk.slug, title=talk.title)
            for talk in (talks[place] for place in middle)
        ],
        nearest=nearest,
    )


def _change(slope: float | None) -> Literal["grows", "shrinks", "unclear"]:
    if slope is None or abs(slope) < SIGNIFICANT:
        return "unclear"
    return "grows" if slope > 0 else "shrinks"


def _nearest(
    session: Session, embedder: Embedder, known: Sequence[Vocabulary], clusters: Sequence[Matrix]
) -> list[NearestTheme | None]:
    """For each cluster the theme whose definition its talks (m, d) are nearest to on average; None without themes."""
    themes = [theme for vocabulary in known for theme in vocabulary.themes]
    if not themes or not clusters:
        return [None] * len(clusters)
    definitions = np.stack([text.definition for one in known for text in theme_texts(session, embedder, one)])
    own = _own_nearness(session, embedder.recipe, themes, definitions)
    usual = float(np.median([one for one in own if one is not None] or [1.0]))
    found: list[NearestTheme | None] = []
    for vectors in clusters:
        cosines = (vectors @ definitions.T).mean(axis=0)
        best = int(cosines.argmax())
        least = own[best]
        found.append(
            NearestTheme(
                slug=themes[best].slug,
                name=themes[best].name,
                cosine=round(float(cosines[best]), 3),
                is_nearly=least is not None and float(cosines[best]) >= NEARLY * max(least, usual),
            )
        )
    return found


def _own_nearness(session: Session, recipe: str, themes: Sequence[Theme], definitions: Matrix) -> list[float | None]:
    """The mean cosine of some talks of each theme to its definition; None where it has none."""
    some = [_some(session, theme.id) for theme in themes]
    wanted = {talk for ids in some for talk in ids}
    vectors = {talk.id: talk.vector for part in talk_texts(session, recipe, wanted) for talk in part}
    found: list[float | None] = []
    for ids, definition in zip(some, definitions, strict=True):
        cosines = [float(own @ definition) for talk in ids if (own := vectors.get(talk)) is not None]
        found.append(float(np.mean(cosines)) if cosines else None)
    return found


def _some(session: Session, theme: int | None) -> Collection[int]:
    """Talks that have the theme, spread over all of them."""
    ids = session.scalars(
        select(col(ThemeAssignment.talk_id))
        .where(col(ThemeAssignment.theme_id) == theme, col(ThemeAssignment.status).in_(ASSIGNED))
        .order_by(col(ThemeAssignment.talk_id))
    ).all()
    return ids[:: len(ids) // TALKS_OF_THEME + 1]


def _scope(filter: TalkFilter) -> dict[str, str]:
    named = {
        "editions": ", ".join(filter.editions), "series": filter.series, "from": filter.year_from, "to": filter.year_to,
    }  # fmt: skip
    return {name: str(value) for name, value in named.items() if value}
