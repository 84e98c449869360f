"""The tasks by neural-tangents 0.6.5, which needs JAX 0.4.25."""

import sys
import types
from collections.abc import Callable
from typing import Any

sys.modules["neural_tangents.experimental"] = types.ModuleType("experimental")  # needs TensorFlow

import data
import jax
import jax.numpy as jnp
import neural_tangents as nt
import numpy as np
from neural_tangents import stax

jax.config.update("jax_enable_x64", True)

SIGMA = {"tanh": jnp.tanh, "arctan": jnp.arctan, "relu": lambda z: jnp.maximum(z, 0.0)}
Run = Callable[[], tuple[Any, ...]]


def tangent_kernel(activation: str, n: int, implementation: int) -> Run:
    """Let the library make the empirical kernel by one of its implementations."""
    X, U, b, v = map(jnp.asarray, data.wide_network(n))
    sigma = SIGMA[activation]

    def network(w: Any, x: Any) -> Any:
        U, b, v, c = w
        return (sigma(x @ U.T + b) @ v + c)[:, None]

    kernel = jax.jit(
        nt.empirical_ntk_fn(
            network,
            trace_axes=(-1,),
            vmap_axes=0,
            implementation=nt.NtkImplementation(implementation),
        )
    )
    w = (U, b, v, jnp.zeros(()))
    return lambda: (np.asarray(kernel(X, None, w)),)


def limit_kernel(activation: str, m: int, depth: int) -> Run:
    """Let the library make the infinite-width tangent kernel, without biases."""
    X = jnp.asarray(data.points(m))
    sigma = {"relu": stax.Relu, "erf": stax.Erf}[activation]
    layers = [layer for _ in range(depth) for layer in (stax.Dense(1), sigma())]
    _, _, kernel = stax.serial(*layers, stax.Dense(1))
    compiled = jax.jit(lambda X: kernel(X, None, "ntk"))
    return lambda: (np.asarray(compiled(X)),)
