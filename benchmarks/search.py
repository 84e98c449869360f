"""How many small cases a second: the compiled sweep against Hypothesis with NumPy.

Both run gradient descent for 60 steps on separable models with up to three data points and look
at every bound of Theorem 11.13 at every step.  Run it as `python benchmarks/search.py`.
"""

import platform
import statistics
import time
from collections.abc import Callable

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from audit.search import BATCH
from theorems.ch11_12_smooth_models import FAMILY
from theorems.ch11_13_gd_near_linearization import STEPS, THEOREM

REPEATS = 5
DRAWN = 300


def compiled() -> int:
    """Evaluate one batch of the theorem's own sweep and return the number of cases."""
    rng = np.random.default_rng(0)
    columns = {name: rng.uniform(low, high, BATCH) for name, (low, high) in FAMILY.items()}
    THEOREM.sweep.slack(columns, THEOREM.formulas())
    return BATCH


def drawn() -> int:
    """Let Hypothesis draw linear cases and check them with NumPy; return their number."""
    numbers = st.floats(0.05, 2.0)

    @settings(max_examples=DRAWN, database=None, deadline=None, phases=[Phase.generate])
    @given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3), st.floats(0.05, 1.0))
    def check(pairs: list[tuple[float, float]], part: float) -> None:
        slopes, y = (np.array(column) for column in zip(*pairs, strict=True))
        low, high = float(slopes.min() ** 2), float(slopes.max() ** 2)
        h, w, start = part / (low + high), np.zeros_like(y), float(y @ y)
        radius = 2 * np.sqrt(y.size * start) * slopes.max() / low
        for k in range(STEPS + 1):
            error = slopes * w - y
            assert error @ error <= (1 - h * low) ** (2 * k) * start * (1 + 1e-9) + 1e-20
            assert np.sqrt(w @ w) <= radius
            w = w - 2 * h * slopes * error

    check()
    return DRAWN


def rate(run: Callable[[], int]) -> float:
    """Return the median number of cases a second, after one run to warm up."""
    run()
    rates = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        cases = run()
        rates.append(cases / (time.perf_counter() - start))
    return statistics.median(rates)


def main() -> None:
    """Measure both in one run and print the ratio."""
    ours, theirs = rate(compiled), rate(drawn)
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(f"compiled sweep          {ours:>12,.0f} cases/s")
    print(f"Hypothesis with NumPy   {theirs:>12,.0f} cases/s")
    print(f"ratio                   {ours / theirs:>12,.0f}")


if __name__ == "__main__":
    main()
