"""Technologies named in an article, section by section, by the matcher that reads talks. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from app.takeaways.recognition.finding import CERTAIN, LIKELY, Block, Finding
from app.technologies.matcher import Matcher, Place
from app.text.terms import read_for_names, words_of


def find_technologies(blocks: Sequence[Block], matcher: Matcher) -> list[Finding]:
    """The first place of each technology in each block; what gives an ambiguous name away may stand in its section."""
    sections: dict[int | None, list[Block]] = defaultdict(list)
    for block in blocks:
        sections[block.heading].append(block)
    found: list[Finding] = []
    for section in sections.values():
        texts = {str(block.number): read_for_names(block.text) for block in section}
        for one in matcher.find(Place(where, text, words_of(text)) for where, text in texts.items()):
            for where, place in one.places.items():
                words = str(place["words"])
                at = re.search(r"(?<!\w)" + r"\s+".join(map(re.escape, words.split())), texts[where])
                if at is None:
                    continue
                doubtful = words in one.term.ambiguous
                score, certainty = (0.8, LIKELY) if doubtful else (0.97, CERTAIN)
                why = "a name that may mean something else, and words that give it away" if doubtful else "the name"
                found.append(
                    Finding("technology", one.term.id, int(where), at.start(), at.end(), score, certainty, why)
                )
    return found
