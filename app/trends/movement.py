"""Changes of shares, judged together: verdicts, intervals, and what would settle those that are not settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from app.trends.change.difference import difference
from app.trends.change.discoveries import Verdict, adjusted, needed, verdict
from app.trends.change.settling import settling
from app.trends.document import Line, line
from app.trends.figure import FigureLink
from app.trends.panel import TEXT, Cell, Panel, text_jumps
from app.trends.wording import percent, points, points_range

LEAST_WITH_TEXT = 10
"""Talks with text that either side must have for a change to be judged among them: which have text is no draw of
chance, so a few of them do not stand for the others, which no interval holds."""

CANNOT = (
    "What machines read a theme from has changed too much to compare, and fewer than "
    f"{LEAST_WITH_TEXT} talks have text on one side."
)


class Movement(BaseModel):
    """A change of a share. `change` and its 95 % limits are -1..1; `p` is adjusted for all that are judged together.

    `before` and `after` are the shares that were compared. Where the text coverage jumps, `basis` is `with-text` and
    all of it is of the talks with text alone; where it jumps and a side has fewer than `LEAST_WITH_TEXT` of them,
    `basis` is None and nothing is said.
    """

    model_config = ConfigDict(frozen=True)

    before: FigureLink
    after: FigureLink
    change: float | None
    low: float | None
    high: float | None
    p: float | None
    verdict: Verdict
    settle: str | None = Field(description="what would settle it, in words; null where it is settled")
    in_reach: bool = Field(default=False, description="whether that is something one may have")
    reviews: int | None = Field(default=None, description="reviews that would settle it")
    talks: int | None = Field(default=None, description="more known talks that would settle it")
    text_before: float | None = Field(default=None, description="part of talks with text, where it jumps")
    text_after: float | None = None
    basis: str | None = "all"

    @property
    def jumps(self) -> bool:
        """Whether the text coverage does."""
        return self.text_before is not None

    @property
    def words(self) -> Line:
        """“+5 points, likely +1 to +9”."""
        if self.change is None or self.low is None or self.high is None:
            return line("cannot be compared")
        told = f"{points(self.change)}, likely {points_range(self.low, self.high)}"
        return line(told, " among talks with text" if self.jumps else "")

    @property
    def text_words(self) -> str:
        """“Text coverage jumps from 65 % to 92 %.”, or nothing."""
        if not self.jumps:
            return ""
        return f"Text coverage jumps from {percent(self.text_before)} to {percent(self.text_after)}."


@dataclass(frozen=True)
class Pair:
    """Two shares to compare; `text` are those among talks with text, where the text coverage jumps and both have any.

    `coverage` is the part of talks with text on both sides where it jumps, else None.
    """

    before: Cell
    after: Cell
    coverage: tuple[float, float] | None = None
    text: tuple[Cell, Cell] | None = None

    @property
    def compared(self) -> tuple[Cell, Cell] | None:
        """The shares that a change is taken of; None where there are none that can be compared."""
        if self.coverage is None:
            return self.before, self.after
        enough = self.text and min(cell.seen.talks for cell in self.text) >= LEAST_WITH_TEXT
        return self.text if enough else None


def paired(panel: Panel, texts: Panel | None, theme: str, before: int, after: int) -> Pair:
    """The shares of a theme in two columns of a panel; `texts` is the same panel of talks with text, if at hand.

    Where people decided every talk it does not matter how much of them a machine could read.
    """
    first, last = panel.columns[before], panel.columns[after]
    cells = panel.cells[first.key, theme], panel.cells[last.key, theme]
    if texts is None or not text_jumps(first, last) or not any(cell.seen.undecided for cell in cells):
        return Pair(*cells)
    found = texts.cells.get((first.key, theme)), texts.cells.get((last.key, theme))
    both = (found[0], found[1]) if found[0] and found[1] else None
    return Pair(*cells, (first.text, last.text), both)


def judged(pairs: Sequence[Pair], *, counting: str = "any") -> list[Movement]:
    """All pairs judged together, in the order given."""
    competing = counting == "main"
    compared = [pair.compared for pair in pairs]
    found = [difference(two[0].seen, two[1].seen) if two else None for two in compared]
    ps = [one.p for one in found if one]
    corrected, goal = iter(adjusted(ps, competing=competing)), needed(ps, competing=competing)
    movements = []
    for pair, two, one in zip(pairs, compared, found, strict=True):
        of = two or (pair.before, pair.after)
        common = {"before": of[0].figure.link, "after": of[1].figure.link}
        text = pair.coverage or (None, None)
        if two is None or one is None:
            movements.append(
                Movement(
                    **common, change=None, low=None, high=None, p=None, verdict="not settled", settle=CANNOT,
                    text_before=text[0], text_after=text[1], basis=None,
                )
            )  # fmt: skip
            continue
        p = next(corrected)
        told = verdict(one.change, p)
        left = None if told != "not settled" else settling(two[0].seen, two[1].seen, one, goal)
        movements.append(
            Movement(
                **common, change=one.change, low=one.low, high=one.high, p=p, verdict=told,
                settle=left.words if left else None,
                in_reach=bool(left and left.in_reach), reviews=left.reviews if left else None,
                talks=left.talks if left else None, text_before=text[0], text_after=text[1],
                basis=TEXT if pair.coverage else "all",
            )
        )  # fmt: skip
    return movements
