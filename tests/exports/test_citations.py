"""BibTeX and CSL-JSON of talks, read back by hand-written parsers; names, escapes and keys."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.citations import Citation, citations
from app.exports import bibtex, csl
from app.exports.bibtex import author, escape
from app.models import Talk
from app.reports.registry import build_report
from app.reports.request import ReportRequest
from app.text.cited_names import cited_name
from app.trends.behind import talks_of_figures
from app.trends.document import figures_of

TALK = Citation(
    slug="kafka-on-kubernetes",
    title="100 % of R&D: {braces}, $5, #1, a_b, ~x^2 \\ “Größe”",
    edition="Kafka Summit San Francisco 2019",
    kind="keynote",
    language="en",
    date="2019-09-30",
    year=2019,
    city="San Francisco",
    country="United States",
    url="http://127.0.0.1:8000/talks/kafka-on-kubernetes",
    speakers=("Gwen Shapira", "Ludwig van der Berg", "Anderson and Sons"),
    video="https://example.org/watch?v=a_b&t=1",
    month=9,
)


def read_bibtex(text: str) -> list[tuple[str, str, dict[str, str]]]:
    """Entries as (type, key, fields), by BibTeX's own rules: braces are counted, also those behind a backslash."""
    entries = []
    place = 0
    while (start := text.find("@", place)) >= 0:
        kind, rest = text[start + 1 :].split("{", 1)
        key, rest = rest.split(",", 1)
        fields: dict[str, str] = {}
        while found := re.match(r"\s*(\w+)\s*=\s*", rest):
            rest = rest[found.end() :]
            if rest[0] == "{":
                depth = 0
                ends = []
                for place_in_field, letter in enumerate(rest):
                    depth += {"{": 1, "}": -1}.get(letter, 0)
                    if depth == 0:
                        ends = [place_in_field]
                        break
                assert ends, "the braces of a field do not balance"
                (end,) = ends
                fields[found[1]], rest = rest[1:end], rest[end + 1 :]
            else:
                value = re.match(r"\w+", rest)
                assert value
                fields[found[1]], rest = value[0], rest[value.end() :]
            rest = rest.lstrip(" ").removeprefix(",")
        assert rest.lstrip().startswith("}"), rest[:40]
        place = len(text) - len(rest)
        entries.append((kind, key, fields))
    return entries


def set_by_latex(text: str) -> str:
    """What LaTeX prints of a field: commands as their letters, braces gone."""
    named = {"backslash": "\\", "braceleft": "{", "braceright": "}", "asciitilde": "~", "asciicircum": "^",
             "quotedbl": '"'}  # fmt: skip
    text = re.sub(r"\\text(\w+)\{\}", lambda found: f"\0{ord(named[found[1]])}\0", text)
    text = re.sub(r"\\([&%$#_])", r"\1", text.replace("{", "").replace("}", ""))
    return re.sub(r"\0(\d+)\0", lambda found: chr(int(found[1])), text)


def test_an_entry_reads_back_as_the_talk() -> None:
    ((kind, key, fields),) = read_bibtex(bibtex.write([TALK]).decode())
    assert (kind, key) == ("inproceedings", TALK.slug)
    assert fields["title"].startswith("{")
    assert fields["title"].endswith("}")
    assert set_by_latex(fields["title"]) == TALK.title
    assert "Größe" in fields["title"], "letters beyond ASCII stay as they are"
    assert fields["author"] == "Shapira, Gwen and van der Berg, Ludwig and Sons, Anderson {and}"
    assert set_by_latex(fields["booktitle"]) == TALK.edition
    assert (fields["year"], fields["month"]) == ("2019", "sep")
    assert fields["url"] == TALK.url
    assert set_by_latex(fields["note"]) == f"Keynote. Video: {TALK.video}"


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"))))
def test_any_title_balances_and_reads_back(title: str) -> None:
    for talk in (replace(TALK, title=title), replace(TALK, speakers=(title,) if title.strip() else ())):
        ((_, _, fields),) = read_bibtex(bibtex.write([talk]).decode())
        assert set_by_latex(fields["title"]) == talk.title
    assert re.search(r"(?<!\\)[&%$#_~^]", escape(title).replace("\\&", "")) is None


def test_what_is_not_known_is_left_out() -> None:
    bare = replace(
        TALK, speakers=(), date=None, year=None, month=None, city=None, country=None, language=None, video=None
    )
    ((_, _, fields),) = read_bibtex(bibtex.write([bare]).decode())
    assert sorted(fields) == ["booktitle", "note", "title", "url"]
    (item,) = json.loads(csl.write([bare]))
    assert sorted(item) == ["URL", "event-title", "genre", "id", "title", "type"]
    assert bibtex.write([]) == b""
    assert json.loads(csl.write([])) == []


def test_no_address_but_of_the_web_is_cited() -> None:
    odd = replace(TALK, video="javascript:alert(1)", slides="https://example.org/{a}\\b")
    ((_, _, fields),) = read_bibtex(bibtex.write([odd]).decode())
    assert "javascript" not in fields["note"]
    assert "%7Ba%7D%5Cb" in set_by_latex(fields["note"])


def test_csl_is_a_speech() -> None:
    (item,) = json.loads(csl.write([TALK]))
    assert item == {
        "id": TALK.slug,
        "type": "speech",
        "title": TALK.title,
        "author": [
            {"family": "Shapira", "given": "Gwen"},
            {"family": "van der Berg", "given": "Ludwig"},
            {"family": "Sons", "given": "Anderson and"},
        ],
        "event-title": TALK.edition,
        "event-place": "San Francisco, United States",
        "issued": {"date-parts": [[2019, 9, 30]]},
        "genre": "Keynote",
        "language": "en",
        "URL": TALK.url,
        "note": f"Video: {TALK.video}",
    }
    (item,) = json.loads(csl.write([replace(TALK, date=None)]))
    assert item["issued"] == {"date-parts": [[2019, 9]]}


@pytest.mark.parametrize(
    ("name", "inverted"),
    [
        ("Jay Kreps", "Kreps, Jay"),
        ("Ana María de la Cruz", "de la Cruz, Ana María"),
        ("Martin Luther King Jr.", "King, Jr., Martin Luther"),
        ("王小明", "王小明"),
        ("van Rossum, Guido", "van Rossum, Guido"),
        ("Guido van Rossum", "van Rossum, Guido"),
        ("Madonna", "Madonna"),
    ],
)
def test_names_are_turned_around(name: str, inverted: str) -> None:
    assert cited_name(name).inverted == inverted
    assert author(name) == inverted


def test_a_report_cites_exactly_the_talks_its_figures_are_taken_of(session: Session) -> None:
    document = build_report(session, "themes", ReportRequest(editions=("west-2019",)))
    found = citations(session, talks_of_figures(session, figures_of(document)))
    assert [talk.slug for talk in found] == [f"talk-{number}" for number in range(1, 11)]
    entries = read_bibtex(bibtex.write(found).decode())
    assert len({key for _, key, _ in entries}) == 10
    assert entries[0][2]["author"] == "1, Speaker"
    assert entries[0][2]["year"] == "2019"
    assert citations(session, [999_999]) == []
    first = session.scalars(select(col(Talk.id)).where(col(Talk.slug) == "talk-1")).one()
    assert [talk.url.rpartition("/")[2] for talk in citations(session, [first or 0])] == ["talk-1"]
