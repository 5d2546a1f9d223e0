"""What runs an exported graph: onnxruntime in fp32 anywhere, or OpenVINO in bf16 where the processor computes in it."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.embeddings.protocol import Vectors
from app.locks import Turns, alone

log = logging.getLogger(__name__)

Tokens = NDArray[np.int64]
Run = Callable[[Tokens, Tokens], Vectors]
"""Vectors (n, d) of token ids and attention mask, each (n, t). Threads may call it side by side."""
_STARTING = threading.Lock()
SHORT = 64
"""Tokens of a text that counts as short."""


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

    Weights, activations and products are bfloat16, sums are fp32; vectors are brought back to length 1. The graph is
    compiled twice, each time when it is first needed and kept beside `file`, so that the next process loads it in a
    tenth of the time: for many texts on all threads, each held to its own core, and for a short text alone, such as a
    query, on half of them, held to none. Held to a core, one query in twenty took 8 ms instead of 3 here, as it waits
    for what else runs there; and a search has other work for the other half. Raises ImportError without OpenVINO and
    RuntimeError where it cannot compile the graph.
    """
    openvino = _openvino()
    core = openvino.Core()
    kept = file.parent / "openvino"
    if "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        return None

    def compiled(streams: int, **more: str) -> Turns:
        properties = {
            "INFERENCE_PRECISION_HINT": "bf16", "NUM_STREAMS": str(streams), "INFERENCE_NUM_THREADS": streams,
            "CACHE_DIR": str(kept), **more,
        }  # fmt: skip
        with alone(kept):  # a graph that is written anew under one that reads it ends the process with SIGBUS
            model = core.compile_model(str(file), "CPU", properties)
        return Turns([model.create_infer_request() for _ in range(streams)])

    single = compiled(max(1, threads // 2), ENABLE_CPU_PINNING="NO")
    many: list[Turns] = []
    making = threading.Lock()

    def run(ids: Tokens, mask: Tokens) -> Vectors:
        turns = single
        if len(ids) > 1 or ids.shape[1] > SHORT:
            with making:
                if not many:
                    many.append(compiled(threads, PERFORMANCE_HINT="THROUGHPUT"))
            turns = many[0]
        with turns.one() as request:
            found = request.infer({"input_ids": ids, "attention_mask": mask}, share_inputs=True)[0]
            vectors: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
        return vectors

    return run


def processor() -> str:
    """What decides how bf16 rounds here: OpenVINO's version and the processor's name."""
    openvino = _openvino()
    return f"{openvino.get_version()} on {openvino.Core().get_property('CPU', 'FULL_DEVICE_NAME')}"


@lru_cache(maxsize=1)
def _openvino() -> Any:
    # Its tools report each import to their maker when this package can be imported; here nothing is ever sent.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    # Its bindings look up numpy when they first see an array; two threads that do so at once wait for ever, one for
    # the interpreter's lock and one for that of the look-up (pybind11). So it is done here, by one.
    with _STARTING:
        openvino.Tensor(np.zeros(1, dtype=np.float32))
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
