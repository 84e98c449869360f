"""The linearized network in closed form against iterations, rationals and many digits."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import exp, mp, mpf, sqrt

from numeric.activations import activation
from numeric.linearized import Linearization, Path, linearization
from numeric.losses import loss
from numeric.networks import Network, initial_network, network
from numeric.trajectories import gradient_descent

Array = npt.NDArray[np.float64]

DATA = np.array([[1.0, -0.5], [0.25, 1.5], [-1.0, -1.0]])
TARGETS = np.array([1.0, -0.5, 0.25])
TEST = np.array([[0.0, 0.0], [2.0, 1.0]])


def start(n: int = 20, seed: int = 1) -> Network:
    rng = np.random.default_rng(seed)
    U, b, v = rng.normal(size=(n, 2)), rng.normal(size=n), rng.normal(size=n)
    return network(activation("tanh"), U, b, v, 0.5, normalised=True)


def diagonal(*eigenvalues: float, weight: float = 1.0, error: float = -1.0) -> Linearization:
    """Return a model with this spectrum, outputs 0 at the start and all targets -`error`."""
    m = len(eigenvalues)
    return Linearization(
        replace(loss("sum", m), weight=weight),
        np.full(m, -error),
        np.diag(eigenvalues),
        np.zeros(m),
        np.zeros((0, m)),
        np.zeros(0),
        np.array(eigenvalues),
        np.eye(m),
    )


def explicit_descent(net: Network, h: float, steps: int, weight: float) -> Path:
    """Move the parameters of the linear model themselves."""
    J, Phi, Jt, Phit = net.jacobian(DATA), net.outputs(DATA), net.jacobian(TEST), net.outputs(TEST)
    shift = np.zeros(net.size)
    rows: list[tuple[Array, Array, float, float]] = []
    for _ in range(steps + 1):
        error = Phi + J @ shift - TARGETS
        rows.append(
            (
                error + TARGETS,
                Phit + Jt @ shift,
                weight * float(error @ error),
                float(np.linalg.norm(shift)),
            )
        )
        shift = shift - 2 * weight * h * (J.T @ error)
    return Path(*(np.array(column) for column in zip(*rows, strict=True)))


def assert_close(path: Path, expected: Path, tolerance: float) -> None:
    for name in ("outputs", "predictions", "losses", "distances"):
        np.testing.assert_allclose(
            getattr(path, name), getattr(expected, name), rtol=0, atol=tolerance, err_msg=name
        )


@pytest.mark.parametrize(
    ("name", "weight"), [("sum", 1), ("half", 1 / 2), ("mean", 1 / 3), ("half mean", 1 / 6)]
)
def test_closed_form_and_iteration_agree_with_moving_the_parameters(
    name: str, weight: float
) -> None:
    """Numbers of size 1, 30 stable steps, condition number of G_0 below 100: errors below 1e-12."""
    net = start()
    model = linearization(net, DATA, TARGETS, TEST, loss=name)
    h = 0.7 * model.largest_stable_step

    expected = explicit_descent(net, h, 30, weight)

    assert_close(model.descent(h, range(31)), expected, 1e-12)
    assert_close(model.iterate(h, 30), expected, 1e-12)


def test_remark_11_24_with_one_half() -> None:
    """2 h G_0 = 1/2, Phi_0 = 0 and y = 1 give 0, 1/2, 3/4, 7/8, 15/16."""
    path = diagonal(0.25).descent(1.0, range(5))

    np.testing.assert_allclose(path.outputs[:, 0], [0, 1 / 2, 3 / 4, 7 / 8, 15 / 16], rtol=1e-15)
    np.testing.assert_allclose(path.losses, [1, 1 / 4, 1 / 16, 1 / 64, 1 / 256], rtol=1e-15)
    np.testing.assert_allclose(path.distances, [0, 1, 3 / 2, 7 / 4, 15 / 8], rtol=1e-15)


@settings(max_examples=200)
@given(
    st.integers(1, 64).map(lambda i: i / 16),
    st.integers(1, 80).map(lambda i: i / 32),
    st.integers(0, 12),
)
def test_one_eigenvalue_by_rationals(mu: float, h: float, k: int) -> None:
    """q = (1 - 2 h mu)^k; |log q| is below 36, so that its error stays below 40 ulp."""
    q = (1 - 2 * Fraction(h) * Fraction(mu)) ** k

    path = diagonal(mu).descent(h, [k])

    assert path.outputs[0, 0] == pytest.approx(float(1 - q), rel=1e-14, abs=1e-14)
    assert path.losses[0] == pytest.approx(float(q**2), rel=2e-14, abs=0)
    assert path.distances[0] == pytest.approx(float(abs(1 - q)) / mu**0.5, rel=1e-14, abs=0)


@pytest.mark.parametrize(
    ("x", "k"),
    [
        (1e-17, 1),
        (1e-12, 7),
        (1e-9, 10**9),
        (3e-5, 10**6),
        (0.5, 2),
        (1.0, 3),
        (2 - 2.0**-40, 2),
        (2 - 2.0**-40, 3),
        (2 - 2.0**-30, 10**9),
        (2 + 2.0**-40, 8),
    ],
)
def test_nothing_cancels_for_small_or_barely_stable_steps(x: float, k: int) -> None:
    """x = 2 h mu with mu = 4: distance |1 - (1 - x)^k| / 2, to a relative error of 1e-14."""
    with mp.workdps(60):
        distance = float(abs(1 - (1 - mpf(x)) ** k) / 2)

    path = diagonal(4.0).descent(x / 8, [k])

    assert path.distances[0] == pytest.approx(distance, rel=1e-14, abs=0)


def test_the_flow_agrees_with_60_digits() -> None:
    mu, times = 0.3, [0.0, 1e-18, 1e-3, 2.0, 40.0]
    path = diagonal(mu, weight=0.5).flow(times)

    for row, t in enumerate(times):
        with mp.workdps(60):
            q = exp(-mpf(mu) * mpf(t))
            distance, squared = float((1 - q) / sqrt(mpf(mu))), float(q**2 / 2)
        assert path.distances[row] == pytest.approx(distance, rel=2e-15, abs=0)
        assert path.losses[row] == pytest.approx(squared, rel=1e-14, abs=0)


def test_small_steps_follow_the_flow() -> None:
    """Outputs of Euler's method with step h are off by at most h |2 G_0|^2 |E_0| t / 2."""
    model = linearization(start(), DATA, TARGETS, TEST)
    t, h = 0.5, 1e-9
    bound = h * (2 * model.eigenvalues[-1]) ** 2 * float(np.linalg.norm(TARGETS) + 5) * t

    assert_close(model.descent(h, [round(t / h)]), model.flow([t]), 10 * bound)


