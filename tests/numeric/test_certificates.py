"""What certificates promise, against gradient descent and against closed forms."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.activations import activation
from numeric.certificates import assumption_11_12, descent_certificate
from numeric.inputs import FloatArray
from numeric.networks import Network, network
from numeric.smoothness import smoothness

X2 = 2 * np.eye(2)
Y2 = np.array([0.5, -0.5])


def gaussian(n: int, seed: int, d: int = 2, name: str = "tanh") -> Network:
    """Return a network in the LeCun form at its usual start, (11.5.3)."""
    rng = np.random.default_rng(seed)
    U, v = rng.normal(size=(n, d)) / d**0.5, rng.normal(size=n) / n**0.5
    return network(activation(name), U, np.zeros(n), v)


def descend(
    net: Network, X: FloatArray, y: FloatArray, h: float, steps: int
) -> tuple[FloatArray, FloatArray, FloatArray, Network]:
    """Return losses, distances from the start, lengths of the steps, and the last network."""
    w0 = w = net.parameters()
    here = net
    losses, distances, lengths = [], [], []
    for _ in range(steps + 1):
        here = net.with_parameters(w)
        errors = here.outputs(X) - y
        losses.append(float(errors @ errors))
        distances.append(float(np.linalg.norm(w - w0)))
        step = -2 * h * here.jacobian(X).T @ errors
        lengths.append(float(np.linalg.norm(step)))
        w = w + step
    return np.array(losses), np.array(distances), np.array(lengths), here


def test_the_network_of_width_453_of_the_book_by_its_numbers() -> None:
    """tanh, X = 2 I, y = (1/2, -1/2), as computed with intervals of 30 digits elsewhere."""
    found = assumption_11_12(gaussian(453, 0), X2, Y2)

    assert found.holds
    assert found.lambda_min == pytest.approx(227.9, abs=0.05)
    assert found.lambda_max == pytest.approx(241.9, abs=0.05)
    assert found.gradient_bound == pytest.approx(15.88, abs=0.005)
    assert found.gradient_lipschitz == pytest.approx(2.855, abs=0.0005)
    assert found.radius == pytest.approx(0.137, abs=0.0005)
    assert found.used == pytest.approx(0.33, abs=0.005)


def test_an_unlucky_start_of_the_same_width_is_not_certified() -> None:
    found = assumption_11_12(gaussian(453, 1), X2, Y2)

    assert not found.holds
    assert found.start_loss == pytest.approx(2.98, abs=0.005)
    assert found.used == pytest.approx(1.08, abs=0.005)
    assert found.step_size == 0


@pytest.mark.parametrize("seed", range(12))
def test_gradient_descent_from_a_certified_network_obeys_11_4_6(seed: int) -> None:
    """At the largest step.  Outputs are computed to 3e-13, whence the smallest loss told from 0."""
    net = gaussian(453, seed)
    found = assumption_11_12(net, X2, Y2)
    if not found.holds:
        return
    losses, distances, _, _ = descend(net, X2, Y2, found.step_size, 40)

    rate = 1 - found.step_size * found.lambda_min
    bound = rate ** (2 * np.arange(41)) * found.start_loss
    assert (losses <= bound * (1 + 1e-9) + 1e-25).all()
    assert (distances <= found.radius).all()


@pytest.mark.parametrize("n", [100, 226, 453])
@pytest.mark.parametrize("eta", [0.3, 0.5, 0.9])
def test_gradient_descent_with_a_descent_certificate_stays_near_and_decays(
    n: int, eta: float
) -> None:
    certified = 0
    for seed in range(6):
        net = gaussian(n, seed)
        found = descent_certificate(net, X2, Y2, eta=eta)
        if not found.holds:
            assert found.used >= 1
            continue
        certified += 1
        losses, distances, lengths, _ = descend(net, X2, Y2, found.step_size, 60)
        rate = 1 - 4 * found.step_size * eta * found.singular_value**2
        assert 0 <= rate < 1
        assert (losses[1:] <= rate * losses[:-1] * (1 + 1e-9) + 1e-25).all()
        assert (distances < found.radius).all()
        assert lengths.sum() <= found.path * (1 + 1e-9) < found.radius * (1 + 2e-9)
    assert certified >= 1


@settings(max_examples=60)
@given(
    st.sampled_from(["tanh", "arctan", "sin", "softplus", "identity", "gelu"]),
    st.integers(2, 40),
    st.integers(1, 3),
    st.integers(0, 10**6),
    st.sampled_from([1e-3, 1e-1, 1.0]),
)
def test_whatever_is_certified_obeys_both_theorems(
    name: str, n: int, m: int, seed: int, off: float
) -> None:
    """Labels near the outputs, so that small networks are certified too."""
    net = gaussian(n, seed, d=3, name=name)
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(m, 3))
    y = net.outputs(X) + off * rng.normal(size=m)

    one, two = assumption_11_12(net, X, y, constant=8), descent_certificate(net, X, y)

    K = net.jacobian(X) @ net.jacobian(X).T
    low, high = np.linalg.eigvalsh(K)[[0, -1]]
    for found in (one, two):
        assert found.lambda_min <= low + 1e-13 * high
        assert found.lambda_max >= high * (1 - 1e-13)
        assert found.holds == (found.needed < found.available or found.used == 1)
        if found.holds:
            losses, distances, _, _ = descend(net, X, y, found.step_size, 25)
            h = found.step_size
            if found is one:
                rate = (1 - h * found.lambda_min) ** 2
            else:
                rate = 1 - 4 * h * two.eta * two.singular_value**2
            bound = rate ** np.arange(26) * found.start_loss
            assert (losses <= bound * (1 + 1e-9) + 1e-25 * (1 + high)).all()
            assert (distances <= found.radius * (1 + 1e-9)).all()
    if one.holds:
        J, r = norm_of_rows(net, X, one.radius, rng), one.radius
        assert one.gradient_bound >= J
        assert r >= 2 * math.sqrt(m * one.start_loss) * J / one.lambda_min * (1 - 1e-12)


def norm_of_rows(net: Network, X: FloatArray, radius: float, rng: np.random.Generator) -> float:
    """Return the largest gradient at some point of the ball."""
    p = rng.normal(size=net.size)
    w = net.parameters() + radius * p / np.linalg.norm(p)
    return float(np.linalg.norm(net.with_parameters(w).jacobian(X), axis=1).max())


def test_all_numbers_of_a_linear_neuron_by_hand() -> None:
    """Phi = v (u + b) + c at (2, 0, 3, 0): K = 9 + 9 + 4 + 1 = 23, L = sqrt(2), f = 10^-6.

    U = sqrt(23) + r L and r = 2 U / (23 * 10^3) give U = sqrt(23) / (1 - t sqrt(2)), t = 2 / 23000.
    Lambda = L, as m = 1.
    """
    net = network(activation("identity"), [[2.0]], [0.0], [3.0])
    found = assumption_11_12(net, [[1.0]], [6.001])
    second = descent_certificate(net, [[1.0]], [6.001], eta=0.5)

    t = 2 / 23000
    U = math.sqrt(23) / (1 - t * math.sqrt(2))
    assert found.holds
    assert found.start_loss == pytest.approx(1e-6, rel=1e-9)
    assert found.gradient_bound == pytest.approx(U, rel=1e-9)
    assert found.radius == pytest.approx(t * U, rel=1e-9)
    assert found.needed == pytest.approx(12 * U**2 * math.sqrt(2) * 1e-3, rel=1e-9)
    assert found.available == pytest.approx(529, rel=1e-12)
    assert found.step_size == pytest.approx(1 / 46, rel=1e-12)
    assert second.holds
    assert second.jacobian_lipschitz == pytest.approx(math.sqrt(2), rel=1e-12)
    assert second.available == pytest.approx(0.5 * 23 / (4 * math.sqrt(2)), rel=1e-6)
    rho = second.radius
    assert 0.5 * rho * (math.sqrt(23) - math.sqrt(2) * rho) == pytest.approx(1e-3, rel=1e-6)
    largest = (math.sqrt(23) + math.sqrt(2) * rho) ** 2 + math.sqrt(2) * 1e-3
    assert second.step_size == pytest.approx(0.5 / largest, rel=1e-9)


@pytest.mark.parametrize("part", [0.5, 0.6, 0.9, 0.97, 1.0, 1.1])
def test_a_radius_is_named_only_if_its_bound_for_the_gradient_fits(part: float) -> None:
    """For the neuron above U = sqrt(23) / (1 - q), where y = 6 + 23 q / (2 sqrt(2)), if q < 1.

    Then nothing holds, as q is at most 1/6 when Assumption 11.12 does.
    """
    net = network(activation("identity"), [[2.0]], [0.0], [3.0])

    found = assumption_11_12(net, [[1.0]], [6.0 + 23 * part / (2 * math.sqrt(2))])

    if found.radius < math.inf:
        bound = smoothness(net, [[1.0]]).gradient_bound(found.radius)
        U = pytest.approx(math.sqrt(23) / (1 - part))
        assert bound <= found.gradient_bound == U
    assert (found.radius < math.inf) <= (part < 1)
    assert (found.radius < math.inf) >= (part <= 0.5)
    assert not found.holds


def test_the_numbers_are_rounded_towards_the_safe_side() -> None:
    """What is proved from the numbers as they stand, in rational arithmetic."""
    for seed in range(20):
        net = gaussian(60, seed)
        y = net.outputs(X2) + 0.01
        found = assumption_11_12(net, X2, y, constant=8)
        two = descent_certificate(net, X2, y)

        kernel = smoothness(net, X2).kernel

        assert found.holds
        assert two.holds
        for ends in (found, two):
            assert (ends.lambda_min, ends.lambda_max) == (kernel.smallest.lo, kernel.largest.hi)
        low, high, loss = (
            Fraction(x) for x in (found.lambda_min, found.lambda_max, found.start_loss)
        )
        U, L, r = (
            Fraction(x) for x in (found.gradient_bound, found.gradient_lipschitz, found.radius)
        )
        assert (low * r) ** 2 >= 4 * 2 * U**2 * loss
        assert Fraction(found.needed) ** 2 >= 8**2 * 2**3 * U**4 * L**2 * loss
        assert Fraction(found.available) <= low**2
        assert Fraction(found.step_size) * (low + high) <= 1
        rho, Lam, left = (
            Fraction(x) for x in (two.radius, two.jacobian_lipschitz, two.singular_value)
        )
        assert (left + Lam * rho) ** 2 <= low
        assert Fraction(two.needed) ** 2 >= loss
        assert Fraction(two.needed) < Fraction(two.eta) * rho * left
        assert (Fraction(two.path) * Fraction(two.eta) * left) ** 2 >= loss


def test_eight_certifies_half_as_much_again_as_twelve() -> None:
    net = gaussian(453, 1)

    book, sharp = (assumption_11_12(net, X2, Y2, constant=c) for c in (12, 8))

    assert sharp.needed == pytest.approx(book.needed * 8 / 12, rel=1e-9)
    assert (book.holds, sharp.holds) == (False, True)


def test_the_descent_certificate_needs_much_less() -> None:
    """Width 226, where the book's constants fail for each of these seeds."""
    for seed in range(3):
        net = gaussian(226, seed)
        assert not assumption_11_12(net, X2, Y2).holds
        assert descent_certificate(net, X2, Y2).holds


