"""The data files hold what they promise: shape, counts, references and words of our own.

They are read here as plain YAML, without the importer, so that a fault in a file and a fault in the
importer are told apart. What the files mean is written in `data/README.md`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
ARTICLE = ROOT.parent / "shared" / "articles" / "kafka-summit-2019-key-takeaways.txt"
# One file for each folder or name, beside the schema that holds its format.
FILES = {
    "programme": sorted((DATA / "programmes").glob("*.yaml")),
    "speakers": [DATA / "speakers.yaml"],
    "vendors": [DATA / "vendors.yaml"],
    "themes": [DATA / "themes.yaml", *sorted((DATA / "vocabularies").glob("*.yaml"))],
    "technologies": [DATA / "technologies.yaml"],
    "technology-judgements": sorted((DATA / "judgements" / "technologies").glob("*.yaml")),
    "theme-decisions": sorted((DATA / "judgements" / "themes").glob("*.yaml")),
    "takeaways": sorted((DATA / "takeaways").glob("*.yaml")),
}
PAIRS = [pytest.param(name, path, id=str(path.relative_to(DATA))) for name, paths in FILES.items() for path in paths]


@cache
def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def schema(name: str) -> Any:
    return json.loads((DATA / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))


@cache
def talks() -> dict[str, dict[str, Any]]:
    """Every known talk by `edition-slug/talk-id`."""
    found: dict[str, dict[str, Any]] = {}
    for path in FILES["programme"]:
        edition = load(path)["edition"]["slug"]
        for talk in load(path)["talks"]:
            assert f"{edition}/{talk['id']}" not in found, f"{edition}/{talk['id']} twice"
            found[f"{edition}/{talk['id']}"] = talk
    return found


@cache
def technologies() -> dict[str, dict[str, Any]]:
    return {one["slug"]: one for one in load(DATA / "technologies.yaml")["technologies"]}


@cache
def themes() -> dict[str, dict[str, Any]]:
    return {theme["slug"]: theme for theme in load(DATA / "themes.yaml")["themes"]}


def editions() -> set[str]:
    return {load(path)["edition"]["slug"] for path in FILES["programme"]}


def takeaways() -> list[dict[str, Any]]:
    return [record for path in FILES["takeaways"] for record in load(path)["takeaways"]]


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a schema that describes named properties."""
    if isinstance(node, dict):
        if node.get("type") == "object":
            yield node
        for child in node.values():
            yield from objects(child)
    elif isinstance(node, list):
        for child in node:
            yield from objects(child)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower().replace("’", "").replace("'", ""))


def test_every_data_file_is_named_in_this_test() -> None:
    known = {path for paths in FILES.values() for path in paths}
    found = {path for path in DATA.rglob("*.yaml") if "local" not in path.relative_to(DATA).parts}
    assert found == known


