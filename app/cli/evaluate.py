"""`hallway evaluate`: how well what Hallway decides agrees with what people judged. One command per thing judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.output import JsonOption, print_json, progress

if TYPE_CHECKING:
    from app.ingest.speaker_evaluation import Score


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Measure against what people judged.", no_args_is_help=True)
    group.command()(search)
    group.command()(practices)
    group.command()(speakers)
    group.command()(themes)
    app.add_typer(group, name="evaluate")


def search(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="corpus.jsonl, queries.jsonl and qrels/test.tsv.", exists=True, file_okay=False
        ),
    ],
    json: JsonOption = False,
) -> None:
    """How good search is on a judged collection, which is indexed in a throw-away base by the code of the site."""
    from app.bootstrap import throw_away_base
    from app.search.evaluation import evaluate
    from app.search.judgements import read_collection
    from app.settings import get_settings

    collection = read_collection(folder)
    with throw_away_base(get_settings()) as base, progress() as shown:
        found = evaluate(base.engine, base.embedder, collection, shown)
    if json:
        print_json(found)
        return
    print(f"{found.dataset}: {found.documents:,} documents, {found.queries} queries, {found.recipe}")
    print(f"indexed in {found.seconds_to_index} s\n")
    print("          ndcg@10     interval  recall@100  mrr@10  judged@10  p50 ms")
    for mode, line in found.modes.items():
        print(
            f"{mode:9} {line.ndcg_10:7.3f}  {line.ndcg_10_low:.3f}-{line.ndcg_10_high:.3f}  {line.recall_100:10.3f}"
            f"{line.mrr_10:8.3f}  {line.judged_10:9.3f}{line.p50_ms:8.1f}"
        )
    for difference in found.differences:
        print(
            f"\n{difference.better} over {difference.worse}: {difference.mean:+.3f} ({difference.low:+.3f} to "
            f"{difference.high:+.3f}), better for {difference.wins}, worse for {difference.losses} of {found.queries}"
        )
        for query, value in difference.largest:
            print(f"  {value:+.3f}  {query}")


def practices(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="Judgements as in data/judgements/practices; those by default.",
                       exists=True, file_okay=False),
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the figures beside the judgements, where /quality reads them.")
    ] = False,
    json: JsonOption = False,
) -> None:  # fmt: skip
    """How good the practices are that questions are answered with, on the shipped data in a throw-away base."""
    from app import pipeline
    from app.bootstrap import throw_away_base
    from app.db.engine import reading
    from app.ingest.formats.protocol import ReadOptions
    from app.practices.judged import read_judged
    from app.practices.measured import measure_practices
    from app.practices.quality import FILE, WAYS, practice_judgements_folder
    from app.settings import get_settings, shipped

    place = folder or practice_judgements_folder()
    judged = read_judged(place)
    # In fp32, so that the figures do not depend on the processor.
    settings = get_settings().model_copy(update={"encoder_precision": "fp32", "log_level": "WARNING"})
    with throw_away_base(settings) as base, progress() as shown:
        pipeline.ingest(base.engine, base.embedder, [shipped("data")], options=ReadOptions(), progress=shown)
        base.search.warm()
        with reading(base.engine) as session:
            found = measure_practices(session, base.search, base.embedder, judged, shown)
    if save:
        (place / FILE).write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
    if json:
        print_json(found)
        return
    print(f"{found.takeaways} takeaways, {found.drafts} drafts, {len(found.questions)} questions, {found.recipe}\n")
    for way, words in WAYS:
        one = found.ways[way]
        print(f"nDCG@10 {one.mean:.3f} ({one.low:.3f}-{one.high:.3f})  {words}")
    print(f"\n{found.answered:.1%} of answerable questions get an answer; {found.precision:.1%} of what is shown is")
    print(f"{found.nothing_said:.0%} of {found.nobody} questions that nobody answers are answered with nothing")
    pairs = found.grouping
    print(
        f"groups: F1 of pairs {pairs.f1:.3f} (precision {pairs.precision:.3f}, recall {pairs.recall:.3f}), "
        f"adjusted Rand {pairs.adjusted_rand:.3f}; all in one {pairs.f1_all_in_one:.3f}, by talk {pairs.f1_by_talk:.3f}"
    )


def speakers(
    file: Annotated[Path, typer.Argument(help="JSON Lines with a, b, same and kind.", exists=True, dir_okay=False)],
    json: JsonOption = False,
) -> None:
    """Precision, recall and F1 of telling whether two names are one person's: by name, and as the base has them."""
    from app.bootstrap import open_knowledge_base
    from app.db.engine import reading
    from app.ingest.speaker_evaluation import evaluate, read_pairs
    from app.settings import get_settings

    pairs = read_pairs(file)
    with reading(open_knowledge_base(get_settings()).engine) as session:
        found = evaluate(pairs, session)
    if json:
        print_json(found)
        return
    print(f"{found.pairs} pairs: {found.same} the same person, {found.pairs - found.same} not.")
    _table("All pairs", found.judged)
    _table(f"Without the {found.untellable} of an unrelated form (handle, rename, script)", found.tellable)
    _table("The same judgement on two halves of these", found.halves)
    if found.base is not None:
        _table(
            f"As this base has them, by aliases and accounts too ({found.base.known} known to it)", found.base.judged
        )
    print("\nCalled the same and suspected, by kind:")
    for kind in found.kinds:
        said = "same" if kind.same else "not "
        print(f"  {said}  {kind.called_same:4} {kind.called_suspected:4} of {kind.pairs:4}  {kind.kind}")


