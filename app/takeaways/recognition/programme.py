"""What an article is held against, from the base: the talks of its edition, of others it speaks of, or all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import Session, col

from app.models import (
    Appearance,
    Article,
    ArticleText,
    Edition,
    Resource,
    SpeakerAlias,
    SpeakerLink,
    Talk,
    TalkOrganisation,
)
from app.models.people import Organisation
from app.takeaways.recognition.addresses import account_key, address_key, written_addresses
from app.takeaways.recognition.finding import CERTAIN, Block, Finding, Person
from app.takeaways.recognition.finding import Talk as Named
from app.takeaways.recognition.people import handles_in, name_keys
from app.takeaways.recognition.titles import bare_title
from app.takeaways.recognition.words import STOPS

_MOST = 500
_AHEAD_DAYS = 200
"""A programme is hardly written about earlier than this before it takes place."""
_EARLIER = re.compile(
    r"\b(?:last year|previous (?:year|edition|summit|conference|talk)|years? ago|earlier (?:edition|talk|this year)"
    r"|letzte[sn]? jahr|vergangene[sn]? jahr|vorjahr|l['’]an dernier|l['’]ann[eé]e derni[eè]re|el a[nñ]o pasado)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19[89]\d|20[0-4]\d)\b")
_LETTERS = re.compile(r"[^\W_]+")
Titles = list[tuple[int, str]]
T = TypeVar("T")


def _known() -> Select[int | None, str, int]:
    return (
        select(col(Talk.id), col(Talk.title), col(Talk.edition_id))
        .where(col(Talk.withdrawn_at).is_(None), col(Talk.is_container).is_(False))
        .order_by(col(Talk.id))
    )


def titles_of_edition(
    session: Session, edition: Edition, beside: Collection[int], earlier: Sequence[Block] = ()
) -> Titles:
    """Titles of an edition, of the talks `beside`, and of its series those whose words the blocks `earlier` have."""
    rows = session.execute(_known().where(col(Talk.edition_id) == edition.id)).all()
    if earlier:
        others = select(col(Edition.id)).where(
            col(Edition.series_id) == edition.series_id, col(Edition.id) != edition.id
        )
        there = _words_of(earlier)
        of_series = session.execute(_known().where(col(Talk.edition_id).in_(others)))
        rows = [*rows, *(row for row in of_series if _is_within(row[1].lower(), there))]
    met = {row[0] for row in rows}
    rows = [*rows, *session.execute(_known().where(col(Talk.id).in_([one for one in beside if one not in met])))]
    speakers = _names_by_talk(session, [row[0] for row in rows if " - " in row[1]])
    return [(row[0], bare_title(row[1], speakers.get(row[0], ()))) for row in rows]


def _theirs() -> ColumnElement[bool]:
    """Video and slides are a talk's own; articles and code that it points to are often older than the talk."""
    return col(Resource.kind).in_(("video", "slides"))


def titles_within(session: Session, blocks: Iterable[Block]) -> Titles:
    """Titles of all known talks, half of whose telling words or whose whole head the article has somewhere."""
    there = _words_of(blocks)
    return [(row[0], bare_title(row[1])) for row in session.execute(_known()) if _is_within(row[1].lower(), there)]


def _words_of(blocks: Iterable[Block]) -> set[str]:
    return {word for block in blocks for word in (*block.words.plain, *_LETTERS.findall(block.text.lower()))}


def _is_within(title: str, there: set[str]) -> bool:
    told = set(_LETTERS.findall(title)) - STOPS
    if 2 * len(told & there) >= len(told):
        return True
    head = set(_LETTERS.findall(title.partition(":")[0].partition(" - ")[0])) - STOPS
    return len(head) >= 2 and head <= there


def talks_named(session: Session, ids: Collection[int], article: ArticleText) -> dict[int, Named]:
    """These talks with speakers and addresses; of editions that the article cannot know yet, none."""
    found: dict[int, Named] = {}
    latest = _latest(session, article)
    for some in _some(sorted(ids)):
        speakers: dict[int, list[int]] = defaultdict(list)
        urls: dict[int, list[str]] = defaultdict(list)
        for talk, speaker in session.execute(
            select(col(Appearance.talk_id), col(Appearance.speaker_id)).where(col(Appearance.talk_id).in_(some))
        ):
            speakers[talk].append(speaker)
        for talk, url in session.execute(
            select(col(Resource.talk_id), col(Resource.url)).where(_theirs(), col(Resource.talk_id).in_(some))
        ):
            urls[talk].append(url)
        rows = session.execute(
            select(
                col(Talk.id), col(Talk.slug), col(Talk.title), col(Talk.kind), col(Talk.edition_id),
                col(Talk.reference), col(Edition.start_date),
            )
            .join(Edition, col(Edition.id) == col(Talk.edition_id))
            .where(col(Talk.id).in_(some), col(Talk.withdrawn_at).is_(None))
        )  # fmt: skip
        for key, slug, title, kind, edition, reference, starts in rows:
            own = article.edition_id is None or edition == article.edition_id
            if latest and starts and starts > latest and edition != article.edition_id:
                continue
            known = [*urls[key], reference] if reference else urls[key]
            found[key] = Named(key, slug, title, kind, edition, tuple(speakers[key]), tuple(known), own)
    return found