@pytest.mark.parametrize("name", sorted(FILES))
def test_schema_is_valid_closed_and_described(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    for node in objects(schema(name)):
        assert node["additionalProperties"] is False
        for key, value in node["properties"].items():
            assert value.get("description", "").endswith("."), f"{name}: {key} is not described"


@pytest.mark.parametrize(("name", "path"), PAIRS)
def test_file_follows_its_schema(name: str, path: Path) -> None:
    checker = Draft202012Validator(schema(name), format_checker=Draft202012Validator.FORMAT_CHECKER)
    faults = [f"{fault.json_path}: {fault.message}" for fault in checker.iter_errors(load(path))]
    assert faults == []


def test_nineteen_editions_and_287_talks() -> None:
    assert len(FILES["programme"]) == 19
    assert len(editions()) == 19
    assert len(talks()) == 287


@pytest.mark.parametrize("path", FILES["programme"], ids=lambda path: path.stem)
def test_programme_is_consistent(path: Path) -> None:
    programme = load(path)
    edition = programme["edition"]
    ids = [talk["id"] for talk in programme["talks"]]
    assert edition["slug"] == path.stem
    assert edition["start_date"] <= edition["end_date"]
    assert len(ids) == len(set(ids))
    assert len(ids) <= edition.get("published_sessions", len(ids))
    for talk in programme["talks"]:
        assert ("summary" in talk) == ("summary_basis" in talk), talk["id"]
        assert talk.get("parent", talk["id"]) in ids, talk["id"]


def test_what_is_known_about_completeness() -> None:
    known = {
        edition["slug"]: (len(load(path)["talks"]), edition["published_sessions"])
        for path in FILES["programme"]
        if "published_sessions" in (edition := load(path)["edition"])
    }
    assert known == {
        "kafka-summit-london-2018": (15, 34),
        "kafka-summit-san-francisco-2018": (41, 60),
        "kafka-summit-san-francisco-2019": (47, 56),
    }


def test_speaker_aliases_join_each_spelling_to_one_person() -> None:
    entries = load(DATA / "speakers.yaml")["speakers"]
    spellings = [name for entry in entries for name in [entry["name"], *entry["aliases"]]]
    used = {person["name"] for talk in talks().values() for person in talk.get("speakers", [])}
    assert len(spellings) == len(set(spellings))
    for entry in entries:
        assert used & {entry["name"], *entry["aliases"]}, f"{entry['name']} speaks nowhere"


def test_theme_references_resolve() -> None:
    seen: set[str] = set()
    for slug, theme in themes().items():
        assert theme.get("parent", slug) in seen | {slug}, f"{slug}: parent must come before"
        assert theme.get("parent") != slug
        seen.add(slug)
        examples, counters = set(theme["examples"]), set(theme.get("counter_examples", []))
        assert not examples & counters, slug
        assert examples | counters <= set(talks()), slug
    assert len(seen) == len(load(DATA / "themes.yaml")["themes"])


def test_technologies_are_many_and_each_once() -> None:
    listed = load(DATA / "technologies.yaml")["technologies"]
    assert len(listed) >= 250
    assert len(technologies()) == len(listed)
    for slug, technology in technologies().items():
        names = [technology["name"], *technology.get("aliases", [])]
        assert len(names) == len(set(names)), slug
        if "ambiguous" in technology:
            assert technology.get("needs") or technology.get("beside"), slug
        else:
            assert "needs" not in technology, slug
            assert "beside" not in technology, slug


@pytest.mark.parametrize(
    ("slug", "name"), [("javascript", "JS"), ("kubernetes", "k8s"), ("go", "golang"), ("postgresql", "Postgres")]
)
def test_what_most_people_call_a_technology_is_a_name_of_it(slug: str, name: str) -> None:
    assert name in technologies()[slug]["aliases"]


@pytest.mark.parametrize("path", FILES["technology-judgements"], ids=lambda path: path.stem)
def test_technology_judgements_resolve(path: Path) -> None:
    judged = load(path)["mentions"]
    assert len({one["talk"] for one in judged}) == len(judged)
    for one in judged:
        assert one["talk"] in talks()
        means, other = set(one.get("means", {})), set(one.get("not", {}))
        assert means | other <= set(technologies()), one["talk"]
        assert not means & other
        assert means | other
        for words in (*one.get("means", {}).values(), *one.get("not", {}).values()):
            talk = talks()[one["talk"]]
            assert words in f"{talk['title']} {' '.join(talk.get('summary', '').split())}", one["talk"]
    assert sum(len(one.get("means", {})) + len(one.get("not", {})) for one in judged) >= 200


@pytest.mark.parametrize("path", FILES["theme-decisions"], ids=lambda path: path.stem)
def test_theme_decisions_resolve(path: Path) -> None:
    decisions = load(path)
    assert decisions["edition"] == path.stem
    assert set(decisions["considered"]) <= set(themes())
    read = [decision["talk"] for decision in decisions["talks"]]
    assert len(read) == len(set(read))
    for decision in decisions["talks"]:
        assert f"{decisions['edition']}/{decision['talk']}" in talks()
        assert set(decision["themes"]) <= set(decisions["considered"])
        assert decision.get("main", decision["themes"][0]) in decision["themes"]
        assert set(decision.get("borderline", [])) <= set(decision["themes"])


@pytest.mark.parametrize("path", FILES["theme-decisions"], ids=lambda path: path.stem)
def test_examples_agree_with_the_decisions_of_people(path: Path) -> None:
    decisions = load(path)
    given = {f"{decisions['edition']}/{row['talk']}": row["themes"] for row in decisions["talks"]}
    for slug in decisions["considered"]:
        for talk in set(themes()[slug]["examples"]) & set(given):
            assert slug in given[talk], f"{talk} is no example of {slug}"
        for talk in set(themes()[slug].get("counter_examples", [])) & set(given):
            assert slug not in given[talk], f"{talk} is no counter-example of {slug}"


def test_takeaway_references_resolve() -> None:
    ids = [record["id"] for record in takeaways()]
    assert len(ids) == len(set(ids))
    for record in takeaways():
        assert record.get("edition", "kafka-summit-san-francisco-2019") in editions(), record["id"]
        if "talk" in record:
            assert record["talk"] in talks(), record["id"]
            assert record["talk"].split("/")[0] == record["edition"], record["id"]
        assert set(record["themes"]) <= set(themes()), record["id"]
        assert record.get("claim", {}).get("theme", "operations") in themes(), record["id"]
        assert record.get("revises", record["id"]) in ids
        assert record.get("revises") != record["id"]


def test_takeaway_speakers_and_links_are_those_of_the_talk() -> None:
    for record in takeaways():
        if "talk" not in record:
            continue
        talk = talks()[record["talk"]]
        if record["said_by"]["as"] == "speaker":
            names = {person["name"] for person in talk["speakers"]}
            assert record["said_by"]["name"] in names, record["id"]
        links = {resource["url"] for resource in talk.get("resources", [])}
        cited = {item["url"] for item in record["evidence"] if "url" in item}
        assert cited <= links, record["id"]


def test_takeaways_are_in_our_own_words() -> None:
    if not ARTICLE.exists():
        pytest.skip(f"the founding article is not beside this checkout ({ARTICLE.name})")
    run = 8
    source = words(ARTICLE.read_text(encoding="utf-8"))
    runs = {tuple(source[start : start + run]) for start in range(len(source) - run + 1)}
    for record in takeaways():
        text = words(record["text"])
        copied = [
            text[start : start + run]
            for start in range(len(text) - run + 1)
            if tuple(text[start : start + run]) in runs
        ]
        assert copied == [], record["id"]


def test_data_refers_to_nothing_outside_the_repository() -> None:
    for path in DATA.rglob("*"):
        if path.suffix not in {".yaml", ".json", ".md"} or "local" in path.relative_to(DATA).parts:
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\.\./shared|find_string|corpus search", text), path


def test_no_vendor_is_listed_twice_and_its_head_says_how_one_is_decided() -> None:
    text = FILES["vendors"][0].read_text(encoding="utf-8")
    names = [name for one in load(FILES["vendors"][0])["vendors"] for name in (one["name"], *one.get("aliases", ()))]
    folded = [re.sub(r"\W+", " ", name).strip().casefold() for name in names]
    assert sorted(folded) == sorted(set(folded))
    assert "# How an entry is decided" in text.split("vendors:\n")[0]
