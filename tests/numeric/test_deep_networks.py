"""Networks with several hidden layers, their Jacobian and their tangent kernel."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from numeric.activations import activation
from numeric.deep_networks import (
    DeepNetwork,
    deep_network,
    deep_tangent_kernel,
    initial_deep_network,
)
from numeric.initial_laws import LAWS, draw
from numeric.networks import FIGURE_11_3, initial_network
from numeric.tangent_kernel import tangent_kernel

TANH = activation("tanh")
SHAPES = [(4,), (3, 5), (6, 2, 4), (3, 3, 3, 3)]


def points(m: int, d: int, stream: int = 100) -> np.ndarray:
    return draw("gaussian", 0, stream, 0, m * d).reshape(m, d)


def moved(net: DeepNetwork, w: np.ndarray) -> DeepNetwork:
    """Return the network with these parameters, in the order of `parameters`."""
    weights, biases, used = [], [], 0
    for W, b in zip(net.weights, net.biases, strict=True):
        weights.append(w[used : used + W.size].reshape(W.shape))
        biases.append(w[used + W.size : used + W.size + b.size])
        used += W.size + b.size
    return replace(net, weights=tuple(weights), biases=tuple(biases))


def example(widths: tuple[int, ...], normalised: bool, name: str = "tanh") -> DeepNetwork:
    return initial_deep_network(
        activation(name), 3, widths, seed=1, normalised=normalised, bias_variance=0.5
    )


def test_two_squares_in_a_row_by_hand() -> None:
    """((x + 1)^2 * 2 - 3)^2 * 5 + 7 at x = 2 is 15^2 * 5 + 7."""
    square = activation("power", 2)
    net = deep_network(square, [[[1.0]], [[2.0]], [[5.0]]], [[1.0], [-3.0], [7.0]])

    np.testing.assert_array_equal(net.outputs([[2.0]]), [15**2 * 5 + 7])
    # By the chain rule, with y = 2 (x + 1)^2 - 3 = 15: dPhi/dy = 10 y, dy/dx = 4 (x + 1).
    by_y, by_x = 150.0, 150.0 * 12
    expected = [by_x * 2, by_x, by_y * 9, by_y, 225.0, 1.0]
    np.testing.assert_array_equal(net.jacobian([[2.0]]), [expected])


@pytest.mark.parametrize("normalised", [False, True])
@pytest.mark.parametrize("widths", SHAPES)
def test_the_jacobian_is_the_derivative(widths: tuple[int, ...], normalised: bool) -> None:
    """Central differences with step 1e-5 are off by about 1e-10."""
    net, X, h = example(widths, normalised), points(3, 3), 1e-5
    w = net.parameters()
    columns = [
        (moved(net, w + step).outputs(X) - moved(net, w - step).outputs(X)) / (2 * h)
        for step in h * np.eye(net.size)
    ]

    np.testing.assert_allclose(net.jacobian(X), np.transpose(columns), atol=1e-8)


@pytest.mark.parametrize("normalised", [False, True])
@pytest.mark.parametrize("widths", SHAPES)
@pytest.mark.parametrize("name", ["tanh", "relu"])
def test_the_kernel_is_the_jacobian_times_its_transpose(
    widths: tuple[int, ...], normalised: bool, name: str
) -> None:
    net = example(widths, normalised, name)
    X, Z = points(5, 3), points(4, 3, 101)
    J, other = net.jacobian(X), net.jacobian(Z)

    np.testing.assert_allclose(deep_tangent_kernel(net, X), J @ J.T, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(deep_tangent_kernel(net, X, Z), J @ other.T, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("normalised", [False, True])
@pytest.mark.parametrize("law", LAWS)
def test_one_hidden_layer_is_the_shallow_network(law: str, normalised: bool) -> None:
    """The same parameters bit by bit, in another order, so the same function and kernel."""
    d, n, X = 3, 40, points(6, 3)
    deep = initial_deep_network(
        TANH, d, [n], law=law, seed=8, normalised=normalised, weight_variance=3, bias_variance=2
    )
    shallow = initial_network(
        TANH, n, d, law=law, seed=8, normalised=normalised, variances=FIGURE_11_3
    )

    np.testing.assert_array_equal(deep.weights[0], shallow.U)
    np.testing.assert_array_equal(deep.biases[0], shallow.b)
    np.testing.assert_array_equal(deep.weights[1], shallow.v[None])
    np.testing.assert_array_equal(deep.biases[1], [shallow.c])
    np.testing.assert_allclose(deep.outputs(X), shallow.outputs(X), rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(
        deep_tangent_kernel(deep, X), tangent_kernel(shallow, X), rtol=1e-13, atol=1e-14
    )


@pytest.mark.parametrize("widths", SHAPES)
def test_both_forms_are_the_same_function_at_the_start(widths: tuple[int, ...]) -> None:
    lecun, normalised = (example(widths, form) for form in (False, True))

    X = points(5, 3)
    np.testing.assert_allclose(lecun.outputs(X), normalised.outputs(X), rtol=1e-13, atol=1e-14)


def test_a_network_of_identities_is_linear() -> None:
    """Its kernel at x, z is affine in each: no curvature survives a second difference."""
    net = initial_deep_network(activation("identity"), 2, [4, 4], seed=2, bias_variance=1.0)
    step, base, Z = np.array([0.5, -1.0]), np.array([1.0, 2.0]), points(3, 2)

    before, middle, after = deep_tangent_kernel(net, [base - step, base, base + step], Z)
    np.testing.assert_allclose(before + after, 2 * middle, rtol=1e-13, atol=1e-13)


def test_the_variance_of_a_deep_linear_network_is_kept() -> None:
    """E Phi(x)^2 = |x|^2 / d for LeCun weights and the identity, whatever the depth."""
    x, seeds = np.array([[1.0, -2.0, 2.0]]), 4000
    squares = [
        initial_deep_network(activation("identity"), 3, [8, 8], seed=s, law="rademacher").outputs(
            x
        )[0]
        ** 2
        for s in range(seeds)
    ]

    assert abs(np.mean(squares) - 3) < 5 * np.std(squares) / seeds**0.5


def test_sizes_are_reported() -> None:
    net = example((6, 2, 4), False)

    assert (net.depth, net.dimension, net.widths) == (3, 3, (6, 2, 4))
    assert net.size == 3 * 6 + 6 + 6 * 2 + 2 + 2 * 4 + 4 + 4 + 1 == net.parameters().size


def test_a_kernel_beyond_doubles_is_an_error() -> None:
    net = deep_network(activation("identity"), [[[1e200]], [[1e200]]], [[0.0], [0.0]])

    with pytest.raises(OverflowError, match="too large for doubles"):
        deep_tangent_kernel(net, [[1.0]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: deep_network(TANH, [[[1.0]]], [[0.0]]), "1 weights and 1 biases"),
        (lambda: deep_network(TANH, [[[1.0]], [[1.0]]], [[0.0]]), "2 weights and 1 biases"),
        (
            lambda: deep_network(TANH, [[[1.0]], [[1.0, 2.0]]], [[0.0], [0.0]]),
            r"weights\[1\] has shape \(1, 2\), where \(1, 1\) is needed",
        ),
        (
            lambda: deep_network(TANH, [[[1.0]], [[1.0]]], [[0.0, 0.0], [0.0]]),
            r"biases\[0\] has shape \(2,\), where \(1,\) is needed",
        ),
        (lambda: initial_deep_network(TANH, 2, []), "widths is empty"),
        (lambda: initial_deep_network(TANH, 2, [3, 0]), r"widths\[1\] = 0"),
        (lambda: initial_deep_network(TANH, 0, [3]), "d = 0"),
        (lambda: initial_deep_network(TANH, 2, [3], weight_variance=-1), "weight_variance = -1"),
        (
            lambda: deep_tangent_kernel(example((2,), False), np.ones((2, 3)), [[1.0]]),
            r"Z has shape \(1, 1\), where \(m, 3\) is needed",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
