"""What the addresses of a post's footnotes say, read from the base as it is now."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.draft_cards import draft_cards, open_drafts
from app.catalog.editions import find_edition
from app.catalog.kept import kept
from app.catalog.takeaways import TakeawayCard, takeaway_cards, theme_names
from app.catalog.talks import find_talk
from app.catalog.technologies import technology_row
from app.errors import NotFound, UsageError
from app.models import Article, ArticleText, Organisation, TakeawayDraft, Technology, Theme
from app.posts.said import Evidence, Saying
from app.posts.wording import RULES, dates_words, talk_reasons
from app.reports.registry import build_report
from app.reports.request import ReportRequest
from app.settings import get_settings
from app.text.moments import clock
from app.text.stemming import STOP_WORDS
from app.trends.behind import figure_by_id
from app.trends.document import Document, plain
from app.trends.figure import Figure
from app.trends.keys import parse_key
from app.trends.scope import read_scope
from app.trends.wording import percent

_ABOUT = re.compile(r"Talks (?:of kind|that mention|by people of) (.+)")


class BaseEvidence:
    """Looks addresses up in a base, each once; and tells names that it has."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._found: dict[str, Evidence | None] = {}

    def resolve(self, address: str) -> Evidence | None:
        """What an address says. None for one elsewhere on the web; NotFound for one of ours that leads nowhere."""
        if address not in self._found:
            self._found[address] = self._read(address)
        return self._found[address]

    def is_name(self, word: str) -> bool:
        """Whether this one word is the whole name of an organisation, technology or theme."""
        names = kept(self._session, "names of one word", lambda: _names(self._session))
        return word.casefold() in names

    def _read(self, address: str) -> Evidence | None:
        ours = address.removeprefix(get_settings().base_url)
        if not ours.startswith("/") or ours.startswith("//"):
            return None
        try:
            parts = urlsplit(ours)
        except ValueError:
            return None
        steps = [unquote(step) for step in parts.path.strip("/").split("/")]
        fragment = unquote(parts.fragment)
        if fragment.startswith("takeaway-"):
            return _takeaway(self._session, fragment.removeprefix("takeaway-"))
        if fragment.startswith("draft-"):
            return _draft(self._session, fragment.removeprefix("draft-"))
        if steps == ["takeaways"]:
            return _takeaway(self._session, parse_qs(parts.query).get("slug", [""])[0])
        if len(steps) == 3 and steps[0] == "editions" and steps[2] == "post":
            return Evidence("the rules of posts", (Saying(" ".join(RULES)),))
        read = _READERS.get(steps[0]) if len(steps) == 2 else None
        if read is None:
            raise NotFound("figure, talk, takeaway, edition or report", ours[:200])
        return read(self._session, steps[1], parts.query)


def figure_evidence(figure: Figure, id: str, scope: str) -> Evidence:
    """What a figure says: its numbers, its rule, and what is known of the programme.

    `id` is the one that was asked for, `scope` the title of where it is counted.
    """
    published = figure.coverage.published
    known = figure.coverage.known
    words = [
        figure.label, figure.sentence, figure.fraction, figure.percent, figure.range, figure.between, figure.likely,
        figure.rule,
        f"{figure.numerator} talks. {figure.denominator} known talks. {known} known talks. No known talks.",
        f"{figure.confirmed} decided by people, {figure.machine} by machine.",
        f"{percent(figure.if_none)} if none, {percent(figure.if_all)} if all.",
        f"Snapshot {parse_key(id).snapshot}.",
    ]  # fmt: skip
    if published is None:
        words.append("How many sessions were published is not known.")
    else:
        missing = figure.coverage.missing
        words.append(f"{known} of {published} published sessions. {missing} of the {published} are not in the base.")
    return Evidence(f"the figure “{figure.label}”", (Saying(" ".join(words)),), _subject(figure, scope))


def _subject(figure: Figure, scope: str) -> str:
    """The theme of a share; the kind, technology or organisation of a count; "" of all others."""
    about = figure.label.removesuffix(f": {scope}")
    if figure.kind == "share":
        return about
    found = _ABOUT.fullmatch(about)
    return found[1] if found else ""


def _figure(session: Session, id: str, _: str) -> Evidence:
    figure = figure_by_id(session, id)
    return figure_evidence(figure, id, read_scope(session, parse_key(id).scope).title)


def _talk(session: Session, slug: str, _: str) -> Evidence:
    talk = find_talk(session, slug)
    if talk.withdrawn_on:
        raise NotFound("talk", slug, f"It was withdrawn on {talk.withdrawn_on}.")
    people = [part for one in talk.people for part in (one.name, one.affiliation, one.job_title) if part]
    words = [
        talk.title, *people, *(one.name for one in talk.organisations), talk.kind, talk.edition.name,
        dates_words(talk.date), *(theme.name for theme in talk.themes), *(one.name for one in talk.technologies),
        talk.abstract, talk.summary, talk.track, talk.language, talk_reasons(len(talk.takeaways), talk.kind),
        *(f"{link.kind} {link.label or ''}" for link in talk.resources),
    ]  # fmt: skip
    return Evidence(f"the talk “{talk.title}”", (Saying(". ".join(word for word in words if word)),))


