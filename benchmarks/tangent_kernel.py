"""How fast the tangent kernel is, and how close to what the processor can do.

The roofline of a neuron is its products at the speed of fused multiply-adds between registers, and
its activations at the speed of the row function alone; both are measured here, in turns with the
kernel itself, since the clock of a shared machine is not constant.  One thread is measured in its
own processor time, two threads in wall time.  Run it as `python benchmarks/tangent_kernel.py`.
"""

import argparse
import platform
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from numeric.activations import activate_with_slope, activation
from numeric.inputs import FloatArray
from numeric.intrinsics import fma
from numeric.jit import elementary, kernel
from numeric.networks import initial_network
from numeric.tangent_kernel import initial_tangent_kernel, tangent_kernel

POINTS, DIMENSION = 32, 8
CHAIN = 32
"""Fused multiply-adds that wait for each other; four chains run side by side."""
ROW = 1024
"""Numbers in a row that stays in the nearest cache."""
TIMES = 500


@elementary
def _chain(x: float, c: float) -> float:
    for _ in range(CHAIN):
        x = fma(x, x, c)
    return x


@kernel
def _products(x: FloatArray, times: int) -> None:
    for _ in range(times):
        for k in range(x.size):
            t = x[k]
            x[k] = 0.1 * (_chain(t, 0.1) + _chain(t, -0.1) + _chain(t, 0.2) + _chain(t, -0.2))


@kernel
def _activations(
    code: int, parameter: float, z: FloatArray, s: FloatArray, ds: FloatArray, times: int
) -> None:
    for _ in range(times):
        activate_with_slope(code, parameter, z, s, ds)


def fastest(
    runs: dict[str, Callable[[], object]], clock: Callable[[], float], repeats: int
) -> dict[str, float]:
    """Return the shortest time of each run, taking turns, after one run to warm up."""
    for run in runs.values():
        run()
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(repeats):
        for name, run in runs.items():
            start = clock()
            run()
            best[name] = min(best[name], clock() - start)
    return best


def roofline(name: str, m: int = POINTS, d: int = DIMENSION, repeats: int = 40) -> None:
    """Print the time of a neuron in one thread beside the least the processor needs for it."""
    n, rng = 2**16, np.random.default_rng(0)
    sigma, net = activation(name), initial_network(activation(name), n, d)
    X, x = rng.normal(size=(m, d)), rng.uniform(-0.1, 0.1, ROW)
    z, s, ds = rng.normal(size=ROW), np.empty(ROW), np.empty(ROW)

    runs: dict[str, Callable[[], object]] = {
        "kernel": lambda: tangent_kernel(net, X, threads=1),
        "streamed": lambda: initial_tangent_kernel(sigma, n, X, threads=1),
        "activations": lambda: _activations(sigma.code, sigma.parameter, z, s, ds, TIMES),
        "products": lambda: _products(x, TIMES),
    }
    seconds = fastest(runs, time.thread_time, repeats)
    peak = TIMES * ROW * 4 * CHAIN * 2 / seconds["products"] / 1e9
    one = seconds["activations"] / (TIMES * ROW) * 1e9
    flop = 2 * m * d + 2 * m * (m + 1)
    least = flop / peak + m * one
    found, streamed = (seconds[run] / n * 1e9 for run in ("kernel", "streamed"))
    print(
        f"{name:>9} m={m:<4} d={d:<3}{peak:7.1f} GFLOP/s {one:6.2f} ns/activation {least:8.1f} "
        f"{found:8.1f} ns/neuron {least / found:5.0%} {streamed:8.1f} streamed"
    )


def sweep(name: str, widths: list[int]) -> None:
    """Print wall times by width, with one thread and with two, stored and streamed."""
    X = np.random.default_rng(0).normal(size=(POINTS, DIMENSION))
    sigma = activation(name)
    for n in widths:
        net = initial_network(sigma, n, DIMENSION)
        runs: dict[str, Callable[[], object]] = {
            "1 thread": lambda net=net: tangent_kernel(net, X, threads=1),
            "2 threads": lambda net=net: tangent_kernel(net, X, threads=2),
            "streamed": lambda n=n: initial_tangent_kernel(sigma, n, X, threads=2),
        }
        best = fastest(runs, time.perf_counter, 3 if n > 10**6 else 20)
        tracemalloc.start()
        tangent_kernel(net, X)
        extra = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        times = "  ".join(f"{run} {1e3 * seconds:9.3f} ms" for run, seconds in best.items())
        print(f"{name:>9} n={n:<9} {times}  peak of NumPy's arrays {extra:.2f} MiB")


def main() -> None:
    """Print the roofline and the sweep over widths."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--activations", nargs="+", default=["tanh", "relu", "arctan"])
    parser.add_argument("--largest", type=int, default=10**6, help="the largest width")
    options = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    for name in options.activations:
        roofline(name)
    for m, d in ((1, 1), (8, 2), (100, 8), (300, 8)):
        roofline("tanh", m, d, repeats=5)
    widths = [10**k for k in range(3, 10) if 10**k <= options.largest]
    for name in options.activations:
        sweep(name, widths)


if __name__ == "__main__":
    main()
