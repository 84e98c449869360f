"""Gradient descent against rationals, a plain implementation, and identities of the chapter."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import trajectories
from numeric.activations import activation
from numeric.descent import blocks_and_lanes
from numeric.networks import Network, network
from numeric.trajectories import (
    Trajectory,
    gradient_descent,
    packed,
    stochastic_gradient_descent,
    unpacked,
)

Array = npt.NDArray[np.float64]
Functions = tuple[Callable[[Array], Array], Callable[[Array], Array]]

PLAIN: dict[str, Functions] = {
    "identity": (lambda t: t, np.ones_like),
    "relu": (lambda t: np.maximum(t, 0), lambda t: np.where(t > 0, 1.0, 0.0)),
    "tanh": (np.tanh, lambda t: 1 - np.tanh(t) ** 2),
    "arctan": (np.arctan, lambda t: np.reciprocal(1 + t**2)),
    "sin": (np.sin, np.cos),
    "cos": (np.cos, lambda t: -np.sin(t)),
}
"""Value and slope, by NumPy."""


def random_network(name: str, n: int, d: int, *, normalised: bool = True, seed: int = 1) -> Network:
    rng = np.random.default_rng(seed)
    U, b, v = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=n)
    scale = 1.0 if normalised else n**-0.5
    return network(activation(name), U, b, scale * v, 0.25, normalised=normalised)


def random_data(m: int, d: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(2)
    return rng.normal(size=(m, d)), rng.normal(size=m)


def plain_descent(
    start: Network, X: Array, slopes: Callable[[Array], Array], h: float, steps: int
) -> list[tuple[Array, Network]]:
    """Return outputs and network of each step, computed one neuron and sample after the other."""
    sigma, slope = PLAIN[start.activation.name]
    s, o = start.input_scale, start.output_scale
    path = []
    now = start
    for _ in range(steps + 1):
        Z = np.array([[s * sum(u * x) + b for u, b in zip(now.U, now.b, strict=True)] for x in X])
        outputs = np.array([o * sum(sigma(z) * now.v) + now.c for z in Z])
        path.append((outputs, now))
        U, b, v, c = now.U.copy(), now.b.copy(), now.v.copy(), now.c
        for x, z, r in zip(X, Z, slopes(outputs), strict=True):
            v -= h * r * o * sigma(z)
            b -= h * r * o * now.v * slope(z)
            U -= h * r * o * s * (now.v * slope(z))[:, None] * x
            c -= h * r
        now = replace(now, U=U, b=b, v=v, c=float(c))
    return path


def same_bits(one: Trajectory, other: Trajectory) -> bool:
    pairs = [
        (one.losses, other.losses),
        (one.distances, other.distances),
        (one.distance_parts, other.distance_parts),
        (one.outputs, other.outputs),
        (one.network.parameters(), other.network.parameters()),
    ]
    return all(np.array_equal(a, b) for a, b in pairs)


def test_a_linear_neuron_follows_the_rational_trajectory() -> None:
    """Phi(x) = v (u x + b) + c on two samples; a step has some 20 roundings, and 6 steps are made.

    The errors may grow by the factor 1 + h |K| < 2 a step, so 1e-13 covers them.
    """
    xs, ys, h = [Fraction(1, 2), Fraction(-3, 4)], [Fraction(1), Fraction(1, 4)], Fraction(1, 16)
    u, b, v, c = Fraction(3, 4), Fraction(1, 8), Fraction(-1, 2), Fraction(1, 4)
    losses, squares = [], []
    start = (u, b, v, c)
    for _ in range(7):
        errors = [v * (u * x + b) + c - y for x, y in zip(xs, ys, strict=True)]
        losses.append(sum(e * e for e in errors))
        squares.append(sum((p - q) ** 2 for p, q in zip((u, b, v, c), start, strict=True)))
        du = sum(2 * e * v * x for e, x in zip(errors, xs, strict=True))
        db = sum(2 * e * v for e in errors)
        dv = sum(2 * e * (u * x + b) for e, x in zip(errors, xs, strict=True))
        u, b, v, c = u - h * du, b - h * db, v - h * dv, c - h * sum(2 * e for e in errors)
    neuron = network(activation("identity"), [[0.75]], [0.125], [-0.5], 0.25)

    run = gradient_descent(neuron, [[0.5], [-0.75]], [1.0, 0.25], 1 / 16, 6)

    np.testing.assert_allclose(run.losses, [float(f) for f in losses], rtol=1e-13)
    np.testing.assert_allclose(run.distances**2, [float(s) for s in squares], rtol=1e-13)


@pytest.mark.parametrize("n", [2, 5, 400])
def test_the_error_after_one_step_is_the_polynomial_of_theorem_11_23(n: int) -> None:
    """sigma = id, m = d = 1, b = c = 0: E_1 = E_0 (1 - 2 h K + 4 h^2 (1 + x^2) E_0 (E_0 + y)).

    Here K = 1 + (1 + x^2) |v|^2 + x^2 |u|^2.
    """
    rng = np.random.default_rng(n)
    u, v = rng.normal(size=n), rng.normal(size=n) / n**0.5
    x, y, h = 0.25, 1.0, 0.125 / n

    run = gradient_descent(
        network(activation("identity"), u[:, None], np.zeros(n), v), [[x]], [y], h, 1
    )

    before, after = run.outputs[:, 0] - y
    K = 1 + (1 + x**2) * sum(v**2) + x**2 * sum(u**2)
    expected = before * (1 - 2 * h * K + 4 * h**2 * (1 + x**2) * before * (before + y))
    assert after == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize(
    ("n", "m", "d"), [(1, 1, 1), (5, 3, 2), (385, 9, 3), (770, 4, 1), (3100, 2, 2), (40, 5, 6)]
)
def test_agrees_with_a_plain_implementation(name: str, n: int, m: int, d: int) -> None:
    start, (X, y) = random_network(name, n, d), random_data(m, d)
    h = 0.05 / m

    run = gradient_descent(start, X, y, h, 4)

    path = plain_descent(start, X, lambda outputs: 2 * (outputs - y), h, 4)
    for k, (outputs, now) in enumerate(path):
        np.testing.assert_allclose(run.outputs[k], outputs, rtol=0, atol=1e-12)
        assert run.losses[k] == pytest.approx(sum((outputs - y) ** 2), rel=1e-11)
        parts = [
            np.linalg.norm(now.U - start.U),
            np.linalg.norm(now.b - start.b),
            np.linalg.norm(now.v - start.v),
            abs(now.c - start.c),
        ]
        np.testing.assert_allclose(run.distance_parts[k], parts, rtol=0, atol=1e-13)
        assert run.distances[k] == pytest.approx(np.linalg.norm(parts), rel=0, abs=1e-13)
    np.testing.assert_allclose(
        run.network.parameters(), path[-1][1].parameters(), rtol=0, atol=1e-13
    )


@pytest.mark.parametrize(
    ("name", "weight"), [("sum", 1.0), ("half", 0.5), ("mean", 0.2), ("half mean", 0.1)]
)
def test_each_loss_is_followed_along_its_own_gradient(name: str, weight: float) -> None:
    start, (X, y) = random_network("tanh", 30, 2, normalised=False), random_data(5, 2)

    run = gradient_descent(start, X, y, 0.1, 3, loss=name)

    path = plain_descent(start, X, lambda outputs: 2 * weight * (outputs - y), 0.1, 3)
    for k, (outputs, _) in enumerate(path):
        assert run.losses[k] == pytest.approx(weight * sum((outputs - y) ** 2), rel=1e-11)


def test_logistic_loss_is_followed_along_its_gradient() -> None:
    start, (X, y) = random_network("arctan", 30, 2), random_data(5, 2)
    labels = np.sign(y)

    run = gradient_descent(start, X, labels, 0.1, 3, loss="logistic")

    path = plain_descent(start, X, lambda out: -labels / (1 + np.exp(labels * out)), 0.1, 3)
    for k, (outputs, _) in enumerate(path):
        assert run.losses[k] == pytest.approx(sum(np.log(1 + np.exp(-labels * outputs))), rel=1e-11)


@pytest.mark.parametrize(
    ("name", "parameter", "d"),
    [
        ("leaky relu", 0.25, 2),
        ("leaky relu", -0.5, 2),
        ("abs", None, 1),
        ("erf", None, 2),
        ("sigmoid", None, 1),
        ("softplus", None, 3),
        ("gelu", None, 2),
        ("gaussian", None, 2),
        ("power", 3, 2),
    ],
)
def test_a_step_goes_along_the_gradient_by_differences(
    name: str, parameter: float | None, d: int
) -> None:
    """Central differences with step 1e-5: their error is below 1e-10 f''' + 1e-11."""
    sigma = activation(name) if parameter is None else activation(name, parameter)
    start = replace(random_network("tanh", 6, d), activation=sigma)
    X, y = random_data(3, d)
    h = 2.0**-20

    run = gradient_descent(start, X, y, h, 1)

    w = start.parameters()
    gradient = (w - run.network.parameters()) / h

    def loss(v: Array) -> float:
        return float(np.sum((start.with_parameters(v).outputs(X) - y) ** 2))

    steps = 1e-5 * np.eye(w.size)
    differences = [(loss(w + e) - loss(w - e)) / 2e-5 for e in steps]
    np.testing.assert_allclose(gradient, differences, rtol=0, atol=2e-8)


@pytest.mark.parametrize("name", ["tanh", "relu", "cos"])
@pytest.mark.parametrize("d", [2, 3])
def test_the_number_of_threads_changes_no_bit(name: str, d: int) -> None:
    start, (X, y) = random_network(name, 2000, d), random_data(5, d)

    one, two, three = (gradient_descent(start, X, y, 0.01, 20, threads=t) for t in (1, 2, 3))

    assert same_bits(one, two)
    assert same_bits(one, three)


def test_pauses_change_no_bit_and_report_the_steps_done(monkeypatch: pytest.MonkeyPatch) -> None:
    start, (X, y) = random_network("arctan", 900, 2), random_data(3, 2)
    at_once = gradient_descent(start, X, y, 0.01, 10, threads=2)
    reports: list[tuple[int, int]] = []
    monkeypatch.setattr(trajectories, "SLICE", 3 * start.size * len(X))

    run = gradient_descent(
        start, X, y, 0.01, 10, threads=2, progress=lambda done, all_: reports.append((done, all_))
    )

    assert same_bits(run, at_once)
    assert reports == [(2, 10), (5, 10), (8, 10), (10, 10)]


def test_an_interrupt_between_two_pauses_ends_the_run() -> None:
    start, (X, y) = random_network("tanh", 9, 2), random_data(3, 2)

    def interrupt(done: int, steps: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gradient_descent(start, X, y, 0.01, 10, progress=interrupt)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["tanh", "relu", "sin"]), st.integers(1, 20), st.integers(1, 6))
def test_halving_the_loss_and_doubling_the_step_changes_no_output(
    name: str, n: int, m: int
) -> None:
    start, (X, y) = random_network(name, n, 2), random_data(m, 2)

    whole = gradient_descent(start, X, y, 0.03125, 5)
    half = gradient_descent(start, X, y, 0.0625, 5, loss="half")

    np.testing.assert_array_equal(half.outputs, whole.outputs)
    np.testing.assert_array_equal(half.losses, whole.losses / 2)


def test_relu_neurons_gain_as_much_outside_as_inside_up_to_second_order() -> None:
    """By homogeneity u . df/du + b df/db = v df/dv, so u^2 + b^2 - v^2 changes only by squares.

    Both sides are sums of a few numbers below 20, so they agree to 1e-14.
    """
    start = network(activation("relu"), *_weights(50, 2))
    X, y = random_data(4, 2)

    end = gradient_descent(start, X, y, 0.01, 1).network

    gained = _balance(end) - _balance(start)
    moved = np.square(end.U - start.U).sum(axis=1) + (end.b - start.b) ** 2
    np.testing.assert_allclose(gained, moved - (end.v - start.v) ** 2, rtol=0, atol=2e-14)


def _weights(n: int, d: int) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(3)
    return rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=n)


def _balance(net: Network) -> Array:
    return np.square(net.U).sum(axis=1) + net.b**2 - net.v**2


@pytest.mark.parametrize("name", ["identity", "tanh", "relu", "arctan", "power"])
@pytest.mark.parametrize("threads", [1, 2])
def test_divergence_is_infinite_from_its_first_step_on(name: str, threads: int) -> None:
    sigma = activation(name, 2) if name == "power" else activation(name)
    start, (X, y) = replace(random_network("tanh", 800, 2), activation=sigma), random_data(3, 2)

    run = gradient_descent(start, X, y, 1e4, 400, threads=threads)

    if run.diverged_at is None:  # a bounded activation may only swing
        assert name in ("tanh", "arctan")
        assert np.isfinite(run.losses).all()
        return
    k = run.diverged_at
    assert k > 0
    assert np.isfinite(run.losses[:k]).all()
    assert np.isfinite(run.distances[:k]).all()
    for record in (run.losses, run.distances, run.distance_parts, run.outputs):
        assert np.all(record[k:] == np.inf)


def test_a_loss_too_large_at_the_start_is_a_divergence_at_step_0() -> None:
    start, (X, y) = random_network("tanh", 3, 2), random_data(3, 2)

    run = gradient_descent(start, X, 1e80 * y, 0.1, 2, kernel_drift_at=[1])

    assert run.diverged_at == 0
    assert run.kernel_drifts == {1: np.inf}
    np.testing.assert_array_equal(run.network.parameters(), start.parameters())


def test_the_drift_of_the_kernel_is_that_of_the_jacobians() -> None:
    start, (X, y) = random_network("tanh", 50, 2), random_data(4, 2)

    run = gradient_descent(start, X, y, 0.02, 12, kernel_drift_at=[12, 0, 5])

    assert list(run.kernel_drifts) == [0, 5, 12]
    J = start.jacobian(X)
    for k, drift in run.kernel_drifts.items():
        Jk = gradient_descent(start, X, y, 0.02, k).network.jacobian(X)
        assert drift == pytest.approx(np.linalg.norm(Jk @ Jk.T - J @ J.T), rel=1e-10, abs=1e-13)


def test_no_steps_give_the_start() -> None:
    start, (X, y) = random_network("relu", 7, 2), random_data(3, 2)

    run = gradient_descent(start, X, y, 0.1, 0)

    assert run.losses.shape == run.distances.shape == (1,)
    assert run.distances[0] == 0
    np.testing.assert_allclose(run.outputs[0], start.outputs(X), rtol=1e-13)
    np.testing.assert_array_equal(run.network.parameters(), start.parameters())


@given(st.integers(1, 200_000))
def test_blocks_hold_all_neurons_and_none_is_empty(n: int) -> None:
    blocks, lanes = blocks_and_lanes(n)

    assert (blocks - 1) * lanes < n <= blocks * lanes
    assert lanes <= 384
    assert lanes % 8 == 0


@pytest.mark.parametrize("n", [1, 8, 384, 385, 3073])
def test_unpacking_undoes_packing(n: int) -> None:
    U, b, v = _weights(n, 3)

    for before, after in zip((U, b, v), unpacked(packed(U, b, v), n), strict=True):
        np.testing.assert_array_equal(before, after)


def test_arguments_are_left_alone() -> None:
    start, (X, y) = random_network("tanh", 20, 2), random_data(3, 2)
    w, X_before, y_before = start.parameters(), X.copy(), y.copy()

    gradient_descent(start, X, y, 0.1, 3)
    stochastic_gradient_descent(start, X, y, 0.1, 3, batch_size=2)

    np.testing.assert_array_equal(start.parameters(), w)
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(y, y_before)


def test_bad_arguments_are_named() -> None:
    start, (X, y) = random_network("tanh", 4, 2), random_data(3, 2)

    with pytest.raises(ValueError, match=r"X has shape \(3, 1\), where \(m, 2\) is needed"):
        gradient_descent(start, X[:, :1], y, 0.1, 1)
    with pytest.raises(ValueError, match=r"y has shape \(2,\), where \(3,\) is needed"):
        gradient_descent(start, X, y[:2], 0.1, 1)
    with pytest.raises(ValueError, match="step_size = nan"):
        gradient_descent(start, X, y, float("nan"), 1)
    with pytest.raises(ValueError, match="steps = -1"):
        gradient_descent(start, X, y, 0.1, -1)
    with pytest.raises(ValueError, match="threads = 0"):
        gradient_descent(start, X, y, 0.1, 1, threads=0)
    with pytest.raises(ValueError, match="kernel_drift_at = 2, where a step up to 1 is needed"):
        gradient_descent(start, X, y, 0.1, 1, kernel_drift_at=[2])
    with pytest.raises(ValueError, match="where a label 1 or -1 is needed"):
        gradient_descent(start, X, y, 0.1, 1, loss="logistic")
    with pytest.raises(ValueError, match="batch_size = 4, where at most m = 3 is needed"):
        stochastic_gradient_descent(start, X, y, 0.1, 1, batch_size=4)


@pytest.mark.parametrize("name", ["sum", "logistic"])
def test_a_batch_of_all_samples_gives_gradient_descent(name: str) -> None:
    start, (X, y) = random_network("tanh", 20, 2), random_data(4, 2)
    y = np.sign(y)

    full = gradient_descent(start, X, y, 0.05, 10, loss=name)
    batches = stochastic_gradient_descent(start, X, y, 0.05, 10, batch_size=4, loss=name)

    np.testing.assert_allclose(batches.outputs, full.outputs, rtol=0, atol=1e-12)
    np.testing.assert_allclose(batches.losses, full.losses, rtol=1e-11)
    np.testing.assert_allclose(batches.distance_parts, full.distance_parts, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    ("size", "with_replacement", "batches"),
    [
        (1, False, [[0], [1], [2]]),
        (2, False, [[0, 1], [0, 2], [1, 2]]),
        (2, True, [[0, 0], [1, 1], [2, 2], [0, 1], [0, 1], [0, 2], [0, 2], [1, 2], [1, 2]]),
    ],
)
def test_one_stochastic_step_is_one_of_the_batches_and_right_on_average(
    size: int, with_replacement: bool, batches: list[list[int]]
) -> None:
    start, (X, y) = random_network("tanh", 10, 2), random_data(3, 2)
    w, h = start.parameters(), 0.1
    rows = start.jacobian(X) * (2 * (start.outputs(X) - y))[:, None]
    ends = np.array([w - h * 3 / size * rows[batch].sum(axis=0) for batch in batches])
    met = np.zeros(len(batches))

    for seed in range(60):
        run = stochastic_gradient_descent(
            start, X, y, h, 1, batch_size=size, seed=seed, with_replacement=with_replacement
        )
        gaps = np.abs(ends - run.network.parameters()).max(axis=1)
        assert gaps.min() < 1e-14
        met += gaps < 1e-14

    assert met.all()
    full = gradient_descent(start, X, y, h, 1).network.parameters()
    np.testing.assert_allclose(ends.mean(axis=0), full, rtol=0, atol=1e-14)


def test_stochastic_descent_depends_on_the_seed_only() -> None:
    start, (X, y) = random_network("tanh", 10, 2), random_data(5, 2)

    one, again, other = (
        stochastic_gradient_descent(start, X, y, 0.05, 8, batch_size=2, seed=seed)
        for seed in (1, 1, 2)
    )

    assert same_bits(one, again)
    assert not same_bits(one, other)


def test_stochastic_divergence_is_infinite_without_a_warning() -> None:
    start, (X, y) = random_network("relu", 10, 2), random_data(5, 2)

    run = stochastic_gradient_descent(start, X, y, 1e6, 60, batch_size=2)

    assert run.diverged_at is not None
    assert np.all(run.losses[run.diverged_at :] == np.inf)
    assert np.isfinite(run.losses[: run.diverged_at]).all()
