"""SQLModel tables only. Facts: programme, people, themes, takeaways, provenance. Derived, can be rebuilt: derived.

Importing this package registers every table, so that Alembic and relationships see them all.
"""

from app.models.articles import ArticleClaim, ArticleMention, ArticleText
from app.models.derived import CountSheet, Embedding, IndexState, Passage, ThemeAssignment, ThemeReading
from app.models.discovery import Discovery
from app.models.drafts import ClaimLink, ClaimProposal, DraftReading, TakeawayDecision, TakeawayDraft
from app.models.jobs import JobFile, JobRecord
from app.models.people import (
    Appearance,
    Organisation,
    Speaker,
    SpeakerAlias,
    SpeakerLink,
    SpeakerPair,
    TalkOrganisation,
)
from app.models.programme import Edition, Resource, Series, Talk, Transcript
from app.models.provenance import FileReview, ImportRun, Problem, Source
from app.models.questions import UnansweredQuestion
from app.models.reports import SavedReport
from app.models.review import Curator, ReviewDraw, ReviewEntry, SignInFailures
from app.models.takeaways import Article, Takeaway, TakeawayEvidence
from app.models.technologies import Technology, TechnologyGuess, TechnologyMention
from app.models.themes import Theme, ThemeDecision, Vocabulary, VocabularyVersion

__all__ = [
    "Appearance",
    "Article",
    "ArticleClaim",
    "ArticleMention",
    "ArticleText",
    "ClaimLink",
    "ClaimProposal",
    "CountSheet",
    "Curator",
    "Discovery",
    "DraftReading",
    "Edition",
    "Embedding",
    "FileReview",
    "ImportRun",
    "IndexState",
    "JobFile",
    "JobRecord",
    "Organisation",
    "Passage",
    "Problem",
    "Resource",
    "ReviewDraw",
    "ReviewEntry",
    "SavedReport",
    "Series",
    "SignInFailures",
    "Source",
    "Speaker",
    "SpeakerAlias",
    "SpeakerLink",
    "SpeakerPair",
    "Takeaway",
    "TakeawayDecision",
    "TakeawayDraft",
    "TakeawayEvidence",
    "Talk",
    "TalkOrganisation",
    "Technology",
    "TechnologyGuess",
    "TechnologyMention",
    "Theme",
    "ThemeAssignment",
    "ThemeDecision",
    "ThemeReading",
    "Transcript",
    "UnansweredQuestion",
    "Vocabulary",
    "VocabularyVersion",
]
