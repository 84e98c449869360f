"""What a theorem is here: formulas in named slots, a derivation, and one exact check of cases.

A writer's version of a theorem is the same theorem with other formulas in its slots (a
*wording*).  The derivation and the check are functions of the wording, so what the textbook's
version has to survive is what the writer's version has to survive.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import sympy as sp
from flint import arb, fmpq

from symbolic.evaluate import FloatArray, FormulaError, at_point, on_arrays
from symbolic.exact import Number, Uncertain, Undefined, as_text, is_exact, precision
from symbolic.fact import Fact, Relation
from symbolic.step import Step
from theorems.notation import R_0, Vectors, f0, h, loss_k, m

NO_VECTORS = Vectors()
NUDGE = sp.Rational(5, 100)
BITS = 2048
"""Balls are this precise: enough for a thousand halvings of an error."""
Direction: TypeAlias = Literal["smaller", "larger"]


@dataclass(frozen=True)
class Slot:
    """A formula that a statement depends on and that a writer may state differently.

    The statement says `quantity relation formula`.  In a hypothesis a stricter formula is safe
    and a looser one is a new claim; in a conclusion it is the reverse; an equation has no safe
    side.
    """

    name: str
    quantity: sp.Symbol
    relation: Literal["<", "<=", ">=", "="]
    formula: sp.Expr
    over: tuple[sp.Symbol, ...]
    """The symbols a formula in this slot may use."""
    role: Literal["hypothesis", "conclusion"]
    meaning: str
    fails_if: tuple[Direction, ...] = ()
    """The directions in which a 5 % change of the formula makes the theorem false."""
    never_falls_with: tuple[sp.Symbol, ...] = ()
    """Upper bounds the formula must not shrink with, since a larger bound says less."""

    def __post_init__(self) -> None:
        if foreign := self.formula.free_symbols - set(self.over):
            allowed = ", ".join(sorted(symbol.name for symbol in self.over)) or "no symbols"
            names = ", ".join(sorted(map(str, foreign)))
            raise FormulaError(f"{names} has no meaning in slot {self.name}; it may use {allowed}")
        if self.formula.has(sp.I, sp.nan, sp.oo, sp.zoo):
            raise FormulaError(f"the formula in slot {self.name} is not a real number")

    @property
    def safe(self) -> Direction | None:
        """The direction in which a change of the formula cannot make the theorem false."""
        if self.relation == "=":
            return None
        stricter = "larger" if self.relation == ">=" else "smaller"
        looser = "smaller" if stricter == "larger" else "larger"
        return stricter if self.role == "hypothesis" else looser


Wording: TypeAlias = Mapping[Slot, sp.Expr]


@dataclass(frozen=True)
class Margin:
    """One part of a conclusion on one case: `value relation bound`, exact or enclosed."""

    part: str
    value: Number
    bound: Number
    relation: Literal["<=", "<", "="] = "<="
    at: str = ""
    """Where in the case: the number of the step, the point of evaluation."""
    trivial: bool = False
    """Whether the book's wording makes it an equality of the same thing, as for k = 0."""

    @property
    def fails(self) -> bool:
        """Whether it is certainly false."""
        if self.relation == "=":
            return bool(self.value < self.bound or self.value > self.bound)
        return bool(self.value > self.bound or (self.relation == "<" and self.value >= self.bound))

    @property
    def grade(self) -> str:
        """E when both sides are rationals, I when intervals enclose them."""
        return "E" if is_exact(self.value, self.bound) else "I"

    @property
    def slack(self) -> float:
        """The distance to failure relative to the larger side: 0 at equality, negative beyond."""
        size = abs(arb(self.value)).max(abs(arb(self.bound)))
        if not size > 0:
            return 0.0
        gap = float((arb(self.bound) - arb(self.value)) / size)
        if self.relation == "=":
            return -abs(gap) if self.fails else 0.0
        return gap

    @property
    def failure(self) -> str:
        """What is wrong, for a margin that fails."""
        where = f" at {self.at}" if self.at else ""
        needed = f"{as_text(self.value)} {self.relation} {as_text(self.bound)}"
        return f"{self.part}: false{where}, where it needs {needed}"

    def __str__(self) -> str:
        where = f" at {self.at}" if self.at else ""
        return f"{self.part}{where}: {as_text(self.value)} {self.relation} {as_text(self.bound)}"


