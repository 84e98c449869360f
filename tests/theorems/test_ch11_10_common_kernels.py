"""Example 11.10 on problems small enough to work out by hand."""

import pytest
import sympy as sp

from audit.judge import Verdict, judge
from numeric.kernel_matrices import points
from symbolic.exact import as_text
from theorems.base import Slot
from theorems.ch11_10_common_kernels import GAUSSIAN, LAPLACE, POLYNOMIAL, THEOREM
from theorems.notation import distance, shift, width, xx


@pytest.mark.parametrize(
    ("slot", "formula", "places", "r", "determinant"),
    [
        (POLYNOMIAL, xx - shift, "0", 1, "-1"),
        (POLYNOMIAL, (xx - shift) ** 2, "0; 1", 2, "-1"),
        (POLYNOMIAL, sp.sqrt(xx + shift), "0; 1; 2", 1, "-0.0239023"),
        (GAUSSIAN, sp.exp(width * distance**2), "0; 1", 1, "-6.38906"),
    ],
)
def test_what_is_no_kernel_has_a_negative_minor(
    slot: Slot, formula: sp.Expr, places: str, r: int, determinant: str
) -> None:
    """With c = 1; the last two are (sqrt(2) - 1)(sqrt(5) - 1) - (sqrt(3) - 1)^2 and 1 - e^2."""
    *_, margin = THEOREM.judge(points(places, c="1", r=r), {slot: formula})

    assert margin.fails
    assert as_text(margin.bound) == determinant


def test_up_to_the_square_of_the_distance_an_exponential_is_a_kernel() -> None:
    theorem, slot = THEOREM, LAPLACE

    def verdict(exponent: sp.Expr) -> Verdict:
        return judge(theorem, {slot: sp.exp(-width * distance**exponent)}).verdict

    assert verdict(sp.Integer(3) / 2) is Verdict.PROVED
    assert verdict(sp.Integer(2)) is Verdict.PROVED
    assert verdict(sp.Integer(5) / 2) is Verdict.REFUTED


def test_an_exponential_that_is_flat_at_distance_1_is_not_taken_for_a_kernel() -> None:
    """Its slope and curvature vanish there, where the derivation looks."""
    formula = sp.exp(-width * (distance - 1) ** 3)

    found = judge(THEOREM, {GAUSSIAN: formula})

    assert found.verdict is Verdict.REFUTED
