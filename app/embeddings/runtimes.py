"""What runs an exported graph: OpenVINO in bf16 where the processor computes in it, or onnxruntime in fp32 anywhere.

Both run a graph for queries, in 8 bits, beside it: `eight_bits` and `smoothed` make those.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from app.embeddings.eight_bits import in_eight_bits
from app.embeddings.protocol import Vectors
from app.locks import Turns, alone

log = logging.getLogger(__name__)

Tokens = NDArray[np.int64]


class Run(Protocol):
    """What runs a graph. Threads may use it side by side."""

    precision: str
    """What texts are computed in but for short ones: fp32 or bf16."""

    def __call__(self, ids: Tokens, mask: Tokens) -> Vectors:
        """Vectors (n, d) of token ids and attention mask, each (n, t)."""
        ...

    def begin(self, ids: Tokens, mask: Tokens) -> Callable[[], Vectors]:
        """Begin with these on another thread; returns what waits for the vectors, to be called once."""
        ...


_STARTING = threading.Lock()
SHORT = 64
"""Tokens of a text that counts as short."""
FEW = (8, 12, 16, 24)
"""A single text of at most so many tokens is filled up to so many and has a graph of just that length, which takes
three quarters of the time of one that takes any length, and 22 MiB. Filled up more or less, a query has the same vector
to the last bit."""


class _InFp32:
    """See `run_in_fp32`."""

    precision = "fp32"

    def __init__(self, file: Path, for_queries: Path | None) -> None:
        self._file = file
        self._session: Any = None if for_queries else _session(file)
        self._short: Any = _session(for_queries) if for_queries else self._session
        self._opening = threading.Lock()
        self._aside = ThreadPoolExecutor(os.cpu_count() or 1, "encode-query")

    def __call__(self, ids: Tokens, mask: Tokens) -> Vectors:
        """See `Run`."""
        is_short = len(ids) == 1 and ids.shape[1] <= SHORT
        session = self._short if is_short else self._whole()
        vectors: Vectors = session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors

    def begin(self, ids: Tokens, mask: Tokens) -> Callable[[], Vectors]:
        """See `Run`."""
        return self._aside.submit(self, ids, mask).result

    def _whole(self) -> Any:
        with self._opening:
            if self._session is None:
                self._session = _session(self._file)
            return self._session


def run_in_fp32(file: Path, for_queries: Path | None = None) -> Run:
    """Onnxruntime, one thread to each call, so that calls side by side do not wait for one another.

    A short text alone is run by the graph `for_queries` where there is one; the other is loaded when first needed then.
    """
    return _InFp32(file, for_queries)


def _session(file: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


class _InBf16:
    """See `run_in_bf16`."""

    precision = "bf16"

    def __init__(self, few: Sequence[Turns], single: Turns, many: Callable[[], Turns]) -> None:
        """Of requests for one text of each length of FEW, for one short text, and what makes those for many, once."""
        self._few = few
        self._single = single
        self._make_many = many
        self._many: Turns | None = None
        self._making = threading.Lock()

    def __call__(self, ids: Tokens, mask: Tokens) -> Vectors:
        """See `Run`."""
        few = self._of_few(ids)
        if few is not None:
            with few.one() as one:
                one.fill(ids, mask)
                one.request.infer()
                return _of_length_1(one.request.get_output_tensor(0).data)
        with self._turns(ids).one() as request:
            return _of_length_1(request.infer({"input_ids": ids, "attention_mask": mask}, share_inputs=True)[0])

    def begin(self, ids: Tokens, mask: Tokens) -> Callable[[], Vectors]:
        """See `Run`. No thread of ours is needed, nor the interpreter's lock, until somebody waits."""
        few = self._of_few(ids)
        if few is not None:
            one = few.take()
            one.fill(ids, mask)
            one.request.start_async()
            return _Begun(few, one, one.request).vectors
        turns = self._turns(ids)
        request = turns.take()
        # Shared as in `infer`, as a request takes no others once it was given shared ones.
        request.start_async({"input_ids": ids, "attention_mask": mask}, share_inputs=True)
        return _Begun(turns, request, request).vectors

    def _of_few(self, ids: Tokens) -> Turns | None:
        texts, length = ids.shape
        if texts > 1 or length > FEW[-1]:
            return None
        return next(turns for most, turns in zip(FEW, self._few, strict=True) if length <= most)

    def _turns(self, ids: Tokens) -> Turns:
        if len(ids) == 1 and ids.shape[1] <= SHORT:
            return self._single
        with self._making:
            if self._many is None:
                self._many = self._make_many()
            return self._many


class _Few:
    """A request for one text of at most so many tokens, and the arrays that it reads them from."""

    def __init__(self, request: Any, length: int) -> None:
        self.request = request
        self._given = np.zeros((2, 1, length), dtype=np.int64)
        for name, array in zip(("input_ids", "attention_mask"), self._given, strict=True):
            request.set_tensor(name, _openvino().Tensor(array, shared_memory=True))

    def fill(self, ids: Tokens, mask: Tokens) -> None:
        """Put these in, each (1, t), and nothing behind them."""
        length = ids.shape[1]
        self._given[0, :, :length], self._given[1, :, :length] = ids, mask
        self._given[:, :, length:] = 0


