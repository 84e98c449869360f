"""How fast gradient descent is, and what holds it back.

A step is compared with its parts, each measured alone with its data in the nearest cache: the
activations by the row function, everything else by the identity network, and the bytes moved by an
update of arrays of the size of the run.  The parts are measured in turns with the run itself,
since the clock of a shared machine is not constant.  One thread is measured in its own processor
time, two threads in wall time.  Run it as `python benchmarks/trajectories.py`.
"""

import argparse
import platform
import time
from collections.abc import Callable

import numpy as np

from numeric.activations import activate, activate_with_slope, activation
from numeric.descent import aligned, blocks_and_lanes
from numeric.ensembles import ensemble_gradient_descent
from numeric.inputs import FloatArray
from numeric.jit import kernel, reduction
from numeric.networks import Network, initial_network
from numeric.trajectories import gradient_descent

SAMPLES, DIMENSION = 8, 2
FROM_VALUES = ("tanh", "relu", "identity")
"""The activations whose slopes are computed from their values when d <= 2."""
TIMES = 300


@kernel
def _values(code: int, parameter: float, z: FloatArray, s: FloatArray, times: int) -> None:
    for _ in range(times):
        activate(code, parameter, z, s)


@kernel
def _slopes(
    code: int, parameter: float, z: FloatArray, s: FloatArray, ds: FloatArray, times: int
) -> None:
    for _ in range(times):
        activate_with_slope(code, parameter, z, s, ds)


@reduction
def _shift(w: FloatArray, g: FloatArray) -> None:
    for k in range(w.size):
        w[k] -= 1e-9 * g[k]


@reduction
def _shift_and_measure(w: FloatArray, w0: FloatArray, g: FloatArray) -> float:
    total = 0.0
    for k in range(w.size):
        new = w[k] - 1e-9 * g[k]
        w[k] = new
        total += (new - w0[k]) * (new - w0[k])
    return total


@kernel
def _update(memory: FloatArray, times: int) -> None:
    for _ in range(times):
        for k in range(memory.size):
            memory[k] += 1.0


@kernel
def _moves(W: FloatArray, G: FloatArray, times: int) -> None:
    for _ in range(times):
        for j in range(len(W)):
            _shift(W[j], G[j])


@kernel
def _measured_moves(W: FloatArray, W0: FloatArray, G: FloatArray, times: int) -> float:
    total = 0.0
    for _ in range(times):
        for j in range(len(W)):
            total += _shift_and_measure(W[j], W0[j], G[j])
    return total


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


def wide(name: str, n: int) -> tuple[Network, FloatArray, FloatArray]:
    """Return the network and the data of all runs."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(SAMPLES, DIMENSION))
    net = initial_network(activation(name), n, DIMENSION, normalised=True)
    return net, X, np.sin(X[:, 0]) + 0.3 * X[:, 1]


def parts(name: str, n: int, steps: int, repeats: int) -> None:
    """Print nanoseconds a neuron and step in one thread, and those of the parts."""
    net, X, y = wide(name, n)
    linear = wide("identity", n)[0]
    sigma, (_, lanes) = net.activation, blocks_and_lanes(n)
    z, s, ds = (aligned((4 * lanes,)) for _ in range(3))
    z[:] = np.random.default_rng(0).normal(size=z.size)
    W, W0, G = (aligned((DIMENSION + 2, lanes)) for _ in range(3))
    code, parameter = sigma.code, sigma.parameter
    stored = name not in FROM_VALUES
    passes = max(2, 10**6 // n)
    memory = aligned((n * (2 * (DIMENSION + 2) + SAMPLES * (2 if stored else 1)),))

    def activations() -> None:
        if stored:
            _slopes(code, parameter, z, s, ds, TIMES)
        else:
            _values(code, parameter, z, s, TIMES)

    times = fastest(
        {
            "run": lambda: gradient_descent(net, X, y, 0.02, steps, loss="half", threads=1),
            "start": lambda: gradient_descent(net, X, y, 0.02, 0, loss="half", threads=1),
            "lines": lambda: gradient_descent(linear, X, y, 1e-6, steps, loss="half", threads=1),
            "activations": activations,
            "moves": lambda: _moves(W, G, TIMES),
            "measured moves": lambda: _measured_moves(W, W0, G, TIMES),
            "memory": lambda: _update(memory, passes),
        },
        time.thread_time,
        repeats,
    )
    whole = (times["run"] - times["start"]) / steps / n * 1e9
    lines = (times["lines"] - times["start"]) / steps / n * 1e9
    curves = times["activations"] / TIMES / z.size * SAMPLES * 1e9
    distance = (times["measured moves"] - times["moves"]) / TIMES / lanes * 1e9
    moved = times["memory"] / passes / n * 1e9
    print(
        f"{name:>9} n={n:<7} step {whole:6.2f}  identity {lines:6.2f}  activations {curves:6.2f} "
        f"({curves / whole:4.0%})  memory {moved:6.2f} ({moved / whole:4.0%})  "
        f"distance {distance:5.2f} ({distance / whole:4.1%})"
    )


def threads(name: str, n: int, steps: int, repeats: int) -> None:
    """Print milliseconds a step in wall time with one thread and with two."""
    net, X, y = wide(name, n)
    best = fastest(
        {
            f"{count}": lambda count=count: gradient_descent(
                net, X, y, 0.02, steps, loss="half", threads=count
            )
            for count in (1, 2)
        },
        time.perf_counter,
        repeats,
    )
    one, two = (best[count] / (steps + 1) * 1e3 for count in ("1", "2"))
    print(f"{name:>9} n={n:<7} {one:8.4f} ms and {two:8.4f} ms a step: {one / two:4.2f} times")


def many(N: int = 80, n: int = 250, steps: int = 1000, repeats: int = 15) -> None:
    """Print the time of Figure 11.3, and how much of it the arctangents take."""
    rng = np.random.default_rng(0)
    arctan, X, y = activation("arctan"), [[-1.0], [0.2], [1.1]], [0.5, -0.3, 0.8]
    U, b, v = rng.normal(size=(N, n, 1)), rng.normal(size=(N, n)), rng.normal(size=(N, n))
    z, s, ds = (aligned((1024,)) for _ in range(3))
    z[:] = rng.normal(size=z.size)

    def train(count: int) -> None:
        ensemble_gradient_descent(
            *(arctan, U, b, v, np.zeros(N), X, y, 0.05, steps),
            loss="half",
            normalised=True,
            threads=count,
        )

    runs: dict[str, Callable[[], object]] = {
        "1": lambda: train(1),
        "2": lambda: train(2),
        "arctan": lambda: _slopes(arctan.code, 0.0, z, s, ds, TIMES),
    }
    best = fastest(runs, time.perf_counter, repeats)
    floor = best["arctan"] / TIMES / z.size * N * n * (steps + 1) * len(y)
    print(
        f"{N} networks: {1e3 * best['1']:.0f} ms and {1e3 * best['2']:.0f} ms with two threads; "
        f"arctangents {1e3 * floor:.0f} ms ({floor / best['1']:.0%} of one thread)"
    )


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--activations", nargs="+", default=["tanh", "relu", "arctan"])
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    for name in options.activations:
        for n in (10**3, 10**4, 10**5):
            parts(name, n, max(10, 10**6 // n), options.repeats)
    for name in options.activations:
        for n in (10**3, 4 * 10**3, 10**4, 10**5):
            threads(name, n, max(30, 10**6 // n), options.repeats)
    many(repeats=options.repeats)


if __name__ == "__main__":
    main()
