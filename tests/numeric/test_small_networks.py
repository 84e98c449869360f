"""Small networks in batches: by hand, in rationals, in 40 digits, and one network at a time."""

from dataclasses import replace
from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.activations import activation
from numeric.inputs import FloatArray
from numeric.small_networks import (
    LANES,
    SmallNetworks,
    at_start,
    balls,
    lipschitz_bounds,
    paths,
    rounding,
    slacks,
    small_networks,
)

CASES = 256
SHAPES = [(1, 1, 1), (2, 3, 2), (3, 5, 3), (4, 8, 2), (5, 2, 1), (9, 3, 2)]
IDENTITY, TANH = activation("identity"), activation("tanh")


def drawn(
    seed: int, m: int, n: int, d: int, cases: int, sigma: str = "tanh", scale: float = 1.0
) -> SmallNetworks:
    rng = np.random.default_rng(seed)
    w = scale * rng.standard_normal((cases, n * (d + 2) + 1))
    X, y = rng.standard_normal((cases, m, d)), rng.standard_normal((cases, m))
    return small_networks(activation(sigma), w, X, y, normalised=bool(seed % 2))


@st.composite
def batches(draw: st.DrawFn) -> SmallNetworks:
    """Hypothesis draws a shape, a seed and a scale; the seed draws 256 cases."""
    m, n, d = (draw(st.integers(1, most)) for most in (5, 8, 3))
    sigma = draw(st.sampled_from(["identity", "tanh", "arctan", "sin", "relu"]))
    scale = 2.0 ** draw(st.integers(-3, 1))
    return drawn(draw(st.integers(0, 2**32 - 1)), m, n, d, CASES, sigma, scale)


def one_by_one(networks: SmallNetworks, h: FloatArray, steps: int) -> tuple[FloatArray, FloatArray]:
    """Return losses and distances from `Network.jacobian`, one case after the other."""
    losses, distances = (np.empty((networks.cases, steps + 1)) for _ in range(2))
    for case in range(networks.cases):
        net, X, w = networks.network(case), networks.X[case], networks.parameters[case]
        for k in range(steps + 1):
            now = net.with_parameters(w)
            errors = now.outputs(X) - networks.y[case]
            losses[case, k] = errors @ errors
            distances[case, k] = np.linalg.norm(w - networks.parameters[case])
            w = w - 2 * h[case] * (now.jacobian(X).T @ errors)
    return losses, distances


def test_the_kernel_of_one_linear_neuron_by_hand() -> None:
    """Phi = v (u x + b) + c: K = v^2 x^2 + v^2 + (u x + b)^2 + 1 = 9 + 4 + 1 + 1."""
    networks = small_networks(IDENTITY, [[0.5, 0.25, 2.0, -1.0]], [[[1.5]]], [[3.0]])

    start = at_start(networks)

    assert start.outputs[0, 0] == 1.0
    assert start.kernels[0, 0, 0] == start.smallest[0] == start.largest[0] == 15.0
    assert start.gradient_norms[0, 0] == 15.0**0.5
    assert start.losses(networks.y)[0] == 4.0


def test_one_step_of_one_linear_neuron_by_hand() -> None:
    """E_0 = -2 and h = 1/16: u, b, v, c move by (3, 2, 1, 1) / 4, to Phi = 9/4 * 23/8 - 3/4."""
    networks = small_networks(IDENTITY, [[0.5, 0.25, 2.0, -1.0]], [[[1.5]]], [[3.0]])

    found = paths(networks, 1 / 16, 1)

    np.testing.assert_array_equal(found.distances, [[0.0, 15.0**0.5 / 4]])
    assert found.losses[0, 1] == (9 / 4 * 21 / 8 - 3 / 4 - 3) ** 2


