"""How exact and how fast the elementary functions and the activations are.

Errors are in units in the last place against balls of 320 bits, at a million points a function, or
as many as the first argument says; times are nanoseconds an element, on one core, for rows of 1024
elements, the least of many repetitions.  The slope of GELU shows a large error: it crosses 0, and
is right to 2^-52 there.  Run it as `python benchmarks/elementary.py`; a million points take about
ten minutes.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from numeric.activations import (
    POWER,
    SIMPLE,
    Activation,
    activate,
    activate_with_curvature,
    activate_with_slope,
    activation,
)
from numeric.elementary import (
    arctan,
    decay,
    erf,
    erfc,
    exp,
    gaussian,
    normal,
    scaled_erfc,
    sigmoid,
    sin_cos,
    softplus,
    tanh,
)
from numeric.inputs import FloatArray
from numeric.jit import kernel
from tests.numeric.references import BALLS, ELEMENTARY, activations, largest_error, points, power

Row = Callable[[FloatArray, FloatArray], None]
LENGTH = 1024
REPETITIONS = 200
ROUNDS = 40


def row_of(function: Callable[[float], float]) -> Row:
    """Return the compiled loop over one function."""

    @kernel
    def fill(x: FloatArray, out: FloatArray) -> None:
        for k in range(x.size):
            out[k] = function(x[k])

    return fill


def row_of_part(function: Callable[[float], tuple[float, float]], part: int) -> Row:
    """Return the compiled loop over the first or second result of a function."""

    @kernel
    def fill(x: FloatArray, out: FloatArray) -> None:
        for k in range(x.size):
            out[k] = function(x[k])[part]

    return fill


ROWS = {
    "exp": row_of(exp),
    "exp(-x)": row_of_part(decay, 0),
    "1 - exp(-x)": row_of_part(decay, 1),
    "tanh": row_of(tanh),
    "arctan": row_of(arctan),
    "sin": row_of_part(sin_cos, 0),
    "cos": row_of_part(sin_cos, 1),
    "sigmoid": row_of(sigmoid),
    "softplus": row_of(softplus),
    "gaussian": row_of(gaussian),
    "erf": row_of(erf),  # alone in a loop; the row of the activation erf vectorises
    "erfc": row_of(erfc),
    "scaled_erfc": row_of(scaled_erfc),
    "normal cdf": row_of_part(normal, 0),
    "normal density": row_of_part(normal, 1),
}
NUMPY: dict[str, Callable[..., Any]] = {
    "exp": np.exp,
    "tanh": np.tanh,
    "arctan": np.arctan,
    "sin": np.sin,
    "cos": np.cos,
}


def nanoseconds(work: Callable[[], Any], length: int = LENGTH) -> float:
    """Return the least time an element, over all rounds."""
    work()
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(REPETITIONS):
            work()
        best = min(best, time.perf_counter() - start)
    return best / REPETITIONS / length * 1e9


def per_element(fill: Callable[..., Any], *rows: FloatArray, before: tuple[Any, ...] = ()) -> float:
    """Return the time an element without the cost of calling a kernel from Python."""
    short = [row[:0] for row in rows]
    call = nanoseconds(lambda: fill(*before, *short), 1)
    return nanoseconds(lambda: fill(*before, *rows)) - call / LENGTH


def elementary_functions(size: int) -> None:
    """Print a line for each function of `numeric.elementary`."""
    print(f"{'function':<16}{'ulp':>8}{'ns':>8}{'NumPy ns':>10}   worst at")
    for name, fill in ROWS.items():
        case = ELEMENTARY[name]
        x = points(size, case.low, case.high)
        out = np.empty_like(x)
        fill(x, out)
        error, place = largest_error(x, out, case.exact, gradual=name == "exp")
        row = np.abs(np.random.default_rng(0).normal(0, 1.5, LENGTH))
        ours = per_element(fill, row, np.empty(LENGTH))
        theirs = f"{per_element(NUMPY[name], row, np.empty(LENGTH)):.2f}" if name in NUMPY else "-"
        print(f"{name:<16}{error:>8.2f}{ours:>8.2f}{theirs:>10}   {place!r}", flush=True)


def rows_of_activations(size: int) -> None:
    """Print a line for each activation: errors and times of value, slope and curvature."""
    in_balls = activations(BALLS)
    print(f"{'activation':<14}{'ulp':>24}{'ns: value':>11}{'+ slope':>9}{'+ curvature':>13}")
    for sigma in [*SIMPLE, activation("leaky relu"), *(activation("power", p) for p in (2, 3, 8))]:
        exact = power(int(sigma.parameter)) if sigma.code == POWER else in_balls[sigma.name]
        reach = {"sin": 2.0**30, "cos": 2.0**30, "arctan": 1e100, "power": 1e30}
        z = points(size, -reach.get(sigma.name, 750.0), reach.get(sigma.name, 750.0))
        found = sigma.value(z), sigma.slope(z), sigma.curvature(z)
        errors = [largest_error(z, a, b)[0] for a, b in zip(found, exact, strict=True)]
        times = _times(sigma)
        print(
            f"{sigma.name:<14}" + "".join(f"{error:>8.2f}" for error in errors),
            "".join(f"{t:>10.2f}" for t in times),
            flush=True,
        )


def _times(sigma: Activation) -> list[float]:
    z = np.random.default_rng(0).normal(0, 1.5, LENGTH)
    rows = [np.empty(LENGTH) for _ in range(3)]
    before = (sigma.code, sigma.parameter)
    return [
        per_element(fill, z, *rows[: order + 1], before=before)
        for order, fill in enumerate((activate, activate_with_slope, activate_with_curvature))
    ]


if __name__ == "__main__":
    points_each = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    elementary_functions(points_each)
    print()
    rows_of_activations(points_each)
