"""Fits the weights of app/themes/assignment.py on the decisions in the base, and says how well they generalise.

Run after `hallway ingest data`. Prints leave-one-talk-out figures for cues alone, nearness alone and both, then the
weights to copy. Sub-themes that no reader considered take no part.
"""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sqlmodel import col, select

from app.bootstrap import open_knowledge_base
from app.db.engine import reading
from app.models import Theme, ThemeDecision
from app.settings import get_settings
from app.themes.assignment import talk_texts, theme_texts
from app.themes.evidence import FEATURES, features


def main() -> None:
    """Print the table and the weights."""
    base = open_knowledge_base(get_settings())
    with reading(base.engine) as session:
        talks = talk_texts(session, base.embedder.recipe)
        themes = list(session.scalars(select(Theme).where(col(Theme.withdrawn_at).is_(None)).order_by(col(Theme.id))))
        compared = theme_texts(session, base.embedder, themes, talks)
        decided = {(d.talk_id, d.theme_id): d.accepted for d in session.scalars(select(ThemeDecision))}
    rows, truth, groups, which = [], [], [], []
    for talk in talks.values():
        if not any(talk.id == talk_id for talk_id, _ in decided):
            continue
        values, _ = features(talk, compared)
        for row, theme in enumerate(compared):
            if (talk.id, theme.id) in decided:
                rows.append(values[row])
                truth.append(decided[talk.id, theme.id])
                groups.append(talk.id)
                which.append(theme.id)
    # Nearness is a tenth of the size of a cue count; the regulariser must not take that for unimportance.
    scale = np.array([1.0, 1.0, 10.0, 10.0])
    x, y = np.array(rows) * scale, np.array(truth)
    print(f"{len(set(groups))} talks, {len(y)} decisions, {y.mean():.0%} accepted; leave one talk out:")
    for label, columns in (("cues alone", [0, 1]), ("nearness alone", [2, 3]), ("both", [0, 1, 2, 3])):
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
    print(f"WEIGHTS = ({', '.join(f'{weight:.2f}' for weight in model.coef_[0] * scale)})  # {', '.join(FEATURES)}")


if __name__ == "__main__":
    main()
