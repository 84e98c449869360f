"""Formulas that scale, formulas that do not, and what to say about them."""

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symbolic.units import Inhomogeneous, Weight, weight

length, area, time = sp.symbols("length area time", positive=True)
k, ratio = sp.symbols("k ratio", positive=True)
OF: dict[sp.Symbol, Weight] = {
    length: (sp.Integer(1), sp.Integer(0)),
    area: (sp.Integer(2), sp.Integer(0)),
    time: (sp.Integer(0), sp.Integer(1)),
    k: (sp.Integer(0), sp.Integer(0)),
    ratio: (sp.Integer(0), sp.Integer(0)),
}
exponents = st.fractions(-3, 3, max_denominator=4)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (length, (1, 0)),
        (area / length, (1, 0)),
        (length**2 + 3 * area, (2, 0)),
        (sp.sqrt(area) / time**2, (1, -2)),
        (sp.Max(length, sp.sqrt(area), 0), (1, 0)),
        (sp.Min(area, length**2), (2, 0)),
        (sp.Abs(length - sp.sqrt(area)) * time, (1, 1)),
        (sp.exp(-(length**2) / area), (0, 0)),
        (sp.log(area / length**2), (0, 0)),
        ((1 - area / length**2) ** k, (0, 0)),
        (2**k * time, (0, 1)),
        (sp.pi, (0, 0)),
        (sp.Integer(7), (0, 0)),
    ],
)
def test_the_weight_is_the_power_by_which_a_formula_scales(
    formula: sp.Expr, expected: tuple[int, int]
) -> None:
    assert weight(formula, OF) == expected


@pytest.mark.parametrize(
    "formula",
    [
        length + area,
        1 + length,
        area - length**3,
        length * time + length,
        sp.Max(length, time),
        sp.Min(length, 1),
        sp.Abs(1 - time),
        sp.sqrt(length**2 + length),
        sp.exp(length),
        sp.exp(-length / area),
        sp.log(1 + time),
        sp.sin(area),
        2**length,
        length**time,
        (1 - length) ** k,
        1 / (1 + length) ** 2,
    ],
)
def test_a_formula_whose_parts_scale_differently_is_inhomogeneous(formula: sp.Expr) -> None:
    with pytest.raises(Inhomogeneous):
        weight(formula, OF)


def test_the_complaint_names_the_two_parts_that_disagree() -> None:
    with pytest.raises(Inhomogeneous) as complaint:
        weight(length + area, OF)

    assert {"length", "area"} <= set(str(complaint.value).split())


def test_zero_has_every_weight() -> None:
    assert weight(sp.Integer(0), OF) is None
    assert weight(sp.Max(time, 0), OF) == (0, 1)


@given(exponents, exponents, st.fractions(Fraction(1, 9), 9, max_denominator=9))
def test_scaling_the_symbols_scales_the_formula_by_the_weight(
    a: Fraction, b: Fraction, t: Fraction
) -> None:
    """(c + c) area^b with c = length^a time, and length, area -> t length, t^2 area."""
    p, q, scale = sp.Rational(a), sp.Rational(b), sp.Rational(t)
    formula = (length**p * time + 2 * area ** (p / 2) * time) * area**q
    scaled = formula.subs({length: scale * length, area: scale**2 * area}, simultaneous=True)

    found = weight(formula, OF)

    assert found is not None
    assert found[1] == 1
    assert sp.simplify(scaled - scale ** found[0] * formula) == 0


@pytest.mark.parametrize(
    "formula",
    [
        length**k * area ** (-k / 2),
        sp.log(area) - 2 * sp.log(length),
        length ** sp.sqrt(2) / area ** (sp.sqrt(2) / 2),
    ],
)
def test_a_pure_number_is_homogeneous_however_it_is_written(formula: sp.Expr) -> None:
    """(length^2 / area)^(k/2), log(area / length^2), and a power of length^2 / area."""
    assert weight(formula, OF) == (0, 0)


def test_a_formula_without_symbols_has_no_weight_even_if_no_symbol_has_one() -> None:
    assert weight(sp.Integer(2), {}) == ()


def test_a_sum_of_zeros_is_zero() -> None:
    assert weight(sp.Add(0, 0, evaluate=False), OF) is None
