"""Looking for a counterexample: hard cases, then compiled batches, then the simplest form.

Whatever suggests a case, a case counts only after the theorem's own exact check has failed on it;
that check shares no code with the search.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic

import numpy as np
from flint import fmpq

from symbolic.evaluate import FloatArray
from symbolic.exact import Uncertain, Undefined, exact, precision
from theorems.base import BITS, CaseT, Margin, Theorem, Wording

BATCH = 4096
SUSPECTS = 3
"""How many of the worst cases of a batch are looked at exactly."""
FINEST = 24
"""Simplification tries denominators up to 2**0, 2**1, ..., then the number as it was found."""
DOUBT = 1e-9
"""A slack in doubles above minus this is not worth an exact check."""


@dataclass(frozen=True)
class Counterexample(Generic[CaseT]):
    """A case that satisfies every hypothesis of a wording, and the part of it that fails there."""

    case: CaseT
    margin: Margin
    found_by: str

    @property
    def grade(self) -> str:
        """E if both sides of the failure are rationals, I if intervals enclose them."""
        return self.margin.grade


@dataclass(frozen=True)
class Hunt(Generic[CaseT]):
    """The outcome of a search, with what is needed to weigh it."""

    counterexample: Counterexample[CaseT] | None
    hard_cases: int
    """Hard cases that satisfied the hypotheses."""
    sampled: int
    """Random cases that satisfied the hypotheses."""
    weakest: Margin | None
    """The margin on the hard cases with the least slack, equalities by definition left out."""

    @property
    def vacuous(self) -> bool:
        """Whether no case at all satisfied the hypotheses."""
        return self.counterexample is None and self.hard_cases + self.sampled == 0

    @property
    def summary(self) -> str:
        """What was searched, for a claim that survived."""
        return f"{self.hard_cases} hard cases and {self.sampled} random ones"


def hunt(theorem: Theorem[CaseT], wording: Wording | None = None, *, batches: int = 4) -> Hunt:
    """Look for a counterexample to a theorem under a wording.

    The same theorem and wording always get the same answer: everything random is seeded with
    the label.
    """
    wording = wording or {}
    tried, weakest = 0, None
    for case in _hard_cases(theorem, wording):
        margins = theorem.judge(case, wording)
        tried += bool(margins)
        if _fails(margins):
            return Hunt(Counterexample(case, margins[-1], "hard case"), tried, 0, weakest)
        weakest = min(
            (m for m in (weakest, *margins) if m and not m.trivial), key=_slack, default=None
        )
    sampled = 0
    for slack, columns in _batches(theorem, wording, batches):
        sampled += int(np.isfinite(slack).sum())
        for row in _worst(slack):
            if found := _confirm(theorem, wording, {name: c[row] for name, c in columns.items()}):
                return Hunt(found, tried, sampled, weakest)
    return Hunt(None, tried, sampled, weakest)


def _fails(margins: tuple[Margin, ...]) -> bool:
    with precision(BITS):  # as precisely as they were computed
        return bool(margins) and margins[-1].fails


def _slack(margin: Margin) -> float:
    return margin.slack


def _hard_cases(theorem: Theorem[CaseT], wording: Wording) -> Iterator[CaseT]:
    cases = iter(theorem.hard_cases(theorem.formulas(wording)))
    while True:
        try:
            with precision(BITS):
                case = next(cases)
        except (StopIteration, Undefined, Uncertain):  # made to measure for a strange formula
            return
        yield case


def _batches(
    theorem: Theorem[Any], wording: Wording, batches: int
) -> Iterator[tuple[FloatArray, Mapping[str, FloatArray]]]:
    seed = int.from_bytes(hashlib.sha256(theorem.label.encode()).digest()[:8], "big")
    rng = np.random.default_rng(seed)
    at = theorem.formulas(wording)
    for _ in range(batches):
        columns = {
            name: rng.uniform(low, high, BATCH) for name, (low, high) in theorem.sweep.box.items()
        }
        with np.errstate(all="ignore"):
            yield theorem.sweep.slack(columns, at), columns


def _worst(slack: FloatArray) -> list[int]:
    order = np.argsort(np.where(np.isnan(slack), np.inf, slack), kind="stable")
    return [int(row) for row in order[:SUSPECTS] if slack[row] < -DOUBT]


def _confirm(
    theorem: Theorem[CaseT], wording: Wording, found: Mapping[str, float]
) -> Counterexample[CaseT] | None:
    """Return the simplest rounding of a suspect that the exact check refutes, if any."""
    names = list(found)

    def refuted(levels: tuple[int, ...]) -> Counterexample[CaseT] | None:
        numbers = {
            name: _rounded(found[name], level) for name, level in zip(names, levels, strict=True)
        }
        return _check(theorem, wording, numbers)

    as_found = (FINEST,) * len(names)
    if refuted(as_found) is None:
        return None
    from hypothesis import Phase, find, settings  # loads slowly, and is needed here alone
    from hypothesis import strategies as st
    from hypothesis.errors import NoSuchExample

    levels = st.tuples(*[st.integers(0, FINEST)] * len(names))
    quiet = settings(
        max_examples=200,
        phases=(Phase.generate, Phase.shrink),
        derandomize=True,
        database=None,
        deadline=None,
    )
    try:
        simplest = find(levels, lambda choice: refuted(choice) is not None, settings=quiet)
    except NoSuchExample:
        simplest = as_found
    return refuted(simplest)


def _rounded(value: float, level: int) -> fmpq:
    if level == FINEST:
        return exact(value)
    return exact(Fraction(value).limit_denominator(2**level))


def _check(
    theorem: Theorem[CaseT], wording: Wording, numbers: Mapping[str, fmpq]
) -> Counterexample[CaseT] | None:
    try:
        with precision(BITS):
            case = theorem.sweep.case(numbers, theorem.formulas(wording))
    except (Undefined, Uncertain, ZeroDivisionError):  # rounding left the domain of the family
        return None
    margins = theorem.judge(case, wording)
    if _fails(margins):
        return Counterexample(case, margins[-1], "random search")
    return None