def test_the_limit_is_kernel_regression_from_the_start() -> None:
    """Phi(x, w_0) + K(x, X) G_0^{-1} (y - Phi(X, w_0)), Section 11.3."""
    net = start()
    J, Jt = net.jacobian(DATA), net.jacobian(TEST)
    weights = np.linalg.solve(J @ J.T, TARGETS - net.outputs(DATA))
    model = linearization(net, DATA, TARGETS, TEST)
    limit = model.limit()

    np.testing.assert_allclose(limit.outputs[0], TARGETS, rtol=0, atol=1e-13)
    np.testing.assert_allclose(
        limit.predictions[0], net.outputs(TEST) + Jt @ J.T @ weights, rtol=0, atol=1e-12
    )
    assert limit.distances[0] == pytest.approx(np.linalg.norm(J.T @ weights), rel=1e-12)
    assert limit.losses[0] < 1e-25
    h = 0.9 * model.largest_stable_step
    assert_close(model.descent(h, [10**7]), limit, 1e-12)
    assert_close(model.flow([1e6]), limit, 1e-12)


def test_descent_converges_exactly_below_the_largest_stable_step() -> None:
    model = linearization(start(), DATA, TARGETS)
    h = model.largest_stable_step

    assert h == pytest.approx(1 / np.linalg.eigvalsh(model.G0)[-1], rel=1e-14)
    assert model.is_stable(0.999 * h)
    assert not model.is_stable(1.001 * h)
    assert not model.is_stable(h)
    assert not model.is_stable(0.0)
    assert not model.is_stable(-h)
    assert model.descent(0.999 * h, [10**5]).losses[0] < 1e-20
    assert model.descent(1.001 * h, [10**5]).losses[0] > 1e20