UNDEFINED = "the formula has a real value"


def undefined(error: Undefined) -> Margin:
    """Return the failure of a formula that has no real value where it is needed."""
    return Margin(f"{UNDEFINED} ({error} met)", fmpq(1), fmpq(0))


class Case(Protocol):
    """One instance on which the conclusion can be evaluated, small enough to print."""

    @property
    def size(self) -> int:
        """How much there is to check by hand; smaller cases are tried and shown first."""
        ...

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it, by name, numbers as fractions."""
        ...


CaseT = TypeVar("CaseT", bound=Case)


class Formulas:
    """The formulas in force while a theorem is derived or checked."""

    def __init__(self, slots: Iterable[Slot], wording: Wording) -> None:
        self._slots = {slot.name: slot for slot in slots}
        unknown = sorted(slot.name for slot in wording if slot.name not in self._slots)
        if unknown:
            raise FormulaError(f"no slot {', '.join(unknown)}; there is {', '.join(self._slots)}")
        for slot, formula in wording.items():
            self._slots[slot.name] = _restated(slot, formula)

    def __getitem__(self, slot: Slot) -> sp.Expr:
        """Return the formula now in `slot`."""
        return self._slots[slot.name].formula

    def __call__(self, slot: Slot, **values: Number) -> Number:
        """Return its value, as in `at(RADIUS, m=fmpq(2), ...)`; raise Undefined if it has none."""
        current = self._slots[slot.name]
        return at_point(current.formula, current.over, values)

    def on_arrays(self, slot: Slot, **values: npt.ArrayLike) -> FloatArray:
        """Return its values in doubles on arrays that broadcast; nan where it has none."""
        current = self._slots[slot.name]
        return on_arrays(current.formula, current.over, values)


def _restated(slot: Slot, formula: sp.Expr) -> Slot:
    return Slot(
        slot.name, slot.quantity, slot.relation, formula, slot.over, slot.role, slot.meaning
    )


Parameters: TypeAlias = Mapping[str, FloatArray]


@dataclass(frozen=True)
class Sweep(Generic[CaseT]):
    """Random cases, evaluated in compiled code: where to look for what to check exactly."""

    box: Mapping[str, tuple[float, float]]
    """The range of each parameter of a case."""
    slack: Callable[[Parameters, Formulas], FloatArray]
    """Returns the least slack of each case, in doubles; nan where a hypothesis fails."""
    case: Callable[[Mapping[str, fmpq], Formulas], CaseT]
    """Builds the exact case that has these parameters."""


@dataclass(frozen=True)
class Convention:
    """Another normalisation a writer may use, as what the book's symbols mean in it.

    With the loss halved, f0 becomes 2 f0 and h becomes h / 2: `{f0: 2 * f0, h: h / 2}`.
    """

    name: str
    replace: Mapping[sp.Symbol, sp.Expr]

    def restate(self, slot: Slot) -> sp.Expr:
        """Return the slot's formula as a writer with this convention would state it."""
        formula = slot.formula.subs(list(self.replace.items()), simultaneous=True)
        return sp.simplify(formula / self._scale(slot.quantity))

    def undo(self, slot: Slot, formula: sp.Expr) -> sp.Expr:
        """Return a writer's formula for the slot as it would read in the book's convention."""
        back = [(symbol, symbol / self._scale(symbol)) for symbol in self.replace]
        return sp.simplify(formula.subs(back, simultaneous=True) * self._scale(slot.quantity))

    def _scale(self, symbol: sp.Symbol) -> sp.Expr:
        return self.replace.get(symbol, symbol) / symbol


