"""Slugs, names and clean text."""

from __future__ import annotations

from typing import get_args

import pytest

from app.text.kinds import KINDS, talk_kind
from app.text.language import guess_language, is_written_in, language_code, language_name
from app.text.markup import many_lines, one_line, safe_url, to_text, without_entities
from app.text.names import clean_name, is_placeholder, name_key
from app.text.slugs import slugify, unique_slug
from app.web.parameters import Kind


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Kafka on Kubernetes: Keeping It Simple", "kafka-on-kubernetes-keeping-it-simple"),
        ("What's the Time? ...and Why?", "whats-the-time-and-why"),
        ("Straße & Ångström", "strasse-angstrom"),
        ("日本語", ""),
        ("word " * 40, "-".join(["word"] * 18)),
    ],
)
def test_slugify(text: str, slug: str) -> None:
    assert slugify(text) == slug


def test_unique_slug_takes_hints_then_numbers() -> None:
    taken = {"a", "a-2019"}
    assert unique_slug("a", taken, "2020") == "a-2020"
    assert unique_slug("a", taken, "2019") == "a-2019-2"
    assert unique_slug("", taken, "") == "x-2"


def test_names_compare_without_case_accents_or_punctuation() -> None:
    assert name_key("José  O'Neil-Š.") == name_key("JOSE O NEIL S")
    assert clean_name("Ana  Mari\u0301a ") == "Ana María"
    assert all(map(is_placeholder, ["TBA", "Various speakers", " ", "N/A", "…"]))
    assert not is_placeholder("Vari Oso")


def test_clean_text() -> None:
    assert one_line(" a\u200b\tb\x07\n c ") == "a b c"
    assert many_lines("a \r\nb\n\n\n\nc\n") == "a\nb\n\nc"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Keynote: &quot;How Not To Be Seen&quot;", 'Keynote: "How Not To Be Seen"'),
        ("Integration &amp; Deployment", "Integration & Deployment"),
        ("It&apos;s &#39;x&#x27; a&mdash;b", "It's 'x' a—b"),
        ("a &lt;b&gt; c", "a <b> c"),
        ("&amp;lt; once", "&lt; once"),
        ("AT&T; Q&A; drag&drop; copy&paste; &copypaste; R&D &amp no &; &#;", None),
    ],
)
def test_whole_entities_become_characters(text: str, clean: str | None) -> None:
    assert without_entities(text) == to_text(text, "rst") == (clean or text)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.example", "/relative", "https://", "http://[bad"])
def test_unsafe_addresses_are_none(url: str) -> None:
    assert safe_url(url) is None


def test_languages() -> None:
    assert [language_code(code) for code in ("eng", "en-GB", "DE", "tlh")] == ["en", "en", "de", None]
    assert language_name("fr") == "French"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (None, "talk"), ("keynote", "keynote"), ("Lightning Talk (5 min)", "lightning"),
        ("Talk 30 min + 10min Q&A", "talk"),
        ("Tutorial", "workshop"), ("devroom", "talk"), ("Fireside chat", "panel"), ("Yoga", "other"),
    ],
)  # fmt: skip
def test_kinds(words: str | None, kind: str) -> None:
    assert talk_kind(words) == kind


def test_the_site_knows_every_kind() -> None:
    assert get_args(Kind) == KINDS


@pytest.mark.parametrize(
    ("text", "code", "is_so"),
    [
        ("TypeScript入門", "ja", True),
        ("React Native in Japan", "ja", False),
        ("Очереди в Kafka", "ru", True),
        ("Kafka Streams", "ru", False),
        ("Procesando datos en paralelo con Dask", "es", True),
        ("Creating a well-being data layer using machine learning", "es", False),
        ("Schnelle Schleifen mit Cython", "de", True),
        ("Historia de The Beatles en veinte minutos y con muchas canciones que oír", "es", True),
        ("Anything", "en", True),
        ("", "de", True),
        ("", "ko", False),
    ],
)
def test_a_text_of_a_talk_need_not_be_in_its_language(text: str, code: str, is_so: bool) -> None:
    assert is_written_in(text, code) is is_so


def test_a_language_is_guessed_from_enough_text_only() -> None:
    assert (
        guess_language("Wie man Datenströme zuverlässig verarbeitet, ohne nachts geweckt zu werden, und was das kostet")
        == "de"
    )
    assert guess_language("Keynote") is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("**Audience level** Intermediate **Description** How.", "Audience level Intermediate Description How."),
        ("It is *really*\nhard, (*very* so).", "It is really\nhard, (very so)."),
        ("Use ``__sub__`` and ``**kwargs`` of `qrcode`.", "Use __sub__ and **kwargs of qrcode."),
        ("**`See schedule </plan/>`_** or `**this**\none <https://a.example>`__", "See schedule (/plan/) or this\none (https://a.example)"),
        (r"face\_recognition, Clojure\*", "face_recognition, Clojure*"),
        ("* one\n* two *three* four", "* one\n* two three four"),
    ],
)  # fmt: skip
def test_marks_within_a_line_of_restructuredtext_are_read(raw: str, text: str) -> None:
    assert to_text(raw, "rst") == text


@pytest.mark.parametrize(
    "text",
    [
        "2**8 or 2 ** 8 ** 2, and 3*4*5",
        "int main(int argc, char **argv, char **envp) and *p = *q;",
        "def call(*args, **kwargs): run(*args, **kwargs)",
        "Copy *.py and *.c, also src/**/*.py,**/*.c to dir/*.bak",
        "Free* for all** members.\n\n* not on Mondays\n** nor Fridays",
        "/*comment*/ and /** doc **/",
        "A lone ` and a ``quote'' in TeX",
        "**open for good\n\nand closed** here",
    ],
)
def test_a_lone_star_of_plain_words_stays(text: str) -> None:
    assert to_text(text, "rst") == text
