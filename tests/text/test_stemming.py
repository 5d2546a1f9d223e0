"""Our stems are those of SQLite's porter tokenizer, so what is marked is what matched."""

from __future__ import annotations

import re
import sqlite3

from app.settings import CHECKOUT
from app.text.stemming import stem

TRICKY = """
caresses ponies ties caress cats feed agreed plastered bled motoring sing conflated troubled sized hopping
tanned falling hissing fizzed failing filing happy sky relational conditional rational valenci hesitanci digitizer
conformabli radicalli differentli vileli analogousli vietnamization predication operator feudalism decisiveness
hopefulness callousness formaliti sensitiviti sensibiliti triplicate formative formalize electriciti electrical hopeful
goodness revival allowance inference airliner gyroscopic adjustable defensible irritant replacement adjustment dependent
adoption homologou communism activate angulariti homologous effective bowdlerize probate rate cease controll roll
kubernetes kafka streaming streams partitions deploying deployment liveness probes brokers upgrades upgrading
scalability reliability analytics apis ops a is naïve größe über día y yes by eye
"""


def fts5_stems(words: list[str]) -> dict[str, str]:
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize = 'porter unicode61 remove_diacritics 2')")
    base.execute("CREATE VIRTUAL TABLE v USING fts5vocab('t', 'instance')")
    base.executemany("INSERT INTO t (rowid, x) VALUES (?, ?)", list(enumerate(words)))
    stems = {words[row]: term for term, row in base.execute("SELECT term, doc FROM v")}
    base.close()
    return stems


def test_stems_equal_those_of_fts5() -> None:
    shipped = (CHECKOUT / "data" / "programmes").glob("*.yaml")
    words = {word for file in shipped for word in re.findall(r"[^\W_]+", file.read_text(encoding="utf-8"))}
    wanted = fts5_stems(sorted(words | set(TRICKY.split())))
    assert len(wanted) > 1_000
    assert {word: stem(word) for word in wanted} == wanted
