"""What the words of a statement say about its stance, and how two statements on one subject relate. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.text.stemming import fold, stem
from app.text.terms import words_of

AGAINST = re.compile(
    r"\b(?:not|never|cannot|can't|can’t|don't|don’t|doesn't|doesn’t|isn't|isn’t|"
    r"won't|won’t|without support|lacks?|lacking|"
    r"no (?!longer|more|need|reason|problem|trouble)\w+|avoid|beware|stay away|"
    r"fails?|failed|breaks?|broke|unstable|immature|"
    r"unreliable|"
    r"too (?:slow|early|young|risky|complex|hard|expensive|costly|fragile|immature|much)|loses?|lost|kills?|slower|"
    r"painful|nightmare|mistake|regret\w*|unsupported|experimental|dangerous|"
    r"harmful|obsolete|dead|overkill|useless|"
    r"abandon\w*|gave up|moved (?:off|away)|left|dropped|removed|deprecated|worse|nicht|kein\w*|pas|jamais)\b",
    re.IGNORECASE,
)
FOR = re.compile(
    r"\b(?:ready|works? (?:well|fine|in production|reliably)|stable|mature|reliable|"
    r"recommend\w*|best|prefer\w*|worth|supports?|"
    r"supported|is the new|has become|the default|standard|production[- ]grade|safe|"
    r"fast enough|proven|solved|fixed|easy|simple|"
    r"cheaper|faster|scales|adopt\w*|go(?:es)? with|fine|sturdier|possible|holds the place|generally available)\b",
    re.IGNORECASE,
)
NOT_YET = re.compile(
    r"\b(?:not yet|yet\b|not (?:quite )?ready|"
    r"still (?:lacks?|no|not|missing|experimental|immature|too)|not there|for now|"
    r"at the moment|currently|too early|so far|preview|beta|experimental|noch nicht|pas encore)",
    re.IGNORECASE,
)
CHANGED = re.compile(
    r"\b(?:no longer|not any ?more|any ?more|anymore|now|nowadays|by now|meanwhile|"
    r"since (?:version|release|v?\d)|as of|is the new|"
    r"has become|have become|used to|once|finally|at last|"
    r"has (?:now )?been (?:fixed|solved|removed|replaced|added)|is gone|"
    r"are gone|replaced|removed|deprecated|superseded|turned out|in hindsight|"
    r"changed (?:our|my|its) mind|we were wrong|"
    r"moved (?:off|away|back)|went back|gave up|abandoned|dropped|switched|today|"
    r"matured|nicht mehr|inzwischen|désormais|"
    r"ne \w+ plus)\b",
    re.IGNORECASE,
)
_NEGATED_GOOD = re.compile(
    r"\b(?:not|never|cannot|isn't|isn’t|hardly|far from|nicht|pas)\s+(?:\w+\s+){0,2}?"
    r"(?:ready|stable|mature|reliable|recommend\w*|best|worth|support\w*|safe|solved|fixed|easy|simple|possible|proven|fine)\b",
    re.IGNORECASE,
)
_RELIEVED = re.compile(
    r"\b(?:no longer|not any ?more|no more|no need|no reason|no problem|no trouble|need not|"
    r"do(?:es)? not need|don't need)\b",
    re.IGNORECASE,
)
_VERSION = re.compile(r"\b(?:v|version |release )?(\d{1,3}(?:\.\d{1,3}){1,2})\b", re.IGNORECASE)
_COMMON = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "more",
        "most",
        "must",
        "of",
        "on",
        "one",
        "or",
        "our",
        "should",
        "so",
        "some",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "up",
        "use",
        "used",
        "using",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "which",
        "who",
        "will",
        "with",
        "without",
        "would",
        "you",
        "your",
        "now",
        "not",
        "no",
        "never",
        "longer",
        "yet",
        "still",
        "ready",
        "run",
        "running",
        "make",
        "makes",
        "need",
        "needs",
        "get",
        "gets",
        "also",
        "only",
        "all",
        "any",
        "anymore",
        "today",
    ]
)
_OF_STANCE = {"recommends": 1, "warns": -1, "reports-failure": -1}


@dataclass(frozen=True)
class Statement:
    """A takeaway as its relation to others is judged. `stance` is that of the record."""

    text: str
    stance: str = "neutral"
    technologies: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Relation:
    """How a later statement relates to an earlier one, the 0..1 score, and why in words."""

    relation: str
    score: float
    why: tuple[str, ...] = field(default=())


def polarity(statement: Statement) -> int:
    """1 for, -1 against, 0 where the words and the stance do not tell."""
    text = statement.text
    bad_good = len(_NEGATED_GOOD.findall(text))
    good = len(FOR.findall(text)) - bad_good
    relieved = len(_RELIEVED.findall(text))
    bad = len(AGAINST.findall(_RELIEVED.sub(" ", text)))
    told = good - bad
    if told == 0 and relieved:
        return 0
    if told == 0 or statement.stance in ("warns", "reports-failure"):
        return _OF_STANCE.get(statement.stance, 0) or (told > 0) - (told < 0)
    return 1 if told > 0 else -1


def has_changed(text: str) -> str | None:
    """The words by which a statement says that something is otherwise than before."""
    found = CHANGED.search(text)
    return found[0] if found else None


def versions_of(text: str) -> list[tuple[int, ...]]:
    """Versions that a text names, such as (2, 8)."""
    return [tuple(int(part) for part in found.split(".")) for found in _VERSION.findall(text)]


def stems_of(statement: Statement) -> frozenset[str]:
    """Stems of the words that say what it is about; cues and names of "
    "technologies that the record lists are left out."""
    names = {word.lower() for name in statement.technologies for word in words_of(name)}
    text = statement.text
    for cues in (_NEGATED_GOOD, _RELIEVED, NOT_YET, CHANGED, AGAINST, FOR):
        text = cues.sub(" ", text)
    words = (fold(word.lower()) for word in words_of(text))
    return frozenset(stem(word) for word in words if word not in _COMMON and word not in names and len(word) > 2)


