"""What proved eigenvalues cost, against NumPy's without proof and Arb's general eigensolver.

The matrices are tangent kernels of tanh networks at random points.  Run it as
`python benchmarks/eigenvalues.py`; `--arb` adds Arb's own `eig`, which takes seconds for m = 100.
"""

import platform
import sys
import time
from collections.abc import Callable

import numpy as np
from flint import arb_mat

from numeric import eigenvalues
from numeric.inputs import FloatArray
from symbolic.exact import precision

SIZES = (2, 8, 32, 64, 100, 200, 500)
REPEATS = 30
SECONDS = 1.0
"""No timing goes on for longer."""


def tangent_kernel(m: int) -> FloatArray:
    """Return the kernel of 2000 neurons of tanh at m points of three coordinates."""
    rng = np.random.default_rng(m)
    X, U, b = rng.normal(size=(m, 3)), rng.normal(size=(2000, 3)), rng.normal(size=2000)
    S = np.tanh(X @ U.T + b)
    D = rng.normal(size=2000) * (1 - S * S)
    K = (S @ S.T + (1 + X @ X.T) * (D @ D.T)) / 2000 + 1
    return (K + K.T) / 2


def least_times(*runs: Callable[[], object]) -> list[float]:
    """Return the least time of each in milliseconds; they take turns, so that noise hits all."""
    best, start = [float("inf")] * len(runs), time.perf_counter()
    for run in runs:
        run()
    for _ in range(REPEATS):
        for i, run in enumerate(runs):
            begin = time.perf_counter()
            run()
            best[i] = min(best[i], 1e3 * (time.perf_counter() - begin))
        if time.perf_counter() - start > SECONDS:
            break
    return best


def arb_eig(matrix: FloatArray) -> None:
    """Run Arb's general eigensolver with 128 bits."""
    with precision(128):
        arb_mat(matrix.tolist()).eig(algorithm="rump")


def main() -> None:
    """Print one line for each size."""
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}; ms")
    print(
        f"{'m':>4} {'cond':>8} {'eigvalsh':>9} {'extremes':>9} {'ratio':>6} {'width min':>10}"
        f" {'Cholesky':>9} {'LAPACK':>8} {'eigh':>8} {'all':>8} {'balls':>8} {'Arb eig':>8}"
    )
    for m in SIZES:
        line(m, tangent_kernel(m))


def line(m: int, K: FloatArray) -> None:
    """Time everything for one matrix and print it."""
    w = np.linalg.eigvalsh(K)
    R, shift = np.zeros((m, m)), float(w[0]) / 2
    plain, proved, own, lapack, eigh, every = least_times(
        lambda: np.linalg.eigvalsh(K),
        lambda: eigenvalues.extreme_eigenvalues(K),
        lambda: eigenvalues._cholesky(K, shift, R),
        lambda: np.linalg.cholesky(K),
        lambda: np.linalg.eigh(K),
        lambda: eigenvalues.eigenvalue_intervals(K),
    )
    balls = least_times(lambda: eigenvalues.eigenvalue_balls(K))[0] if m <= 200 else np.nan
    general = least_times(lambda: arb_eig(K))[0] if "--arb" in sys.argv and m <= 100 else np.nan
    smallest = eigenvalues.extreme_eigenvalues(K).smallest
    print(
        f"{m:4d} {w[-1] / w[0]:8.0e} {plain:9.3f} {proved:9.3f} {proved / plain:6.1f}"
        f" {smallest.width / smallest.lo:10.1e} {own:9.3f} {lapack:8.3f} {eigh:8.3f}"
        f" {every:8.3f} {balls:8.1f} {general:8.0f}"
    )


if __name__ == "__main__":
    main()
