"""What runs an exported graph: onnxruntime in fp32 anywhere, or OpenVINO in bf16 where the processor computes in it."""

from __future__ import annotations

import json
import logging
import os
import queue
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.embeddings.protocol import Vectors

log = logging.getLogger(__name__)

Tokens = NDArray[np.int64]
Run = Callable[[Tokens, Tokens], Vectors]
"""Vectors (n, d) of token ids and attention mask, each (n, t). Threads may call it side by side."""


def run_in_fp32(file: Path) -> Run:
    """Onnxruntime, one thread to each call, so that calls side by side do not wait for one another."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])

    def run(ids: Tokens, mask: Tokens) -> Vectors:
        vectors: Vectors = session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors

    return run


def run_in_bf16(file: Path, threads: int) -> Run | None:
    """OpenVINO in bfloat16, or None where the processor has no instructions for it and nothing would be gained.

    Weights, activations and products are bfloat16, sums are fp32; vectors are brought back to length 1. The compiled
    graph is kept beside `file`, so that the next process loads it in a tenth of the time. Raises ImportError without
    OpenVINO and RuntimeError where it cannot compile the graph.
    """
    openvino = _openvino()
    core = openvino.Core()
    if "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        return None
    compiled = core.compile_model(
        str(file),
        "CPU",
        {
            "INFERENCE_PRECISION_HINT": "bf16",
            "PERFORMANCE_HINT": "THROUGHPUT",
            "NUM_STREAMS": str(threads),
            "INFERENCE_NUM_THREADS": threads,
            "CACHE_DIR": str(file.parent / "openvino"),
        },
    )
    # One request to each thread of the processor: further callers wait their turn, in order, instead of all slowing.
    idle: queue.Queue[Any] = queue.Queue()
    for _ in range(threads):
        idle.put(compiled.create_infer_request())

    def run(ids: Tokens, mask: Tokens) -> Vectors:
        request = idle.get()
        try:
            found = request.infer({"input_ids": ids, "attention_mask": mask}, share_inputs=True)[0]
            vectors: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
        finally:
            idle.put(request)
        return vectors

    return run


def processor() -> str:
    """What decides how bf16 rounds here: OpenVINO's version and the processor's name."""
    openvino = _openvino()
    return f"{openvino.get_version()} on {openvino.Core().get_property('CPU', 'FULL_DEVICE_NAME')}"


def _openvino() -> Any:
    # Its tools report each import to their maker when this package can be imported; here nothing is ever sent.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def known_cosine(folder: Path) -> float | None:
    """The least cosine that bf16 was found to have on this processor, or None where that was not tried yet."""
    try:
        found = json.loads((folder / "bf16.json").read_text(encoding="utf-8"))
        return float(found["min_cosine"]) if found["processor"] == processor() else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def keep_cosine(folder: Path, cosine: float) -> None:
    """Keep what `known_cosine` tells. Replaced whole, as other processes may read it now."""
    making = folder / f"bf16.{os.getpid()}.json"
    making.write_text(json.dumps({"processor": processor(), "min_cosine": cosine}), encoding="utf-8")
    making.replace(folder / "bf16.json")