@pytest.mark.parametrize("n", [10, 20])
def test_gradient_descent_itself_makes_a_certificate_possible_at_small_widths(n: int) -> None:
    net = gaussian(n, 0)
    assert not assumption_11_12(net, X2, Y2).holds
    h = 0.5 / float(np.linalg.norm(net.jacobian(X2), 2) ** 2)

    *_, trained = descend(net, X2, Y2, h, 60)

    assert assumption_11_12(trained, X2, Y2).holds
    assert descent_certificate(trained, X2, Y2).holds


def test_a_network_that_fits_its_data_exactly_is_certified_with_radius_zero() -> None:
    net = network(activation("identity"), [[2.0]], [0.0], [3.0])

    found, second = assumption_11_12(net, [[1.0]], [6.0]), descent_certificate(net, [[1.0]], [6.0])

    assert found.holds
    assert found.radius == found.needed == found.start_loss == 0
    assert second.holds
    assert second.path == 0


def test_equal_points_with_different_labels_are_never_certified() -> None:
    """There is no interpolant; the kernel is singular."""
    net, X = gaussian(500, 0), np.array([[1.0, 2.0], [1.0, 2.0]])

    for found in (assumption_11_12(net, X, Y2), descent_certificate(net, X, Y2)):
        assert not found.holds
        assert found.step_size == 0
        assert found.used >= 1


