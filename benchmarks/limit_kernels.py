"""Kernels of infinite networks: errors against mpmath, proved bounds, and times.

Run it as `python benchmarks/limit_kernels.py`.  The judges are the textbook formulas at 120 digits,
and for tanh an integral over frequencies at 30 digits: it shares nothing with the quadrature here.
"""

import math
import platform
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from mpmath import mp, mpf

from numeric import quadrature
from numeric.deep_kernels import deep_kernels, deep_smallest_eigenvalues_of_pairs
from numeric.limit_kernels import gaussian_kernel, normalised_tangent_kernel
from numeric.point_pairs import point_pairs

Number: TypeAlias = Any
REPEATS = 20
ANGLES = (1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12)
COSINE = 0.6


def relu_reference(x: list[float], z: list[float], depth: int) -> tuple[Number, Number]:
    """Return T_{L+1}(x, z) for ReLU with weight variance 2 and no biases, and lmin of the pair.

    The recursion of `numeric.deep_kernels` with arc cosines, at 120 digits.
    """
    with mp.workdps(120):

        def inner(a: list[float], b: list[float]) -> Number:
            return 2 * sum((mpf(s) * mpf(t) for s, t in zip(a, b, strict=True)), mpf(0)) / len(a)

        p, q, r = inner(x, x), inner(z, z), inner(x, z)
        of_x, of_z, of_pair = p, q, r
        for _ in range(depth):
            theta, size = mp.acos(r / mp.sqrt(p * q)), mp.sqrt(p * q)
            r = size * (mp.sin(theta) + (mp.pi - theta) * mp.cos(theta)) / mp.pi
            of_pair = r + of_pair * (mp.pi - theta) / mp.pi
            of_x, of_z = p + of_x, q + of_z
        root = mp.sqrt((of_x - of_z) ** 2 + 4 * of_pair**2)
        return of_pair, (of_x + of_z - root) / 2


def tanh_reference(p: float, r: float) -> tuple[Number, Number]:
    """Return E[tanh tanh] and E[tanh' tanh'] for variances p, from tanh's Fourier integral."""
    with mp.workdps(30):
        step = mpf(min(1 / 6, 1 / (3 * math.sqrt(p))))
        reach = min(24.0, 10 / math.sqrt(p - abs(r)))
        nodes = [step * (i + mpf(0.5)) for i in range(int(reach / step) + 1)]
        ends = [mp.exp(-p * s * s / 2) / mp.sinh(mp.pi * s / 2) for s in nodes]
        values = slopes = mpf(0)
        for s, a in zip(nodes, ends, strict=True):
            for t, b in zip(nodes, ends, strict=True):
                growth = mp.exp(r * s * t)
                values += a * b * (growth - 1 / growth) / 2
                slopes += a * b * s * t * (growth + 1 / growth) / 2
        return values * step**2, slopes * step**2


def error(computed: Number, expected: Number) -> float:
    """Return the relative error."""
    with mp.workdps(30):
        return float(abs(mpf(float(computed)) / expected - 1))


def milliseconds(run: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the shortest time of a call."""
    run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1e3 * min(times)


def relu_errors() -> None:
    """Print the errors of the tangent kernel and of its smallest eigenvalue at every angle."""
    print("\nReLU tangent kernel, relative errors of the entry / of the smallest eigenvalue")
    print("  L  side " + "".join(f"{angle:>20.0e}" for angle in ANGLES))
    for depth in (1, 2, 5, 10):
        for sign, side in ((1, "0"), (-1, "pi")):
            cells = []
            for angle in ANGLES:
                x, z = [1.0, 0.0], [sign * math.cos(angle), math.sin(angle)]
                options = {"weight_variance": 2.0, "trained_bias": 0.0}
                entry = deep_kernels("relu", [x], [z], depth=depth, **options)
                gap = deep_smallest_eigenvalues_of_pairs("relu", [x], [z], depth=depth, **options)
                expected = relu_reference(x, z, depth)
                of_entry = error(entry.tangent[0, 0], expected[0])
                of_gap = error(gap.tangent[0, 0], expected[1])
                cells.append(f"{of_entry:>12.0e} /{of_gap:6.0e}")
            print(f"{depth:>3}  {side:5}" + "".join(cells))


def tanh_errors() -> None:
    """Print what neural-tangents' quadrature gets wrong by 1 % to 200 % at W_std = 3 and 10."""
    print(f"\ntanh, one hidden layer, |x| = |z| = 1, d = 2, x . z = {COSINE}: relative errors")
    print("W_std   E[f f]    proved   E[f' f']    proved   tangent       ms")
    for deviation in (1.0, 3.0, 10.0, 30.0, 100.0):
        p = deviation**2 / 2
        r = p * COSINE
        found = quadrature.expectations("tanh", p, p, r)
        expected = tanh_reference(p, r)
        tangent = r * found.slopes + found.values
        expected_tangent = r * expected[1] + expected[0]
        bounds = found.value_errors / found.values, found.slope_errors / found.slopes
        took = milliseconds(lambda p=p, r=r: quadrature.expectations("tanh", p, p, r), 3)
        print(
            f"{deviation:5.0f}{error(found.values, expected[0]):>9.0e}{bounds[0]:>10.0e}"
            f"{error(found.slopes, expected[1]):>11.0e}{bounds[1]:>10.0e}"
            f"{error(tangent, expected_tangent):>10.0e}{took:>9.2f}"
        )


def times() -> None:
    """Print times for all pairs of m points."""
    rng = np.random.default_rng(0)
    print("\nmilliseconds for all pairs of m points in d = 8")
    print(f"{'':28}{'m = 100':>10}{'m = 1000':>10}")
    tasks: list[tuple[str, Callable[[np.ndarray], object]]] = [
        ("angles", point_pairs),
        *((f"E[f f], {n}", lambda X, n=n: gaussian_kernel(n, X)) for n in ("relu", "erf", "gelu")),
        ("tangent kernel, relu", lambda X: normalised_tangent_kernel("relu", X)),
        ("tangent kernel, erf", lambda X: normalised_tangent_kernel("erf", X)),
        ("depth 10, relu", lambda X: deep_kernels("relu", X, depth=10)),
        ("depth 10, erf", lambda X: deep_kernels("erf", X, depth=10)),
    ]
    for name, run in tasks:
        small, large = rng.normal(size=(100, 8)), rng.normal(size=(1000, 8))
        row = (
            milliseconds(lambda run=run, X=small: run(X)),
            milliseconds(lambda run=run, X=large: run(X), 3),
        )
        print(f"{name:28}{row[0]:>10.2f}{row[1]:>10.1f}")
    X = rng.normal(size=(100, 8))
    for name in quadrature.NAMES:
        took = milliseconds(lambda name=name: normalised_tangent_kernel(name, X), 3)
        print(f"{'tangent kernel, ' + name:28}{took:>10.1f}")


def main() -> None:
    """Print all tables."""
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    relu_errors()
    tanh_errors()
    times()


if __name__ == "__main__":
    main()
