"""Fits the weights of app/themes/assignment.py on the decisions in the base, and says how well they generalise.

Run after `hallway ingest data`. What is learned of a theme never comes from the talk itself (see `evidence.FOLDS`), and
the weights are tried on talks they were not fitted to. Prints figures for cues alone, for what is learned alone and for
both, then the weights to copy. Themes that no reader considered take no part.
"""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict

from app.bootstrap import open_knowledge_base
from app.db.engine import reading
from app.settings import get_settings
from app.themes.assignment import learned
from app.themes.evidence import FEATURES
from app.themes.material import decisions, talk_texts, vocabularies


def main() -> None:
    """Print the table and the weights."""
    base = open_knowledge_base(get_settings())
    rows, truth, groups, which = [], [], [], []
    with reading(base.engine) as session:
        decided = decisions(session)
        for vocabulary in vocabularies(session):
            witness = learned(session, base.embedder, vocabulary, decided)
            for talks in talk_texts(session, base.embedder.recipe, decided.keys()):
                values = witness.hear(talks).values
                for row, talk in enumerate(talks):
                    for place, theme in enumerate(witness.themes):
                        if theme.id in decided[talk.id]:
                            rows.append(values[row, place])
                            truth.append(decided[talk.id][theme.id].accepted)
                            groups.append(talk.id)
                            which.append(theme.id)
    x, y = np.array(rows), np.array(truth)
    print(f"{len(set(groups))} talks, {len(y)} decisions, {y.mean():.0%} accepted; leave one talk out:")
    for label, columns in (("cues alone", [0, 1]), ("learned alone", [2]), ("both", [0, 1, 2])):
        guess = cross_val_predict(
            LogisticRegression(C=1.0, max_iter=1000), x[:, columns], y, groups=groups, cv=LeaveOneGroupOut(),
            method="predict_proba",
        )[:, 1]  # fmt: skip
        said = guess >= 0.5
        macro = np.mean([f1_score(y[m], said[m], zero_division=0) for m in (np.array(which) == t for t in set(which))])
        print(
            f"  {label:<15} micro-F1 {f1_score(y, said):.3f}  macro-F1 {macro:.3f}  "
            f"Brier {np.mean((guess - y) ** 2):.3f}  expected {guess.sum():.0f} of {y.sum()} accepted"
        )
    model = LogisticRegression(C=1.0, max_iter=1000).fit(x, y)
    print(f"INTERCEPT = {model.intercept_[0]:.2f}")
    print(f"WEIGHTS = ({', '.join(f'{weight:.2f}' for weight in model.coef_[0])})  # {', '.join(FEATURES)}")


if __name__ == "__main__":
    main()