def _latest(session: Session, article: ArticleText) -> str | None:
    """The last day, as ISO date, on which an edition can begin that the article speaks of."""
    published = session.scalar(select(col(Article.published_on)).where(col(Article.id) == article.article_id))
    if not published or not re.match(r"\d{4}", published):
        return None
    year, month = int(published[:4]), int(published[5:7] or 12)
    month += _AHEAD_DAYS // 30
    return f"{year + (month - 1) // 12:04d}-{(month - 1) % 12 + 1:02d}-31"


def talks_linked(session: Session, blocks: Iterable[Block]) -> set[int]:
    """Talks whose video, slides or page the article links, written in any usual way."""
    wanted: set[str] = set()
    for block in blocks:
        for url in [link.url for link in block.links] + [url for _, _, url in written_addresses(block.text)]:
            wanted.update(_ways_to_write(url))
    found: set[int] = set()
    for some in _some(sorted(wanted)):
        found.update(session.scalars(select(col(Resource.talk_id)).where(_theirs(), col(Resource.url).in_(some))))
        found.update(session.scalars(select(col(Talk.id)).where(col(Talk.reference).in_(some))))
    return found


def _ways_to_write(url: str) -> set[str]:
    ways = {url, url.rstrip("/"), url.rstrip("/") + "/"}
    key = address_key(url)
    if key is None:
        return set()
    kind, _, number = key.partition(":")
    if kind == "youtube":
        bare = [
            f"youtube.com/watch?v={number}",
            f"youtu.be/{number}",
            f"youtube.com/embed/{number}",
            f"youtube.com/live/{number}",
        ]
    elif kind == "vimeo":
        bare = [f"vimeo.com/{number}", f"player.vimeo.com/video/{number}"]
    else:
        bare = [key, key + "/"]
    return ways | {f"{scheme}://{www}{one}" for scheme in ("http", "https") for www in ("", "www.") for one in bare}


def earlier_blocks(blocks: Iterable[Block], year: int | None) -> frozenset[int]:
    """Blocks that speak of another year than the edition's, or of an earlier talk."""
    return frozenset(
        block.number
        for block in blocks
        if _EARLIER.search(block.text) or (year and any(int(found) != year for found in _YEAR.findall(block.text)))
    )


def people_of(session: Session, speakers: Collection[int]) -> list[Person]:
    """These speakers with all their names."""
    names: dict[int, list[str]] = defaultdict(list)
    for some in _some(sorted(speakers)):
        for speaker, name in session.execute(
            select(col(SpeakerAlias.speaker_id), col(SpeakerAlias.name))
            .where(col(SpeakerAlias.speaker_id).in_(some))
            .order_by(col(SpeakerAlias.id))
        ):
            names[speaker].append(name)
    return [Person(speaker, tuple(names[speaker])) for speaker in sorted(names)]


def speakers_by_key(session: Session, blocks: Sequence[Block]) -> dict[str, int]:
    """Speakers of the whole base by the folded names that stand in the text; two of one name belong to none."""
    keys = name_keys(blocks)
    found: dict[str, int] = {}
    for some in _some(sorted(keys | {f"{key}~2" for key in keys})):
        found.update(
            session.execute(
                select(col(SpeakerAlias.key), col(SpeakerAlias.speaker_id)).where(col(SpeakerAlias.key).in_(some))
            ).all()
        )
    return {key: speaker for key, speaker in found.items() if "~" not in key and f"{key}~2" not in found}


def accounts_named(session: Session, blocks: Sequence[Block]) -> list[Finding]:
    """Speakers named by an account of theirs: a handle, or a link to it."""
    places: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for block in blocks:
        for link in block.links:
            places[account_key(link.url)].append((block.number, link.start, link.end))
    for number, start, end, handle in handles_in(blocks):
        for site in ("twitter.com", "x.com", "github.com"):
            places[f"{site}/{handle}"].append((number, start, end))
    found: dict[tuple[int, int, int], Finding] = {}
    for some in _some(sorted(places)):
        for url, speaker in session.execute(
            select(col(SpeakerLink.url), col(SpeakerLink.speaker_id)).where(col(SpeakerLink.url).in_(some))
        ):
            for number, start, end in places[url]:
                one = Finding("speaker", speaker, number, start, end, 0.95, CERTAIN, f"the account {url}")
                found.setdefault((number, start, end), one)
    return list(found.values())


def organisations_of(session: Session, talks: Collection[int]) -> list[tuple[int, str]]:
    """Organisations of these talks and their speakers then, with their names."""
    ids: set[int] = set()
    for some in _some(sorted(talks)):
        ids.update(
            one
            for one in session.scalars(select(col(Appearance.organisation_id)).where(col(Appearance.talk_id).in_(some)))
            if one is not None
        )
        ids.update(
            session.scalars(
                select(col(TalkOrganisation.organisation_id)).where(col(TalkOrganisation.talk_id).in_(some))
            )
        )
    return [
        (key, name)
        for some in _some(sorted(ids))
        for key, name in session.execute(
            select(col(Organisation.id), col(Organisation.name)).where(col(Organisation.id).in_(some))
        )
    ]


def _some(wanted: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many at a time as one statement takes."""
    return (wanted[at : at + _MOST] for at in range(0, len(wanted), _MOST))


def _names_by_talk(session: Session, talks: Collection[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    for some in _some(sorted(talks)):
        for talk, name in session.execute(
            select(col(Appearance.talk_id), col(Appearance.name_as_listed)).where(col(Appearance.talk_id).in_(some))
        ):
            names[talk].append(name)
    return names
