"""Polynomial inequalities, decided by z3.

A formula with roots, quotients, absolute values, maxima and minima becomes polynomial with the
help of extra unknowns.  An exponential becomes an unknown of which only some bounds are known, so
that a proof stands but a counterexample does not count.  Anything else stays open.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sympy as sp
import z3

from symbolic.fact import Fact

WORK = 4_000_000
"""z3's resource limit per question: a count of operations, so the answer is the same anywhere."""
LARGEST_POWER = 16


class NotPolynomial(ValueError):  # noqa: N818 (a fact about a formula, not a mishap)
    """The question contains something that cannot be written with polynomials."""


@dataclass(frozen=True)
class Answer:
    """`proved`, `refuted` with values of the symbols for which the conclusion fails, or `open`."""

    status: Literal["proved", "refuted", "open"]
    model: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    """Empty where a value is irrational: such a point cannot be checked by hand."""


def follows(conclusion: Fact, given: Sequence[Fact]) -> Answer:
    """Return whether the conclusion holds for all reals allowed by the facts given.

    The assumptions on the symbols (positive, negative, ...) are facts as well.  The conclusion has
    to have a value wherever the facts hold; the facts are taken to have one.
    """
    writer = _Writer()
    try:
        facts = [writer.write(fact) for fact in given]
        facts += writer.take_conditions()
        goal = writer.write(conclusion)
        holds = z3.And(*writer.take_conditions(), goal)
    except NotPolynomial:
        return Answer("open")
    solver = z3.Solver(ctx=writer.context)
    solver.set("rlimit", WORK)
    solver.set("random_seed", 0)
    solver.add(*writer.definitions, *facts, z3.Not(holds))
    outcome = solver.check()
    if outcome == z3.unsat:
        return Answer("proved")
    if outcome == z3.sat and not writer.loose:
        return Answer("refuted", _rational_model(solver.model(), writer.symbols))
    return Answer("open")


def _rational_model(model: Any, symbols: Mapping[sp.Symbol, Any]) -> dict[sp.Symbol, sp.Expr]:
    values = {s: model.eval(v, model_completion=True) for s, v in symbols.items()}
    if not all(z3.is_rational_value(value) for value in values.values()):
        return {}
    return {
        s: sp.Integer(v.numerator_as_long()) / v.denominator_as_long() for s, v in values.items()
    }


class _Writer:
    """Translates formulas, collecting the unknowns it has to introduce."""

    def __init__(self) -> None:
        self.context = z3.Context()  # of its own, so that no earlier question has an influence
        self.symbols: dict[sp.Symbol, Any] = {}
        self.definitions: list[Any] = []
        self.conditions: list[Any] = []
        """What has to hold for the terms written since the last `take_conditions` to exist."""
        self.unknowns = 0
        self.loose = False
        """Whether a model may violate what the unknowns stand for."""
        self._known: dict[sp.Basic, Any] = {}

    def write(self, fact: Fact) -> Any:
        left, relation, right = fact
        a, b = self._term(left), self._term(right)
        return {"=": a == b, "<=": a <= b, "<": a < b}[relation]

    def _term(self, node: sp.Basic) -> Any:
        if node not in self._known:
            self._known[node] = self._new_term(node)
        return self._known[node]

    def _new_term(self, node: sp.Basic) -> Any:
        if isinstance(node, sp.Symbol):
            return self._symbol(node)
        if isinstance(node, sp.Rational):
            return z3.RatVal(int(node.p), int(node.q), ctx=self.context)
        if isinstance(node, sp.Pow):
            return self._power(*node.args)
        parts = [self._term(argument) for argument in node.args]
        if isinstance(node, sp.exp):
            return self._exponential(parts[0])
        if isinstance(node, sp.Add):
            return z3.Sum(parts)
        if isinstance(node, sp.Mul):
            return z3.Product(parts)
        if isinstance(node, sp.Abs):
            return z3.If(parts[0] >= 0, parts[0], -parts[0])
        if isinstance(node, sp.Max):
            return _fold(parts, lambda a, b: z3.If(a >= b, a, b))
        if isinstance(node, sp.Min):
            return _fold(parts, lambda a, b: z3.If(a <= b, a, b))
        raise NotPolynomial(str(node))

    def take_conditions(self) -> list[Any]:
        taken, self.conditions = self.conditions, []
        return taken

    def _symbol(self, symbol: sp.Symbol) -> Any:
        # Names may come from a document, so z3 sees numbered ones only.
        variable = z3.Real(f"s{len(self.symbols)}", ctx=self.context)
        self.symbols[symbol] = variable
        for assumed, sign in (
            (symbol.is_positive, variable > 0),
            (symbol.is_negative, variable < 0),
            (symbol.is_nonnegative, variable >= 0),
            (symbol.is_nonpositive, variable <= 0),
            (symbol.is_nonzero, variable != 0),
        ):
            if assumed:
                self.definitions.append(sign)
        # A model need not be an integer, so it would be no counterexample.
        self.loose = self.loose or bool(symbol.is_integer)
        return variable

    def _exponential(self, t: Any) -> Any:
        # Taylor polynomials of odd degree lie below exp everywhere, and exp(t) (1 - t) <= 1.
        self.loose = True
        e = self._unknown()
        cubic = 6 + 6 * t + 3 * t * t + t * t * t
        self.definitions += [e > 0, e >= 1 + t, 6 * e >= cubic, e * (1 - t) <= 1]
        return e

    def _power(self, base: sp.Basic, exponent: sp.Basic) -> Any:
        if not isinstance(exponent, sp.Rational) or _height(exponent) > LARGEST_POWER:
            raise NotPolynomial(f"{base}**{exponent}")
        inner = self._term(base)
        if exponent.q != 1:
            root = self._unknown()
            self._define(inner >= 0, z3.And(root >= 0, root**exponent.q == inner))
            inner = root
        if exponent.p < 0:
            inverse = self._unknown()
            self._define(inner != 0, inverse * inner == 1)
            inner = inverse
        return z3.Product([inner] * abs(int(exponent.p)))

    def _unknown(self) -> Any:
        self.unknowns += 1
        return z3.Real(f"d{self.unknowns}", ctx=self.context)

    def _define(self, condition: Any, meaning: Any) -> None:
        """Say what an unknown is where it exists; elsewhere it may be anything."""
        self.definitions.append(z3.Implies(condition, meaning))
        self.conditions.append(condition)


def _height(number: sp.Rational) -> int:
    return max(abs(number.p), number.q)


def _fold(parts: Iterable[Any], join: Callable[[Any, Any], Any]) -> Any:
    first, *rest = parts
    for part in rest:
        first = join(first, part)
    return first
