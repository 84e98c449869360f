"""Constants of smoothness: never exceeded, attained, and evaluated with the network exactly."""

import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.activations import SIMPLE, Activation, activation
from numeric.inputs import FloatArray
from numeric.networks import Network, network
from numeric.smoothness import Smoothness, smoothness
from symbolic.exact import precision

SMOOTH = [a for a in SIMPLE if math.isfinite(a.curvature_bound)]
VALUES = {
    "identity": lambda t: t,
    "relu": lambda t: max(t, mpmath.mpf(0)),
    "abs": abs,
    "tanh": mpmath.tanh,
    "arctan": mpmath.atan,
    "erf": mpmath.erf,
    "sigmoid": lambda t: 1 / (1 + mpmath.exp(-t)),
    "softplus": lambda t: mpmath.log(1 + mpmath.exp(t)),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "gelu": lambda t: t * mpmath.ncdf(t),
    "gaussian": lambda t: mpmath.exp(-t * t),
    "leaky relu": lambda t: t if t > 0 else t / 4,
    "power": lambda t: t**3,
}
TURN_OF_TANH = math.atanh(3**-0.5)
"""Where |tanh''| is largest."""


def random_network(
    sigma: Activation, n: int, d: int, seed: int, size: float = 1.0, *, normalised: bool = False
) -> Network:
    rng = np.random.default_rng(seed)
    return network(
        sigma,
        rng.normal(size=(n, d)),
        rng.normal(size=n),
        size * rng.normal(size=n),
        float(rng.normal()),
        normalised=normalised,
    )


def unit(rng: np.random.Generator, size: int) -> FloatArray:
    direction = rng.normal(size=size) * (rng.random(size) < 0.5)
    return direction / max(float(np.linalg.norm(direction)), 1e-9)


def norm(M: FloatArray) -> float:
    return float(np.linalg.norm(M, 2))


@settings(max_examples=150)
@given(
    st.sampled_from(SMOOTH),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 10**6),
    st.sampled_from([0.01, 0.3, 3.0]),
    st.sampled_from([0.1, 1.0, 10.0]),
    st.booleans(),
)
def test_the_bounds_are_never_exceeded_in_the_ball(
    sigma: Activation,
    n: int,
    d: int,
    m: int,
    seed: int,
    radius: float,
    size: float,
    normalised: bool,
) -> None:
    """Jacobians of norm J are computed to 1e-14 J, far below 1e-9 of the differences looked at."""
    net = random_network(sigma, n, d, seed, size, normalised=normalised)
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(m, d)) * rng.choice([0.1, 1.0, 5.0])
    bounds, w0 = smoothness(net, X), net.parameters()
    L, U = bounds.gradient_lipschitz(radius), bounds.gradient_bound(radius)
    Lambda = bounds.jacobian_lipschitz(radius)

    for _ in range(4):
        w = w0 + radius * rng.random() * unit(rng, net.size)
        near = w + (w0 + radius * rng.random() * unit(rng, net.size) - w) * rng.choice([1.0, 0.01])
        J, K = net.with_parameters(w).jacobian(X), net.with_parameters(near).jacobian(X)
        apart = float(np.linalg.norm(near - w)) + 1e-9 * radius
        rounding = 1e-12 * (norm(J) + norm(K))

        assert norm(J - K) <= Lambda * apart * (1 + 1e-9) + rounding
        for a, b in zip(J, K, strict=True):
            assert np.linalg.norm(a - b) <= L * apart * (1 + 1e-9) + rounding
            assert np.linalg.norm(a) <= U * (1 + 1e-12)


def steepest(net: Network, X: FloatArray, radius: float) -> tuple[FloatArray, FloatArray]:
    """Return w_0 +- h p, p a direction in which one gradient changes most, from the Hessian."""
    w0, h = net.parameters(), 1e-5
    columns = [
        net.with_parameters(w0 + h * e).jacobian(X)[0]
        - net.with_parameters(w0 - h * e).jacobian(X)[0]
        for e in np.eye(net.size)
    ]
    values, vectors = np.linalg.eigh(np.array(columns))
    p = vectors[:, np.abs(values).argmax()]
    return w0 + radius * p, w0 - radius * p


@pytest.mark.parametrize("v", [0.0, 1.0, 5.0])
@pytest.mark.parametrize("scales", [(1.0, 1.0), (0.5, 0.25)])
def test_the_lipschitz_constant_of_the_gradient_is_nearly_attained(
    v: float, scales: tuple[float, float]
) -> None:
    """One neuron: at 0, where tanh' is B1, for v = 0, and at the largest |tanh''| for large v."""
    x, rho = np.array([[1.5]]), 1e-3
    z = TURN_OF_TANH if v > 0 else 0.0
    net = network(activation("tanh"), [[0.0]], [z], [v])
    net = replace(net, input_scale=scales[0], output_scale=scales[1])

    plus, minus = steepest(net, x, rho)
    change = net.with_parameters(plus).jacobian(x) - net.with_parameters(minus).jacobian(x)

    bounds = smoothness(net, x)
    ratio = norm(change) / (2 * rho)
    assert ratio >= (0.8 if v == 1.0 else 0.95) * bounds.gradient_lipschitz(rho)
    assert ratio <= bounds.gradient_lipschitz(rho)
    assert bounds.gradient_lipschitz(rho) == pytest.approx(bounds.jacobian_lipschitz(rho))


