"""Gradient descent on many small separable models at once.

Output i depends on parameter i alone, through the curve of slope

    s                     up to t = start,
    s - bend (t - start)  from there on, until the slope is -s,
    -s                    beyond,

so bend = 0 is a linear model, start = 0 a model that curves at once, and a start further out a
trap that nothing seen before it gives away.  In double precision; exact arithmetic on the same
models is in `numeric.ridge_models`.
"""

import numpy as np
import numpy.typing as npt

from numeric.jit import kernel

FloatArray = npt.NDArray[np.float64]
BLOWN_UP = 1e100


@kernel
def _value_and_slope(t: float, slope: float, start: float, bend: float) -> tuple[float, float]:
    if bend <= 0.0 or t <= start:
        return slope * t, slope
    past = min(t - start, 2.0 * slope / bend)
    beyond = t - start - past
    value = slope * (start + past) - 0.5 * bend * past * past - slope * beyond
    return value, slope - bend * past


@kernel
def gd_separable(
    slopes: FloatArray,
    starts: FloatArray,
    bends: FloatArray,
    y: FloatArray,
    w0: FloatArray,
    targets: FloatArray,
    h: FloatArray,
    steps: int,
) -> tuple[FloatArray, FloatArray]:
    """Return the losses |Phi(w_k) - y|^2 and the distances |w_k - target|, k = 0, ..., steps.

    Shapes: h (cases,), everything else (cases, m); both results (cases, steps + 1).  Each step
    is w <- w - h grad f(w).  After a loss above BLOWN_UP both are inf.  Cost O(cases steps m).
    """
    cases, m = slopes.shape
    losses = np.empty((cases, steps + 1))
    distances = np.empty((cases, steps + 1))
    w = np.empty(m)
    for c in range(cases):
        w[:] = w0[c]
        for k in range(steps + 1):
            loss = 0.0
            squared = 0.0
            for i in range(m):
                value, slope = _value_and_slope(w[i], slopes[c, i], starts[c, i], bends[c, i])
                error = value - y[c, i]
                loss += error * error
                squared += (w[i] - targets[c, i]) ** 2
                w[i] -= 2.0 * h[c] * error * slope
            losses[c, k] = loss
            distances[c, k] = np.sqrt(squared)
            if not loss <= BLOWN_UP:
                losses[c, k:] = np.inf
                distances[c, k:] = np.inf
                break
    return losses, distances
