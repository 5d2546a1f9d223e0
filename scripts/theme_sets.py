"""Labelled talks for `bench_themes.py`: read, parted into those to learn from and those to tell apart, and drawn."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import yaml

from app.ingest.record import ThemeRecord
from app.ingest.vocabulary_file import vocabulary_alone
from app.themes.evaluation import ThemeWords
from app.themes.labelled import LabelledTalk, read_labelled

_YEAR = re.compile(r"\b(19|20)\d\d\b")
SEED = 7


@dataclass(frozen=True)
class LabelledSet:
    """Talks to learn from, talks to tell apart, and how they were parted."""

    name: str
    earlier: list[LabelledTalk]
    later: list[LabelledTalk]
    parted: str
    vocabulary: tuple[ThemeWords, ...] = ()


def read_set(file: Path) -> LabelledSet:
    """A file of labelled talks, parted by years where it has several, else by events, else into halves by chance."""
    talks = read_labelled(file)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    years = {talk.id: year_of(line) for talk, line in zip(talks, lines, strict=True)}
    return parted(file.stem, talks, years)


def year_of(line: Mapping[str, object]) -> int | None:
    """The year a line names, or the one in the name of its event."""
    found = _YEAR.search(str(line.get("year") or "")) or _YEAR.search(str(line.get("event") or ""))
    return int(found[0]) if found else None


def parted(name: str, talks: Sequence[LabelledTalk], years: Mapping[str, int | None]) -> LabelledSet:
    """Earlier years against later, cut where the parts are nearest to equal; whole events; or a half by chance."""
    known = sorted({year for year in years.values() if year is not None})
    if len(known) > 1:
        dated = [talk for talk in talks if years.get(talk.id) is not None]
        upto = list(accumulate(sum(years.get(talk.id) == year for talk in dated) for year in known))[:-1]
        cut = known[min(range(len(upto)), key=lambda at: abs(upto[at] - len(dated) / 2))]
        earlier = [talk for talk in dated if (years.get(talk.id) or 0) <= cut]
        return LabelledSet(
            name, earlier, [t for t in dated if (years.get(t.id) or 0) > cut], f"until {cut}, after {cut}"
        )
    chance = random.Random(SEED)  # noqa: S311  # the same halves each time are wanted
    events = sorted({talk.event for talk in talks})
    if len(events) > 1:
        first = set(chance.sample(events, len(events) // 2))
        how = "half of the events, the others"
    else:
        ids = chance.sample([talk.id for talk in talks], len(talks) // 2)
        how, first = "half by chance, the others", set(ids)
    own = [talk.event if len(events) > 1 else talk.id for talk in talks]
    earlier = [talk for talk, key in zip(talks, own, strict=True) if key in first]
    return LabelledSet(name, earlier, [talk for talk, key in zip(talks, own, strict=True) if key not in first], how)


def drawn(talks: Sequence[LabelledTalk], count: int | None, seed: int) -> list[LabelledTalk]:
    """Talks by chance until each label has `count` of them, or all it has; all with None.

    A talk of several labels counts for each, and keeps all: what is taught is complete.
    """
    if count is None:
        return [talk for talk in talks if talk.labels]
    order = list(talks)
    random.Random(seed).shuffle(order)  # noqa: S311
    had: dict[str, int] = defaultdict(int)
    kept = []
    for talk in order:
        if any(had[label] < count for label in talk.labels):
            kept.append(talk)
            for label in talk.labels:
                had[label] += 1
    return kept


def fewer(labelled: LabelledSet, most: int) -> LabelledSet:
    """With at most so many talks to tell apart, chosen by chance."""
    if len(labelled.later) <= most:
        return labelled
    kept = set(random.Random(SEED).sample(range(len(labelled.later)), most))  # noqa: S311
    later = [talk for at, talk in enumerate(labelled.later) if at in kept]
    return replace(labelled, later=later, parted=f"{labelled.parted} ({most:,} of {len(labelled.later):,} by chance)")


def judged(data: Path) -> list[LabelledSet]:
    """What people decided of the shipped talks, a set for each file of judgements, parted into halves by chance.

    Themes that a reading did not consider take no part.
    """
    themes = {theme.slug: theme for theme in vocabulary_alone(data / "themes.yaml").themes}
    sets = []
    for file in sorted((data / "judgements" / "themes").glob("*.yaml")):
        said = yaml.safe_load(file.read_text(encoding="utf-8"))
        programme = yaml.safe_load((data / "programmes" / f"{said['edition']}.yaml").read_text(encoding="utf-8"))
        texts = {talk["id"]: talk for talk in programme["talks"]}
        talks = []
        for one in said["talks"]:
            text = texts[one["talk"]]
            words = str(text.get("abstract") or text.get("summary") or "")
            talks.append(LabelledTalk(one["talk"], str(text["title"]), words, tuple(one["themes"]), said["edition"]))
        vocabulary = tuple(worded(themes[slug]) for slug in said["considered"])
        sets.append(replace(parted(f"judged {said['edition']}", talks, {}), vocabulary=vocabulary))
    return sets


def worded(theme: ThemeRecord) -> ThemeWords:
    """A theme of a vocabulary as the evaluation reads it."""
    return ThemeWords(theme.slug, theme.name, theme.definition, (theme.name, *theme.synonyms, *theme.cues))
