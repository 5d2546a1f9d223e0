"""The graph of a mean-pooled BERT model as ONNX, traced by torch and fused by onnxruntime. Checks nothing."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from app.embeddings.reference import SentenceTransformerEmbedder, quiet_libraries
from app.embeddings.weights import ModelFolder

_OPSET = 17
_MASKED = -10_000.0  # what onnxruntime's fused attention takes for a padded token


def write_graph(reference: SentenceTransformerEmbedder, file: Path) -> None:
    """Trace transformer, mean pooling and normalisation as one graph.

    In: `input_ids` and `attention_mask`, int64 (n, t). Out: `vectors`, float32 (n, d), each of length 1.
    """
    bert = reference.load()[0].auto_model
    with quiet_libraries():
        import torch

        class Graph(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.bert = bert

            def forward(self, input_ids: Any, attention_mask: Any) -> Any:
                return _vectors(self.bert, input_ids, attention_mask)

        axes = {0: "texts", 1: "tokens"}
        with torch.no_grad():
            torch.onnx.export(
                Graph().eval(),
                (
                    torch.tensor([[101, 2000, 2001, 102], [101, 2002, 102, 0]]),
                    torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]]),
                ),
                str(file),
                input_names=["input_ids", "attention_mask"],
                output_names=["vectors"],
                dynamic_axes={"input_ids": axes, "attention_mask": axes, "vectors": {0: "texts"}},
                opset_version=_OPSET,
                dynamo=False,
            )


def _vectors(bert: Any, input_ids: Any, attention_mask: Any) -> Any:
    """BERT written out (Devlin et al. 2019, arXiv:1810.04805) in the steps that onnxruntime knows how to fuse.

    The library's own code traces to a graph whose attention and mask no longer match those patterns.
    """
    import torch

    mask = attention_mask.unsqueeze(1).unsqueeze(2).to(torch.float32)
    bias = (1.0 - mask) * _MASKED
    embedded = bert.embeddings
    hidden = embedded.word_embeddings(input_ids) + embedded.token_type_embeddings.weight[0]
    hidden = hidden + embedded.position_embeddings(embedded.position_ids[:, : input_ids.shape[1]])
    hidden = embedded.LayerNorm(hidden)
    for layer in bert.encoder.layer:
        attended = layer.attention.output.dense(_attention(layer.attention.self, hidden, bias))
        hidden = layer.attention.output.LayerNorm(attended + hidden)
        widened = torch.nn.functional.gelu(layer.intermediate.dense(hidden))
        hidden = layer.output.LayerNorm(layer.output.dense(widened) + hidden)
    kept = attention_mask.unsqueeze(-1).to(torch.float32)
    mean = (hidden * kept).sum(1) / kept.sum(1).clamp(min=1e-9)
    return torch.nn.functional.normalize(mean, p=2, dim=1)


def _attention(attention: Any, hidden: Any, bias: Any) -> Any:
    import torch

    heads, size = attention.num_attention_heads, attention.attention_head_size
    split = (hidden.shape[0], hidden.shape[1], heads, size)
    query = attention.query(hidden).view(*split).permute(0, 2, 1, 3)
    key = attention.key(hidden).view(*split).permute(0, 2, 3, 1)
    value = attention.value(hidden).view(*split).permute(0, 2, 1, 3)
    weights = torch.softmax(torch.matmul(query, key) / math.sqrt(size) + bias, dim=-1)
    mixed = torch.matmul(weights, value).permute(0, 2, 1, 3).contiguous()
    return mixed.view(hidden.shape[0], hidden.shape[1], heads * size)


def fuse(model: ModelFolder, raw: Path, file: Path) -> None:
    """Fuse attention, layer norm and GELU of the graph, which saves about a third of the time."""
    with quiet_libraries():
        from onnxruntime.transformers.optimizer import optimize_model

        fused = optimize_model(
            str(raw),
            model_type="bert",
            num_heads=int(model.architecture["num_attention_heads"]),
            hidden_size=int(model.architecture["hidden_size"]),
            opt_level=0,
            use_gpu=False,
        )
        fused.save_model_to_file(str(file))