def test_the_lipschitz_constant_of_the_jacobian_is_nearly_attained_by_the_slopes() -> None:
    """v = 0 and z = 0: J(w) - J(0) = (Q p)^T in the column of v, up to the cube of p."""
    X, rho = np.array([[1.0, 2.0], [-1.0, 0.5], [3.0, 1.0]]), 1e-4
    net = network(activation("tanh"), np.zeros((1, 2)), [0.0], [0.0])
    Q = np.hstack([X, np.ones((3, 1))])
    p = np.linalg.svd(Q)[2][0]

    moved = net.with_parameters(rho * np.array([*p, 0.0, 0.0])).jacobian(X)

    ratio = norm(moved - net.jacobian(X)) / rho
    assert 0.99 * norm(Q) <= ratio <= smoothness(net, X).jacobian_lipschitz(rho) <= 1.001 * norm(Q)


def test_the_lipschitz_constant_of_the_jacobian_is_nearly_attained_by_the_curvature() -> None:
    """Equal points and a large v: all Hessians are equal, so that the bounds add up to sqrt(m)."""
    X, rho = np.full((4, 1), 2.0), 1e-3
    net = network(activation("tanh"), [[0.0]], [TURN_OF_TANH], [100.0])

    plus, minus = steepest(net, X, rho)
    change = net.with_parameters(plus).jacobian(X) - net.with_parameters(minus).jacobian(X)

    Lambda = smoothness(net, X).jacobian_lipschitz(rho)
    assert 0.95 * Lambda <= norm(change) / (2 * rho) <= Lambda


def test_the_bound_of_the_gradient_is_nearly_attained() -> None:
    """A large v, so that the gradient grows by much more than it is, at the largest |sin''|."""
    net = network(activation("sin"), [[0.0]], [math.pi / 2], [30.0])
    x, rho = np.array([[1.0]]), 0.1

    best = max(norm(net.with_parameters(w).jacobian(x)) for w in steepest(net, x, rho))

    bound = smoothness(net, x).gradient_bound(rho)
    assert 0.8 * bound <= best <= bound
    assert best >= 4 * norm(net.jacobian(x))


def test_the_formula_for_the_norm_of_the_hessian() -> None:
    """SymPy's Hessian of one neuron and a constant, d = 2, against the norm in the module."""
    a, s, x1, x2 = sp.Rational(1, 3), sp.Rational(1, 2), 2, -1
    U1, U2, b, v, c = w = sp.symbols("U1 U2 b v c")
    phi = a * v * sp.tanh(s * (U1 * x1 + U2 * x2) + b) + c
    place = {U1: 1, U2: sp.Rational(1, 2), b: sp.Rational(-1, 4), v: 3, c: 0}
    H = np.array(sp.hessian(phi, w).subs(place).evalf(30), dtype=float)

    z = 0.5 * (2 * 1 - 0.5) - 0.25
    slope, curvature = 1 - math.tanh(z) ** 2, -2 * math.tanh(z) * (1 - math.tanh(z) ** 2)
    length = math.sqrt(1 + 0.25 * (4 + 1))
    A, B = 3 * abs(curvature) * length**2, slope * length

    assert norm(H) == pytest.approx((A + math.sqrt(A * A + 4 * B * B)) / 6, rel=1e-13)


def test_constants_of_a_linear_neuron_by_hand() -> None:
    """sigma = id, x = 1: Phi = v (u + b) + c has the Hessian of norm sqrt(2) everywhere."""
    net = network(activation("identity"), [[2.0]], [0.0], [3.0])
    bounds = smoothness(net, [[1.0]])

    for radius in (0.0, 1.0, 100.0):
        assert bounds.gradient_lipschitz(radius) == pytest.approx(math.sqrt(2), rel=1e-15)
        assert bounds.jacobian_lipschitz(radius) == pytest.approx(math.sqrt(2), rel=1e-15)
    assert bounds.gradient_bound(0.0) == pytest.approx(math.sqrt(23), rel=1e-15)
    assert bounds.gradient_bound(1.0) == pytest.approx(math.sqrt(23) + math.sqrt(2), rel=1e-15)
    assert bounds.kernel.smallest.lo <= 23 <= bounds.kernel.smallest.hi