def test_nothing_is_certified_for_relu() -> None:
    net = gaussian(500, 0, name="relu")

    for found in (assumption_11_12(net, X2, Y2), descent_certificate(net, X2, Y2)):
        assert not found.holds
        assert not any(math.isnan(x) for x in vars(found).values())


@settings(max_examples=30)
@given(st.integers(2, 300), st.integers(0, 10**6), st.floats(0.01, 10))
def test_a_descent_certificate_needs_four_lambda_root_f_below_eta_lambda_min(
    n: int, seed: int, label: float
) -> None:
    """For the room rho (sigma - Lambda rho) is at most sigma^2 / (4 Lambda), Lambda that of 0."""
    net, y = gaussian(n, seed), np.array([label, -label])
    flattest = smoothness(net, X2).jacobian_lipschitz(0.0)

    found = descent_certificate(net, X2, y, eta=0.5)

    if found.holds:
        assert 4 * flattest * found.needed < 0.5 * found.lambda_min
    elif found.lambda_min > 0:
        thicker = smoothness(net, X2).jacobian_lipschitz(found.lambda_max**0.5 / flattest)
        assert 4 * thicker * found.needed >= 0.5 * found.lambda_min * (1 - 1e-9)


def test_arguments_that_do_not_fit_are_named() -> None:
    net = gaussian(3, 0)

    with pytest.raises(ValueError, match=r"y has shape \(1,\), where \(2,\)"):
        assumption_11_12(net, X2, [1.0])
    with pytest.raises(ValueError, match=r"y\[0\] = nan"):
        descent_certificate(net, X2, [math.nan, 1.0])
    with pytest.raises(ValueError, match=r"X has shape \(1, 3\)"):
        assumption_11_12(net, [[1.0, 2.0, 3.0]], [1.0])
    with pytest.raises(ValueError, match=r"constant = 7\.9"):
        assumption_11_12(net, X2, Y2, constant=7.9)
    for eta in (0.0, 1.0):
        with pytest.raises(ValueError, match="eta = "):
            descent_certificate(net, X2, Y2, eta=eta)
