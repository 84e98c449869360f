r"""Formulas as they are printed in a derivation."""

import pytest
import sympy as sp

from symbolic.latex import RELATIONS, relation_to_latex, to_latex
from symbolic.step import plus, times

h, x, y = sp.symbols("h x y", positive=True)
low = sp.Symbol("lambda_min", positive=True)
NAMES = {low: r"\lambda_{\min}"}


@pytest.mark.parametrize(
    ("formula", "printed"),
    [
        (1 - h * low, r"1 - h \lambda_{\min}"),
        (sp.sqrt(x), r"\sqrt{x}"),
        (x ** sp.Rational(2, 3), "x^{2/3}"),
        (sp.log(x), r"\log{\left(x \right)}"),
        (plus(x, times(sp.Integer(-1), y)), "x - y"),
        (plus(x, times(sp.Rational(-1, 2), y)), r"x - \frac{y}{2}"),
        (plus(y, x), "y + x"),
        (plus(x, times(-y, plus(x, y))), r"x - y \left(x + y\right)"),
        (plus(-x, -y), "- x - y"),
        (times(sp.Integer(2), sp.Integer(3)), r"2 \cdot 3"),
    ],
)
def test_a_formula_is_printed_as_a_writer_would(formula: sp.Expr, printed: str) -> None:
    assert to_latex(formula, NAMES) == printed


@pytest.mark.parametrize(
    ("formula", "printed"),
    [
        (plus(x, -(y + 1)), r"x - \left(1 + y\right)"),
        (times(x, plus(x, y)), r"x \left(x + y\right)"),
        (times(x, -y), r"x \left(- y\right)"),
        (times(plus(x, y), plus(x, -y)), r"\left(x + y\right) \left(x - y\right)"),
    ],
)
def test_parentheses_that_change_the_meaning_are_kept(formula: sp.Expr, printed: str) -> None:
    assert to_latex(formula, NAMES) == printed


@pytest.mark.parametrize(
    ("relation", "printed"),
    [("=", "x = y"), ("<", "x < y"), ("<=", r"x \le y"), (">", "x > y"), (">=", r"x \ge y")],
)
def test_relations_keep_their_direction(relation: str, printed: str) -> None:
    assert relation_to_latex(x, relation, y, NAMES) == printed
    assert relation in RELATIONS


def test_an_unknown_relation_is_an_error() -> None:
    with pytest.raises(KeyError):
        relation_to_latex(x, "!=", y, NAMES)
