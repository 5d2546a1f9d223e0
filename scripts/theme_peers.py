"""BERTopic and SetFit, in an environment of their own: JSON Lines in, JSON Lines out. Nothing of Hallway is imported.

    scripts/theme_peers.py [--model FOLDER] < QUESTIONS > ANSWERS

A question holds `key`, `way`, `labels` and `texts`; for BERTopic their `vectors` and `vectors_of_labels`; for SetFit
`examples`, `known` (0 or 1 for each label) and `iterations`, half the pairs made of each; and `model`, a folder of
sentence-transformers, unless one is given to all. An answer is {"key", "seconds", "scores": rows with one number a
label} or {"key", "error": why}, on the standard output as it was at the start: libraries print to it.
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
    given = parser.parse_args()
    for line in sys.stdin:
        asked = json.loads(line)
        asked["model"] = given.model or asked["model"]
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
