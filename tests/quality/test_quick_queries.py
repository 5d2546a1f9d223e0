"""Queries in 8 bits by onnxruntime: what the graph says, when it is made, and when it is left alone."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.embeddings import choose
from app.embeddings.choose import ChosenEmbedder, with_quick_queries
from app.embeddings.onnx_export import LEAST_COSINE, LEAST_OF_QUERIES, agreement, export, wanted_vectors
from app.embeddings.onnx_runtime import OnnxEmbedder
from app.embeddings.probes import PROBES
from app.embeddings.runtimes import SHORT, Agreement, known_agreement
from app.embeddings.smoothed import smoothed
from app.embeddings.weights import ModelFolder, find_model
from app.settings import Settings
from tests.quality.agreeing import found_to_agree

pytestmark = pytest.mark.quality


@pytest.fixture(scope="module")
def model() -> ModelFolder:
    """The default model."""
    return find_model(Settings())


@pytest.fixture(scope="module")
def made(model: ModelFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with its export, and the graph for queries once a test asked for it."""
    folder = tmp_path_factory.mktemp("model")
    export(model, folder, 2)
    return folder


@pytest.fixture
def exact(model: ModelFolder, made: Path) -> OnnxEmbedder:
    """The exported model in fp32."""
    return OnnxEmbedder(model, made / "model.onnx", 2)


@pytest.fixture
def cache(model: ModelFolder, made: Path, tmp_path: Path) -> Path:
    """A cache that holds that folder."""
    folder = tmp_path / "models" / model.fingerprint
    folder.parent.mkdir()
    folder.symlink_to(made)
    return tmp_path


def test_queries_are_turned_a_little_and_passages_not_at_all(exact: OnnxEmbedder, made: Path) -> None:
    quick = with_quick_queries(exact, 2)
    assert quick is not None
    found = agreement(wanted_vectors(made), quick)
    assert LEAST_OF_QUERIES <= found.queries < LEAST_COSINE, "queries are not in 8 bits"
    assert found.passages >= LEAST_COSINE
    assert known_agreement(made, "8-bit") == found
    assert (quick.encode(PROBES[:4]) == exact.encode(PROBES[:4])).all()
    several = [text for text in PROBES if quick.tokens(text)[0].shape[1] <= SHORT]
    turned = [float(quick.encode_query(text) @ exact.encode_query(text)) for text in several]
    assert np.mean(turned) > 0.9985, "all is in 8 bits, or columns are not smoothed: then it is .998 or .992"
    assert (quick.begin_query("kafka")() == quick.encode_query("kafka")).all()


def test_a_long_text_is_embedded_in_fp32(exact: OnnxEmbedder) -> None:
    quick, text = with_quick_queries(exact, 2), PROBES[-1]
    assert quick is not None
    assert quick.tokens(text)[0].shape[1] > SHORT
    assert (quick.encode_query(text) == exact.encode_query(text)).all()


def test_queries_stay_in_fp32_where_8_bits_turn_them_too_far(
    exact: OnnxEmbedder, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose, "smoothed", lambda *_: pytest.fail("a graph was loaded that is known to disagree"))
    with found_to_agree(made, "8-bit", Agreement(1.0, 0.98)):
        assert with_quick_queries(exact, 2) is None


def test_it_serves_where_bf16_does_not(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Because the processor has none, or as OpenVINO cannot be imported."""

    def absent(*_: object) -> None:
        raise ImportError("No module named openvino")

    for without in (lambda *_: None, absent):
        monkeypatch.setattr(choose, "in_bf16", without)
        serving = ChosenEmbedder(Settings(cache_folder=cache)).serving()
        exact = ChosenEmbedder(Settings(cache_folder=cache, encoder_precision="fp32")).serving()
        assert isinstance(serving, OnnxEmbedder)
        assert serving.precision == "fp32"
        assert LEAST_OF_QUERIES <= float(serving.encode_query("kafka") @ exact.encode_query("kafka")) < LEAST_COSINE


def test_what_cannot_be_made_is_done_without(exact: OnnxEmbedder, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ValueError("this graph is not understood")

    monkeypatch.setattr(choose, "in_bf16", lambda *_: None)
    monkeypatch.setattr(choose, "smoothed", fails)
    serving = ChosenEmbedder(Settings(cache_folder=cache)).serving()
    assert (serving.encode_query("kafka") == exact.encode_query("kafka")).all()


def test_a_damaged_graph_is_made_anew_by_the_next(exact: OnnxEmbedder, made: Path) -> None:
    (made / "queries.onnx").unlink(missing_ok=True)
    (made / "queries.onnx").write_bytes(b"half wri")
    with pytest.raises(RuntimeError, match="made anew"):
        with_quick_queries(exact, 2)
    assert with_quick_queries(exact, 2) is not None


def test_the_graph_is_made_once_and_anew_after_its_model(tmp_path: Path) -> None:
    """Of one product: in 8 bits it is the product, but for their rounding."""
    import onnx

    drawn = np.random.default_rng(1)
    weights = drawn.standard_normal((32, 16)).astype(np.float32)
    large = np.ones(32, dtype=np.float32)
    large[3] = 60
    write_product(tmp_path / "model.onnx", weights, large)
    texts = [drawn.integers(1, 30, (1, 9)) for _ in range(8)]
    handlers = list(logging.root.handlers)
    graph = smoothed(tmp_path / "model.onnx", lambda: texts)
    assert logging.root.handlers == handlers
    assert graph == smoothed(tmp_path / "model.onnx", lambda: pytest.fail("it is there"))
    before = graph.stat().st_mtime_ns
    os.utime(graph, ns=(0, 0))
    (tmp_path / "queries-1.onnx").write_bytes(b"of a process that was killed")
    smoothed(tmp_path / "model.onnx", lambda: texts)
    assert graph.stat().st_mtime_ns >= before
    assert not list(tmp_path.glob("queries-*"))
    operations = {node.op_type for node in onnx.load(str(graph)).graph.node}
    assert "MatMul" not in operations
    assert "Mul" in operations
    wanted, found = (run(file, texts[0]) for file in (tmp_path / "model.onnx", graph))
    assert np.abs(found - wanted).max() < 0.02 * np.abs(wanted).max()


def write_product(file: Path, weights: NDArray[np.float32], large: NDArray[np.float32]) -> None:
    """A graph of rows of a table by id, times `weights`; one column of the table is `large`."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    rows = np.random.default_rng(2).standard_normal((30, len(weights))).astype(np.float32) * large
    given = [numpy_helper.from_array(rows, "rows"), numpy_helper.from_array(weights, "weights")]
    nodes = [
        helper.make_node("Gather", ["rows", "input_ids"], ["taken"]),
        helper.make_node("MatMul", ["taken", "weights"], ["vectors"]),
        helper.make_node("Identity", ["attention_mask"], ["same"]),
    ]
    ends = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "t"])
        for name in ("input_ids", "attention_mask", "same")
    ]
    out = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", "t", weights.shape[1]])
    graph = helper.make_graph(nodes, "product", ends[:2], [out, ends[2]], given)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), str(file))


def run(file: Path, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """What a graph makes of token ids."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    found: NDArray[np.float32] = session.run(["vectors"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
    return found
