"""A graph for queries that onnxruntime computes in 8 bits: half the time of fp32 where a processor has no bf16.

What goes into a product is brought to bytes by one scale for all numbers of a text, so a column of large ones leaves
few steps to the others. Columns are divided by what they reach in texts to try, and the rows of the weights multiplied
by as much (Xiao et al. 2022, SmoothQuant, arXiv:2211.10438). What leaves a GELU has a few numbers far larger than all
others, so in the first half of the layers, whose errors go through the others, it is multiplied in fp32. Vectors of
queries then have a cosine of .9992 with those of fp32; without the second it is .998, without either .992.

Weights are bytes without a sign, with a scale for each column, as those with one overflow in the instructions of AVX2.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.embeddings.eight_bits import is_newer

TO_COLUMNS = 0.7
"""How much of the large numbers the weights take over; the rest stays where it is. Found on 300 questions."""
_PRODUCTS = ("MatMul", "Attention")


def smoothed(file: Path, texts: Callable[[], Sequence[NDArray[np.int64]]]) -> Path:
    """The graph of `file` with its products in 8 bits, written beside it unless that was done since it was made.

    `texts` tells the token ids (1, t) of texts by which the columns are measured. Of several processes one makes it
    while it holds the lock of the folder. Raises OSError, ImportError without the tools, and RuntimeError or ValueError
    where they do not understand the graph.
    """
    made = file.with_name("queries.onnx")
    if is_newer(made, file):
        return made
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.quant_utils import add_pre_process_metadata

    making = file.with_name(f"queries-{os.getpid()}.onnx")
    for leftover in file.parent.glob("queries-*.onnx"):  # of a process that was killed
        leftover.unlink(missing_ok=True)
    graph = onnx.load(str(file))
    whole = _left_whole(graph.graph)
    _smooth(graph.graph, _reached(onnx.load(str(file)), texts()))
    add_pre_process_metadata(graph)  # it is fused already, and without that the tools ask for it in the log
    onnx.save(graph, str(making))
    silent = logging.NullHandler()  # the tools write to the root logger, and give it a handler where it has none
    logging.root.addHandler(silent)
    try:
        quantize_dynamic(
            str(making), str(making), op_types_to_quantize=list(_PRODUCTS), nodes_to_exclude=whole, per_channel=True,
            weight_type=QuantType.QUInt8, extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )  # fmt: skip
    finally:
        logging.root.removeHandler(silent)
    making.replace(made)
    return made


def _weighted(graph: Any) -> Iterator[tuple[Any, Any]]:
    """Each product with weights, and these."""
    weights = {one.name: one for one in graph.initializer}
    for node in graph.node:
        if node.op_type in _PRODUCTS and node.input[1] in weights:
            yield node, weights[node.input[1]]


def _left_whole(graph: Any) -> list[str]:
    """The names of the products that stay in fp32."""
    made_by = {name: node.op_type for node in graph.node for name in node.output}
    after = [node.name for node, _ in _weighted(graph) if made_by.get(node.input[0], "").endswith("Gelu")]
    return after[: len(after) // 2]


def _reached(model: Any, texts: Sequence[NDArray[np.int64]]) -> dict[str, NDArray[np.float32]]:
    """How large the numbers of each column get that go into a product with weights, by the name of what goes in."""
    import onnxruntime
    from onnx import TensorProto, helper

    names = list(dict.fromkeys(node.input[0] for node, _ in _weighted(model.graph)))
    model.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    reached: dict[str, NDArray[np.float32]] = {}
    for ids in texts:
        found = session.run(names, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        for name, numbers in zip(names, found, strict=True):
            most = np.abs(numbers).reshape(-1, numbers.shape[-1]).max(axis=0)
            reached[name] = np.maximum(reached.get(name, most), most)
    return reached


def _smooth(graph: Any, reached: dict[str, NDArray[np.float32]]) -> None:
    """Divide what goes into each product with weights, and multiply these by as much."""
    from onnx import helper, numpy_helper

    for node, weights in list(_weighted(graph)):
        rows = numpy_helper.to_array(weights)
        large = np.maximum(reached[node.input[0]], 1e-5) ** TO_COLUMNS
        scales = large / np.maximum(np.abs(rows).max(axis=1), 1e-5) ** (1 - TO_COLUMNS)
        scales = (scales / np.exp(np.log(scales).mean())).astype(np.float32)
        weights.CopyFrom(numpy_helper.from_array(rows * scales[:, np.newaxis], weights.name))
        divided, by = f"{node.output[0]}_divided", f"{node.output[0]}_by"
        graph.initializer.append(numpy_helper.from_array(np.float32(1) / scales, by))
        place = list(graph.node).index(node)
        graph.node.insert(place, helper.make_node("Mul", [node.input[0], by], [divided]))
        node.input[0] = divided
