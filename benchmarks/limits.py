"""What this machine can do at most: arithmetic, memory, transcendental functions.

Measured in the same run as the tasks, so that "how far from the machine" compares like with like.
"""

import time
from collections.abc import Callable

import numpy as np

from numeric.activations import activate_with_slope, activation
from numeric.inputs import FloatArray
from numeric.jit import kernel, reduction
from numeric.threads import available, in_parts

REPEATS = 7


@reduction
def _products(rows: FloatArray, times: int) -> float:
    """Three rows against four, over and over: 12 fused products and sums for 7 loads from L1."""
    a, b, c, p, q, r, s = rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6]
    total = 0.0
    for _ in range(times):
        ap = aq = ar = as_ = bp = bq = br = bs = cp = cq = cr = cs = 0.0
        for n in range(a.size):
            x, y, z = a[n], b[n], c[n]
            ap += x * p[n]
            aq += x * q[n]
            ar += x * r[n]
            as_ += x * s[n]
            bp += y * p[n]
            bq += y * q[n]
            br += y * r[n]
            bs += y * s[n]
            cp += z * p[n]
            cq += z * q[n]
            cr += z * r[n]
            cs += z * s[n]
        total += ap + aq + ar + as_ + bp + bq + br + bs + cp + cq + cr + cs
        a[0] = total * 1e-300
    return total


@kernel
def _scale(a: FloatArray, first: int, last: int, times: int) -> None:
    for _ in range(times):
        for n in range(first, last):
            a[n] = a[n] * 0.999999999 + 1e-9


@kernel
def _activate(
    code: int, parameter: float, z: FloatArray, s: FloatArray, ds: FloatArray, times: int
) -> None:
    for _ in range(times):
        activate_with_slope(code, parameter, z, s, ds)


def _rate(work: float, run: Callable[[], None]) -> float:
    run()
    best = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return work / best


def arithmetic(threads: int) -> float:
    """Return double-precision operations a second of a register-tiled product in L1 cache."""
    size, times = 256, 20_000

    def part(first: int, last: int) -> None:
        for _ in range(first, last):
            _products(np.full((7, size), 1e-3), times)

    return _rate(2.0 * 12 * size * times * threads, lambda: in_parts(part, threads, threads))


def memory(megabytes: float, threads: int) -> float:
    """Return bytes a second read and written when updating an array of this size."""
    size = int(megabytes * 2**20 / 8)
    array, times = np.ones(size), max(1, int(2**27 / 8 / size))

    def part(first: int, last: int) -> None:
        _scale(array, first, last, times)

    return _rate(16.0 * size * times, lambda: in_parts(part, size, threads))


def activations(name: str, threads: int) -> float:
    """Return values with slopes a second, in L1 cache."""
    sigma, size, times = activation(name), 1024, 20_000
    z = np.random.default_rng(0).normal(size=size)

    def part(first: int, last: int) -> None:
        s, ds = np.empty(size), np.empty(size)
        _activate(sigma.code, sigma.parameter, z, s, ds, (last - first) * times)

    return _rate(float(size * times * threads), lambda: in_parts(part, threads, threads))


def measured() -> dict[str, float]:
    """Return all limits by name, for one core and for all."""
    facts = {}
    for threads in sorted({1, available()}):
        cores = f"{threads} core{'s' if threads > 1 else ''}"
        facts[f"GFLOP/s, {cores}"] = arithmetic(threads) / 1e9
        facts[f"GB/s in L2, {cores}"] = memory(0.25 * threads, threads) / 1e9
        facts[f"GB/s in L3, {cores}"] = memory(12, threads) / 1e9
        facts[f"GB/s in memory, {cores}"] = memory(256, threads) / 1e9
        for name in ("tanh", "arctan", "relu"):
            facts[f"10^9 {name} and slope/s, {cores}"] = activations(name, threads) / 1e9
    return facts


if __name__ == "__main__":
    for fact, value in measured().items():
        print(f"{fact:40s}{value:10.2f}")
