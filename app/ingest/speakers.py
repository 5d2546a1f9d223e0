"""Which speaker a written name in a programme is: the rule by which names become people.

1. An account that a speaker is known to hold (GitHub and the like) decides, if the names are alike or one is a handle.
2. Else the folded name decides (case, accents, punctuation and order fall away), but a single given name or a common
   full name ("John Smith") joins only people of one series or of series of one brand (PyCon US, PyCon UK), of one
   affiliation, or of one collection whose curators keep names apart; elsewhere it makes a second speaker of that
   name, and the pair is proposed.
3. Different accounts of one steady kind (two GitHub accounts) make two speakers of one name, unless they share series
   or affiliation.

Whoever was found for a talk once stays its speaker when the talk is read again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlmodel import Session, col

from app.ingest.accounts import Account, accounts_differ, read_account, read_accounts
from app.ingest.merging import merge_speakers, share_a_talk, told_apart
from app.models import Appearance, Edition, Series, Source, Speaker, SpeakerAlias, SpeakerLink, SpeakerPair, Talk
from app.text.given_names import COMMON_FAMILY_NAMES, GIVEN_NAMES
from app.text.likeness import SUSPECTED, compare_names
from app.text.names import name_key
from app.text.slugs import slugify, unique_slug
from app.text.written_names import other_orders

_BATCH = 400
_NAMESAKES_PROPOSED = 5
_NO_BRAND = frozenset(
    ["open", "cloud", "data", "tech", "meetup", "conference", "summit", "international", "devops", "python", "java"]
) | frozenset(["ruby", "google", "microsoft", "global", "world", "annual", "national", "software", "code"])


@dataclass(frozen=True)
class Sighting:
    """A name as one talk, or one curated record, has it, with what may tell whose it is."""

    name: str
    links: tuple[str, ...] = ()
    organisation_id: int | None = None
    former: frozenset[int] = frozenset()
    """Speakers that the talk had when it was read before."""
    is_curated: bool = False


def is_common(name: str) -> bool:
    """Whether the name tells nobody apart: one word that is no handle, or a given name with a common family name."""
    words = name_key(name).split()
    if len(words) == 1:
        return words[0] in GIVEN_NAMES or words[0] in COMMON_FAMILY_NAMES or len(words[0]) < 5
    if len(words) != 2:
        return False
    known = GIVEN_NAMES | COMMON_FAMILY_NAMES
    return all(word in known or len(word) == 1 for word in words) and any(w in COMMON_FAMILY_NAMES for w in words)


def brand(series_slug: str) -> str | None:
    """The word that series of one community share at the start of their names; None for a word that says nothing."""
    word = series_slug.partition("-")[0]
    return word if len(word) >= 4 and word not in _NO_BRAND else None


class Speakers:
    """Finds the speakers of names within one session, making those not yet known."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.series_id: int | None = None
        self.brand: str | None = None
        self.collection: str | None = None
        self._known: dict[str, list[int]] = {}
        self._here: set[int] = set()
        """Speakers met at this place: their appearances may not be written yet."""
        self._merged: dict[int, int] = {}
        self._free_slugs: set[str] = set()
        self._last: dict[str, str] = {}
        """By plain key the last key stored: `john smith~3` is the third speaker of that name."""
        self.made: set[int] = set()
        """Speakers that were not known before."""
        self.learnt = 0
        """How often something new was written down, so that a caller can tell whether anything changed."""

    def place(self, series_id: int, collection: str, names: Iterable[str]) -> None:
        """Say where these names are met, which come next: the series, and the kind of source."""
        if (series_id, collection) != (self.series_id, self.collection):
            self._here = set()
        self.series_id, self.collection = series_id, collection
        self.brand = brand(self.session.get_one(Series, series_id).slug)
        listed = list(names)
        self.expect(listed)
        self.expect_slugs(name for name in listed if not self._known[name_key(name)])

    def current(self, speaker_id: int) -> int:
        """The speaker that this one is by now, after merges."""
        while speaker_id in self._merged:
            speaker_id = self._merged[speaker_id]
        return speaker_id

    def expect(self, names: Iterable[str]) -> None:
        """Read what is known of these names at once, rather than name by name."""
        keys = (key for name in names for key in (name_key(name), *other_orders(name)))
        wanted = {key for key in keys if key not in self._known}
        for key in wanted:
            self._known[key] = []
        self._read({key: key for key in wanted}, 2)

    def _read(self, keys: dict[str, str], number: int) -> None:
        """Fill in the holders of `keys` (as stored, to plain), then of their namesakes as far as there are any."""
        more: dict[str, str] = {}
        listed = list(keys)
        for start in range(0, len(listed), _BATCH):
            rows = self.session.execute(
                select(col(SpeakerAlias.key), col(SpeakerAlias.speaker_id)).where(
                    col(SpeakerAlias.key).in_(listed[start : start + _BATCH])
                )
            )
            for stored, speaker_id in rows:
                plain = keys[stored]
                if speaker_id not in self._known[plain]:
                    self._known[plain].append(speaker_id)
                self._last[plain] = stored
                more[f"{plain}~{number}"] = plain
        if more:
            self._read(more, number + 1)

    def named(self, name: str) -> list[int]:
        """Speakers known by this name, the first known first."""
        self.expect([name])
        return list(self._known[name_key(name)])

    def find(self, sighting: Sighting, present: Iterable[int] = ()) -> int:
        """The speaker of a sighting, made if new. `present` are other speakers of the same talk."""
        accounts = read_accounts(sighting.links)
        others = frozenset(present)
        holders = self._holders(accounts)
        owners = sorted(set(holders.values()) - others)
        alike = [owner for owner in owners if self._could_be(owner, sighting.name, accounts)]
        found = self._unite(alike) if alike else self._by_name(sighting, accounts)
        if found is None:
            found = self._make(sighting, accounts)
        elif found not in self.named(sighting.name):
            self.add_alias(found, sighting.name, curated=False)
        new = [account for account in accounts if account.url not in holders]
        self.session.add_all(SpeakerLink(url=account.url, speaker_id=found) for account in new)
        self.learnt += len(new)
        if not sighting.is_curated:
            self._here.add(found)
        for owner in owners:
            if owner != found and owner not in alike:
                propose(self.session, found, owner, 0.6, "both give one account, under unlike names")
        return found

    def add_alias(self, speaker_id: int, name: str, *, curated: bool) -> None:
        """Remember a way of writing a speaker's name; a name that another has too gets a numbered key."""
        self.expect([name])
        key = stored = name_key(name)
        if key in self._last:
            number = int(self._last[key].partition("~")[2] or 1) + 1
            stored = f"{key}~{number}"
        self.session.add(SpeakerAlias(speaker_id=speaker_id, name=name, key=stored, curated=curated))
        self._last[key] = stored
        self._known[key].append(speaker_id)
        self.learnt += 1

    def forget(self, gone: int, into: int) -> None:
        """Take note that one speaker was merged into another. Nothing is written."""
        self._merged[gone] = into
        if gone in self._here:
            self._here.add(into)
        for key, holders in self._known.items():
            if gone in holders:
                self._known[key] = list(dict.fromkeys(into if holder == gone else holder for holder in holders))

    def _holders(self, accounts: tuple[Account, ...]) -> dict[str, int]:
        if not accounts:
            return {}
        urls = [account.url for account in accounts]
        rows = self.session.execute(
            select(col(SpeakerLink.url), col(SpeakerLink.speaker_id)).where(col(SpeakerLink.url).in_(urls))
        )
        return {url: speaker_id for url, speaker_id in rows}  # noqa: C416  # rows are no plain pairs to the type checker

    def _could_be(self, owner: int, name: str, accounts: tuple[Account, ...]) -> bool:
        """Whether the holder of an account may go by this name. Pages are given by colleagues too, so they weigh less.

        A name of one word may be a handle, and so may the one known; an account of that very name settles it.
        """
        held = {account.url for account in self._accounts(owner)}
        shared = [account for account in accounts if account.url in held]
        personal = [account for account in shared if account.is_personal]
        names = list(self.session.scalars(select(col(SpeakerAlias.name)).where(col(SpeakerAlias.speaker_id) == owner)))
        least = 0.3 if personal else SUSPECTED
        if any(compare_names(name, known).score >= least for known in names):
            return True
        handles = {account.name.replace("-", "").replace("_", "") for account in personal}
        return any(name_key(one).replace(" ", "") in handles for one in (name, *names))

    def _unite(self, owners: list[int]) -> int:
        first = owners[0]
        for other in owners[1:]:
            if not told_apart(self.session, first, other) and not share_a_talk(self.session, first, other):
                merge_speakers(self.session, other, first, curated=False)
                self.forget(other, first)
                self.learnt += 1
        return first

    def _by_name(self, sighting: Sighting, accounts: tuple[Account, ...]) -> int | None:
        self.expect([sighting.name])
        candidates = list(self._known[name_key(sighting.name)])
        words = name_key(sighting.name).split()
        if not (len(words) == 2 and all(word in GIVEN_NAMES for word in words)):
            for key in other_orders(sighting.name):
                candidates.extend(holder for holder in self._known[key] if holder not in candidates)
        kept = [holder for holder in candidates if holder in sighting.former]
        if kept:
            return kept[0]
        common = is_common(sighting.name)
        for holder in candidates:
            clash = accounts_differ(accounts, self._accounts(holder)) if accounts else None
            if not clash and not common:
                return holder
            if self._is_related(holder, sighting, clash=bool(clash)):
                return holder
        return None

    def _is_related(self, holder: int, sighting: Sighting, *, clash: bool) -> bool:
        if holder in self._here:
            return True
        seen = self.session.execute(
            select(col(Edition.series_id), col(Series.slug), col(Appearance.organisation_id), col(Source.format))
            .select_from(Appearance)
            .join(Talk, col(Talk.id) == col(Appearance.talk_id))
            .join(Edition, col(Edition.id) == col(Talk.edition_id))
            .join(Series, col(Series.id) == col(Edition.series_id))
            .join(Source, col(Source.id) == col(Talk.source_id))
            .where(col(Appearance.speaker_id) == holder)
            .distinct()
        ).all()
        if any(series == self.series_id for series, _, _, _ in seen):
            return True
        if sighting.organisation_id and any(place == sighting.organisation_id for _, _, place, _ in seen):
            return True
        if clash:
            return False
        if not seen or (sighting.is_curated and not sighting.links):
            return True
        if self.brand and any(brand(slug) == self.brand for _, slug, _, _ in seen):
            return True
        curated = select(col(SpeakerAlias.id)).where(
            col(SpeakerAlias.speaker_id) == holder, col(SpeakerAlias.curated).is_(True)
        )
        of_collection = any(collection == self.collection for _, _, _, collection in seen)
        return of_collection and self.session.scalars(curated.limit(1)).first() is not None

    def _make(self, sighting: Sighting, accounts: tuple[Account, ...]) -> int:
        namesakes = self.named(sighting.name)
        slug = self._free_slug(slugify(sighting.name) or "speaker")
        # A bare insert: a flush would look at everything else that waits, for each of thousands of new people.
        new = insert(Speaker).values(slug=slug, name=sighting.name).returning(col(Speaker.id))
        with self.session.no_autoflush:
            speaker_id = int(self.session.execute(new).scalar_one() or 0)
        self.made.add(speaker_id)
        self.add_alias(speaker_id, sighting.name, curated=sighting.is_curated)
        if len(name_key(sighting.name).split()) > 1:
            for other in namesakes[:_NAMESAKES_PROPOSED]:
                clash = accounts_differ(accounts, self._accounts(other))
                said = f"one name, but different accounts of {clash}" if clash else "one common name, other series"
                propose(self.session, speaker_id, other, 0.5 if clash else 0.7, said)
        return speaker_id

    def _free_slug(self, wanted: str) -> str:
        if wanted not in self._free_slugs:
            like = select(col(Speaker.slug)).where(col(Speaker.slug) >= wanted, col(Speaker.slug) < f"{wanted}-\x7f")
            wanted = unique_slug(wanted, set(self.session.scalars(like)))
        self._free_slugs.discard(wanted)
        return wanted

    def expect_slugs(self, names: Iterable[str]) -> None:
        """Note which slugs that new speakers of these names would want are free."""
        wanted = sorted({slug for name in names if (slug := slugify(name))})
        for start in range(0, len(wanted), _BATCH):
            some = wanted[start : start + _BATCH]
            taken = set(self.session.scalars(select(col(Speaker.slug)).where(col(Speaker.slug).in_(some))))
            self._free_slugs.update(slug for slug in some if slug not in taken)

    def _accounts(self, speaker_id: int) -> list[Account]:
        held = self.session.scalars(select(col(SpeakerLink.url)).where(col(SpeakerLink.speaker_id) == speaker_id))
        return [account for url in held if (account := read_account(url))]


def propose(session: Session, one: int, other: int, score: float, evidence: str) -> bool:
    """Propose that two speakers may be one, unless that was proposed or decided before; True if it is new."""
    first, second = min(one, other), max(one, other)
    known = select(col(SpeakerPair.id)).where(col(SpeakerPair.first_id) == first, col(SpeakerPair.second_id) == second)
    if first == second or session.scalars(known).first() is not None:
        return False
    session.add(SpeakerPair(first_id=first, second_id=second, score=score, evidence=evidence))
    return True
