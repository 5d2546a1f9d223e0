"""One logistic regression for each theme over the same features: fitted by scikit-learn, kept as plain arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Known = NDArray[np.int8]
"""(n, k): 1 where a talk has a theme, 0 where it has not, -1 where nobody told."""

UNSEEN = -3.0
"""The log odds of a theme without any example."""


class Linear(NamedTuple):
    """Weights (k, d) and intercepts (k,)."""

    weights: Scores
    intercepts: Scores

    def scores(self, asked: Any) -> Scores:
        """Log odds (n, k) for rows of features (n, d), dense or sparse."""
        found: Scores = np.asarray(asked @ self.weights.T, dtype=np.float64) + self.intercepts
        return found


def fit_linear(rows: Any, known: Known, c: float) -> Linear:
    """Fit them to `rows` (n, d), dense or sparse, each as if its theme were as often there as not.

    `c` is the inverse strength of the regulariser. A theme whose rows are all alike learns nothing but that.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    themes = known.shape[1]
    weights, intercepts = np.zeros((themes, rows.shape[1])), np.full(themes, UNSEEN)
    # Products this small take twice as long on several threads, and ten times where other work runs beside.
    with threadpool_limits(1):
        for theme in range(themes):
            told = np.flatnonzero(known[:, theme] >= 0)
            own = known[told, theme] > 0
            if own.any() and not own.all():
                model = LogisticRegression(C=c, class_weight="balanced", max_iter=300, tol=1e-3)
                model.fit(rows[told], own)
                weights[theme], intercepts[theme] = model.coef_[0], model.intercept_[0]
            elif own.any():
                intercepts[theme] = 0.0
    return Linear(weights, intercepts)
