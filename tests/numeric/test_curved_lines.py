"""Parabolas and cubics with one parameter: by hand, and on a grid."""

import numpy as np
import pytest
from flint import arb, fmpq

from numeric.curved_lines import BOX, GRID, curved_line, member, members
from symbolic.exact import exact


def test_a_parabola_by_hand() -> None:
    """t - t^2 / 2 on [-1, 1] goes from -3/2 to 1/2, where it is flat."""
    case = curved_line("1", bend="1", y="0")

    assert (case.gap(), case.slope_gap(), case.least_steepness()) == (fmpq(1, 2), 1, 0)
    assert case.value_range() == (fmpq(-3, 2), fmpq(1, 2))


def test_a_cubic_without_flat_points_by_hand() -> None:
    """1 - t + t^2 / 2 is at least 1/2; on [-2, 2] it is farthest from 1 at -2."""
    case = curved_line("1", bend="1", y="0", rho="2", twist="1")

    assert (case.gap(), case.slope_gap()) == (fmpq(10, 3), 4)
    assert case.least_steepness() == fmpq(1, 2)


def test_a_cubic_with_flat_points_by_hand() -> None:
    """1/2 - 2 t + 3 t^2 / 2 vanishes at 1/3 and 1; the value at 1/3 is 2/27."""
    case = curved_line("1/2", bend="2", y="0", rho="1/2", twist="3")

    assert case.value_range() == (fmpq(-9, 16), fmpq(2, 27))
    assert case.least_steepness() == 0


@pytest.mark.parametrize(("bend", "twist"), [("1", "1"), ("1", "-1"), ("-1", "1"), ("0", "2")])
def test_no_point_inside_is_farther_from_the_linearization(bend: str, twist: str) -> None:
    """On a fine grid of [-5/2, 5/2], on which -t^2 / 2 + t^3 / 6 has a second extremum, at 2."""
    case = curved_line("1", bend, y="0", rho="5/2", twist=twist)
    places = [fmpq(5 * i, 200) for i in range(-100, 101)]

    assert case.gap() == max(abs(case.value(t) - t) for t in places)
    assert case.slope_gap() == max(abs(case.derivative(t) - 1) for t in places)


def test_a_falling_model_is_as_steep_as_a_rising_one() -> None:
    rising, falling = (
        curved_line(slope, bend, y="0", rho="1/2") for slope, bend in (("2", "1"), ("-2", "-1"))
    )

    assert rising.least_steepness() == falling.least_steepness() == fmpq(3, 2)
    assert falling.value_range() == tuple(-v for v in reversed(rising.value_range()))


def test_gradient_descent_on_a_line() -> None:
    """Phi = t, y = 1, h = 1/4: the error halves in each step."""
    losses = list(curved_line("1", bend="0", y="1").losses(fmpq(1, 4), 2))

    assert losses == [1, fmpq(1, 4), fmpq(1, 16)]


def test_the_grid_is_close_to_the_exact_family() -> None:
    """The ends are on the grid; between points a curve deviates by |curvature| spacing^2 / 8."""
    rng = np.random.default_rng(4)
    p = {name: rng.uniform(low, high, 32) for name, (low, high) in BOX.items()}

    lanes = members(p)

    for row in range(32):
        case = member({name: exact(float(value[row])) for name, value in p.items()})
        rho, bend, twist = (float(arb(t)) for t in (case.rho, case.bend, case.twist))
        spacing = 2 * rho / (GRID - 1)
        near = (bend + twist * rho) * spacing**2 / 8 + 1e-12
        found = [lanes.gap[row], lanes.slope_gap[row]]
        assert found == pytest.approx([float(arb(t)) for t in (case.gap(), case.slope_gap())])
        exact_range = [float(arb(t)) for t in case.value_range()]
        assert [lanes.lowest[row], lanes.highest[row]] == pytest.approx(exact_range, abs=near)
        steepness = float(arb(case.least_steepness()))
        assert lanes.steepness[row] == pytest.approx(steepness, abs=twist * spacing**2 / 8 + 1e-12)


def test_a_case_says_everything_needed_to_rebuild_it() -> None:
    said = curved_line("2", bend="1", y="5", rho="1/2", start="3", twist="1").describe()

    assert said == {
        "coefficients of 1, t, t^2, t^3": "3, 2, -1/2, 1/6",
        "rho": "1/2",
        "y": "5",
    }
