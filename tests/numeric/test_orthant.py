"""Two Gaussian numbers of one sign."""

from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from numeric.orthant import orthant_probability
from symbolic.exact import precision


def test_independent_signs_are_both_positive_with_probability_one_quarter() -> None:
    with precision(200):
        quarter = orthant_probability(arb.pi() / 2)

    assert quarter.contains(arb(1) / 4)
    assert quarter.rad() < 1e-25


@given(st.integers(1, 999))
def test_the_two_signs_agree_or_differ(turn: int) -> None:
    """P[+, +] + P[+, -] = 1/2; the second is the first for the supplement of the angle."""
    with precision(200):
        angle = arb.pi() * turn / 1000
        both = orthant_probability(angle) + orthant_probability(arb.pi() - angle)

        assert both.contains(arb(1) / 2)
        assert both.rad() < 1e-20


@given(st.integers(1, 999))
def test_agrees_with_sheppard(turn: int) -> None:
    """Sheppard (1899): 1/4 + arcsin(rho) / (2 pi)."""
    with precision(200):
        angle = arb.pi() * turn / 1000
        expected = arb(1) / 4 + angle.cos().asin() / (2 * arb.pi())

        assert orthant_probability(angle).overlaps(expected)
