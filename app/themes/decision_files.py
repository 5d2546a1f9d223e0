"""People's decisions as files in the format of data/judgements/themes, that `hallway ingest` reads again."""

from __future__ import annotations

from collections import defaultdict

import yaml
from sqlalchemy import select
from sqlmodel import Session, col

from app.models import Edition, Talk, Theme, ThemeDecision
from app.text.slugs import slugify

METHOD = "One talk and one theme at a time, in Hallway's review queue, from what Hallway shows of the talk."
READ_FROM = ("abstract, slides or notes", "title and references", "title only")

Row = tuple[ThemeDecision, str, str, str]
"""A decision, and the names of its edition, talk and theme: slug, key in its programme, slug."""


def decision_files(
    session: Session, edition: str | None = None, reviewer: str | None = None, all_of_them: bool = False
) -> dict[str, str]:
    """YAML by file name, one for each edition and reviewer.

    Without `all_of_them` only where something was decided in a review; such a file holds what its reviewer decided
    elsewhere too, for a file is read as all that its reviewer decided about its edition.
    """
    statement = (
        select(ThemeDecision, col(Edition.slug), col(Talk.source_key), col(Theme.slug))
        .join(Talk, col(Talk.id) == col(ThemeDecision.talk_id))
        .join(Edition, col(Edition.id) == col(Talk.edition_id))
        .join(Theme, col(Theme.id) == col(ThemeDecision.theme_id))
        .order_by(col(Edition.slug), col(ThemeDecision.reviewer), col(Talk.position), col(Talk.id), col(Theme.position))
    )
    if edition is not None:
        statement = statement.where(col(Edition.slug) == edition)
    if reviewer is not None:
        statement = statement.where(col(ThemeDecision.reviewer) == reviewer)
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in session.execute(statement):
        decision, held, talk, theme = row
        groups[held, decision.reviewer].append((decision, held, talk, theme))
    return {
        f"{held}-{slugify(who)}.yaml": _file(held, who, rows)
        for (held, who), rows in groups.items()
        if all_of_them or any(decision.source_id is None for decision, *_ in rows)
    }


def _file(edition: str, reviewer: str, rows: list[Row]) -> str:
    told = dict.fromkeys(str(decision.details.get("method") or METHOD).strip() for decision, *_ in rows)
    # A file that was exported and read again tells of all its methods with each decision.
    methods = [one for one in told if not any(one != other and one in other for other in told)]
    document: dict[str, object] = {
        "hallway": "theme-decisions/1",
        "edition": edition,
        "reviewer": reviewer,
        "decided_on": max(decision.decided_on for decision, *_ in rows),
        "method": " ".join(methods),
        "considered": sorted({theme for *_, theme in rows}),
    }
    by_talk: dict[tuple[str, str, str | None], list[Row]] = defaultdict(list)
    for row in rows:
        by_talk[row[2], row[0].decided_on, row[0].read_from].append(row)
    document["talks"] = [_talk(*key, rows) for key, rows in by_talk.items()]
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def _talk(talk: str, day: str, read_from: str | None, rows: list[Row]) -> dict[str, object]:
    accepted = [(decision, theme) for decision, _, _, theme in rows if decision.accepted]
    told: dict[str, object] = {"talk": talk, "decided_on": day, "considered": [theme for *_, theme in rows]}
    told["themes"] = [theme for _, theme in accepted]
    if main := [theme for decision, theme in accepted if decision.is_main]:
        told["main"] = main[0]
    if borderline := [theme for decision, theme in accepted if decision.borderline]:
        told["borderline"] = borderline
    told["read_from"] = read_from if read_from in READ_FROM else READ_FROM[0]
    return told