@pytest.mark.parametrize("name", ["tanh", "gelu", "cos"])
@pytest.mark.parametrize("radius", [0.0, 0.1, 7.0])
def test_the_bounds_grow_with_the_radius(name: str, radius: float) -> None:
    bounds = smoothness(random_network(activation(name), 4, 2, 1), np.eye(2))

    assert bounds.gradient_lipschitz(radius) < bounds.gradient_lipschitz(radius + 0.1)
    assert bounds.jacobian_lipschitz(radius) < bounds.jacobian_lipschitz(radius + 0.1)
    assert bounds.gradient_bound(radius) < bounds.gradient_bound(radius + 0.1)


def test_rounding_is_upwards() -> None:
    """L = (V B2 s^2 + sqrt(V^2 B2^2 s^4 + 4 B1^2 s^2)) / 2 in 60 digits, many networks."""
    for seed in range(40):
        net = random_network(activation("tanh"), 3, 2, seed)
        X = np.random.default_rng(seed).normal(size=(2, 2))
        bounds: Smoothness = smoothness(net, X)
        with mpmath.workdps(60):
            squares = [1 + sum(mpmath.mpf(float(t)) ** 2 for t in x) for x in X]
            V = mpmath.mpf(float(abs(net.v).max())) + mpmath.mpf(0.3)
            s2 = max(squares)
            A = V * 4 / (3 * mpmath.sqrt(3)) * s2
            true = (A + mpmath.sqrt(A * A + 4 * s2)) / 2
            found = mpmath.mpf(bounds.gradient_lipschitz(0.3))
            assert true <= found <= true * (1 + mpmath.mpf(10) ** -14)


@pytest.mark.parametrize(
    ("name", "parameter"),
    [*((a.name, None) for a in SIMPLE), ("leaky relu", 0.25), ("power", 3)],
)
def test_outputs_and_kernel_enclose_the_network_in_exact_arithmetic(
    name: str, parameter: float | None
) -> None:
    """Against 40 digits, the slopes by mpmath's numerical differentiation."""
    net = random_network(activation(name, parameter), 3, 2, 5, normalised=True)
    X = np.array([[0.5, -1.0], [2.0, 0.25], [-3.0, 1.5]])
    bounds, sigma = smoothness(net, X), VALUES[name]

    with mpmath.workdps(40):
        rows, outputs = [], []
        inner, outer = mpmath.mpf(net.input_scale), mpmath.mpf(net.output_scale)
        for x in (mpmath.matrix(x) for x in X.tolist()):
            phi, row = mpmath.mpf(net.c), [mpmath.mpf(1)]
            for u, b, v in zip(net.U.tolist(), net.b.tolist(), net.v.tolist(), strict=True):
                z = inner * mpmath.fdot(u, x) + b
                value, slope = sigma(z), mpmath.diff(sigma, z)
                phi += outer * v * value
                row += [outer * value, *(outer * v * slope * q for q in (1, *(inner * x)))]
            rows.append(row)
            outputs.append(phi)
        J = mpmath.matrix(rows)
        values = mpmath.eigsy(J * J.T, eigvals_only=True)
        for found, value in (
            (bounds.kernel.smallest, values[0]),
            (bounds.kernel.largest, values[2]),
        ):
            assert found.lo <= value <= found.hi
            assert found.width <= 1e-13 * bounds.kernel.largest.hi
        norms = [mpmath.sqrt(sum(t * t for t in row)) for row in rows]

    with precision(200):
        for ball, true in zip(
            [*bounds.outputs, *bounds.gradient_norms], [*outputs, *norms], strict=True
        ):
            assert abs(ball - arb(mpmath.nstr(true, 38))) < arb("1e-22")


def test_relu_has_no_such_constants_beyond_the_radius_zero() -> None:
    bounds = smoothness(random_network(activation("relu"), 3, 1, 0), [[1.0]])

    assert bounds.gradient_lipschitz(0.1) == bounds.jacobian_lipschitz(0.1) == math.inf
    assert bounds.gradient_bound(0.1) == math.inf
    assert bounds.gradient_bound(0.0) < 100


@pytest.mark.parametrize("name", ["relu", "abs", "leaky relu"])
def test_at_a_kink_the_slope_is_the_one_of_the_activation(name: str) -> None:
    sigma = activation(name)
    net = network(sigma, [[1.0]], [-1.0], [1.0])

    norms = smoothness(net, [[1.0]]).gradient_norms

    slope = float(sigma.slope(0.0))
    assert float(norms[0].mid()) == pytest.approx(math.sqrt(2 * slope**2 + 1), rel=1e-15)


def test_arguments_that_do_not_fit_are_named() -> None:
    net = random_network(activation("tanh"), 3, 2, 0)

    with pytest.raises(ValueError, match=r"X has shape \(1, 3\), where \(m, 2\)"):
        smoothness(net, [[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match=r"X\[0, 1\] = nan"):
        smoothness(net, [[1.0, math.nan]])
    with pytest.raises(ValueError, match=r"radius = -1\.0"):
        smoothness(net, np.eye(2)).gradient_lipschitz(-1.0)
