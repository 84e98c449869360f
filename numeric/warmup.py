"""Every kernel on a small problem, so that it is compiled and kept on disk before it is needed."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from numeric.activations import activation
from numeric.deep_kernels import deep_kernels
from numeric.eigenvalues import eigenvalue_intervals, extreme_eigenvalues, spectral_norm
from numeric.ensembles import ensemble_gradient_descent
from numeric.initial_laws import draw
from numeric.limit_kernels import (
    derivative_kernel,
    gaussian_kernel,
    smallest_eigenvalues_of_pairs,
)
from numeric.networks import initial_network
from numeric.small_networks import at_start, paths, slacks, small_networks
from numeric.tangent_kernel import initial_tangent_kernel, tangent_kernel
from numeric.trajectories import gradient_descent


def problems() -> Mapping[str, Callable[[], Any]]:
    """Return what to call, by the name of the capability; each takes milliseconds once compiled."""
    tanh = activation("tanh")
    X, y = np.array([[1.0, 0.0], [0.5, 2.0], [-1.0, 1.0]]), np.array([1.0, 0.0, -1.0])
    A = X @ X.T + np.eye(3)
    network = initial_network(tanh, 40, 2)
    three_times = np.stack([network.U] * 3), np.stack([network.b] * 3), np.stack([network.v] * 3)
    cases = small_networks(tanh, np.linspace(-1, 1, 2 * 33).reshape(2, 33), [X, X], [y, y])
    return {
        "activations": lambda: tanh.curvature(y),
        "initial laws": lambda: draw("gaussian", 0, 0, 0, 8),
        "tangent kernel": lambda: tangent_kernel(network, X),
        "tangent kernel of an initial network": lambda: initial_tangent_kernel(tanh, 40, X),
        "gradient descent": lambda: gradient_descent(network, X, y, 1e-3, 2, threads=1),
        "ensembles": lambda: ensemble_gradient_descent(
            tanh, *three_times, np.zeros(3), X, y, 1e-3, 2
        ),
        "limit kernels in closed form": lambda: gaussian_kernel("relu", X),
        "limit kernels of derivatives": lambda: derivative_kernel("relu", X),
        "limit kernels by quadrature": lambda: gaussian_kernel("tanh", X),
        "limit kernels of pairs": lambda: smallest_eigenvalues_of_pairs("relu", X),
        "deep limit kernels": lambda: deep_kernels("relu", X, depth=2),
        "extreme eigenvalues": lambda: extreme_eigenvalues(A),
        "all eigenvalues": lambda: eigenvalue_intervals(A),
        "spectral norm": lambda: spectral_norm(X),
        "small networks": lambda: at_start(cases),
        "descent of small networks": lambda: paths(cases, 1e-3, 2),
        "bounds of small networks": lambda: slacks(cases, 1e-3, rate=0.9, radius=1.0, steps=2),
    }
