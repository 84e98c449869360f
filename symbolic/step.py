"""One line of a derivation, and how it is discharged."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeAlias

import sympy as sp

from symbolic.evaluate import FormulaError, at_point
from symbolic.exact import Number, Undefined, as_text, exact, precision
from symbolic.fact import Fact, Relation

Point: TypeAlias = Mapping[sp.Symbol, sp.Expr]
Prover = Literal["identity", "inequality", "cited"]
HIGHEST_POWER_OF_A_SUM = 12
ZERO = sp.Integer(0)
SAMPLES = (
    ("3/7", "5/3", "11/13", "7/5", "2/11", "13/17", "19/23", "17/29", "31/37", "41/43"),
    ("8/5", "1/6", "5/8", "9/7", "4/3", "3/11", "6/13", "15/7", "10/17", "12/19"),
    ("1/9", "7/4", "2/7", "5/12", "9/2", "8/3", "11/6", "3/16", "13/10", "14/9"),
)
"""Where two formulas are compared before anybody tries to prove them equal: generic points."""


@dataclass(frozen=True)
class Step:
    """`left relation right`, for the reason given, under the facts given."""

    reason: str
    left: sp.Expr
    relation: Relation
    right: sp.Expr
    by: Prover
    given: tuple[Fact, ...] = ()


def identity(reason: str, left: sp.Expr, right: sp.Expr) -> Step:
    """Return the step `left = right`, to be proved by computer algebra."""
    return Step(reason, left, "=", right, "identity")


def inequality(
    reason: str, left: sp.Expr, relation: Relation, right: sp.Expr, given: tuple[Fact, ...] = ()
) -> Step:
    """Return the step `left relation right`, to be proved by a certificate or a solver."""
    return Step(reason, left, relation, right, "inequality", given)


def cited(reason: str, left: sp.Expr, relation: Relation, right: sp.Expr) -> Step:
    """Return a step taken from the literature; the reason says from where."""
    return Step(reason, left, relation, right, "cited")


def times(*factors: sp.Expr) -> sp.Expr:
    """Return a product that is printed as it was put together."""
    return sp.Mul(*factors, evaluate=False)


def plus(*terms: sp.Expr) -> sp.Expr:
    """Return a sum that is printed as it was put together."""
    return sp.Add(*terms, evaluate=False)


@dataclass(frozen=True)
class Outcome:
    """What became of a step.

    `grade` is C for a certificate that was re-checked here, S when a solver or computer algebra
    system says so, and empty otherwise.
    """

    status: Literal["proved", "broken", "open", "cited"]
    grade: str
    detail: str


def discharge(step: Step) -> Outcome:
    """Prove the step, or say why not.

    `broken` comes with values of the symbols at which the step is false; `open` means that
    nobody could decide it; a `cited` step is an assumption and is never proved.
    """
    if step.by == "cited":
        return Outcome("cited", "", step.reason)
    if step.by == "identity":
        return _identity(step)
    return _inequality(step)


def simplified(formula: sp.Expr) -> sp.Expr:
    """Return the formula simplified, or as it is if SymPy could take for ever."""
    if _is_high(formula):
        return formula
    try:
        return sp.simplify(formula)
    except (ArithmeticError, RecursionError, TypeError, ValueError):  # SymPy gave up on a number
        return formula


def _is_high(formula: sp.Expr) -> bool:
    """Whether expanding a power in the formula could fill the memory."""
    powers = (p for p in formula.atoms(sp.Pow) if isinstance(p.base, sp.Add))
    return any(p.exp.is_Integer and abs(p.exp) > HIGHEST_POWER_OF_A_SUM for p in powers)


def equal(left: sp.Expr, right: sp.Expr) -> bool:
    """Whether SymPy proves that two formulas agree wherever their symbols may range.

    They are compared at a few points first: simplifying formulas that differ is slow.
    """
    if left == right:
        return True
    return difference_at(left, right) is None and bool(simplified(left - right) == 0)


def difference_at(left: sp.Expr, right: sp.Expr) -> Point | None:
    """Return a point at which the two formulas certainly differ, if one of a few does."""
    over = tuple(sorted(_symbols(left) | _symbols(right), key=str))
    if len(over) > len(SAMPLES[0]):
        return None
    for sample in SAMPLES:
        numbers = islice(sample, len(over))
        point = {s: _in_range(s, number) for s, number in zip(over, numbers, strict=True)}
        try:
            with precision(200):
                a, b = (_at(side, over, point) for side in (left, right))
        except (Undefined, FormulaError):
            continue
        if a < b or b < a:
            return {symbol: _rational(value) for symbol, value in point.items()}
    return None


def _rational(text: str) -> sp.Expr:
    number = exact(text)
    return sp.Integer(int(number.numer())) / int(number.denom())


def _in_range(symbol: sp.Symbol, number: str) -> str:
    """Return a number that the symbol may stand for, close to the one given."""
    if symbol.is_integer:
        number = str(1 + exact(number).numer())
    return f"-{number}" if symbol.is_nonpositive else number


def _symbols(formula: sp.Expr) -> set[sp.Symbol]:
    return {symbol for symbol in formula.free_symbols if isinstance(symbol, sp.Symbol)}


def _at(side: sp.Expr, over: tuple[sp.Symbol, ...], point: dict[sp.Symbol, str]) -> Number:
    return at_point(side, over, {symbol.name: exact(point[symbol]) for symbol in over})


def _identity(step: Step) -> Outcome:
    left, right = (_expanded(side.doit()) for side in (step.left, step.right))
    if left == right:
        return Outcome("proved", "S", "SymPy: both sides expand to the same")
    if not (left.is_commutative and right.is_commutative):
        return _of_matrices(left, right)
    point = difference_at(left, right)
    if point is not None:
        where = f"at {point_as_text(point)}" if point else "as numbers"
        return Outcome("broken", "E", f"the sides differ {where}")
    if simplified(left - right) == 0:
        return Outcome("proved", "S", "SymPy: the difference simplifies to 0")
    return Outcome("open", "", "SymPy neither proves nor disproves it")


def _coefficients(difference: sp.Expr) -> list[sp.Expr]:
    """Return the sum of the scalar factors in front of each product of matrices."""
    collected: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(difference):
        scalars, matrices = term.args_cnc()
        product = sp.Mul(*matrices)
        collected[product] = collected.get(product, ZERO) + sp.Mul(*scalars)
    return list(collected.values())


def _expanded(formula: sp.Expr) -> sp.Expr:
    return formula if _is_high(formula) else sp.expand(formula)


def _of_matrices(left: sp.Expr, right: sp.Expr) -> Outcome:
    """Compare expanded polynomials in matrices; of anything else expanding shows nothing."""
    if left.has(sp.MatrixExpr) or right.has(sp.MatrixExpr):
        return Outcome("open", "", "matrices with sizes are not decided here")
    difference = sp.expand(left - right)
    matrices = sorted((s for s in difference.free_symbols if not s.is_commutative), key=str)
    coefficients = _coefficients(difference)
    if all(simplified(c) == 0 for c in coefficients):
        return Outcome("proved", "S", "SymPy: every coefficient simplifies to 0")
    if difference.is_polynomial(*matrices) and any(
        difference_at(c, ZERO) is not None for c in coefficients
    ):
        return Outcome("broken", "S", f"the sides differ by {difference}")
    return Outcome("open", "", "the sides may agree although expanding does not show it")


def _inequality(step: Step) -> Outcome:
    ratio = simplified(step.left / step.right) if step.right.is_positive else None
    if ratio is not None and ratio.is_Rational:
        holds = ratio == 1 if step.relation != "<" else ratio < 1
        holds = holds or (step.relation == "<=" and bool(ratio < 1))
        detail = f"left / right is {ratio} everywhere"
        return Outcome("proved" if holds else "broken", "C" if holds else "E", detail)
    from symbolic.smt import follows  # z3 takes a while to load, and many steps do without

    answer = follows((step.left, step.relation, step.right), step.given)
    if answer.status == "proved":
        return Outcome("proved", "S", "z3: no counterexample over the reals")
    if answer.status == "refuted":
        return Outcome("broken", "S", _counter_model(step, answer.model))
    return Outcome("open", "", "not decided: outside polynomial arithmetic, or too hard for z3")


def _counter_model(step: Step, model: Point) -> str:
    if not model:
        return "z3: false for some irrational values"
    over = tuple(model)
    values = {symbol.name: exact(str(value)) for symbol, value in model.items()}
    try:
        with precision(200):
            left, right = (at_point(side, over, values) for side in (step.left, step.right))
    except Undefined as error:
        return f"it has no value at {point_as_text(model)}: {error}"
    numbers = f"{as_text(left)} {step.relation} {as_text(right)}"
    return f"z3: false at {point_as_text(model)}, where it reads {numbers}"


def point_as_text(point: Point) -> str:
    """Return `m = 4, U = 1/2`, in alphabetical order."""
    return ", ".join(f"{symbol} = {point[symbol]}" for symbol in sorted(point, key=str))