def rational_descent(
    w: list[Fraction], X: list[list[Fraction]], y: list[Fraction], h: Fraction, steps: int
) -> list[tuple[Fraction, Fraction]]:
    """Return losses and squared distances of a network with sigma = t, in the LeCun form."""
    d, start, found = len(X[0]), w, []
    n = (len(w) - 1) // (d + 2)
    for _ in range(steps + 1):
        U = [w[j * d : (j + 1) * d] for j in range(n)]
        b, v, c = w[n * d : n * (d + 1)], w[n * (d + 1) : n * (d + 2)], w[-1]
        gradient = [Fraction(0)] * len(w)
        loss = Fraction(0)
        for x, label in zip(X, y, strict=True):
            z = [sum((p * q for p, q in zip(U[j], x, strict=True)), b[j]) for j in range(n)]
            error = sum((p * q for p, q in zip(v, z, strict=True)), c) - label
            loss += error**2
            by_U = [v[j] * x[p] for j in range(n) for p in range(d)]
            for k, slope in enumerate([*by_U, *v, *z, Fraction(1)]):
                gradient[k] += 2 * error * slope
        found.append(
            (loss, sum(((a - s) ** 2 for a, s in zip(w, start, strict=True)), Fraction(0)))
        )
        w = [a - h * g for a, g in zip(w, gradient, strict=True)]
    return found


@settings(max_examples=25)
@given(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3), st.integers(0, 1000))
def test_a_linear_network_descends_as_in_rationals(m: int, n: int, d: int, seed: int) -> None:
    """Four steps far below 1 / lambda_max: each operation adds at most a few units of 2^-53."""
    rng = np.random.default_rng(seed)
    w, X, y = (rng.integers(-8, 9, size) / 8 for size in (n * (d + 2) + 1, (m, d), m))
    exactly = [[Fraction(value) for value in row] for row in X]
    expected = rational_descent(
        list(map(Fraction, w)), exactly, list(map(Fraction, y)), Fraction(1, 256), 4
    )

    found = paths(small_networks(IDENTITY, w[None], X[None], y[None]), 1 / 256, 4)

    losses, squared = (np.array([float(pair[i]) for pair in expected]) for i in (0, 1))
    scale = 1 + abs(y).max() + np.square(w).sum() * 3
    np.testing.assert_allclose(found.losses[0], losses, rtol=1e-13, atol=1e-14 * scale**2)
    np.testing.assert_allclose(found.distances[0] ** 2, squared, rtol=1e-12, atol=1e-28)


def test_a_tanh_network_descends_as_in_40_digits() -> None:
    """Two neurons, two points: |E_k| within what `rounding` allows, which is below 1e-12."""
    networks = drawn(0, 2, 2, 1, 3)
    start, h, steps = at_start(networks), 0.02, 6
    found, allowed = paths(networks, h, steps), rounding(networks, start, steps)
    assert (allowed < 1e-12).all()
    with mp.workdps(40):
        for case in range(networks.cases):
            w = mp.matrix(networks.parameters[case].tolist())
            X, y = networks.X[case, :, 0].tolist(), networks.y[case].tolist()
            for k in range(steps + 1):
                step, total = mp.matrix(7, 1), mp.mpf(0)
                for x, label in zip(X, y, strict=True):
                    s = [mp.tanh(w[j] * x + w[2 + j]) for j in (0, 1)]
                    error = w[4] * s[0] + w[5] * s[1] + w[6] - label
                    slopes = [w[4 + j] * mp.sech(w[j] * x + w[2 + j]) ** 2 for j in (0, 1)]
                    rows = [slopes[0] * x, slopes[1] * x, *slopes, *s, mp.mpf(1)]
                    step += 2 * h * error * mp.matrix(rows)
                    total += error**2
                assert abs(mp.sqrt(total) - mp.sqrt(found.losses[case, k])) < allowed[case]
                w = w - step


@pytest.mark.parametrize(("m", "n", "d"), SHAPES)
@pytest.mark.parametrize("sigma", ["tanh", "sin", "identity"])
def test_a_batch_agrees_with_one_network_at_a_time(m: int, n: int, d: int, sigma: str) -> None:
    networks = drawn(m + n + d, m, n, d, 5, sigma)
    start = at_start(networks)
    h = 0.05 / start.largest

    found, (losses, distances) = paths(networks, h, 12), one_by_one(networks, h, 12)

    noise = rounding(networks, start, 12)[:, None]
    assert (abs(np.sqrt(found.losses) - np.sqrt(losses)) <= noise).all()
    np.testing.assert_allclose(found.distances, distances, rtol=1e-12, atol=1e-14)
    assert (found.losses[:, 12] < found.losses[:, 0]).all()


