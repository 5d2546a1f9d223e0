"""What was said: transcripts cut into windows, found by their words, and shown with their second."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlmodel import col

from app.db.engine import reading, writing
from app.models import Passage, Resource, Source, Talk, Transcript
from tests.search.conftest import Base, refresh

VIDEO = "https://www.youtube.com/watch?v=abcdefghijk"
SAID = (
    "Welcome to this talk about the work of my team. ",
    "We begin with a little history of brokers. ",
    "Then the walrus operator made the deployment of every broker silent. ",
    "Thank you all for listening today. ",
)


def speak(base: Base, slug: str, said: tuple[str, ...], *, automatic: bool = False, language: str = "en") -> None:
    """Store a transcript as an ingest does: a minute for each cue, and the talk marked to be cut anew."""
    with writing(base.engine) as session:
        talk = session.scalars(select(Talk).where(col(Talk.slug) == slug)).one()
        key = f"{slug}:{automatic}:{language}"
        source = Source(key=key, format="transcript", path=key)
        session.add(source)
        session.flush()
        cues = [{"start": 60.0 * at, "end": 60.0 * at + 59, "text": text * 12, "speaker": None}
                for at, text in enumerate(said)]  # fmt: skip
        session.add(
            Transcript(
                talk_id=talk.id or 0, source_id=source.id or 0, language=language, is_automatic=automatic, cues=cues
            )
        )
        session.execute(update(Talk).where(col(Talk.id) == talk.id).values(passages_hash=None))
    refresh(base.engine, base.embedder)


def show(base: Base, slug: str, url: str) -> None:
    with writing(base.engine) as session:
        talk = session.scalars(select(Talk).where(col(Talk.slug) == slug)).one()
        session.add(Resource(talk_id=talk.id or 0, kind="video", url=url))


def starts(base: Base) -> list[float | None]:
    with reading(base.engine) as session:
        return list(
            session.scalars(
                select(col(Passage.start_seconds)).where(col(Passage.kind) == "transcript").order_by(col(Passage.id))
            )
        )


def test_the_moment_is_found_and_leads_to_its_second(base: Base) -> None:
    show(base, "to-be", VIDEO)
    speak(base, "to-be", SAID)
    hit = base.ask("walrus deployment silent").hits[0]
    assert hit.talk.slug == "to-be"
    assert hit.passage.kind == "transcript"
    assert hit.passage.start_seconds is not None
    assert 60 <= hit.passage.start_seconds <= 120
    assert hit.passage.url == f"{VIDEO}&t={hit.passage.start_seconds:.0f}"
    assert "walrus" in hit.passage.text
    assert any(segment.is_match and segment.text == "walrus" for segment in hit.passage.segments)


def test_without_a_recording_the_moment_leads_to_the_talk(base: Base) -> None:
    show(base, "to-be", "https://video.example/to-be")
    speak(base, "to-be", SAID)
    hit = base.ask("walrus deployment silent").hits[0]
    assert (hit.passage.kind, hit.passage.url) == ("transcript", hit.talk.url)


def test_windows_follow_the_transcript(base: Base) -> None:
    speak(base, "to-be", SAID)
    assert starts(base)[0] == 0.0
    with writing(base.engine) as session:
        session.execute(update(Transcript).values(cues=[{"start": 5.0, "end": 9.0, "text": "Yak.", "speaker": None}]))
        session.execute(update(Talk).where(col(Talk.slug) == "to-be").values(passages_hash=None))
    refresh(base.engine, base.embedder)
    assert starts(base) == [5.0]
    assert base.slugs("walrus", mode="lexical") == []
    assert base.slugs("yak", mode="lexical") == ["to-be"]


def test_people_are_heard_before_machines_and_each_language_once(base: Base) -> None:
    speak(base, "to-be", ("Misheard wombat.",), automatic=True)
    assert base.slugs("wombat", mode="lexical") == ["to-be"]
    speak(base, "to-be", ("Heard well.",))
    speak(base, "to-be", ("Gut gehört.",), language="de")
    assert base.slugs("wombat", mode="lexical") == []
    assert base.slugs("heard well", mode="lexical") == base.slugs("gehört", mode="lexical") == ["to-be"]


def test_a_recording_of_several_talks_is_left_to_its_parts(base: Base) -> None:
    speak(base, "lightning", SAID)
    assert starts(base) == []
