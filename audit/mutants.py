"""Systematic slips: what becomes of a formula when a writer loses, swaps or misplaces something.

A check that lets a slip through does not read that part of the formula, unless the slip is true.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import sympy as sp

from audit.judge import TRUE, Judgement, Verdict, judge
from symbolic.evaluate import FormulaError
from symbolic.step import equal
from theorems.base import Slot, Theorem
from theorems.notation import (
    E_dd,
    E_ss,
    lambda_max,
    lambda_max_LC,
    lambda_min,
    lambda_min_LC,
    s_max,
    s_min,
)

SWAPPED = (
    (lambda_min, lambda_max),
    (lambda_min_LC, lambda_max_LC),
    (s_min, s_max),
    (E_ss, E_dd),
)
Fate = Literal["killed", "true", "survived"]


@dataclass(frozen=True)
class Mutant:
    """A slip in one slot, and what judging it gave."""

    slot: Slot
    name: str
    formula: sp.Expr
    judgement: Judgement

    @property
    def fate(self) -> Fate:
        """Killed by a counterexample or by its units, proved after all, or neither."""
        if self.judgement.verdict.accuses:
            return "killed"
        return "true" if self.judgement.verdict in TRUE else "survived"

    @property
    def key(self) -> str:
        """How a theorem refers to it, if it is `unsettled`."""
        return f"{self.slot.name}: {self.name}"


def try_mutants(theorem: Theorem[Any], slots: Iterable[Slot] | None = None) -> Iterator[Mutant]:
    """Judge every slip in some slots of a theorem, in all if none are given."""
    for slot in theorem.slots if slots is None else slots:
        for name, formula in mutants(slot):
            try:
                judgement = judge(theorem, {slot: formula})
            except (FormulaError, ArithmeticError) as error:
                judgement = Judgement(Verdict.UNDECIDED, "", f"not decided: {error}")
            yield Mutant(slot, name, formula, judgement)


def mutants(slot: Slot) -> Iterator[tuple[str, sp.Expr]]:
    """Yield the slips in one slot by name, each different from the formula and from the others.

    They use the slot's own symbols only: others have no meaning there.
    """
    seen = [slot.formula]
    for name, formula in _slips(slot.formula):
        if not formula.free_symbols <= set(slot.over):
            continue
        if formula.has(sp.nan, sp.zoo, sp.oo, sp.I) or any(equal(formula, one) for one in seen):
            continue
        seen.append(formula)
        yield name, formula


def _slips(formula: sp.Expr) -> Iterator[tuple[str, Any]]:
    yield "doubled", 2 * formula
    yield "halved", formula / 2
    yield "upside down", 1 / formula
    for symbol in sorted(formula.free_symbols, key=str):
        assert isinstance(symbol, sp.Symbol)
        yield f"{symbol} lost", formula.subs(symbol, 1)
        yield f"{symbol} squared", formula.subs(symbol, symbol**2)
        yield f"{symbol} upside down", formula.subs(symbol, 1 / symbol)
        if symbol.is_nonnegative:
            yield f"root of {symbol}", formula.subs(symbol, sp.sqrt(symbol))
    for one, other in SWAPPED:
        if formula.has(one, other):
            yield f"{one} for {other}", formula.subs({one: other, other: one}, simultaneous=True)
    if formula.has(sp.sin, sp.cos):
        sine, cosine = sp.Function("sine"), sp.Function("cosine")
        marked = formula.replace(sp.sin, sine).replace(sp.cos, cosine)
        yield "sine for cosine", marked.replace(sine, sp.cos).replace(cosine, sp.sin)
    for power in sorted(formula.atoms(sp.Pow), key=str):
        base, exponent = power.as_base_exp()
        if exponent.is_Rational:
            yield f"{power} to one more", formula.subs(power, base ** (exponent + 1))
            yield f"{power} to one less", formula.subs(power, base ** (exponent - 1))
    for total in sorted(formula.atoms(sp.Add), key=str):
        for term in total.args:
            yield f"{term} lost from {total}", formula.subs(total, total - term)
            yield f"sign of {term} in {total}", formula.subs(total, total - 2 * term)