class _Begun:
    """Something that is being computed. What computes it is given back even where nobody waits for it."""

    def __init__(self, turns: Turns, thing: Any, request: Any) -> None:
        self._turns = turns
        self._thing = thing
        self._request = request

    def vectors(self) -> Vectors:
        """Wait for them."""
        request, self._request = self._request, None
        try:
            request.wait()
            return _of_length_1(request.get_output_tensor(0).data)
        finally:
            self._turns.give(self._thing)

    def __del__(self) -> None:
        """Give it back."""
        if self._request is not None:
            self.vectors()


def _of_length_1(found: NDArray[Any]) -> Vectors:
    vectors: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
    return vectors


def run_in_bf16(file: Path, threads: int, eight_bits: bool = True) -> Run | None:
    """OpenVINO in bfloat16, or None where the processor has no instructions for it and nothing would be gained.

    Weights, activations and products are bfloat16, sums are fp32; vectors are brought back to length 1. The graph is
    compiled twice, each time when it is first needed and kept beside `file`, so that the next process loads it in a
    tenth of the time: for many texts on all threads, each held to its own core where there are as many threads as cores
    (with fewer, every process would be held to the same ones: two of one thread each were no faster than one), and for
    a short text alone, such as a query, on half of them, held to none. Held to a core, one query in twenty took 8 ms
    instead of 3 here, as it waits for what else runs there; and a search has other work for the other half. That second
    graph has weights in `eight_bits` unless told otherwise. Raises ImportError without OpenVINO, OSError where nothing
    can be written beside `file`, and RuntimeError where it cannot compile the graph.
    """
    openvino = _openvino()
    core = openvino.Core()
    kept = file.parent / "openvino"
    if "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        return None

    def compiled(graph: Any, streams: int, **more: str) -> Any:
        properties = {
            "INFERENCE_PRECISION_HINT": "bf16", "NUM_STREAMS": str(streams), "INFERENCE_NUM_THREADS": streams,
            "CACHE_DIR": str(kept), **more,
        }  # fmt: skip
        with alone(kept):  # a graph that is written anew under one that reads it ends the process with SIGBUS
            return core.compile_model(graph, "CPU", properties)

    def requests(model: Any) -> list[Any]:
        # Those beyond the number of streams wait in the library, and whoever began them does other work meanwhile.
        return [model.create_infer_request() for _ in range(threads)]

    def of_length(length: int) -> Turns:
        short.reshape({"input_ids": [1, length], "attention_mask": [1, length]})
        return Turns([_Few(request, length) for request in requests(compiled(short, half, ENABLE_CPU_PINNING="NO"))])

    held = "YES" if threads >= (os.cpu_count() or 1) else "NO"
    half = max(1, threads // 2)
    with alone(kept):
        for_queries = in_eight_bits(openvino, core, file) if eight_bits else file
    short = core.read_model(str(for_queries))
    return _InBf16(
        [of_length(length) for length in FEW],
        Turns(requests(compiled(str(for_queries), half, ENABLE_CPU_PINNING="NO"))),
        lambda: Turns(requests(compiled(str(file), threads, PERFORMANCE_HINT="THROUGHPUT", ENABLE_CPU_PINNING=held))),
    )


@lru_cache(maxsize=1)
def _openvino() -> Any:
    # Its tools report each import to their maker when this package can be imported; here nothing is ever sent.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None means that it is not there
    import openvino

    # Its bindings look up numpy when they first see an array; two threads that do so at once wait for ever, one for
    # the interpreter's lock and one for that of the look-up (pybind11). So it is done here, by one.
    with _STARTING:
        openvino.Tensor(np.zeros(1, dtype=np.float32))
    return openvino


class Agreement(NamedTuple):
    """Least cosines with the vectors of the reference: of texts in batches, and of each alone, as queries are."""

    passages: float
    queries: float


Kind = Literal["bf16", "8-bit"]
"""OpenVINO in bf16, or onnxruntime in fp32; queries are in 8 bits with either."""


def known_agreement(folder: Path, kind: Kind) -> Agreement | None:
    """What was found of this kind on this processor; None where it was not tried yet."""
    try:
        found = json.loads((folder / f"{kind}.json").read_text(encoding="utf-8"))
        known = Agreement(float(found["passages"]), float(found["queries"]))
        return known if found["processor"] == _processor(kind) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def keep_agreement(folder: Path, kind: Kind, found: Agreement) -> None:
    """Keep what `known_agreement` tells. Replaced whole, as other processes may read it now."""
    making = folder / f"{kind}.{os.getpid()}.json"
    making.write_text(json.dumps({"processor": _processor(kind), **found._asdict()}), encoding="utf-8")
    making.replace(folder / f"{kind}.json")


def _processor(kind: Kind) -> str:
    """What decides how numbers are rounded here: the version of what computes, and the processor."""
    if kind == "bf16":
        openvino = _openvino()
        return f"{openvino.get_version()} on {openvino.Core().get_property('CPU', 'FULL_DEVICE_NAME')}"
    import onnxruntime

    return f"onnxruntime {onnxruntime.__version__} on {platform.machine()}"
