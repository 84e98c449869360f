"""How sharp a constant is: the largest factor that is proved, and the smallest that is refuted."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from audit.judge import TRUE, Judgement, Verdict, judge
from audit.search import Counterexample
from theorems.base import Direction, Slot, Theorem

DOUBLINGS = 6
"""A factor is looked for up to two to this power."""
HALVINGS = 7
"""How often a bracket is halved, on a logarithmic scale."""
FINEST = 64
"""Factors are fractions with denominators up to this one."""


@dataclass(frozen=True)
class Bracket:
    """What is known of `factor * formula` as the factor moves to the unsafe side."""

    slot: Slot
    direction: Direction
    proved: Fraction
    """The statement is proved up to this factor; 1 is the book's."""
    survives: Fraction
    """No counterexample was found up to this factor."""
    falls: Fraction | None
    """The least factor with a counterexample, if one was found at all."""
    witness: Counterexample[Any] | None


def sharpness(theorem: Theorem[Any], slots: Iterable[Slot] | None = None) -> list[Bracket]:
    """Return a bracket for each direction in which some slots may fail; all if none are given."""
    return [
        _bracket(theorem, slot, direction)
        for slot in (theorem.slots if slots is None else slots)
        for direction in _directions(slot)
        if slot.formula != 0
    ]


def _directions(slot: Slot) -> tuple[Direction, ...]:
    if slot.safe is None:
        return ("smaller", "larger")
    return ("larger",) if slot.safe == "smaller" else ("smaller",)


def _bracket(theorem: Theorem[Any], slot: Slot, direction: Direction) -> Bracket:
    seen: dict[Fraction, Judgement] = {}

    def scaled(factor: Fraction) -> Fraction:
        return factor if direction == "larger" else 1 / factor

    def judged(factor: Fraction) -> Judgement:
        if factor not in seen:
            number = scaled(factor)
            formula = sp.Rational(number.numerator, number.denominator) * slot.formula
            seen[factor] = judge(theorem, {slot: formula})
        return seen[factor]

    def false(factor: Fraction) -> bool:
        return judged(factor).verdict is Verdict.REFUTED

    def unproved(factor: Fraction) -> bool:
        return judged(factor).verdict not in TRUE

    doubled = [Fraction(2**power) for power in range(1, DOUBLINGS + 1)]
    falls = next(filter(false, doubled), None)
    survives = doubled[-1]
    if falls is not None:
        survives, falls = _narrowed(false, falls / 2, falls)
    proved = max((Fraction(1), *(f for f in seen if not unproved(f))))
    beyond = min((f for f in seen if f > proved), default=None)
    if beyond is not None:
        proved, _ = _narrowed(unproved, proved, beyond)
    return Bracket(
        slot,
        direction,
        scaled(proved),
        scaled(survives),
        scaled(falls) if falls is not None else None,
        seen[falls].counterexample if falls is not None else None,
    )


def _narrowed(
    holds: Callable[[Fraction], bool], low: Fraction, high: Fraction
) -> tuple[Fraction, Fraction]:
    """Return a closer pair of simple fractions, the property failing at the first only."""
    for _ in range(HALVINGS):
        middle = Fraction(math.sqrt(low * high)).limit_denominator(FINEST)
        if not low < middle < high:
            break
        if holds(middle):
            high = middle
        else:
            low = middle
    return low, high