def _loss(name: str, factor: sp.Expr) -> Convention:
    """Return what losses and steps mean to a writer who divides the loss by the factor."""
    return Convention(name, {**{of: factor * of for of in (f0, loss_k, R_0)}, h: h / factor})


LOSSES = (
    _loss("the loss with a factor 1/2", sp.Integer(2)),
    _loss("the loss divided by m", m),
    _loss("the loss divided by 2 m", 2 * m),
)
"""Other normalisations of the sum of squares; a step is h times the gradient of what is printed."""


@dataclass(frozen=True, eq=False)
class Theorem(Generic[CaseT]):
    """A statement with slots, its derivation, and the means to attack it."""

    label: str
    """How the book refers to it, such as `Theorem 11.3`."""
    statement: str | None
    """The docstring of the module; its first line reads `label: title.`"""
    slots: tuple[Slot, ...]
    domain: tuple[Fact, ...]
    """What holds between the symbols in every case."""
    derivation: Callable[[Formulas], Iterable[Step]]
    margins: Callable[[CaseT, Formulas], Iterator[Margin]]
    """Evaluates the conclusion on one case, exactly; yields nothing if a hypothesis fails."""
    hard_cases: Callable[[Formulas], Iterable[CaseT]]
    """The smallest known adversarial cases; some are made to measure for a wording."""
    sweep: Sweep[CaseT]
    also_true: Mapping[str, Wording]
    false: Mapping[str, Wording]
    conventions: tuple[Convention, ...] = ()
    vectors: Vectors = NO_VECTORS
    unsettled: Mapping[str, str] = field(default_factory=dict)
    """Systematic slips, as `slot: slip`, that are neither proved nor refuted, and why."""

    @property
    def title(self) -> str:
        """What it says, in a few words."""
        first = (self.statement or "").partition("\n")[0]
        return first.partition(": ")[2].rstrip(".")

    @property
    def number(self) -> str:
        """The label without its kind: `11.3`."""
        return self.label.split()[-1].strip("()")

    def slot(self, name: str) -> Slot:
        """Return the slot of this name; raise FormulaError with the names there are."""
        for slot in self.slots:
            if slot.name == name:
                return slot
        names = ", ".join(slot.name for slot in self.slots)
        raise FormulaError(f"{self.label} has no slot {name!r}; it has {names}")

    def formulas(self, wording: Wording | None = None) -> Formulas:
        """Return the formulas of the book, with those of the wording in their places."""
        return Formulas(self.slots, wording or {})

    def judge(self, case: CaseT, wording: Wording | None = None) -> tuple[Margin, ...]:
        """Return the margins of one case, up to the first that fails.

        There are none if a hypothesis fails on the case.  A formula that has no real value there
        is a failure.
        """
        seen: list[Margin] = []
        with precision(BITS):
            try:
                for margin in self.margins(case, self.formulas(wording)):
                    seen.append(margin)
                    if margin.fails:
                        break
            except Undefined as error:
                seen.append(undefined(error))
            except Uncertain:
                pass  # what was seen so far is all that can be said
        return tuple(seen)

    def nudged(self) -> dict[str, Wording]:
        """Return the false statements promised by `fails_if`: a slot moved the wrong way."""
        factor = {"smaller": 1 - NUDGE, "larger": 1 + NUDGE}
        return {
            f"{slot.name} 5 % {direction}": {slot: factor[direction] * slot.formula}
            for slot in self.slots
            for direction in slot.fails_if
        }


def facts(*triples: tuple[Any, Relation, Any]) -> tuple[Fact, ...]:
    """Return relations between formulas, with plain numbers made exact."""
    return tuple((sp.S.Zero + a, relation, sp.S.Zero + b) for a, relation, b in triples)


def relative(value: FloatArray, bound: FloatArray) -> FloatArray:
    """Return the slack of `value <= bound` relative to the larger, entry by entry."""
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.maximum(np.abs(value), np.abs(bound))
        slack = np.where(size > 0, (bound - value) / size, 0.0)
    return np.where(np.isposinf(bound), 1.0, np.where(np.isposinf(value), -1.0, slack))
