"""What reports of change share: the cells and sentences of movements, how they were judged, and where."""

from __future__ import annotations

from collections.abc import Sequence

from app.catalog.vocabularies import VocabularyName
from app.reports.pieces import source_references, vocabulary_line
from app.reports.request import ReportRequest
from app.settings import get_settings
from app.trends.change import settling
from app.trends.change.discoveries import BENJAMINI_HOCHBERG, BENJAMINI_YEKUTIELI
from app.trends.change.slope import BEYOND
from app.trends.document import Line, Number, Reference, Section, line
from app.trends.figure import Figure
from app.trends.movement import CANNOT, LEAST_WITH_TEXT, Movement
from app.trends.panel import JUMP
from app.trends.populations import get_counting, get_population
from app.trends.scope import ScopeFacts
from app.trends.wording import counted, listed, percent

CHANGE = ("Change", "Verdict")
AMONG = "Share among talks with text"


def share_cell(figure: Figure) -> Line:
    """“12 of 98, 12 %”, which opens its talks."""
    return line(Number(figure, figure.fraction), f", {figure.percent}")


def among_cell(before: Figure | None, after: Figure | None) -> Line:
    """“12 of 40, 30 %, after 3 of 20, 15 %”, each of which opens its talks; nothing where it does not matter."""
    return (*share_cell(after), *line(", after "), *share_cell(before)) if before and after else ()


def change_cells(movement: Movement) -> tuple[Line, Line]:
    """The change with its interval, and the verdict."""
    return movement.words, line(movement.verdict)


def settle_sections(named: Sequence[tuple[str, Movement]]) -> tuple[Section, ...]:
    """What would settle each change that is not settled; those out of reach in one sentence for each reason."""
    left = [(label, one) for label, one in named if one.verdict == "not settled"]
    if not left:
        return ()
    items = [line(f"{label}: ", *one.words, f". {one.settle or ''}") for label, one in left if one.in_reach]
    lines = []
    beyond = [f"{label} ({counted(one.talks, 'talk')})" for label, one in left if one.talks and not one.in_reach]
    if beyond:
        words = "Beyond the programmes, or any like them, is how many more known talks it would take to settle "
        lines.append(line(f"{words}{listed(beyond)}."))
    equal = [label for label, one in left if one.change == 0]
    if equal:
        lines.append(line(f"Equal, so that no number of talks or reviews would show a change: {listed(equal)}."))
    never = [label for label, one in left if one.change and not one.talks and not one.in_reach]
    if never:
        lines.append(line(f"Even {settling.BEYOND:,} more talks would not settle {listed(never)}."))
    blind = [label for label, one in left if one.change is None]
    if blind:
        lines.append(line(f"{listed(blind)}: {CANNOT}"))
    return (Section("What would settle the others", tuple(lines), tuple(items)),)


def tally_words(movements: Sequence[Movement], noun: str) -> str:
    """“2 of 12 themes rose, 1 fell; 9 are not settled.”"""
    told = {name: sum(one.verdict == name for one in movements) for name in ("rose", "fell", "not settled")}
    return (
        f"Of {counted(len(movements), noun)}, {told['rose']} rose and {told['fell']} fell; of the other "
        f"{told['not settled']} it is not settled."
    )


def judging_lines(request: ReportRequest, vocabulary: VocabularyName | None, *, jumps: bool) -> tuple[Line, ...]:
    """How changes were judged."""
    lines = [
        *([vocabulary_line(vocabulary)] if vocabulary else []),
        line(get_population(request.population).sentence, " ", get_counting(request.counting).sentence),
        line(
            "The interval of a change is made from those of the two shares, so it holds their labelling error and "
            "unknown sessions too (Newcombe 1998, method 10; Zou and Donner 2008). Where labels are corrected, the "
            "change is that of the corrected shares."
        ),
        line(BENJAMINI_YEKUTIELI if request.counting == "main" else BENJAMINI_HOCHBERG),
        line(settling.RULE),
    ]
    if jumps:
        lines.append(
            line(
                f"Where the part of talks with text moves by more than {JUMP * 100:g} points, machines read more, or "
                "less, than before. Such a change is marked and taken among talks with text alone, where both sides "
                f"have {LEAST_WITH_TEXT} of them or more."
            )
        )
    return tuple(lines)


def sources(facts: ScopeFacts) -> tuple[Reference, ...]:
    """Where the facts come from."""
    return source_references(facts, get_settings().base_url)


def jump_lines(named: Sequence[tuple[str, Movement]]) -> tuple[Line, ...]:
    """Each jump of the text coverage, once."""
    return tuple(
        line(f"{label}: {told}") for label, told in dict.fromkeys((a, m.text_words) for a, m in named if m.jumps)
    )


def odds_words(odds: float) -> str:
    """A yearly change of odds: “+12 %”."""
    if odds > BEYOND:
        return f"more than +{percent(BEYOND)}"
    return f"{'+' if odds >= 1 else '−'}{percent(abs(odds - 1))}"


def odds_range(low: float | None, high: float | None) -> str:
    """“−5 % to +12 %” of a slope’s limits, “any fall to +12 %” where one says nothing."""
    return f"{'any fall' if low is None else odds_words(low)} to {'any rise' if high is None else odds_words(high)}"
