"""Facts that z3 has to prove, facts that it must not prove, and counterexamples that count."""

from pathlib import Path

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symbolic.evaluate import at_point
from symbolic.exact import exact
from symbolic.fact import Fact
from symbolic.smt import Answer, follows

x, y = sp.symbols("x y", real=True)
p, q = sp.symbols("p q", positive=True)
t = sp.Symbol("t", nonnegative=True)
zero, one = sp.Integer(0), sp.Integer(1)
coefficients = st.integers(-4, 4)


def false_at(fact: Fact, answer: Answer) -> bool:
    """Whether the conclusion is certainly false at the model, by a computation without z3."""
    left, relation, right = fact
    over = tuple(answer.model)
    values = {symbol.name: exact(str(number)) for symbol, number in answer.model.items()}
    a, b = (at_point(side, over, values) for side in (left, right))
    return bool({"=": a < b or a > b, "<=": a > b, "<": a >= b}[relation])


@pytest.mark.parametrize(
    ("fact", "given_facts"),
    [
        ((2 * x * y, "<=", x**2 + y**2), ()),
        ((4, "<=", (p + q) * (1 / p + 1 / q)), ()),
        ((2 * sp.sqrt(p * q), "<=", p + q), ()),
        ((sp.Abs(x + y), "<=", sp.Abs(x) + sp.Abs(y)), ()),
        ((sp.Max(x, y), "=", (x + y + sp.Abs(x - y)) / 2), ()),
        ((sp.Min(x, y) + sp.Max(x, y), "=", x + y), ()),
        ((sp.sqrt(x**2), "=", sp.Abs(x)), ()),
        ((p ** sp.Rational(3, 2), "=", p * sp.sqrt(p)), ()),
        ((p ** sp.Rational(-1, 2) * sp.sqrt(p), "=", 1), ()),
        ((0, "<", p), ()),
        ((0, "<=", t), ()),
        ((x, "<", 1), ((x, "<=", y), (y, "<", 1))),
        ((x, "=", 2), ((x**2, "=", 4), (0, "<=", x))),
        ((1 + x, "<=", sp.exp(x)), ()),
        ((1 - p, "<", sp.exp(-p / 2)), ((p, "<=", 1),)),
        ((sp.exp(-p), "<", 1), ()),
        ((1 + p + p**2 / 2, "<", sp.exp(p)), ()),
    ],
)
def test_proves(fact: Fact, given_facts: tuple[Fact, ...]) -> None:
    assert follows(_exact(fact), [_exact(f) for f in given_facts]).status == "proved"


@pytest.mark.parametrize(
    ("fact", "given_facts"),
    [
        ((x**2 + y**2, "<=", 2 * x * y), ()),
        ((x, "<=", x**2), ()),
        ((5, "<=", (p + q) * (1 / p + 1 / q)), ()),
        ((p + q, "<=", 2 * sp.sqrt(p * q)), ()),
        ((sp.Abs(x + y), "=", sp.Abs(x) + sp.Abs(y)), ()),
        ((sp.Max(x, y), "<=", x), ()),
        ((y, "<=", sp.Min(x, y)), ()),
        ((sp.sqrt(x**2), "=", x), ()),
        ((0, "<", t), ()),
        ((0, "<=", x), ()),
        ((x, "<", 1), ((x, "<=", y), (y, "<=", 1))),
        ((x, "=", 2), ((x**2, "=", 4),)),
        ((x**3, "<", 2), ((2, "<=", x**3),)),
        ((sp.sqrt(p), "<=", p), ((p, "<", 1),)),
    ],
)
def test_refutes_with_values_that_are_easily_checked(
    fact: Fact, given_facts: tuple[Fact, ...]
) -> None:
    answer = follows(_exact(fact), [_exact(f) for f in given_facts])

    assert answer.status == "refuted"
    assert answer.model
    assert false_at(_exact(fact), answer)
    assert all(not false_at(_exact(f), answer) for f in given_facts)
    assert all(answer.model[s] > 0 for s in (p, q) if s in answer.model)


@pytest.mark.parametrize(
    "fact",
    [
        (sp.exp(p), "<=", 1 + p),
        (sp.exp(-p), "<=", 1 - p),
        (1 + x + x**2 / 2, "<=", sp.exp(x)),
        (sp.exp(x), "<=", 100),
        (sp.exp(x), "=", 1 + x + x**2 / 2 + x**3 / 6),
    ],
)
def test_a_false_bound_for_an_exponential_is_left_open(fact: Fact) -> None:
    """Only some bounds of exp are known to z3, so no point it finds counts."""
    assert follows(_exact(fact), ()).status == "open"


