"""A step that is not proved has to be reported as such."""

import pytest
import sympy as sp

from symbolic.exact import exact
from symbolic.fact import Fact, Relation
from symbolic.step import (
    Step,
    cited,
    difference_at,
    discharge,
    equal,
    identity,
    inequality,
    plus,
    point_as_text,
    times,
)

x, y = sp.symbols("x y", positive=True)
z = sp.Symbol("z", real=True)
A, B = sp.symbols("A B", commutative=False)
M, N = sp.MatrixSymbol("M", 2, 3), sp.MatrixSymbol("N", 3, 2)
one, two = sp.Integer(1), sp.Integer(2)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((x + y) ** 2, x**2 + 2 * x * y + y**2),
        ((x**2 - y**2) / (x - y), x + y),
        (sp.cos(x) ** 2 + sp.sin(x) ** 2, one),
        (sp.sqrt(x**2 * y), x * sp.sqrt(y)),
        ((A + B) ** 2, A**2 + A * B + B * A + B**2),
        ((A * B) ** -1, B**-1 * A**-1),
        (sp.Transpose(M * N), sp.Transpose(N) * sp.Transpose(M)),
        (sp.Integral(2 * x, (x, 0, y)), y**2),
        (times(x, plus(one, y)), x + x * y),
    ],
)
def test_an_identity_is_proved_by_algebra(left: sp.Expr, right: sp.Expr) -> None:
    outcome = discharge(identity("by expanding", left, right))

    assert (outcome.status, outcome.grade) == ("proved", "S")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((x + y) ** 2, x**2 + y**2),
        (x * y, x * y + sp.Rational(1, 10**20)),
        (sp.sqrt(x + y), sp.sqrt(x) + sp.sqrt(y)),
        (sp.exp(x * y), sp.exp(x) * sp.exp(y)),
        (sp.cos(x) ** 2 - sp.sin(x) ** 2, one),
    ],
)
def test_a_false_identity_is_broken_at_a_point_that_shows_it(left: sp.Expr, right: sp.Expr) -> None:
    outcome = discharge(identity("a slip", left, right))
    point = difference_at(left, right)

    assert (outcome.status, outcome.grade) == ("broken", "E")
    assert point is not None
    assert abs((left - right).subs(list(point.items())).evalf(40)) > 0
    assert point_as_text(point) in outcome.detail


def test_matrices_do_not_commute() -> None:
    assert discharge(identity("a slip", A * B, B * A)).status == "broken"
    assert discharge(identity("a slip", (A * B) ** 2, A**2 * B**2)).status == "broken"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (A * (1 + B * A) ** -1, (1 + A * B) ** -1 * A),
        (sp.Inverse(sp.Identity(2) + M * N) * M, M * sp.Inverse(sp.Identity(3) + N * M)),
    ],
)
def test_moving_a_matrix_through_an_inverse_is_not_called_broken(
    left: sp.Expr, right: sp.Expr
) -> None:
    """A (1 + B A) = (1 + A B) A, so the sides agree, though expanding does not show it."""
    assert discharge(identity("pushed through", left, right)).status != "broken"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((sp.cos(x) ** 2 + sp.sin(x) ** 2) * A * B, A * B),
        (x / (x + y) * A + y / (x + y) * A, A),
    ],
)
def test_matrices_with_coefficients_that_agree_are_not_called_different(
    left: sp.Expr, right: sp.Expr
) -> None:
    assert discharge(identity("coefficients", left, right)).status != "broken"


def test_an_identity_that_nobody_can_decide_is_open() -> None:
    """|z| = z fails below zero only, where no sample lies, and SymPy cannot simplify it."""
    outcome = discharge(identity("forgot the sign", sp.sqrt(z**2), z))

    assert (outcome.status, outcome.grade) == ("open", "")


@pytest.mark.parametrize(
    "symbol", [sp.Symbol("n", negative=True), sp.Symbol("k", integer=True, nonnegative=True)]
)
def test_formulas_are_compared_where_their_symbols_may_range(symbol: sp.Symbol) -> None:
    point = difference_at(symbol, symbol + 1)

    assert point is None or sp.Eq(symbol, point[symbol]) is not sp.false


def test_an_identity_that_holds_for_negative_numbers_only_holds_for_a_negative_symbol() -> None:
    """If n < 0 then exp(n) < 1, so n + exp(n) - 2 < 0."""
    n = sp.Symbol("n", negative=True)

    outcome = discharge(identity("both negative", sp.Max(n + sp.exp(n) - 2, 0), sp.Integer(0)))

    assert outcome.status != "broken"


def test_formulas_with_more_symbols_than_sample_values_are_not_compared_at_points() -> None:
    many = sp.symbols("a:12", positive=True)

    assert difference_at(sp.Add(*many), sp.Add(*many) + 1) is None
    assert not equal(sp.Add(*many), sp.Add(*many) + 1)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (x, x),
        (sp.sqrt(x * y) ** 2, x * y),
        ((x**3 - 1) / (x - 1), x**2 + x + 1),
        (sp.log(x * y), sp.log(x) + sp.log(y)),
    ],
)
def test_equal_formulas(left: sp.Expr, right: sp.Expr) -> None:
    assert equal(left, right)
    assert difference_at(left, right) is None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (x, y),
        (x, x + sp.Rational(1, 10**30)),
        (sp.sqrt(z**2), z),
        (2 * sp.sqrt(x), sp.sqrt(2 * x)),
    ],
)
def test_formulas_that_are_not_equal(left: sp.Expr, right: sp.Expr) -> None:
    assert not equal(left, right)