def _takeaway(session: Session, slug: str) -> Evidence:
    cards = takeaway_cards(session, [slug])
    if not cards:
        raise NotFound("takeaway", slug)
    return _of_card(session, cards[0], "the takeaway")


def _draft(session: Session, key: str) -> Evidence:
    cards = draft_cards(session, open_drafts().where(col(TakeawayDraft.key) == key))
    if not cards:
        raise NotFound("machine draft", key)
    return _of_card(session, cards[0], "the machine draft")


def _of_card(session: Session, card: TakeawayCard, what: str) -> Evidence:
    places = (card.talk, card.edition, card.speaker, card.article)
    words = [
        card.text, card.kind, card.stance, card.conditions, card.said_by, card.affiliation, card.observer,
        card.occasion, *card.technologies, *theme_names(session, set(card.themes)).values(),
        *(place.name for place in places if place), "speaker" if card.said_as == "speaker" else "attendee",
        *(f"{line.kind} {line.section or ''} {line.number or ''} {line.quote or ''}" for line in card.evidence),
        *(f"at {clock(line.start_seconds)}" for line in card.evidence if line.start_seconds is not None),
    ]  # fmt: skip
    about = card.text if len(card.text) <= 60 else f"{card.text[:57]}…"
    return Evidence(f"{what} “{about}”", (Saying(". ".join(word for word in words if word)),))


def _edition(session: Session, slug: str, _: str) -> Evidence:
    card = find_edition(session, slug)
    words = [
        card.name, card.series.name, card.city, card.country, dates_words(card.start_date), dates_words(card.end_date),
        str(card.year or ""), f"{card.known} known talks", card.completeness,
        f"{card.published} published sessions" if card.published is not None else "",
    ]  # fmt: skip
    return Evidence(f"the edition “{card.name}”", (Saying(". ".join(word for word in words if word)),))


def _article(session: Session, slug: str, _: str) -> Evidence:
    article = session.scalars(select(Article).where(col(Article.slug) == slug)).first()
    if article is None:
        raise NotFound("article", slug)
    text = session.get(ArticleText, article.id)
    told = (article.title, article.author, article.observer, article.observer_affiliation, article.publisher)
    words = [*told, dates_words(article.published_on), *(str(block["text"]) for block in (text.blocks if text else ()))]
    return Evidence(f"the article “{article.title}”", (Saying(". ".join(word for word in words if word)),))


def _technology(session: Session, slug: str, _: str) -> Evidence:
    found = technology_row(session, slug)
    words = f"{found.name}. {found.kind or ''}. {found.talks} known talks. {found.editions} editions."
    return Evidence(f"the technology “{found.name}”", (Saying(f"{words} {found.first_year}. {found.last_year}."),))


def _report(session: Session, name: str, query: str) -> Evidence:
    try:
        request = ReportRequest.of(parse_qsl(query))
        document = build_report(session, name, request)
    except (UsageError, ValueError) as error:
        raise NotFound("report", f"{name}?{query}"[:200], str(error)) from error
    return document_evidence(document)


def document_evidence(document: Document) -> Evidence:
    """What a report says: its sentences to everyone, a row of a table to who names what the row is about."""
    lines = [*document.lead, *document.coverage]
    for section in document.sections:
        lines += [*section.paragraphs, *section.items]
    general = [document.title, document.chart.title if document.chart else "", document.snapshot]
    sayings = [Saying(" ".join([*general, *map(plain, lines)]))]
    for table in document.tables:
        for row in table.rows:
            cells = [plain(cell) for cell in row.more]
            sayings.append(Saying(" ".join([row.label, row.figure.sentence, *table.more, *cells]), row.label))
    sayings += [Saying(f"{claim.text} {claim.claimed} {claim.verdict}", claim.claimed) for claim in document.claims]
    return Evidence(f"the report “{document.title}”", tuple(sayings))


Reader = Callable[[Session, str, str], Evidence]
_READERS: dict[str, Reader] = {
    "figures": _figure,
    "talks": _talk,
    "editions": _edition,
    "reports": _report,
    "articles": _article,
    "technologies": _technology,
}


def _names(session: Session) -> frozenset[str]:
    found = set()
    for name in (Organisation.name, Technology.name, Theme.name):
        found |= {one.casefold() for one in session.scalars(select(col(name))) if one and " " not in one.strip()}
    return frozenset(found - STOP_WORDS)
