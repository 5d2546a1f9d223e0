"""A graph for queries whose weights are bytes: the products of a single short text take two thirds of the time in it.

Passages are embedded once and kept, so they stay in bf16; a query is embedded while somebody waits. Each row of a
matrix has a scale of its own, and OpenVINO then multiplies bytes with bytes: it scales what goes in by groups of 32
numbers (Jacob et al. 2018, Quantization and training of neural networks for efficient integer-arithmetic-only
inference, CVPR). `scripts/bench_precision.py` shows what that costs in quality.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def in_eight_bits(openvino: Any, core: Any, file: Path) -> Path:
    """The graph of `file` with its matrices as bytes, written beside it unless that was done since it was made.

    Of several processes one makes it while it holds the lock of the folder. Raises OSError, and RuntimeError where the
    graph cannot be read.
    """
    made = file.with_name("queries.xml")
    if not (is_newer(made, file) and made.with_suffix(".bin").is_file()):
        for leftover in file.parent.glob("queries-*"):  # of a process that was killed
            leftover.unlink(missing_ok=True)
        graph = core.read_model(str(file))
        for node in graph.get_ordered_ops():
            if node.get_type_name() == "MatMul":
                _replace_weights(openvino.opset13, node)
        making = file.with_name(f"queries-{os.getpid()}.xml")
        openvino.save_model(graph, str(making), compress_to_fp16=False)
        making.with_suffix(".bin").replace(made.with_suffix(".bin"))
        making.replace(made)  # last, as it says that the other is there
    return made


def is_newer(made: Path, file: Path) -> bool:
    """Whether `made` is there and was made since `file` was."""
    try:
        return made.stat().st_mtime_ns >= file.stat().st_mtime_ns
    except OSError:
        return False


def _replace_weights(operations: Any, node: Any) -> None:
    """Put bytes and a scale for each output in the place of a matrix of the graph that is multiplied with."""
    weights = node.input_value(1).get_node()
    if weights.get_type_name() != "Constant" or len(weights.get_output_shape(0)) != 2:
        return
    rows: NDArray[np.float32] = weights.get_data().astype(np.float32)
    attributes = node.get_attributes()
    if not attributes["transpose_b"]:
        rows = np.ascontiguousarray(rows.T)
    scales, numbers = scaled(rows)
    matrix = operations.multiply(operations.convert(operations.constant(numbers), "f32"), operations.constant(scales))
    product = operations.matmul(node.input_value(0), matrix, attributes["transpose_a"], True)
    node.output(0).replace(product.output(0))


def scaled(rows: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """A scale for each row (n, 1) and its numbers (n, d) as bytes -127..127, whose product is about `rows` (n, d)."""
    scales = np.maximum(np.abs(rows).max(axis=1, keepdims=True), np.float32(1e-30)) / np.float32(127)
    return scales, np.rint(rows / scales).astype(np.int8)
