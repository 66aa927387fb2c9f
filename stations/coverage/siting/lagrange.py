"""What no choice can exceed, and which candidates are settled by it.

Reaching a settlement is made a matter of price: whoever is chosen is paid the prices ``u`` of what
it reaches, a settlement not sold counts its weight less its price.  For every u between 0 and the
weights,

    L(u) = Σ (w − u) + the sum of the greatest p of  s_j = Σ u_i over what j reaches

exceeds the value of every choice of p.  The least L is sought by steps along a subgradient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy

from stations.coverage.siting.rows import Floats, Ints, Rows

#: Steps at most; after how many without a bound better by so much of the gap they are halved.
MOST_STEPS: Final = 400
PATIENCE: Final = 20
WORTH: Final = 1e-3
FIRST_PACE: Final = 1.5
SMALLEST_PACE: Final = 2e-3
#: How much of the last slope is kept in the next direction.
MEMORY: Final = 0.3


@dataclass(frozen=True, slots=True)
class Bound:
    """The least bound found, the scores s of the candidates there, and which p were greatest."""

    value: float
    prices: Floats
    scores: Floats
    top: Ints


def lagrange(
    weights: Floats,
    reach: Rows,
    most: int,
    value: float,
    prices: Floats,
    enough: Callable[[], float],
    attempt: Callable[[Ints], float],
) -> Bound:
    """The least bound on *most* candidates found from *prices* on; *value*: of the best choice.

    Ends early at *enough*: with a bound below that, the best choice is known to be the best.  Each
    time the steps get shorter the greatest p are handed to *attempt*, which gives the best value
    that is known then.
    """
    marks = np.ones(len(reach.members))
    flat = scipy.sparse.csr_array(
        (marks, reach.members, reach.starts), shape=(len(reach), len(weights))
    )
    total = float(weights.sum())
    best = now = _at(flat, total, prices, most)
    pace, idle = FIRST_PACE, 0
    last: Floats = np.zeros(len(weights))
    for _ in range(MOST_STEPS):
        if best.value < enough() or pace < SMALLEST_PACE:
            break
        counts = np.bincount(reach.taken(now.top)[0], minlength=len(weights))
        slope: Floats = counts.astype(np.float64) - 1.0
        direction, last = slope + MEMORY * last, slope
        u = now.prices
        direction[((direction > 0) & (u <= 0)) | ((direction < 0) & (u >= weights))] = 0.0
        # Not as a product of vectors: libraries would set threads to it that wait for one another.
        length = float(np.square(direction).sum())
        if length <= 0:
            break
        u = np.clip(u - pace * (now.value - value) / length * direction, 0.0, weights)
        now = _at(flat, total, u, most)
        idle += 1
        if now.value < best.value:
            idle = 0 if now.value < best.value - WORTH * (best.value - value) else idle
            best = now
        if idle >= PATIENCE:
            pace, idle, now = pace / 2, 0, best
            last = np.zeros(len(weights))
            value = attempt(best.top)
    attempt(best.top)
    return best


def _at(flat: scipy.sparse.csr_array, total: float, u: Floats, most: int) -> Bound:
    scores: Floats = flat @ u
    top = np.argpartition(-scores, most - 1)[:most] if most else np.zeros(0, np.int64)
    return Bound(total - float(u.sum()) + float(scores[top].sum()), u, scores, top)
