"""The tasks by this project, called as its users call it."""

from collections.abc import Callable
from typing import Any

import data
import numpy as np

Run = Callable[[], tuple[Any, ...]]


def tangent_kernel(activation: str, n: int) -> Run:
    """One streaming pass over the neurons."""
    from numeric import activations, networks, tangent_kernel

    X, U, b, v = data.wide_network(n)
    network = networks.network(activations.activation(activation), U, b, v)
    return lambda: (tangent_kernel.tangent_kernel(network, X),)


def trajectory(activation: str, n: int, steps: int) -> Run:
    """Gradient descent, with loss, distance and outputs at every step."""
    from numeric import activations, networks, trajectories

    X, y, U, b, v = data.regression(n)
    network = networks.network(activations.activation(activation), U, b, v, normalised=True)

    def run() -> tuple[Any, ...]:
        path = trajectories.gradient_descent(network, X, y, data.STEP_SIZE, steps, loss="half")
        return path.losses, path.distances

    return run


def ensemble(count: int, n: int, steps: int) -> Run:
    """Many networks at once."""
    from numeric import activations, ensembles

    X, y, U, b, v = data.ensemble(count, n)
    arctan, h = activations.activation("arctan"), data.ENSEMBLE_STEP_SIZE

    def run() -> tuple[Any, ...]:
        path = ensembles.ensemble_gradient_descent(
            arctan, U, b, v, np.zeros(count), X, y, h, steps, loss="half", normalised=True
        )
        return path.losses, path.distances

    return run


def small_networks(cases: int, steps: int) -> Run:
    """Kernel and spectrum at the start, then descent against two bounds, many cases at once."""
    from numeric import activations, small_networks

    X, y, U, b, v = data.small_networks(cases)
    w = np.concatenate([U.reshape(cases, -1), b, v, np.zeros((cases, 1))], axis=1)
    tanh = activations.activation("tanh")
    networks = small_networks.small_networks(tanh, w, X, y, normalised=True)

    def run() -> tuple[Any, ...]:
        start = small_networks.at_start(networks)
        h = data.PART / start.largest
        rate = 1 - h * start.smallest
        limits = {"rate": rate, "radius": data.RADIUS, "noise": data.NOISE}
        found = small_networks.slacks(networks, h, **limits, steps=steps)
        return found.decay, found.distance

    return run


def limit_kernel(activation: str, m: int, depth: int) -> Run:
    """Make the tangent kernel of infinite networks, without biases."""
    from numeric import deep_kernels

    X = data.points(m)
    return lambda: (deep_kernels.deep_kernels(activation, X, depth=depth, trained_bias=0).tangent,)


def extreme_eigenvalues(m: int) -> Run:
    """Proved intervals for the smallest and the largest eigenvalue."""
    from numeric import eigenvalues

    A = data.kernel_matrix(m)

    def run() -> tuple[Any, ...]:
        found = eigenvalues.extreme_eigenvalues(A)
        return ([found.smallest.lo, found.largest.hi],)

    return run
