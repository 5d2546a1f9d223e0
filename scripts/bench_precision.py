"""What it costs in quality to embed queries in fewer bits: the same passages, searched with queries of each precision.

    scripts/bench_precision.py DIR...       each holds corpus.jsonl, queries.jsonl and qrels/test.tsv

Passages are embedded as the site embeds them by default. Shown are nDCG@10, and by how much it differs from that of
queries in fp32, paired by query, with a 95 % bootstrap interval. Where the processor has no bf16 passages are in fp32,
and queries by default in the 8 bits of onnxruntime.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from app.bootstrap import throw_away_base
from app.embeddings.choose import ChosenEmbedder
from app.embeddings.onnx_runtime import OnnxEmbedder
from app.embeddings.protocol import Embedder, Vectors
from app.embeddings.runtimes import run_in_bf16
from app.search.engine import SearchEngine
from app.search.evaluation import ModeFigures, fill, measure
from app.search.judgements import read_collection
from app.search.relevance import interval
from app.search.shapes import Mode
from app.settings import Settings, get_settings
from scripts.measured import heading

MODES: tuple[Mode, ...] = ("semantic", "hybrid")


def main() -> None:
    """Every collection named."""
    folders = [Path(one) for one in sys.argv[1:]]
    if not folders or not all((folder / "corpus.jsonl").is_file() for folder in folders):
        sys.exit(__doc__)
    settings = get_settings().model_copy(update={"log_level": "WARNING"})
    embedders = embedders_of(settings)
    for folder in folders:
        compare(settings, folder, embedders)


def embedders_of(settings: Settings) -> dict[str, Embedder]:
    """By what their queries are embedded in, the exact one first and the default one last."""
    exact = ChosenEmbedder(settings.model_copy(update={"encoder_precision": "fp32"}))
    default = ChosenEmbedder(settings)
    found: dict[str, Embedder] = {"fp32": exact}
    serving = default.serving()
    if isinstance(serving, OnnxEmbedder) and serving.precision == "bf16":
        found["bf16"] = InBf16(settings, serving)
    return {**found, "by default": default}


class InBf16(ChosenEmbedder):
    """The default embedder, but that no query is in 8 bits."""

    def __init__(self, settings: Settings, serving: OnnxEmbedder) -> None:
        super().__init__(settings)
        self._whole = OnnxEmbedder(serving.model, serving.file, 1, run_in_bf16(serving.file, 1, eight_bits=False))

    def encode_query(self, text: str) -> Vectors:
        """See `Embedder`."""
        return self._whole.encode_query(text)

    def begin_query(self, text: str) -> Callable[[], Vectors]:
        """See `Embedder`."""
        return self._whole.begin_query(text)


def compare(settings: Settings, folder: Path, embedders: dict[str, Embedder]) -> None:
    """One collection, with each of them."""
    collection = read_collection(folder)
    heading(f"{collection.name}: {len(collection.documents):,} documents, {len(collection.queries)} queries")
    with throw_away_base(settings) as base:
        documents = fill(base.engine, embedders["by default"], collection.documents)
        exact: dict[Mode, ModeFigures] = {}
        for name, embedder in embedders.items():
            search = SearchEngine(base.engine, embedder)
            search.warm()
            for mode in MODES:
                found = measure(base.engine, search, mode, collection, documents)
                show(name, mode, found, exact.setdefault(mode, found))


def show(name: str, mode: Mode, found: ModeFigures, exact: ModeFigures) -> None:
    """One line."""
    apart = [found.per_query[query] - before for query, before in exact.per_query.items()]
    mean, (low, high) = sum(apart) / len(apart), interval(apart)
    better, worse = sum(one > 0 for one in apart), sum(one < 0 for one in apart)
    line = f"queries in {name}, {mode}".ljust(36) + f"nDCG@10 {found.ndcg_10:.4f}"
    if found is not exact:
        line += f"   {mean:+.4f} ({low:+.4f} to {high:+.4f}), {better} better, {worse} worse"
    print(line)


if __name__ == "__main__":
    main()