@pytest.mark.parametrize(("m", "n", "d"), SHAPES)
def test_kernel_and_spectrum_are_those_of_the_jacobian(m: int, n: int, d: int) -> None:
    networks = drawn(m * n, m, n, d, 70)
    start = at_start(networks)
    for case in range(networks.cases):
        J = networks.network(case).jacobian(networks.X[case])
        kernel = J @ J.T
        spectrum = np.linalg.eigvalsh(kernel)
        allowed = 1e-13 * np.trace(kernel)
        assert abs(start.kernels[case] - kernel).max() <= 1e-14 * np.trace(kernel)
        assert abs(start.smallest[case] - spectrum[0]) <= allowed
        assert abs(start.largest[case] - spectrum[-1]) <= allowed


def test_equal_points_make_the_kernel_singular() -> None:
    networks = drawn(3, 4, 3, 2, 10)
    X = networks.X.copy()
    X[:, 3] = X[:, 1]
    start = at_start(replace(networks, X=X))
    assert (abs(start.smallest) <= 1e-13 * start.largest).all()
    assert (start.largest > 1).all()


@settings(max_examples=20)
@given(batches())
def test_kernels_are_positive_semidefinite(networks: SmallNetworks) -> None:
    start = at_start(networks)
    trace = np.trace(start.kernels, axis1=1, axis2=2)
    np.testing.assert_array_equal(start.kernels, start.kernels.transpose(0, 2, 1))
    assert (start.smallest >= -1e-13 * trace).all()
    assert (start.smallest * networks.points <= trace * (1 + 1e-13)).all()
    assert (start.largest * networks.points >= trace * (1 - 1e-13)).all()
    assert (start.gradient_norms >= 1).all()


@settings(max_examples=20)
@given(batches(), st.integers(0, CASES - 1), st.integers(1, 3))
def test_a_case_gets_the_same_bits_alone_and_in_any_batch(
    networks: SmallNetworks, case: int, threads: int
) -> None:
    start = at_start(networks, threads=threads)
    alone = at_start(networks.take([case]))
    for name in ("outputs", "kernels", "smallest", "largest"):
        np.testing.assert_array_equal(getattr(alone, name)[0], getattr(start, name)[case])

    limits = {"rate": 0.9, "radius": 0.5, "steps": 8}
    h = 0.2 / start.largest
    together = slacks(networks, h, **limits, threads=threads)
    shifted = slacks(networks.take(np.arange(case, CASES)), h[case:], **limits)
    single = slacks(networks.take([case]), h[case], **limits)
    for name in ("decay", "decay_step", "distance", "distance_step"):
        expected = getattr(together, name)[case]
        assert getattr(shifted, name)[0] == expected
        assert getattr(single, name)[0] == expected


def test_slacks_are_those_of_the_paths() -> None:
    networks = drawn(5, 3, 4, 2, 200)
    start, steps = at_start(networks), 30
    h, noise = 0.3 / start.largest, 1e-3
    rate = np.linspace(0.9, 1.1, 200) * np.tile([1, -1], 100)
    radius = np.tile([0.5, 2.0, 8.0, 32.0], 50)

    found = slacks(networks, h, rate=rate, radius=radius, noise=noise, steps=steps)

    run = paths(networks, h, steps)
    powers = abs(rate[:, None]) ** np.arange(1, steps + 1)
    bound = (powers * np.sqrt(run.losses[:, :1]) + noise) ** 2
    loss, distance = run.losses[:, 1:], run.distances[:, 1:]
    decay = (bound - loss) / np.maximum(bound, loss)
    reach = (radius[:, None] - distance) / np.maximum(radius[:, None], distance)
    np.testing.assert_allclose(found.decay, decay.min(axis=1), rtol=0, atol=1e-11)
    np.testing.assert_array_equal(found.distance, reach.min(axis=1))
    np.testing.assert_array_equal(found.distance_step, reach.argmin(axis=1) + 1)
    at_step = decay[np.arange(200), found.decay_step - 1]
    np.testing.assert_allclose(at_step, found.decay, rtol=0, atol=1e-11)
    np.testing.assert_array_equal(found.least, np.minimum(found.decay, found.distance))
    assert 40 < (found.least < 0).sum() < 160