def relation_of(earlier: Statement, later: Statement, cosine: float, same_edition: bool) -> Relation | None:
    """How `later` relates to `earlier`, None where nothing speaks for a relation; `cosine` is of their vectors.

    In one edition only a contradiction is of interest: there the order tells nothing.
    """
    theirs_by_key = {name.casefold() for name in later.technologies}
    shared = {name for name in earlier.technologies if name.casefold() in theirs_by_key}
    ours, theirs = stems_of(earlier), stems_of(later)
    common = ours & theirs
    overlap = len(common) / min(len(ours), len(theirs)) if ours and theirs else 0.0
    subject = 0.62 * cosine + 0.22 * overlap + (0.16 if shared else 0.0)
    if not shared and (earlier.technologies and later.technologies):
        subject -= 0.12
    if subject < LEAST_SUBJECT or not (shared or len(common) >= 2) or not (common or len(shared) >= 2):
        return None
    before, after = polarity(earlier), polarity(later)
    why = [f"near in meaning (cosine {cosine:.2f})"]
    if shared:
        why.append(f"both on {', '.join(sorted(shared))}")
    if common:
        why.append(f"both say {', '.join(sorted(common)[:5])}")
    about_one = (overlap >= LEAST_OVERLAP and len(common) >= 2) or (len(shared) >= 2 and cosine >= SURE_SUBJECT)
    found = _kind(earlier, later, (before, after), subject if about_one else 0.0, same_edition)
    if found is None:
        return None
    relation, bonus, reasons = found
    return Relation(relation, round(min(max(subject + bonus, 0.0), 1.0), 3), (*why, *reasons))


LEAST_SUBJECT = 0.45
"""Below this two statements are taken to be about different things; set on the first half of the labelled pairs."""

LEAST_OVERLAP = 0.25
"""Share of the words of the shorter of two statements that the other has, from which they are about one thing."""

SURE_SUBJECT = 0.62
"""From here two statements that pull the same way are taken to say the same."""


def _kind(
    earlier: Statement, later: Statement, pulls: tuple[int, int], subject: float, same_edition: bool
) -> tuple[str, float, list[str]] | None:
    before, after = pulls
    opposed = before * after < 0
    reasons = []
    if opposed:
        reasons.append(f"the earlier is {_side(before)}, the later {_side(after)}")
    change, not_yet = has_changed(later.text), NOT_YET.search(earlier.text)
    if same_edition:
        return ("contradicts", 0.08, reasons) if opposed and subject else None
    if change:
        reasons.append(f"the later says “{change}”")
    if not_yet:
        reasons.append(f"the earlier says “{not_yet[0]}”")
    old, new = versions_of(earlier.text), versions_of(later.text)
    newer = bool(old and new and max(new) > max(old))
    if newer:
        reasons.append("the later is about a newer version")
    if later.stance == "withdraws":
        return "revises", 0.15, [*reasons, "the later withdraws advice"]
    if opposed and (change or not_yet or newer):
        return "revises", 0.12, reasons
    if subject and change and before * after <= 0:
        return "revises", 0.06, reasons
    if opposed and subject:
        return "contradicts", 0.08, reasons
    if subject >= SURE_SUBJECT and before == after:
        return "confirms", 0.0, [*reasons, f"both are {_side(before)}"]
    return None


def _side(pull: int) -> str:
    return {1: "for it", -1: "against it", 0: "neither for nor against"}[pull]
