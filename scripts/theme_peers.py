"""BERTopic and SetFit, in an environment of their own: JSON Lines in, JSON Lines out. Nothing of Hallway is imported.

    scripts/theme_peers.py [--model FOLDER] [--processor] < QUESTIONS > ANSWERS

A question holds `key`, `way`, `labels` and `texts`; for BERTopic their `vectors` and `vectors_of_labels`; for SetFit
`examples`, `known` (0 or 1 for each label) and `iterations`, half the pairs made of each; and `model`, a folder of
sentence-transformers, unless one is given to all. An answer is {"key", "seconds", "scores": rows with one number a
label} or {"key", "error": why}, on the standard output as it was at the start: libraries print to it.

`--processor` trains SetFit where there is no graphics card, in a fifth of the time: in bf16, talks of like length side
by side so that little is padded, and with random numbers drawn eight at a time.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

SEED = 0
BATCH = 16
"""Pairs in a step of SetFit, as by its own default; it takes one round over all of them."""
LONGEST = 256
"""Tokens of a talk that SetFit reads, in training and after: as many as the model does."""
TOGETHER = 4


def bertopic(asked: dict[str, Any], similarity: float) -> Any:
    """The zero-shot topic of each talk, or where it was clustered elsewhere the label nearest to its topic."""
    import numpy as np
    from bertopic import BERTopic  # type: ignore[import-not-found]  # of the environment of peers
    from umap import UMAP  # type: ignore[import-not-found]

    labels, vectors = asked["labels"], np.array(asked["vectors"], dtype=np.float32)
    near = np.array(asked["vectors_of_labels"], dtype=np.float32)
    model = BERTopic(
        embedding_model=asked["model"],
        zeroshot_topic_list=labels,
        zeroshot_min_similarity=similarity,
        min_topic_size=5,
        umap_model=UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=SEED),
    )
    topics = np.array(model.fit_transform(asked["texts"], embeddings=vectors)[0])
    scores = 1e-3 * vectors @ near.T  # decides where a talk is in no topic, and between equals
    for topic in sorted(set(topics.tolist())):
        own, name = topics == topic, model.topic_labels_.get(topic)
        if name in labels:
            scores[own, labels.index(name)] += 1
        elif topic >= 0:
            scores[own, int((near @ vectors[own].mean(axis=0)).argmax())] += 1
    return scores


def setfit(asked: dict[str, Any]) -> Any:
    """Probabilities of labels after training on the examples."""
    import numpy as np
    from datasets import Dataset  # type: ignore[import-not-found]
    from setfit import SetFitModel, Trainer, TrainingArguments  # type: ignore[import-not-found]

    known = np.array(asked["known"])
    there = np.flatnonzero((known.sum(axis=0) > 0) & (known.sum(axis=0) < len(known)))
    known = known[:, there]  # it cannot learn what has no example
    several = bool((known.sum(axis=1) != 1).any())
    model = SetFitModel.from_pretrained(
        asked["model"], multi_target_strategy="one-vs-rest" if several else None, local_files_only=True
    )
    model.model_body.max_seq_length = LONGEST
    if asked["processor"]:
        for_processors(model.model_body)
    told = known.tolist() if several else known.argmax(axis=1).tolist()
    with tempfile.TemporaryDirectory() as scratch:
        settings = TrainingArguments(
            batch_size=BATCH, num_iterations=asked["iterations"], report_to="none", save_strategy="no", seed=SEED,
            show_progress_bar=False, output_dir=scratch,
        )  # fmt: skip
        examples = Dataset.from_dict({"text": asked["examples"], "label": told})
        Trainer(model=model, args=settings, train_dataset=examples).train()
    scores = np.zeros((len(asked["texts"]), len(asked["labels"])))
    scores[:, there] = np.asarray(model.predict_proba(asked["texts"], batch_size=32, as_numpy=True))
    return scores


def for_processors(body: Any) -> None:
    """Let a model of sentence-transformers learn in bf16, `TOGETHER` texts of like length at a time."""
    import numpy as np
    import torch

    drawn, whole = np.random.Generator(np.random.SFC64(SEED)), body.forward

    def dropout(given: Any, p: float = 0.5, training: bool = True, *_: Any) -> Any:
        if not training or not p:
            return given
        count, lost = given.numel(), round(p * 256)  # of 256: 26 for a tenth
        bytes_ = drawn.integers(0, 2**64, (count + 7) // 8, dtype=np.uint64).view(np.uint8)[:count]
        kept = torch.from_numpy(bytes_).view(given.shape) >= lost
        return given * (kept.to(given.dtype) * (256 / (256 - lost)))

    def forward(features: dict[str, Any], **options: Any) -> dict[str, Any]:
        if not body.training:
            return whole(features, **options)  # type: ignore[no-any-return]
        words = {name: value for name, value in features.items() if getattr(value, "ndim", 0) == 2}
        long = words["attention_mask"].sum(dim=1)
        order, found = torch.argsort(long), []
        with torch.autocast("cpu", torch.bfloat16):
            for first in range(0, len(order), TOGETHER):
                rows = order[first : first + TOGETHER]
                some = {name: value[rows, : int(long[rows].max())] for name, value in words.items()}
                found.append(whole(some, **options)["sentence_embedding"].float())
        return {**features, "sentence_embedding": torch.cat(found)[torch.argsort(order)]}

    torch.nn.functional.dropout = dropout  # type: ignore[assignment]
    body[0].auto_model.set_attn_implementation("eager")  # whose dropout is the one above
    body.forward = forward


WAYS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "BERTopic, similarity .7": lambda asked: bertopic(asked, 0.7),
    "BERTopic, similarity .3": lambda asked: bertopic(asked, 0.3),
    "SetFit": setfit,
}


def main() -> None:
    """Answer each line."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="instead of the one that a question names")
    parser.add_argument("--processor", action="store_true", help="train SetFit as processors do it quickest")
    given = parser.parse_args()
    for line in sys.stdin:
        asked = json.loads(line)
        asked.update(model=given.model or asked["model"], processor=given.processor)
        began = time.perf_counter()
        answer: dict[str, Any] = {"key": asked["key"]}
        try:
            rows = WAYS[asked["way"]](asked)
            answer["scores"] = [[round(float(score), 6) for score in row] for row in rows]
            answer["seconds"] = round(time.perf_counter() - began, 1)
        except Exception as error:  # noqa: BLE001  # the others are still to be measured; why is printed
            answer["error"] = f"{type(error).__name__}: {error}"
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
