"""Networks of equal neurons: gradients by differences of outputs, doubles against fractions."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from flint import fmpq

from numeric.equal_neurons import BOX, EqualNeurons, equal_neurons, member, members, steepest
from symbolic.exact import exact, sqrt

FOUR = equal_neurons(
    "-8:5 8:-3",
    x="3/2",
    at_zero="-1/3",
    start="1 0 2",
    near="4/3 1/2 3/2",
    far="5/7 -1/4 1",
    n=4,
)


def fraction(x: fmpq) -> Fraction:
    return Fraction(int(x.numer()), int(x.denom()))


def output(w: list[Fraction]) -> Fraction:
    """Return Phi for sigma(t) = -1/3 + t - t^2/4, which has the slopes of FOUR on [-8, 8]."""
    u, b, v, c = w[:4], w[4:8], w[8:12], w[12]
    inside = [p * Fraction(3, 2) + q for p, q in zip(u, b, strict=True)]
    sigma = [Fraction(-1, 3) + t - t * t / 4 for t in inside]
    return sum((p * q for p, q in zip(v, sigma, strict=True)), c)


def gradient(place: tuple[fmpq, fmpq, fmpq]) -> list[Fraction]:
    """Return all derivatives by central differences, which are exact for a quadratic."""
    u, b, v = map(fraction, place)
    w = [u] * 4 + [b] * 4 + [v / 2] * 4 + [Fraction(0)]
    step = Fraction(1, 1000)
    slopes = []
    for i in range(len(w)):
        up, down = ([x + s * (i == j) for j, x in enumerate(w)] for s in (step, -step))
        slopes.append((output(up) - output(down)) / (2 * step))
    return slopes


def test_squared_gradients_are_those_of_all_parameters() -> None:
    for place in (FOUR.start, FOUR.near, FOUR.far):
        assert exact(sum(s * s for s in gradient(place))) == FOUR.squared_gradient(place)


def test_the_squared_change_is_that_of_all_parameters() -> None:
    pairs = zip(gradient(FOUR.near), gradient(FOUR.far), strict=True)

    assert exact(sum((a - b) ** 2 for a, b in pairs)) == FOUR.squared_change()


def test_the_constants_of_the_activation_are_read_off_its_slopes() -> None:
    assert (FOUR.slope_bound, FOUR.curvature_bound, FOUR.R) == (5, exact("1/2"), 5)


@pytest.mark.parametrize(
    ("start", "ordinary"), [("2 0 2", True), ("21/10 0 2", False), ("2 0 -21/10", False)]
)
def test_ordinary_means_short_weights(start: str, ordinary: bool) -> None:
    case = equal_neurons("0:1", start=start, near=start, far=start)

    assert case.is_ordinary is ordinary


def test_ordinary_means_a_ball_of_radius_1() -> None:
    """Two equal neurons whose biases move by 1 move by sqrt(2)."""
    assert equal_neurons("0:1", start="0 0 0", near="0 1 0", far="0 0 0").is_ordinary
    assert not equal_neurons("0:1", start="0 0 0", near="0 1 0", far="0 0 0", n=2).is_ordinary


@pytest.mark.parametrize(
    ("slope", "curvature", "length"), [*product(["1", "3"], ["1/2", "4"], ["1", "5/3"])]
)
def test_the_steepest_change_comes_close_to_the_norm_of_the_hessian(
    slope: str, curvature: str, length: str
) -> None:
    case = steepest(slope, curvature, weight="1", radius="1", length=length)
    s, b, a = float(Fraction(length)), float(Fraction(slope)), 2 * float(Fraction(curvature))
    norm = np.linalg.norm([[a * s * s, b * s], [b * s, 0]], 2)
    ratio = float(sqrt(case.squared_change() / case.squared_distance(case.near, case.far)))

    assert case.squared_radius == 1
    assert ratio == pytest.approx(norm, rel=3e-3)
    assert ratio <= norm


def test_doubles_agree_with_fractions() -> None:
    rng = np.random.default_rng(1)
    columns = {name: rng.uniform(low, high, 50) for name, (low, high) in BOX.items()}
    many = members(columns)

    for row in range(50):
        case: EqualNeurons = member({name: exact(column[row]) for name, column in columns.items()})
        expected = {
            "slope_bound": case.slope_bound,
            "curvature_bound": case.curvature_bound,
            "R": case.R,
            "radius": sqrt(case.squared_radius),
            "largest_weight": case.largest_weight,
            "start_gradient": sqrt(case.squared_gradient(case.start)),
            "change": sqrt(case.squared_change()),
            "distance": sqrt(case.squared_distance(case.near, case.far)),
            "length": sqrt(case.squared_length),
        }
        found = {name: getattr(many, name)[row] for name in expected}
        assert found == pytest.approx({name: float(x) for name, x in expected.items()}, rel=1e-9)
        assert many.is_ordinary[row] == case.is_ordinary
