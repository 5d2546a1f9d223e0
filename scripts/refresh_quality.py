"""Measures search on the shipped judgements anew and writes data/judgements/search/quality.json, which /quality shows.

    python scripts/refresh_quality.py [FOLDER...]

Each FOLDER is a collection in the layout of BEIR that is measured too. In a throw-away base, with the model in fp32, so
that the figures do not depend on the processor. Two runs give the same figures; the date and the times differ.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app import __version__, pipeline
from app.bootstrap import throw_away_base
from app.cli.output import progress
from app.db.engine import reading
from app.db.types import utc_now
from app.errors import HallwayError
from app.ingest.formats.protocol import ReadOptions
from app.search.evaluation import Progress, evaluate
from app.search.judgements import read_collection
from app.search.measured import collection_quality, measure_talks
from app.search.quality import COMMAND, FILE, CollectionQuality, Quality, judgements_folder, talks_fingerprint
from app.settings import Settings, get_settings, shipped

UNKNOWN = ("a collection of your own", "not stated", "not stated")
ORIGINS = {
    "scifact": (
        "scientific claims and the abstracts that speak for or against them",
        "Wadden et al. 2020, Fact or Fiction: Verifying Scientific Claims; as packed by BEIR (Thakur et al. 2021)",
        "ODC-By and CC BY 4.0",
    ),
    "cranfield": (
        "questions of aerodynamicists and abstracts of their papers",
        "Cleverdon 1967, The Cranfield tests on index language devices",
        "none stated",
    ),
    "talks-pyvideo": (
        "recorded talks of Python conferences and questions a practitioner would type",
        "pyvideo.org for the talks; questions and grades by one assessor, a language model",
        "talks CC0-1.0; questions and grades Apache-2.0",
    ),
}
"""What known collections are about, where they come from and their licence, by the name of their folder."""


def main() -> None:
    """Measure and write; an expected error is one line."""
    settings = get_settings().model_copy(update={"encoder_precision": "fp32", "log_level": "WARNING"})
    try:
        with progress() as shown:
            made = measured(settings, shown)
            write(made)
            for folder in sys.argv[1:]:
                made.others.append(other(settings, Path(folder), shown))
                write(made)  # a collection takes minutes; what is done is kept
    except HallwayError as error:
        sys.exit(f"refresh_quality: {error}")
    for one in (made.shipped, *made.others):
        figures = ", ".join(
            f"{mode} {found.ndcg_10.mean:.3f} ({found.ndcg_10.low:.3f} to {found.ndcg_10.high:.3f})"
            for mode, found in one.modes.items()
        )
        print(f"{one.name}: nDCG@10 over {one.questions} questions, {one.documents:,} documents: {figures}")


def write(made: Quality) -> None:
    """Put the measurement where the site reads it."""
    file = judgements_folder() / FILE
    file.write_text(made.model_dump_json(indent=1, by_alias=True) + "\n", encoding="utf-8")


def measured(settings: Settings, shown: Progress) -> Quality:
    """The shipped judgements on the shipped data."""
    with throw_away_base(settings) as base:
        report = pipeline.ingest(base.engine, base.embedder, [shipped("data")], options=ReadOptions(), progress=shown)
        if report.has_errors:
            sys.exit("refresh_quality: the shipped data could not be read whole; run `hallway ingest data` to see why")
        figures, questions = measure_talks(base.engine, base.embedder, judgements_folder(), shown)
        with reading(base.engine) as session:
            fingerprint = talks_fingerprint(session)
        return Quality(
            made_on=utc_now().date().isoformat(),
            version=__version__,
            command=COMMAND,
            recipe=base.embedder.recipe,
            talks=figures.documents,
            talks_fingerprint=fingerprint,
            judged_pairs=sum(len(question.relevant) + len(question.not_relevant) for question in questions),
            shipped=figures,
            questions=questions,
            others=[],
        )


def other(settings: Settings, folder: Path, shown: Progress) -> CollectionQuality:
    """One public collection."""
    collection = read_collection(folder)
    with throw_away_base(settings) as base:
        found = evaluate(base.engine, base.embedder, collection, shown)
    origin = ORIGINS.get(found.dataset, UNKNOWN)
    return collection_quality(found.dataset, origin, found.documents, found.queries, found.modes, found.differences)


if __name__ == "__main__":
    main()