@pytest.mark.parametrize(("name", "factor"), [("half", 2), ("mean", 3), ("half mean", 6)])
def test_the_largest_stable_step_scales_against_the_loss(name: str, factor: int) -> None:
    net = start()
    h = linearization(net, DATA, TARGETS).largest_stable_step

    scaled = linearization(net, DATA, TARGETS, loss=name).largest_stable_step

    assert scaled == pytest.approx(factor * h, rel=1e-14)


def test_two_targets_for_one_point_keep_their_difference() -> None:
    """x_1 = x_2: outputs tend to the mean target, the loss to half the squared difference."""
    X, y = DATA[[0, 0, 1]], np.array([1.0, 2.0, 0.0])
    model = linearization(start(), X, y, TEST)
    limit = model.limit()

    np.testing.assert_allclose(limit.outputs[0], [1.5, 1.5, 0], rtol=0, atol=1e-12)
    assert limit.losses[0] == pytest.approx(0.5, rel=1e-12)
    assert np.isfinite(limit.distances[0])
    h = 0.5 * model.largest_stable_step
    assert_close(model.descent(h, [5000]), limit, 1e-10)
    assert_close(model.descent(h, range(9)), model.iterate(h, 8), 1e-12)


def test_a_kernel_of_zero_stays_where_it_is() -> None:
    model = diagonal(0.0, 0.0)

    for path in (model.descent(3.0, [0, 9]), model.flow([0.0, 5.0]), model.iterate(3.0, 1)):
        np.testing.assert_array_equal(path.outputs, np.zeros((2, 2)))
        np.testing.assert_array_equal(path.distances, [0, 0])
    assert model.largest_stable_step == np.inf
    assert model.limit().losses[0] == 2


def test_an_overflow_is_infinite_and_no_warning() -> None:
    model = linearization(start(), DATA, TARGETS, TEST)

    for path in (model.descent(10.0, [10**6, 10**6 + 1]), model.iterate(10.0, 400)):
        assert path.losses[-1] == path.distances[-1] == np.inf
        assert np.all(path.outputs[-1] == np.inf)
        assert np.all(path.predictions[-1] == np.inf)


def test_a_test_point_among_the_data_is_predicted_as_it_is_fitted() -> None:
    model = linearization(start(), DATA, TARGETS, DATA)

    path = model.descent(0.5 * model.largest_stable_step, [0, 3, 50])

    np.testing.assert_allclose(path.predictions, path.outputs, rtol=0, atol=1e-13)


def test_wide_networks_stay_near_their_linearization() -> None:
    """Proposition 11.26: normalised networks differ by O(1/n) (measured), so less by far than 1/4.

    The widths differ by the factor 64.
    """
    gaps = []
    for n in (128, 8192):
        net = initial_network(activation("tanh"), n, 2, seed=5, normalised=True)
        model = linearization(net, DATA, TARGETS)
        h = 0.5 * model.largest_stable_step
        run, path = gradient_descent(net, DATA, TARGETS, h, 200), model.descent(h, range(201))
        gaps.append(np.abs(run.outputs - path.outputs).max())

    assert gaps[1] < gaps[0] / 4


def test_bad_arguments_are_named() -> None:
    net = start()
    model = linearization(net, DATA, TARGETS)

    with pytest.raises(ValueError, match="loss = 'logistic', where a sum of squares is needed"):
        linearization(net, DATA, np.sign(TARGETS), loss="logistic")
    with pytest.raises(ValueError, match=r"test_points has shape \(2,\)"):
        linearization(net, DATA, TARGETS, [1.0, 2.0])
    with pytest.raises(ValueError, match="steps = -1"):
        model.descent(0.1, [3, -1])
    with pytest.raises(ValueError, match=r"steps = 1\.5"):
        model.descent(0.1, [1.5])  # type: ignore[list-item]
    with pytest.raises(ValueError, match=r"times has the entry -1\.0"):
        model.flow([0.0, -1.0])
    with pytest.raises(ValueError, match="step_size = inf"):
        model.iterate(float("inf"), 3)
