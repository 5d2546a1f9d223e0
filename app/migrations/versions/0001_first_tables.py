"""First tables

Revision: 0001
Follows:
"""

import sqlalchemy as sa
from alembic import op

import app.db.types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table("embedding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("recipe", sa.String(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("content_hash", "recipe"))
    op.create_index("ix_embedding_recipe", "embedding", ["recipe"])
    op.create_table("importrun",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", app.db.types.UtcDateTime(), nullable=False),
        sa.Column("finished_at", app.db.types.UtcDateTime(), nullable=True),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"))
    op.create_table("indexstate",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("recipe", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("built_at", app.db.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"))
    op.create_table("organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("slug"))
    op.create_table("series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"))
    op.create_table("source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=True),
        sa.Column("ingested_at", app.db.types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"))
    op.create_table("speaker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"))
    op.create_table("technology",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"))
    op.create_table("article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("observer", sa.String(), nullable=True),
        sa.Column("observer_affiliation", sa.String(), nullable=True),
        sa.Column("publisher", sa.String(), nullable=True),
        sa.Column("published_on", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"))
    op.create_index("ix_article_source_id", "article", ["source_id"])
    op.create_table("edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("start_date", sa.String(), nullable=True),
        sa.Column("end_date", sa.String(), nullable=True),
        sa.Column("dates_checked", sa.Boolean(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("published_sessions", sa.Integer(), nullable=True),
        sa.Column("completeness", sa.String(), nullable=True),
        sa.Column("references", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", app.db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"]),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"))
    op.create_index("ix_edition_series_id", "edition", ["series_id"])
    op.create_index("ix_edition_source_id", "edition", ["source_id"])
    op.create_index("ix_edition_start_date", "edition", ["start_date"])
    op.create_index("ix_edition_year", "edition", ["year"])
    op.create_table("problem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("where", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["importrun.id"]),
        sa.PrimaryKeyConstraint("id"))
    op.create_index("ix_problem_path", "problem", ["path"])
    op.create_index("ix_problem_run_id", "problem", ["run_id"])
    op.create_table("speakeralias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("curated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["speaker_id"], ["speaker.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"))
    op.create_index("ix_speakeralias_speaker_id", "speakeralias", ["speaker_id"])
    op.create_table("theme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("vocabulary", sa.String(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("excludes", sa.String(), nullable=False),
        sa.Column("synonyms", sa.JSON(), nullable=False),
        sa.Column("cues", sa.JSON(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("counter_examples", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", app.db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["theme.id"]),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"))
    op.create_index("ix_theme_parent_id", "theme", ["parent_id"])
    op.create_index("ix_theme_vocabulary", "theme", ["vocabulary"])
    op.create_table("talk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("is_container", sa.Boolean(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("source_key", sa.String(), nullable=False),
        sa.Column("source_position", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("raw_title", sa.String(), nullable=False),
        sa.Column("abstract", sa.String(), nullable=True),
        sa.Column("raw_abstract", sa.String(), nullable=True),
        sa.Column("summary", sa.String(), nullable=True),
        sa.Column("summary_basis", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("track", sa.String(), nullable=True),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("language_guessed", sa.Boolean(), nullable=False),
        sa.Column("date", sa.String(), nullable=True),
        sa.Column("starts_at", sa.String(), nullable=True),
        sa.Column("duration_minutes", sa.Float(), nullable=True),
        sa.Column("room", sa.String(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("passages_hash", sa.String(), nullable=True),
        sa.Column("created_at", app.db.types.UtcDateTime(), nullable=False),
        sa.Column("updated_at", app.db.types.UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", app.db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"]),
        sa.ForeignKeyConstraint(["parent_id"], ["talk.id"]),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
        sa.UniqueConstraint("source_id", "source_key"))
    op.create_index("ix_talk_date", "talk", ["date"])
    op.create_index("ix_talk_edition_id", "talk", ["edition_id"])
    op.create_index("ix_talk_kind", "talk", ["kind"])
    op.create_index("ix_talk_language", "talk", ["language"])
    op.create_index("ix_talk_parent_id", "talk", ["parent_id"])
    op.create_index("ix_talk_source_id", "talk", ["source_id"])
    op.create_index("ix_talk_withdrawn_at", "talk", ["withdrawn_at"])
    op.create_table("appearance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("job_title", sa.String(), nullable=True),
        sa.Column("name_as_listed", sa.String(), nullable=False),
        sa.Column("affiliation_as_listed", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["speaker_id"], ["speaker.id"]),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("talk_id", "speaker_id"))
    op.create_index("ix_appearance_organisation_id", "appearance", ["organisation_id"])
    op.create_index("ix_appearance_speaker_id", "appearance", ["speaker_id"])
    op.create_index("ix_appearance_talk_id", "appearance", ["talk_id"])
    op.create_table("resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"))
    op.create_index("ix_resource_talk_id", "resource", ["talk_id"])
    op.create_table("takeaway",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("source_key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("talk_id", sa.Integer(), nullable=True),
        sa.Column("speaker_id", sa.Integer(), nullable=True),
        sa.Column("revises_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("stance", sa.String(), nullable=False),
        sa.Column("conditions", sa.String(), nullable=True),
        sa.Column("said_by", sa.String(), nullable=True),
        sa.Column("said_as", sa.String(), nullable=False),
        sa.Column("affiliation", sa.String(), nullable=True),
        sa.Column("occasion", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("technologies", sa.JSON(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("claim", sa.JSON(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("passages_hash", sa.String(), nullable=True),
        sa.Column("withdrawn_at", app.db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"]),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"]),
        sa.ForeignKeyConstraint(["revises_id"], ["takeaway.id"]),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"]),
        sa.ForeignKeyConstraint(["speaker_id"], ["speaker.id"]),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
        sa.UniqueConstraint("source_id", "source_key"))
    op.create_index("ix_takeaway_article_id", "takeaway", ["article_id"])
    op.create_index("ix_takeaway_edition_id", "takeaway", ["edition_id"])
    op.create_index("ix_takeaway_kind", "takeaway", ["kind"])
    op.create_index("ix_takeaway_source_id", "takeaway", ["source_id"])
    op.create_index("ix_takeaway_speaker_id", "takeaway", ["speaker_id"])
    op.create_index("ix_takeaway_talk_id", "takeaway", ["talk_id"])
    op.create_table("talkorganisation",
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("talk_id", "organisation_id"))
    op.create_index("ix_talkorganisation_organisation_id", "talkorganisation", ["organisation_id"])
    op.create_table("technologymention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("technology_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["technology_id"], ["technology.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("talk_id", "technology_id"))
    op.create_index("ix_technologymention_talk_id", "technologymention", ["talk_id"])
    op.create_index("ix_technologymention_technology_id", "technologymention", ["technology_id"])
    op.create_table("themeassignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("recipe", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("talk_id", "theme_id"))
    op.create_index("ix_themeassignment_status", "themeassignment", ["status"])
    op.create_index("ix_themeassignment_talk_id", "themeassignment", ["talk_id"])
    op.create_index("ix_themeassignment_theme_id", "themeassignment", ["theme_id"])
    op.create_table("themedecision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("borderline", sa.Boolean(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("decided_on", sa.String(), nullable=False),
        sa.Column("read_from", sa.String(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"]),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"]),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("talk_id", "theme_id", "reviewer"))
    op.create_index("ix_themedecision_talk_id", "themedecision", ["talk_id"])
    op.create_index("ix_themedecision_theme_id", "themedecision", ["theme_id"])
    op.create_table("passage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=True),
        sa.Column("takeaway_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("start_seconds", sa.Float(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["takeaway_id"], ["takeaway.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"))
    op.create_index("ix_passage_content_hash", "passage", ["content_hash"])
    op.create_index("ix_passage_takeaway_id", "passage", ["takeaway_id"])
    op.create_index("ix_passage_talk_id", "passage", ["talk_id"])
    op.create_table("takeawayevidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("takeaway_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("section", sa.String(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("start_seconds", sa.Float(), nullable=True),
        sa.Column("quote", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["takeaway_id"], ["takeaway.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"))
    op.create_index("ix_takeawayevidence_takeaway_id", "takeawayevidence", ["takeaway_id"])



def downgrade() -> None:
    """Take back; the indexes go with their tables."""
    for table in (
        "takeawayevidence",
        "passage",
        "themedecision",
        "themeassignment",
        "technologymention",
        "talkorganisation",
        "takeaway",
        "resource",
        "appearance",
        "talk",
        "theme",
        "speakeralias",
        "problem",
        "edition",
        "article",
        "technology",
        "speaker",
        "source",
        "series",
        "organisation",
        "indexstate",
        "importrun",
        "embedding",
    ):
        op.drop_table(table)