def themes(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.jsonl", help="Talks as JSON Lines: id, title, abstract, labels, event.", exists=True,
            dir_okay=False,
        ),
    ],
    vocabulary: Annotated[
        Path | None, typer.Option(help="Themes as Hallway YAML; without it labels are known by name.", exists=True)
    ] = None,
    train: Annotated[
        Path | None, typer.Option(help="Labelled talks to learn from, in the same format.", exists=True, dir_okay=False)
    ] = None,
    json: JsonOption = False,
) -> None:  # fmt: skip
    """How well themes are given to labelled talks, and how near their shares at each event come to the true ones."""
    from app.embeddings.choose import open_embedder
    from app.ingest.vocabulary_file import vocabulary_alone
    from app.settings import get_settings
    from app.themes.evaluation import ThemeWords, evaluate
    from app.themes.labelled import read_labelled

    talks, taught = read_labelled(file), read_labelled(train) if train else []
    words = [
        ThemeWords(theme.slug, theme.name, theme.definition, (theme.name, *theme.synonyms, *theme.cues))
        for theme in (vocabulary_alone(vocabulary).themes if vocabulary else ())
    ]
    with progress() as shown:
        done = 0

        def more(count: int) -> None:
            nonlocal done
            done += count
            shown("embedding", done, len(talks) + len(taught))

        found = evaluate(talks, taught, words, open_embedder(get_settings()), more)
    if json:
        print_json(found)
        return
    print(f"{found.talks:,} talks, {found.labels} labels, learned from {found.taught:,} talks and the words of labels.")
    for label in found.unknown:
        print(f"  No theme stands for the label “{label}”; talks that carry it count as without.")
    print(
        f"macro-F1 {found.macro_f1:.3f}, micro-F1 {found.micro_f1:.3f}, most probable right {found.top1_accuracy:.3f}"
    )
    share = found.share
    if share.mean_absolute_error is not None:
        print(
            f"{share.shares} shares at events: off by {share.mean_absolute_error:.4f} on average "
            f"({share.counted_error:.4f} where labels are counted); {share.interval_coverage:.1%} within 95 % intervals"
        )
    print("\nprecision  recall     F1  talks")
    for label, score in sorted(found.per_label.items(), key=lambda each: -each[1].support):
        print(f"{score.precision:9.3f}{score.recall:8.3f}{score.f1:7.3f}{score.support:7}  {label}")


def _table(title: str, scores: list[Score]) -> None:
    print(f"\n{title}:\n  precision  recall     F1  right wrong missed")
    for score in scores:
        shares = "".join(
            f"{'-' if share is None else format(share, '.3f'):>{width}}"
            for share, width in ((score.precision, 11), (score.recall, 8), (score.f1, 7))
        )
        print(f"{shares}  {score.right:5} {score.wrong:5} {score.missed:6}  {score.name}")