def test_points_where_a_formula_has_no_value_are_skipped() -> None:
    """1 - x is negative at the second sample, x = 8/5, but not at the first, x = 3/7."""
    left, right = sp.sqrt(1 - x), sp.sqrt(1 - x) + sp.sqrt(x - 1)

    assert difference_at(left, right) is None
    assert difference_at(sp.sqrt(1 - x), 2 * sp.sqrt(1 - x)) == {x: sp.Rational(3, 7)}


@pytest.mark.parametrize(
    ("left", "relation", "right", "given", "grade"),
    [
        (2 * x * z, "<=", x**2 + z**2, (), "S"),
        (z, "<", 2 * one, ((z**2, "<=", one),), "S"),
        (z, "=", two, ((z**3, "=", sp.Integer(8)),), "S"),
        (-x, "<=", x, (), "C"),
        (x / 8, "<=", x / 8, (), "C"),
        (sp.sin(x) ** 2 * y, "<", 2 * sp.sin(x) ** 2 * y + y * sp.cos(x) ** 2 * 0 + y, (), None),
    ],
)
def test_an_inequality_is_proved_by_a_ratio_or_by_z3(
    left: sp.Expr, relation: Relation, right: sp.Expr, given: tuple[Fact, ...], grade: str | None
) -> None:
    """The last is true as well, but has sines in it: honestly open."""
    outcome = discharge(inequality("", left, relation, right, given))

    assert outcome.status == ("proved" if grade else "open")
    assert outcome.grade == (grade or "")


@pytest.mark.parametrize(
    ("left", "relation", "right", "given"),
    [
        (x, "<", x, ()),
        (2 * x, "<=", x, ()),
        (3 * sp.exp(-x) / 2, "<", sp.exp(-x), ()),
        (z, "<=", z**2, ()),
        (two, "<=", z**2, ((z**2, "=", one),)),
        (x * y, "<=", x + y, ((x, "<=", sp.Integer(4)), (y, "<=", sp.Integer(4)))),
        (z, "=", two, ((z**2, "=", sp.Integer(4)),)),
    ],
)
def test_a_false_inequality_is_broken(
    left: sp.Expr, relation: Relation, right: sp.Expr, given: tuple[Fact, ...]
) -> None:
    outcome = discharge(inequality("", left, relation, right, given))

    assert outcome.status == "broken"
    assert outcome.grade


def test_a_broken_step_shows_numbers_that_break_it() -> None:
    """The only real number with z^2 <= 0 is z = 0."""
    given: Fact = (z**2, "<=", sp.Integer(0))

    outcome = discharge(inequality("", one, "<=", z, (given,)))

    assert outcome.detail == "z3: false at z = 0, where it reads 1 <= 0"


@pytest.mark.parametrize(
    ("left", "relation", "right"),
    [
        (sp.Integer(0), "<=", sp.sqrt(x - 1)),
        (sp.Integer(0), "<", 1 / z**2),
        (sp.sqrt(-1 - z**2), "<", sp.Integer(0)),
    ],
)
def test_an_inequality_without_a_value_somewhere_is_neither_proved_nor_an_error(
    left: sp.Expr, relation: Relation, right: sp.Expr
) -> None:
    """No value at x = 1/2, at z = 0, and anywhere."""
    assert discharge(inequality("", left, relation, right)).status in ("broken", "open")


@pytest.mark.parametrize(
    ("factor", "status"), [("1", "proved"), ("2", "broken"), ("1/2", "broken")]
)
def test_an_equation_between_multiples_holds_for_the_factor_one_only(
    factor: str, status: str
) -> None:
    step = inequality("", sp.Rational(factor) * x, "=", x)

    assert discharge(step).status == status


def test_a_true_inequality_beyond_polynomials_is_open() -> None:
    outcome = discharge(inequality("", sp.sin(x), "<=", x))

    assert (outcome.status, outcome.grade) == ("open", "")


def test_a_cited_step_is_never_proved() -> None:
    true, false = cited("Weyl", x, "<=", x), cited("Nobody", x + 1, "<=", x)

    assert discharge(true).status == discharge(false).status == "cited"
    assert discharge(true).detail == "Weyl"


def test_a_step_keeps_the_reason_and_the_facts_it_was_given() -> None:
    given: Fact = (x, "<=", y)

    assert inequality("why", x, "<", y, (given,)) == Step("why", x, "<", y, "inequality", (given,))
    assert identity("why", x, y) == Step("why", x, "=", y, "identity")


def test_a_point_is_written_in_alphabetical_order() -> None:
    U, m = sp.symbols("U m")

    assert point_as_text({m: sp.Integer(4), U: sp.Rational(1, 2)}) == "U = 1/2, m = 4"


def test_products_and_sums_stay_as_they_were_put_together() -> None:
    assert times(one, two).args == (one, two)
    assert plus(x, y, -x).args == (x, y, -x)
    assert exact(str(times(one, two).doit())) == 2


def test_two_numbers_that_differ_are_a_broken_identity() -> None:
    outcome = discharge(identity("a slip", sp.Rational(1, 4), sp.Rational(1, 3)))

    assert (outcome.status, outcome.detail) == ("broken", "the sides differ as numbers")
