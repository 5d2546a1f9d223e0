"""Taking a vocabulary out of the base: its themes go, and nothing that a person decided is lost.

A theme with decisions, steps of reviews or draws stays, out of use, with all of them: they are facts, and hold again
once the vocabulary is ingested with that theme. The former versions stay too, for they tell what saved reports meant.
"""

from __future__ import annotations

from pydantic import BaseModel, Field
from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from app.catalog.snapshot import refresh_snapshot
from app.catalog.vocabularies import vocabulary_details, vocabulary_names
from app.db.types import utc_now
from app.errors import NotFound, UsageError
from app.models import ReviewDraw, ReviewEntry, Source, Theme, ThemeAssignment, ThemeDecision, Vocabulary


class RemovedVocabulary(BaseModel):
    """What `hallway vocabulary remove` prints with --json."""

    vocabulary: str
    name: str
    version: str
    source: str | None = Field(description="path of the file it came from, which brings it back")
    themes: int = Field(description="of it, all out of use now")
    talks: int = Field(description="that had any of them")
    default_now: str | None = Field(default=None, description="the default from now on, where it was that until now")
    decisions: int
    steps: int = Field(description="of reviews")
    draws: int = Field(description="talks in samples drawn for review")
    people: list[str]
    kept_themes: list[str] = Field(description="slugs that stay taken, for what people decided hangs on them")
    saved_reports: list[str] = Field(default_factory=list, description="ids; they stay readable, with no new editions")

    @property
    def by_people(self) -> str:
        """“2 decisions and 1 step of reviews of Ada, Bo”: what hangs on the themes that stay."""
        counts = {"decision": self.decisions, "step": self.steps, "talk": self.draws}
        after = {"decision": "", "step": " of reviews", "talk": " drawn for review"}
        told = [f"{n:,} {what}{'' if n == 1 else 's'}{after[what]}" for what, n in counts.items() if n]
        return " and ".join(told) + (f", by {', '.join(self.people)}" if self.people else "")


def remove_vocabulary(
    session: Session, slug: str, with_decisions: bool = False, default_too: bool = False
) -> RemovedVocabulary:
    """Remove a vocabulary, in one transaction with the snapshot. NotFound for an unknown one.

    A UsageError for the only one; without `default_too` for the one that came first, which is shown where none is asked
    for; and without `with_decisions` for one that people decided about.
    """
    removed = _outlook(session, slug, default_too)
    if removed.kept_themes and not with_decisions:
        raise UsageError(_people_decided(removed), "--with-decisions")
    themes = {theme.id: theme for theme in session.scalars(select(Theme).where(col(Theme.vocabulary) == slug))}
    gone = {key for key, theme in themes.items() if theme.slug not in removed.kept_themes}
    session.execute(delete(ThemeAssignment).where(col(ThemeAssignment.theme_id).in_(themes)))
    for key, theme in themes.items():
        if key not in gone:
            theme.withdrawn_at = theme.withdrawn_at or utc_now()
        if key in gone or theme.parent_id in gone:
            theme.parent_id = None
    session.flush()
    session.execute(delete(Theme).where(col(Theme.id).in_(gone)))
    # Else its file, being as it was, would not be read again.
    of = select(col(Vocabulary.source_id)).where(col(Vocabulary.slug) == slug)
    session.execute(update(Source).where(col(Source.id).in_(of)).values(content_hash=None))
    refresh_snapshot(session)
    return removed


def _outlook(session: Session, slug: str, default_too: bool) -> RemovedVocabulary:
    names = vocabulary_names(session)
    found = next((name for name in names if name.slug == slug), None)
    if found is None:
        raise NotFound("vocabulary", slug, f"The vocabularies are {', '.join(name.slug for name in names) or 'none'}.")
    if len(names) == 1:
        raise UsageError(
            f"{found.name} ({slug}) is the only vocabulary; ingest another one first, without one there are no themes.",
            "SLUG",
        )
    default = names[1] if found == names[0] else names[0]
    if found == names[0] and not default_too:
        raise UsageError(
            f"{found.name} ({slug}) is the default vocabulary: it came first, and themes are of it where no other is "
            f"asked for. With --default-too it is removed all the same, and {default.name} ({default.slug}) takes its "
            "place.",
            "--default-too",
        )
    (detail,) = vocabulary_details(session, [found])
    ids = dict(session.execute(select(col(Theme.id), col(Theme.slug)).where(col(Theme.vocabulary) == slug)).all())
    touched = {
        theme
        for column in (ThemeDecision.theme_id, ReviewEntry.theme_id, ReviewDraw.theme_id)
        for theme in session.scalars(select(col(column)).where(col(column).in_(ids)).distinct())
    }
    # A step also tells, by their ids, of themes that lost the mark of the main one by it.
    touched |= {int(theme) for replaced in session.scalars(select(col(ReviewEntry.replaced))) for theme in replaced}
    return RemovedVocabulary(
        vocabulary=slug,
        name=found.name,
        version=found.version,
        default_now=default.slug if found == names[0] else None,
        source=detail.source,
        themes=detail.themes,
        talks=detail.talks,
        decisions=_count(session, ThemeDecision, ids),
        steps=_count(session, ReviewEntry, ids),
        draws=_count(session, ReviewDraw, ids),
        people=sorted(
            {
                reviewer
                for table in (ThemeDecision, ReviewEntry)
                for reviewer in session.scalars(select(col(table.reviewer)).where(col(table.theme_id).in_(ids)))
            }
        ),
        kept_themes=sorted(ids[theme] for theme in touched if theme in ids),
    )


def _count(session: Session, table: type[ThemeDecision | ReviewEntry | ReviewDraw], ids: dict[int | None, str]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(col(table.theme_id).in_(ids))) or 0


def _people_decided(removed: RemovedVocabulary) -> str:
    return (
        f"People decided about {len(removed.kept_themes)} of the {removed.themes} themes of {removed.name} "
        f"({removed.vocabulary}): {removed.by_people}. With --with-decisions it is removed all the same: "
        "these themes then stay in the base out of use, with all that was decided, and hold again once the vocabulary "
        "is ingested. "
        "`hallway review export --all -o FOLDER` writes decisions to files."
    )
