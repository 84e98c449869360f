"""Values of formulas: exact ones, enclosures, and doubles."""

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from symbolic.evaluate import FormulaError, at_point, on_arrays
from symbolic.exact import Undefined, exact, precision

x, y = sp.symbols("x y", real=True)
OVER = (x, y)
EPSILON = np.finfo(float).eps

fractions = st.fractions(-9, 9, max_denominator=20)
positive = st.fractions(Fraction(1, 20), 9, max_denominator=20)
leaves = st.sampled_from([x, y]) | st.integers(-4, 4).map(sp.Integer)
formulas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(sp.Add, inner, inner),
        st.builds(sp.Mul, inner, inner),
        st.builds(sp.Pow, inner, st.integers(2, 3).map(sp.Integer)),
        st.builds(sp.Max, inner, inner),
        st.builds(sp.Min, inner, inner),
        st.builds(sp.Abs, inner),
    ),
    max_leaves=6,
)


def value(formula: sp.Expr, **at: str) -> fmpq | arb:
    """Return the value at this point; `0` stands for what is not given."""
    return at_point(formula, OVER, {name: exact(at.get(name, "0")) for name in ("x", "y")})


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (x / y + 1, "5/3"),
        (sp.sqrt(x) * y ** sp.Rational(-1, 2), None),
        (sp.sqrt(x * y + 3), "3"),
        (sp.Max(x - y, 1 / x, -7), "1/2"),
        (sp.Min(x, y, sp.Rational(9, 4)), "2"),
        (sp.Abs(x - y) ** 3, "1"),
        ((x - y) ** -5, "-1"),
    ],
)
def test_a_rational_value_is_exact(formula: sp.Expr, expected: str | None) -> None:
    """At x = 2, y = 3; the root of 2/3 is the one that is not rational."""
    result = value(formula, x="2", y="3")

    if expected is None:
        assert isinstance(result, arb)
    else:
        assert isinstance(result, fmpq)
        assert result == exact(expected)


@given(formulas, fractions, fractions)
def test_exact_values_are_those_of_sympy(formula: sp.Expr, p: Fraction, q: Fraction) -> None:
    result = at_point(formula, OVER, {"x": exact(p), "y": exact(q)})
    by_sympy = formula.subs({x: sp.Rational(p), y: sp.Rational(q)}, simultaneous=True)

    assert isinstance(result, fmpq)
    assert result == exact(str(by_sympy))


@pytest.mark.parametrize(
    ("formula", "at", "low", "high"),
    [
        (sp.pi + 0 * x, "0", "3.14159265358979", "3.14159265358980"),
        (sp.E + 0 * x, "0", "2.71828182845904", "2.71828182845905"),
        (sp.exp(x), "1", "2.71828182845904", "2.71828182845905"),
        (sp.log(x), "2", "0.69314718055994", "0.69314718055995"),
        (sp.sin(x), "1", "0.84147098480789", "0.84147098480790"),
        (sp.cos(x), "1", "0.54030230586813", "0.54030230586814"),
        (sp.tanh(x), "1", "0.76159415595576", "0.76159415595577"),
        (sp.acos(x), "1/2", "1.04719755119659", "1.04719755119660"),
        (2**x, "1/3", "1.25992104989487", "1.25992104989488"),
        (sp.Max(sp.sqrt(x), x), "2", "2", "2"),
        (sp.Max(sp.exp(x), sp.sqrt(2), 0), "1", "2.71828182845904", "2.71828182845905"),
        (sp.Min(sp.exp(x), sp.sqrt(2), 3), "1", "1.41421356237309", "1.41421356237310"),
        (sp.Abs(1 - sp.exp(x)), "1", "1.71828182845904", "1.71828182845905"),
    ],
)
def test_an_irrational_value_is_enclosed(formula: sp.Expr, at: str, low: str, high: str) -> None:
    """Digits from tables."""
    result = value(formula, x=at)

    assert isinstance(result, arb)
    assert exact(low) <= result <= exact(high)


def test_an_enclosure_gets_as_narrow_as_asked_for() -> None:
    """1 - cos(t) = t^2/2 - t^4/24 + ..., which doubles lose entirely at t = 10^-10."""
    formula, t = 1 - sp.cos(x), exact("1/10000000000")

    with precision(300):
        result = at_point(formula, (x,), {"x": t})

        assert t**2 / 2 - t**4 / 24 < result < t**2 / 2
    assert on_arrays(formula, (x,), {"x": 1e-10}) == 0


@pytest.mark.parametrize(
    ("formula", "at"),
    [
        (1 / x, "0"),
        (x ** sp.Rational(-1, 2), "0"),
        (sp.sqrt(x), "-1/4"),
        (x ** sp.Rational(1, 3), "-8"),
        (sp.log(x), "0"),
        (sp.log(x), "-1"),
        (sp.acos(x), "1000001/1000000"),
        (sp.acos(x), "-2"),
        (sp.Max(1, sp.sqrt(x)), "-1"),
        (0 * y + y / (x - x**2), "1"),
    ],
)
def test_a_formula_that_is_not_real_at_a_point_is_undefined_there(
    formula: sp.Expr, at: str
) -> None:
    with pytest.raises(Undefined):
        value(formula, x=at, y="1")


