"""Talks named in an article: by their title, by a link to their video or slides, and by who gave them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio

from app.takeaways.recognition.addresses import address_key, written_addresses
from app.takeaways.recognition.finding import LIKELY, UNSURE, Block, Finding, RunnerUp, Talk
from app.takeaways.recognition.standing import has_byline, standing_of
from app.takeaways.recognition.titles import Hit, TitleIndex
from app.takeaways.recognition.verdict import Evidence, judge
from app.takeaways.recognition.words import is_generic, read_words
from app.text.likeness import SUSPECTED, compare_names

NEAR = 200
"""Letters between a title and a name that still stand together in a long paragraph."""
_TIE = 0.1


@dataclass(frozen=True)
class Programme:
    """What an article is held against. `names` are those of speakers, for bylines."""

    talks: Mapping[int, Talk]
    index: TitleIndex
    names: Mapping[int, Sequence[str]]
    is_edition_known: bool
    linked: frozenset[int] = frozenset()
    """Talks whose video, slides or page the article may link."""
    year: int | None = None


@dataclass(frozen=True)
class _Option:
    """A talk that a place may name."""

    talk: Talk
    start: int
    end: int
    hit: Hit | None
    evidence: Evidence

    @property
    def rank(self) -> tuple[float, int]:
        seen = self.evidence
        rank = seen.alike + 0.02 * min(seen.telling, 8) + 0.15 * bool(seen.speaker) + 0.5 * seen.has_address
        return rank + 0.1 * seen.is_own - 0.3 * seen.contradicted - 0.05 * (not seen.is_whole), -self.talk.id


def find_titles(
    blocks: Sequence[Block],
    hits: Sequence[Sequence[Hit]],
    programme: Programme,
    people: Sequence[Finding],
    earlier: frozenset[int] = frozenset(),
) -> list[Finding]:
    """Talks named by title or link. `hits` are those of each block; `earlier` are the blocks that
    speak of another edition than the article's.
    """
    named: dict[int, list[Finding]] = defaultdict(list)
    for person in people:
        if person.certainty != UNSURE:
            named[person.block].append(person)
    addressed = _addressed(programme)
    found: list[Finding] = []
    for block in blocks:
        options = _linked(block, addressed, programme)
        linked = {option.talk.id for option in options}
        for hit in hits[block.number]:
            options += _options(block, blocks, hit, programme, named, linked, block.number in earlier)
        found += _decide(options, block)
    return found


def _addressed(programme: Programme) -> dict[str, list[Talk]]:
    addressed: dict[str, list[Talk]] = defaultdict(list)
    for talk in (programme.talks[one] for one in sorted(programme.linked) if one in programme.talks):
        for key in dict.fromkeys(map(address_key, talk.urls)):
            if key:
                addressed[key].append(talk)
    return addressed


def _linked(block: Block, addressed: Mapping[str, list[Talk]], programme: Programme) -> list[_Option]:
    """Talks whose own address the block links; an address of several talks belongs to none."""
    options: list[_Option] = []
    links = [(link.start, link.end, link.url) for link in block.links] + written_addresses(block.text)
    for start, end, url in links:
        talks = addressed.get(address_key(url) or "", [])
        if len(talks) == 1:
            evidence = Evidence(
                0.0, True, 0, 0, True, True, False, 0, False, False, talks[0].own, programme.is_edition_known, True
            )
            options.append(_Option(talks[0], start, end, None, evidence))
    return options


def _by_address(talk: Talk, programme: Programme) -> Evidence:
    return Evidence(
        alike=0.0, is_whole=True, telling=0, letters=0, fills=True, capitals=True, goes_on=False, speaker=0,
        contradicted=False, is_tied=False, is_own=talk.own, is_edition_known=programme.is_edition_known,
        has_address=True,
    )  # fmt: skip


def _options(
    block: Block,
    blocks: Sequence[Block],
    hit: Hit,
    programme: Programme,
    named: Mapping[int, Sequence[Finding]],
    linked: set[int],
    is_earlier: bool,
) -> list[_Option]:
    """The talks of one title at one place."""
    start, end = block.words.spans[hit.first][0], block.words.spans[hit.last][1]
    standing = standing_of(block, hit.first, hit.last)
    options = []
    for number, is_whole in hit.title.talks:
        talk = programme.talks.get(number)
        if talk is None:
            continue
        if not talk.own and programme.is_edition_known and not is_earlier and number not in linked:
            continue
        speaker = _speaker(block, blocks, start, end, talk, named)
        if speaker < 2 and (_is_byline(standing.names, talk, programme) or _has_byline(block, hit, talk, programme)):
            speaker = 2
        contradicted = not speaker and bool(talk.speakers) and _names_another(standing.names, talk, programme)
        evidence = Evidence(
            alike=hit.alike,
            is_whole=is_whole,
            telling=hit.title.telling,
            letters=len(hit.title.text),
            fills=standing.fills,
            capitals=standing.capitals,
            goes_on=standing.goes_on and not standing.names,
            speaker=speaker,
            contradicted=contradicted,
            is_tied=False,
            is_own=talk.own,
            is_edition_known=programme.is_edition_known,
            has_address=number in linked,
            is_generic=is_generic(hit.title.plain),
        )
        options.append(_Option(talk, start, end, hit, evidence))
    return options


def _speaker(
    block: Block, blocks: Sequence[Block], start: int, end: int, talk: Talk, named: Mapping[int, Sequence[Finding]]
) -> int:
    """2 where a speaker of the talk is named beside the place, 1 in the next block or the heading above, else 0."""
    wanted = set(talk.speakers)
    if not wanted:
        return 0
    for one in named.get(block.number, ()):
        if one.id in wanted and (block.kind in ("heading", "item") or max(one.start - end, start - one.end) <= NEAR):
            return 2
    if block.kind == "item":
        return 0
    near = [block.number + 1] if block.kind == "heading" else [block.number - 1, block.number + 1]
    for number in near:
        if 0 <= number < len(blocks) and blocks[number].kind in ("paragraph", "quote"):
            same = blocks[number].heading == (block.number if block.kind == "heading" else block.heading)
            if same and any(one.id in wanted for one in named.get(number, ())):
                return 1
    if block.heading is not None and block.heading != block.number:
        return int(any(one.id in wanted for one in named.get(block.heading, ())))
    return 0


def _is_byline(written: Sequence[str], talk: Talk, programme: Programme) -> bool:
    return any(
        compare_names(name, other).score >= 0.9
        for name in written
        for speaker in talk.speakers
        for other in programme.names.get(speaker, ())
    )


def _has_byline(block: Block, hit: Hit, talk: Talk, programme: Programme) -> bool:
    return any(
        has_byline(block, hit.first, hit.last, read_words(name).plain)
        for speaker in talk.speakers
        for name in programme.names.get(speaker, ())
    )


def _names_another(written: Sequence[str], talk: Talk, programme: Programme) -> bool:
    """Whether a name stands beside the title that is none of the talk's speakers', nor a part of its title."""
    in_title = set(read_words(talk.title).plain)
    for name in written:
        words = read_words(name).plain
        if in_title.issuperset(words[:2]):
            continue
        known = [other for speaker in talk.speakers for other in programme.names.get(speaker, ())]
        if known and max(compare_names(name, other).score for other in known) < SUSPECTED:
            return True
    return False


def _decide(options: list[_Option], block: Block) -> list[Finding]:
    """The best talk of each place of a block, with the runner-up; of each talk the best place."""
    found: dict[int, Finding] = {}
    rest = sorted(options, key=lambda option: option.rank, reverse=True)
    while rest:
        best = rest[0]
        rivals = [one for one in rest[1:] if one.talk.id != best.talk.id and _overlap(one, best)]
        finding = _finding(best, rivals, block)
        if finding is not None and best.talk.id not in found:
            found[best.talk.id] = finding
        rest = [one for one in rest[1:] if one.talk.id != best.talk.id and (finding is None or not _overlap(one, best))]
    return list(found.values())


def _overlap(one: _Option, other: _Option) -> bool:
    return one.start < other.end and other.start < one.end


def _finding(best: _Option, rivals: Sequence[_Option], block: Block) -> Finding | None:
    rival = max(rivals, key=lambda one: (one.evidence.alike, bool(one.evidence.speaker), -one.talk.id), default=None)
    tied = any(_ties(best, one) for one in rivals)
    evidence = Evidence(**{**best.evidence.__dict__, "is_tied": tied})
    judged = judge(evidence)
    if judged is None:
        return None
    score, certainty, why = judged
    if evidence.has_address and best.hit is None and any(_is_other(best, one) for one in rivals):
        score, certainty, why = 0.6, LIKELY, "a link to the talk, with the title of another"
    runner_up = None
    if rival is not None and rival.evidence.alike:
        runner_up = RunnerUp(rival.talk.slug, rival.talk.title, _whole_alike(rival))
    return Finding("talk", best.talk.id, block.number, best.start, best.end, score, certainty, why, runner_up)


def _whole_alike(option: _Option) -> float:
    """How alike the place is to the whole title, where its head may be all that was met."""
    seen = option.evidence
    share = 1.0 if seen.is_whole else min(1.0, seen.letters / max(1, len(option.talk.title)))
    return round(seen.alike * share, 3)


def _ties(best: _Option, other: _Option) -> bool:
    """Whether another talk fits the place as well, and neither speaker nor edition tells them apart."""
    one, two = best.evidence, other.evidence
    if one.is_own and not two.is_own and one.is_edition_known:
        return False
    if two.contradicted and not one.contradicted:
        return False
    if one.speaker == 2 and not two.speaker and (two.alike < 1 or one.alike == 1):
        return False
    longer = one.telling > two.telling and one.alike >= 0.93 and one.is_whole
    return two.alike >= one.alike - _TIE and not longer


def _is_other(best: _Option, other: _Option) -> bool:
    alike = ratio(best.talk.title.casefold(), other.talk.title.casefold()) / 100
    return other.evidence.alike >= 0.93 and other.evidence.telling >= 4 and alike < 0.7