@pytest.mark.parametrize(
    "fact",
    [
        (sp.sin(x), "<=", 1),
        (0, "<=", sp.log(1 + p)),
        (0, "<", p**x),
        (0, "<", p**q),
        (x, "<=", sp.pi + x),
        (0, "<=", x**18),
        (p, "<=", p ** sp.Rational(18, 17)),
        (0, "<=", sp.Function("f")(x) ** 2),
    ],
)
def test_what_is_not_polynomial_is_left_open(fact: Fact) -> None:
    assert follows(_exact(fact), ()).status == "open"


@given(coefficients, coefficients, coefficients)
def test_a_quadratic_is_nonnegative_exactly_if_it_has_no_two_roots(a: int, b: int, c: int) -> None:
    fact: Fact = (zero, "<=", a * x**2 + b * x + c)
    nonnegative = (a > 0 and b * b <= 4 * a * c) or (a == b == 0 and c >= 0)

    answer = follows(fact, ())

    assert answer.status == ("proved" if nonnegative else "refuted")
    assert nonnegative or not answer.model or false_at(fact, answer)


def test_a_counterexample_that_is_irrational_only_gives_no_values() -> None:
    """The one place with x^2 = 2 and x > 0 is the root of 2."""
    answer = follows((p, "<", one), [(p**2, "=", sp.Integer(2))])

    assert answer == Answer("refuted")


def test_contradictory_facts_imply_anything() -> None:
    assert follows((one, "<=", zero), [(x, "<", y), (y, "<", x)]).status == "proved"


SQUARE = (x + 1) ** 2 - x**2 - 2 * x - 1
"""Zero, but SymPy does not see it until it expands."""


@pytest.mark.parametrize(
    "fact",
    [
        (1 / SQUARE, "<=", sp.Integer(-1000)),
        (sp.sqrt(-1 - x**2), "<", zero),
        (sp.Integer(5), "<", sp.sqrt(-1 - x**2)),
    ],
)
def test_nothing_is_proved_of_a_formula_without_a_real_value(fact: Fact) -> None:
    assert follows(fact, ()).status != "proved"


@pytest.mark.parametrize(
    "fact",
    [
        (zero, "<=", sp.sqrt(p - 1)),
        (1 - p, "<=", sp.sqrt(1 - p)),
        (zero, "<", 1 / x**2),
    ],
)
def test_nothing_is_proved_for_all_numbers_where_some_have_no_value(fact: Fact) -> None:
    """At p = 1/2 the first, at p = 2 the second, at x = 0 the third."""
    assert follows(fact, ()).status != "proved"


def test_a_quotient_may_be_used_where_the_facts_exclude_zero() -> None:
    assert follows((zero, "<", 1 / x**2), [(one, "<=", x)]).status == "proved"
    assert follows((zero, "<=", sp.sqrt(p - 1)), [(one, "<=", p)]).status == "proved"


@pytest.mark.parametrize(
    "fact",
    [
        (sp.Symbol("n", negative=True), "<", zero),
        (sp.Symbol("n", nonpositive=True), "<=", zero),
        (zero, "<", sp.Symbol("n", real=True, nonzero=True) ** 2),
        (sp.Symbol("k", integer=True), "<=", sp.Symbol("k", integer=True) ** 2),
    ],
)
def test_nothing_true_of_the_symbols_is_refuted(fact: Fact) -> None:
    """An integer is at most its square; 1/2 is not, but 1/2 is no integer."""
    assert follows(fact, ()).status != "refuted"


def test_names_cannot_be_confused_with_those_given_to_z3() -> None:
    """Unknowns are numbered there; here symbols carry such names, and roots add unknowns."""
    a, b, c, d = sp.symbols("s1 s0 d0 d1", positive=True)

    assert follows((a, "<=", b), [(b, "<", a)]).status == "refuted"
    assert follows((sp.sqrt(c), "<=", d), [(d, "<", sp.sqrt(c))]).status == "refuted"
    assert follows((a + c, "<=", b + d), [(a, "<=", b), (c, "<=", d)]).status == "proved"


def test_two_symbols_of_one_name_are_two_unknowns() -> None:
    other = sp.Symbol("p", real=True)

    assert follows((zero, "<", p), ()).status == "proved"
    assert follows((zero, "<", other), [(zero, "<", p)]).status == "refuted"


def test_the_name_of_a_symbol_is_never_executed(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    code = f"__import__('pathlib').Path({str(trap)!r}).touch()"
    smtlib = ") (check-sat) (exit"
    hostile = [sp.Symbol(name, positive=True) for name in (code, smtlib, "s0\x00", "")]

    assert follows((zero, "<", sp.Add(*hostile)), ()).status == "proved"
    assert follows((sp.Add(*hostile), "<", one), ()).status == "refuted"
    assert not trap.exists()


def test_the_same_question_gets_the_same_answer() -> None:
    fact: Fact = (x**2 * y, "<=", x * y**3 + 1)

    assert follows(fact, ()) == follows(fact, ())


def _exact(fact: Fact) -> Fact:
    left, relation, right = fact
    return sp.sympify(left), relation, sp.sympify(right)
