"""What moved between two reports and why: the data, the labels, the model, the vocabulary or the code. Pure."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from app.reports.footprint import Footprint, Slugs, Trace, rule_of
from app.reports.origin import Origin
from app.reports.saved import Kept
from app.trends.document import figures_of
from app.trends.figure import Figure
from app.trends.wording import counted

Cause = Literal["data", "labels", "model", "vocabulary", "code", "unknown"]
COMPARED = ("numerator", "denominator", "share", "low", "high", "confirmed", "machine", "if_none", "if_all")

ELSEWHERE = (
    "Its own talks and labels are the same; how often the machine is right, which its interval goes by, is measured "
    "over other talks too"
)


class Reason(BaseModel):
    """One reason why a figure moved, in words, with the slugs of the talks it is about."""

    cause: Cause
    words: str
    talks: list[str] = []


class MovedFigure(BaseModel):
    """A figure that both reports have and that is not the same, as it was and as it is."""

    figure: str
    label: str
    before: str
    after: str
    reasons: list[Reason]


class ReportSide(BaseModel):
    """One of the two reports: its id, None for the base as it is now, its title and what it was made from."""

    id: str | None
    title: str
    origin: Origin


class ReportDifference(BaseModel):
    """What `hallway report diff` answers. `gone` and `new` are figures that only one of them has, in words.

    `renamed` are figures with the same numbers under another name.
    """

    before: ReportSide
    after: ReportSide
    compared: int
    causes: list[Cause]
    moved: list[MovedFigure]
    gone: list[str]
    new: list[str]
    renamed: list[str]

    @property
    def made_otherwise(self) -> list[tuple[str, str, str]]:
        """What the two were made with that is not the same: its name, as it was and as it is."""
        pairs = zip(self.before.origin, self.after.origin, strict=True)
        names = {"vocabulary": "vocabulary", "recipe": "model", "code": "code"}
        return [(names[name], was, now) for (name, was), (_, now) in pairs if was != now and name in names]

    @property
    def is_same(self) -> bool:
        """Whether every figure is in both and the same."""
        return not self.changed

    @property
    def changed(self) -> int:
        """How many figures moved, went, came or have another name."""
        return len(self.moved) + len(self.gone) + len(self.new) + len(self.renamed)


def compare(before: Kept, after: Kept) -> ReportDifference:
    """Figures are matched by their rule: the same theme, talks and population, whatever the snapshot."""
    first, second = (_figures(side) for side in (before, after))
    both = [rule for rule in first if rule in second]
    rewritten = _rewritten(before.footprint, after.footprint)
    moved = [
        MovedFigure(
            figure=rule,
            label=first[rule].label,
            before=first[rule].sentence,
            after=second[rule].sentence,
            reasons=_reasons((first[rule], second[rule]), before, after, rewritten),
        )
        for rule in both
        if _numbers(first[rule]) != _numbers(second[rule])
    ]
    causes = dict.fromkeys(reason.cause for figure in moved for reason in figure.reasons)
    return ReportDifference(
        before=_side(before),
        after=_side(after),
        compared=len(both),
        causes=list(causes),
        moved=moved,
        gone=[f"{figure.label}: {figure.sentence}" for rule, figure in first.items() if rule not in second],
        new=[f"{figure.label}: {figure.sentence}" for rule, figure in second.items() if rule not in first],
        renamed=[
            f"{first[rule].label}, now {second[rule].label}"
            for rule in both
            if first[rule].label != second[rule].label and _numbers(first[rule]) == _numbers(second[rule])
        ],
    )


def _figures(side: Kept) -> dict[str, Figure]:
    return {rule_of(figure): figure for figure in figures_of(side.document)}


def _numbers(figure: Figure) -> tuple[float | None, ...]:
    return (*(getattr(figure, name) for name in COMPARED), figure.coverage.published)


def _side(side: Kept) -> ReportSide:
    saved = side.document.saved
    return ReportSide(id=saved.id if saved else None, title=side.document.title, origin=side.origin)


def _reasons(figure: tuple[Figure, Figure], before: Kept, after: Kept, rewritten: Slugs) -> list[Reason]:
    first, second = figure
    old, new = before.footprint.figures[rule_of(first)], after.footprint.figures[rule_of(second)]
    reasons = [
        *_of_data(old, new, rewritten),
        *_of_programme(first, second),
        *_of_labels(old, new, rewritten, before.origin, after.origin),
    ]
    if reasons:
        return reasons
    if old.labels != new.labels:
        cause, words = _machine(before.origin, after.origin)
        return [Reason(cause=cause, words=f"How sure the machine is of this theme changed: {words}.")]
    return _from_elsewhere(before.origin, after.origin)


def _from_elsewhere(before: Origin, after: Origin) -> list[Reason]:
    """Why a figure moved whose own talks and labels are the same: how often the machine is right, which its interval
    goes by, is measured over other talks too.
    """
    reasons = []
    if (before.recipe, before.vocabulary) != (after.recipe, after.vocabulary):
        cause, why = _machine(before, after)
        reasons.append(Reason(cause=cause, words=f"{ELSEWHERE}, and {why}."))
    if before.code != after.code:
        words = f"The same talks and labels, counted by other code: {before.code}, then {after.code}."
        reasons.append(Reason(cause="code", words=words))
    if not reasons and before.snapshot != after.snapshot:
        reasons.append(Reason(cause="labels", words=f"{ELSEWHERE}, and there talks or labels changed."))
    unknown = "The talks, labels and code are the same; nothing kept tells why it moved."
    return reasons or [Reason(cause="unknown", words=unknown)]


def _rewritten(before: Footprint, after: Footprint) -> Slugs:
    """Talks behind both reports of which the source says something else."""
    return frozenset(slug for slug, told in before.talks.items() if after.talks.get(slug, told) != told)


def _of_data(old: Trace, new: Trace, rewritten: Slugs) -> list[Reason]:
    reasons = []
    for talks, words in (
        (new.denominator - old.denominator, "added to the talks it is taken of"),
        (old.denominator - new.denominator, "withdrawn, or no longer among the talks it is taken of"),
        (rewritten & _relabelled(old, new), "changed in the source, and labelled anew"),
    ):
        if talks:
            reasons.append(Reason(cause="data", words=f"{_many(talks)} {words}.", talks=sorted(talks)))
    return reasons


def _of_programme(first: Figure, second: Figure) -> list[Reason]:
    was, now = first.coverage.published, second.coverage.published
    if was == now:
        return []
    told = ["unknown" if number is None else f"{number:,}" for number in (was, now)]
    return [Reason(cause="data", words=f"Published sessions: {told[0]}, then {told[1]}.")]


def _of_labels(old: Trace, new: Trace, rewritten: Slugs, before: Origin, after: Origin) -> list[Reason]:
    relabelled = _relabelled(old, new) - rewritten
    decided = relabelled & ((old.confirmed ^ new.confirmed) | (old.rejected ^ new.rejected))
    reasons = []
    if decided:
        words = f"{_many(decided)} decided otherwise by people."
        reasons.append(Reason(cause="labels", words=words, talks=sorted(decided)))
    if assigned := relabelled - decided:
        cause, why = _machine(before, after)
        words = f"{_many(assigned)} labelled otherwise by the machine: {why}."
        reasons.append(Reason(cause=cause, words=words, talks=sorted(assigned)))
    return reasons


def _relabelled(old: Trace, new: Trace) -> Slugs:
    """Talks in both denominators that are counted, or decided, in one of the two only."""
    changed = (old.numerator ^ new.numerator) | (old.confirmed ^ new.confirmed) | (old.rejected ^ new.rejected)
    return changed & old.denominator & new.denominator


def _machine(before: Origin, after: Origin) -> tuple[Cause, str]:
    """Why the machine says something else."""
    if before.recipe != after.recipe:
        return "model", f"its recipe was {before.recipe} and is {after.recipe}"
    if before.vocabulary != after.vocabulary:
        return "vocabulary", f"the vocabulary changed ({before.vocabulary}, then {after.vocabulary})"
    if before.code != after.code:
        return "code", f"its code changed ({before.code}, then {after.code})"
    return "labels", "it learns from the other talks and from what people decided of them"


def _many(talks: Slugs) -> str:
    return f"{counted(len(talks), 'talk')} {'was' if len(talks) == 1 else 'were'}"
