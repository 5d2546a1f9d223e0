"""The check of a post: which of its sentences what they refer to says, and which it does not. No database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from app.errors import NotFound
from app.posts.said import Evidence, IsName, numbers_unsaid, unsupported
from app.posts.sentences import Note, Sentence, Taken
from app.trends.wording import counted

Resolve = Callable[[str], Evidence | None]
"""What an address says: None for one elsewhere on the web, NotFound for one of ours that leads nowhere."""


class Rejected(BaseModel):
    """A sentence without support: the line it begins on, from 1, and why."""

    model_config = ConfigDict(frozen=True)

    line: int
    sentence: str
    reasons: list[str]


class Checked(BaseModel):
    """What a check found. `headings` without support are in `rejected` too, and not among the `sentences`."""

    sentences: int
    supported: int
    rejected: list[Rejected]

    @property
    def words(self) -> str:
        """“41 of 41 sentences are supported.”"""
        verb = "is" if self.sentences == 1 else "are"
        return f"{self.supported:,} of {counted(self.sentences, 'sentence')} {verb} supported."


def check(taken: Taken, resolve: Resolve, is_name: IsName) -> tuple[Checked, list[Sentence]]:
    """The finding, and the sentences that are not supported."""
    found = {label: _evidence(label, note, resolve) for label, note in taken.notes.items()}
    cited = {label for sentence in taken.sentences for label in sentence.notes}
    everything = {"": [one for label, two in found.items() if label in cited for one in two[0]]}
    rejected: list[Rejected] = []
    left: list[Sentence] = []
    for sentence in taken.sentences:
        reasons = _reasons(sentence, found, everything, is_name)
        if reasons:
            rejected.append(Rejected(line=sentence.line, sentence=sentence.plain, reasons=reasons))
            left.append(sentence)
    number = sum(not sentence.heading for sentence in taken.sentences)
    bad = sum(not sentence.heading for sentence in left)
    return Checked(sentences=number, supported=number - bad, rejected=rejected), left


def _evidence(label: str, note: Note, resolve: Resolve) -> tuple[list[Evidence], list[str]]:
    """What a footnote refers to, and what is wrong with it."""
    evidence, wrong = [], []
    for address in note.links:
        try:
            one = resolve(address)
        except NotFound as error:
            wrong.append(f"footnote {label}: {error}")
            continue
        if one is not None:
            evidence.append(one)
    wrong += [f"footnote {label}: {words}" for words in numbers_unsaid(note.plain, evidence) if evidence]
    if not evidence and not wrong:
        wrong.append(f"footnote {label} leads to no figure, talk or takeaway of this base")
    return evidence, wrong


Found = dict[str, tuple[list[Evidence], list[str]]]


def _reasons(sentence: Sentence, found: Found, everything: dict[str, list[Evidence]], is_name: IsName) -> list[str]:
    if sentence.heading and not sentence.notes:
        # A heading is about all that the post refers to.
        return unsupported(_about_all(sentence), {"": everything[""]}, is_name)
    if not sentence.notes:
        return ["it has no footnote"]
    reasons = [f"there is no footnote {label}" for label in sentence.notes if label not in found]
    reasons += [words for label in sentence.notes if label in found for words in found[label][1]]
    if reasons:
        return list(dict.fromkeys(reasons))
    return unsupported(sentence, {label: found[label][0] for label in sentence.notes}, is_name)


def _about_all(heading: Sentence) -> Sentence:
    return replace(heading, segments=tuple(replace(segment, notes=("",)) for segment in heading.segments))