def test_a_case_that_diverges_is_inf_from_then_on_and_leaves_its_neighbours_alone() -> None:
    networks = drawn(2, 4, 3, 2, LANES, "identity")
    start, steps = at_start(networks), 40
    h = 0.1 / start.largest
    wild = h.copy()
    wild[::3] *= 1000

    calm, mixed = paths(networks, h, steps), paths(networks, wild, steps)
    judged = slacks(networks, wild, rate=1.0, radius=100.0, steps=steps)

    diverged = np.arange(LANES) % 3 == 0
    for name in ("losses", "distances"):
        got = getattr(mixed, name)
        assert not np.isnan(got).any()
        np.testing.assert_array_equal(got[~diverged], getattr(calm, name)[~diverged])
        assert np.isinf(got[diverged, -1]).all()
        assert (np.diff(np.isinf(got).astype(int), axis=1) >= 0).all()
    np.testing.assert_array_equal(np.isinf(mixed.losses), np.isinf(mixed.distances))
    assert (judged.decay[diverged] == -1).all()
    assert (judged.distance[diverged] == -1).all()
    first_inf = np.isinf(mixed.losses).argmax(axis=1)
    assert (judged.decay_step[diverged] <= first_inf[diverged]).all()


def test_a_start_that_overflows_is_inf_and_its_spectrum_unknown() -> None:
    huge = small_networks(IDENTITY, [[1e200, 0.0, 1e200, 0.0]], [[[1.0]]], [[0.0]])

    start, run = at_start(huge), paths(huge, 1.0, 3)

    assert (start.smallest[0], start.largest[0]) == (0.0, np.inf)
    assert (run.losses == np.inf).all()
    assert (run.distances == np.inf).all()


def test_a_step_out_of_all_numbers_is_inf_and_not_nan() -> None:
    networks = drawn(2, 3, 4, 2, 3, "identity")
    run = paths(networks, 1e308, 4)
    assert np.isfinite(run.losses[:, 0]).all()
    assert (run.losses[:, 1:] == np.inf).all()
    assert (run.distances[:, 1:] == np.inf).all()
    assert (slacks(networks, np.inf, rate=1.0, radius=1.0, steps=4).least == -1).all()


def test_a_case_without_a_limit_is_not_run() -> None:
    networks = drawn(4, 2, 2, 2, 5)
    h = np.array([0.01, np.nan, 0.01, 0.01, 0.01])
    radius = np.array([1.0, 1.0, np.nan, np.inf, -1.0])

    found = slacks(networks, h, rate=1.0, radius=radius, steps=3)

    assert np.isnan(found.least).tolist() == [False, True, True, False, False]
    assert found.decay_step[1:3].tolist() == [0, 0]
    assert found.distance[3] == 1.0
    assert found.distance[4] < -1.0 or found.distance[4] <= -1.0 + 1e-15


def test_steps_of_size_zero_go_nowhere() -> None:
    networks = drawn(6, 3, 2, 1, 4)
    run = paths(networks, 0.0, 5)
    assert (run.losses == run.losses[:, :1]).all()
    assert (run.distances == 0).all()


def gradients(networks: SmallNetworks, w: FloatArray) -> FloatArray:
    return np.array(
        [
            networks.network(case).with_parameters(w[case]).jacobian(networks.X[case])
            for case in range(networks.cases)
        ]
    )


@pytest.mark.parametrize("sigma", ["tanh", "sin", "arctan", "identity"])
def test_gradients_obey_the_bounds_of_their_ball(sigma: str) -> None:
    """Random pairs in the ball, close and far."""
    networks, rng = drawn(9, 3, 2, 2, 40, sigma), np.random.default_rng(0)
    ball = balls(networks, at_start(networks), lambda U: 0.05 * U)
    assert np.isfinite(ball.radius).all()
    np.testing.assert_allclose(ball.radius, 0.05 * ball.U)
    np.testing.assert_array_equal(ball.L, lipschitz_bounds(networks, ball.radius))
    sharpest = 0.0
    for _ in range(20):
        moves = rng.standard_normal((2, *networks.parameters.shape))
        moves *= (ball.radius / np.linalg.norm(moves, axis=2))[:, :, None]
        moves[1] = moves[0] + 10.0 ** rng.integers(-3, 1) * (moves[1] - moves[0])
        a, b = (gradients(networks, networks.parameters + move) for move in moves)
        way = np.linalg.norm(moves[0] - moves[1], axis=1)
        ratio = np.linalg.norm(a - b, axis=2).max(axis=1) / way / ball.L
        assert (ratio <= 1 + 1e-9).all()
        assert (np.linalg.norm(a, axis=2) <= ball.U[:, None]).all()
        sharpest = max(sharpest, ratio.max())
    assert sharpest > 0.3


