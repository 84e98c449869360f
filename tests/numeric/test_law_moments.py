"""Fourth moments by hand."""

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from numeric.law_moments import (
    normal_fourth_moment,
    normal_fourth_moments,
    spread,
    uniform_moment,
)
from symbolic.exact import precision


@given(st.integers(1, 400).map(lambda n: fmpq(n, 100)))
def test_the_normal_law_has_fourth_moment_3(deviation: fmpq) -> None:
    found = normal_fourth_moment(deviation)

    with precision(2000):  # so that the rational becomes the narrower ball
        assert found.contains(3 * deviation**4)
    assert found.rad() < 1e-25 * (1 + float(arb(deviation**4)))


def test_the_uniform_law_on_minus_3_to_3() -> None:
    """E[X^2] = 9/3 and E[X^4] = 81/5."""
    assert [uniform_moment(fmpq(3), k) for k in (0, 2, 4)] == [1, 3, fmpq(81, 5)]


def test_doubles_agree_with_three() -> None:
    """80 Gauss nodes on 24 deviations: the rule is exact to rounding for this density."""
    spreads = np.linspace(0.1, 4.0, 40)

    assert normal_fourth_moments(spreads) == pytest.approx(3 * spreads**4, rel=1e-12)


def test_a_case_says_everything_needed_to_rebuild_it() -> None:
    case = spread("3/2", "2", "0")

    assert case.size == 3
    assert case.describe() == {
        "varsigma": "3/2",
        "another law": "+-2 with probability 1/4, else +-0",
    }