def test_a_logarithm_that_only_rounding_makes_doubtful_is_not_undefined() -> None:
    """0 < 1 - tanh(100) < 2 e^-200: positive, though 64 bits do not show it."""
    formula = sp.log(1 - sp.tanh(x))

    with precision(64):
        result = at_point(formula, (x,), {"x": exact(100)})

    assert not result > -199
    assert not result < -201


@pytest.mark.parametrize(
    "formula",
    [
        x + sp.Symbol("z"),
        sp.I * x,
        sp.oo + sp.Integer(0),
        sp.nan + sp.Integer(0),
        sp.Function("f")(x),
        sp.gamma(x),
        sp.Derivative(sp.sin(x), x),
        sp.Integral(x, x),
        sp.Piecewise((x, x > 0), (y, True)),
        sp.MatrixSymbol("A", 2, 2)[0, 0],
    ],
)
def test_what_cannot_be_evaluated_is_refused(formula: sp.Expr) -> None:
    with pytest.raises(FormulaError, match="cannot be evaluated"):
        value(formula, x="1", y="1")
    with pytest.raises(FormulaError, match="cannot be evaluated"):
        on_arrays(formula, OVER, {"x": 1.0, "y": 1.0})


def test_the_name_of_a_symbol_is_never_executed(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    hostile = sp.Symbol(f"__import__('pathlib').Path({str(trap)!r}).touch()")
    lambda_ = sp.Symbol("lambda x: x")
    formula, over = hostile**2 + lambda_, (hostile, lambda_)

    assert at_point(formula, over, {hostile.name: exact(3), lambda_.name: exact(1)}) == 10
    assert on_arrays(formula, over, {hostile.name: 3.0, lambda_.name: 1.0}) == 10
    assert not trap.exists()


increasing = st.recursive(
    st.sampled_from([x, y, sp.Integer(2), sp.Rational(1, 3)]),
    lambda inner: st.one_of(
        st.builds(sp.Add, inner, inner),
        st.builds(sp.Mul, inner, inner),
        st.builds(sp.sqrt, inner),
        st.builds(lambda a: 1 / a, inner),
        st.builds(sp.Max, inner, inner),
        st.builds(sp.Min, inner, inner),
    ),
    max_leaves=6,
)


@given(increasing, positive, positive)
def test_doubles_agree_with_enclosures(formula: sp.Expr, p: Fraction, q: Fraction) -> None:
    """Nothing cancels in these formulas, so each operation adds few rounding errors.

    A formula has at most 6 symbols, but SymPy collects equal factors in powers, of at most 6; so
    fewer than 40 operations, each adding less than two units in the last place.
    """
    truth = at_point(formula, OVER, {"x": exact(p), "y": exact(q)})
    double = on_arrays(formula, OVER, {"x": float(p), "y": float(q)})

    assert double.shape == ()
    assert float(double) == pytest.approx(float(arb(truth)), rel=80 * EPSILON)


def test_doubles_broadcast() -> None:
    values = on_arrays(x - 2 * y, OVER, {"x": [[1.0], [2.0]], "y": [0.0, 1.0, 2.0]})

    np.testing.assert_array_equal(values, [[1, -1, -3], [2, 0, -2]])


def test_a_constant_has_the_shape_of_its_arguments() -> None:
    values = on_arrays(sp.Integer(7), OVER, {"x": np.zeros(3), "y": 0.0})

    np.testing.assert_array_equal(values, [7, 7, 7])


def test_doubles_that_are_not_real_are_nan_where_they_are_not() -> None:
    at = {"x": [-1.0, 4.0, 2.0], "y": 0.0}

    np.testing.assert_array_equal(np.isnan(on_arrays(sp.sqrt(x), OVER, at)), [True, False, False])
    np.testing.assert_array_equal(np.isnan(on_arrays(sp.log(x), OVER, at)), [True, False, False])
    np.testing.assert_array_equal(np.isnan(on_arrays(sp.acos(x), OVER, at)), [False, True, True])


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (sp.exp(sp.exp(x)), math.inf),
        (sp.exp(-sp.exp(x)), 0),
        (x**200, math.inf),
        (10**400 * x, math.inf),
        (x / 10**400, 0),
    ],
)
def test_overflow_in_doubles_is_infinite_and_underflow_is_zero(
    formula: sp.Expr, expected: float
) -> None:
    assert on_arrays(formula, (x,), {"x": 100.0}) == expected


@pytest.mark.parametrize("formula", [x, x + y, x * y, sp.Max(x, y), sp.Abs(x)])
def test_arguments_are_left_alone_and_results_are_new(formula: sp.Expr) -> None:
    at = {"x": np.array([1.0, -2.0]), "y": np.array([3.0, 4.0])}

    result = on_arrays(formula, OVER, at)
    result[:] = 99

    np.testing.assert_array_equal(at["x"], [1, -2])
    np.testing.assert_array_equal(at["y"], [3, 4])