def test_a_linear_network_has_the_lipschitz_constant_of_its_longest_input() -> None:
    """sigma'' = 0 leaves the block ((0, x), (x^T, 0)) with x extended by 1."""
    networks = small_networks(
        IDENTITY, np.ones((1, 2 * 4 + 1)), [[[3.0, 4.0], [1.0, 0.0]]], [[0.0, 0.0]]
    )
    assert lipschitz_bounds(networks, 7.0)[0] == pytest.approx(26**0.5, rel=1e-15)


def test_the_lipschitz_constant_grows_with_the_outer_weights_in_the_ball() -> None:
    """At v = 10, u + b = pi / 2 the Hessian of v sin(u + b) by u, b has the entries -10."""
    networks = small_networks(activation("sin"), [[0.0, np.pi / 2, 0.0, 0.0]], [[[1.0]]], [[0.0]])
    bound = lipschitz_bounds(networks, 10.0)[0]
    at, aside = np.array([0.0, np.pi / 2, 10.0, 0.0]), np.array([1e-4, 1e-4, 0.0, 0.0])
    a, b = (gradients(networks, (at + sign * aside)[None]) for sign in (-1, 1))
    ratio = np.linalg.norm(a - b) / np.linalg.norm(2 * aside)
    assert 20 * (1 - 1e-6) < ratio <= bound < 20.2


def test_a_ball_is_found_if_and_only_if_there_is_one() -> None:
    """L is a constant of a linear network: U = G + part U has a solution for part < 1."""
    networks = drawn(8, 3, 2, 2, 40, "identity")
    start, L = at_start(networks), lipschitz_bounds(networks, 0.0)
    found, none = (balls(networks, start, lambda U, p=part: p * U / L) for part in (0.3, 1.01))
    np.testing.assert_allclose(found.U, start.gradient_norms.max(axis=1) / 0.7, rtol=1e-8)
    assert np.isnan(none.U).all()


def test_a_ball_that_outgrows_its_bound_is_none() -> None:
    networks = drawn(9, 3, 2, 2, 40)
    start = at_start(networks)
    for found in (balls(networks, start, lambda U: 10 * U), balls(networks, start, np.square)):
        assert np.isnan(found.radius).all()
        assert np.isnan(found.U).all()
        assert np.isnan(found.L).all()


def test_shapes_that_do_not_fit_are_named() -> None:
    w, X, y = np.zeros((2, 9)), np.zeros((2, 3, 2)), np.zeros((2, 3))
    assert small_networks(TANH, w, X, y).width == 2
    with pytest.raises(
        ValueError, match=r"parameters has shape \(2, 8\), where \(2, n \* 4 \+ 1\)"
    ):
        small_networks(TANH, w[:, 1:], X, y)
    with pytest.raises(ValueError, match=r"y has shape \(2, 2\)"):
        small_networks(TANH, w, X, y[:, 1:])
    with pytest.raises(ValueError, match=r"X\[1, 0, 0\] = nan"):
        small_networks(TANH, w, [[[0.0, 0.0]], [[np.nan, 0.0]]], y[:, :1])
    networks = small_networks(TANH, w, X, y)
    with pytest.raises(ValueError, match=r"h has shape \(3,\), where \(2,\) is needed"):
        paths(networks, [0.1, 0.1, 0.1], 2)
    with pytest.raises(ValueError, match="h = nan"):
        paths(networks, np.nan, 2)
    with pytest.raises(ValueError, match="steps = 0"):
        slacks(networks, 0.1, rate=1.0, radius=1.0, steps=0)
    with pytest.raises(ValueError, match=r"y has shape \(2,\)"):
        networks.with_labels([0.0, 1.0])
