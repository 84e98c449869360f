"""What can be said of a theorem under another wording, and on what evidence.

The stages go from cheap to dear, and all that say something are reported: units, equality with
the book in its own or another normalisation, the derivation replayed, entailment by the book's
formula, the search for a counterexample.
"""

import enum
from dataclasses import dataclass

import sympy as sp

from audit.search import Counterexample, Hunt, hunt
from symbolic.exact import Undefined, exact, precision
from symbolic.fact import Fact
from symbolic.step import SAMPLES, Outcome, Step, discharge, equal
from symbolic.units import Inhomogeneous, Weight, weight
from theorems.base import UNDEFINED, Convention, Formulas, Slot, Theorem, Wording
from theorems.notation import BOOK


class Verdict(enum.Enum):
    """The words of a verdict; `docs/verdicts.md` says what each promises."""

    MATCHES = "matches"
    PROVED = "proved"
    WEAKER = "weaker"
    CORROBORATED = "corroborated"
    REFUTED = "refuted"
    INHOMOGENEOUS = "inhomogeneous"
    VACUOUS = "vacuous"
    OTHER_CONVENTION = "other-convention"
    UNDECIDED = "undecided"
    UNREAD = "unread"

    @property
    def accuses(self) -> bool:
        """Whether it says that the writer made a mistake."""
        return self in (Verdict.REFUTED, Verdict.INHOMOGENEOUS, Verdict.VACUOUS)


TRUE = (Verdict.MATCHES, Verdict.PROVED, Verdict.WEAKER)
GRADES = {
    "C": "certificate re-checked",
    "E": "exact counterexample re-checked",
    "I": "interval enclosure",
    "S": "solver or computer algebra says so",
    "N": "sampled",
    "": "no evidence",
}


@dataclass(frozen=True)
class Judgement:
    """A verdict with its evidence."""

    verdict: Verdict
    grade: str
    message: str
    notes: tuple[str, ...] = ()
    """What else the stages had to say."""
    counterexample: Counterexample | None = None
    broken: tuple[Step, Outcome] | None = None
    """The first step of the derivation that the wording breaks."""


def judge(
    theorem: Theorem,
    wording: Wording,
    *,
    convention: Convention | None = None,
    convention_known: bool = True,
) -> Judgement:
    """Judge a theorem with the writer's formulas in some of its slots.

    The formulas are in the writer's convention; None is the book's.  Where the convention is not
    known, a formula that is right in another one is not held against the writer.  Raises
    FormulaError if a formula uses symbols that mean nothing in its slot.
    """
    found = _judge(theorem, wording, convention)
    if convention_known or not found.verdict.accuses:
        return found
    for other in theorem.conventions:
        if _judge(theorem, wording, other).verdict in TRUE:
            message = f"right for {other.name}, wrong for a plain sum; which one is not said"
            return Judgement(Verdict.OTHER_CONVENTION, "S", message, found.notes)
    return found


def _judge(theorem: Theorem, wording: Wording, convention: Convention | None) -> Judgement:
    at_home = theorem.formulas(wording)  # refuses foreign symbols
    if convention is not None:
        wording = {slot: convention.undo(slot, at_home[slot]) for slot in wording}
    at = theorem.formulas(wording)
    notes = [note for slot in wording for note in (*_units(slot, at), *_growth(slot, at))]
    if all(equal(at[slot], slot.formula) for slot in wording):
        same = all(at[slot] == slot.formula for slot in wording)
        return Judgement(Verdict.MATCHES, "C" if same else "S", "as in the book", tuple(notes))
    broken = _first_broken(theorem, at)
    implied = _implied(theorem, wording, at)
    if broken is None or implied:
        found = hunt(theorem, wording, batches=1)
        if found.counterexample and found.counterexample.margin.part.startswith(UNDEFINED):
            return _attacked(found, notes, broken)  # what has no value proves nothing
        return _true(found, implied, notes)
    other = _other_convention(theorem, at, wording)
    if other is not None:
        notes.append(f"it would be right for {other.name}")
    return _attacked(hunt(theorem, wording), notes, broken)


def _true(found: Hunt, implied: bool, notes: list[str]) -> Judgement:
    """Return what a proof says, after a look at cases: from false hypotheses follows anything."""
    if found.counterexample is not None:
        message = f"a proof and a counterexample: {found.counterexample.margin.failure}"
        return Judgement(
            Verdict.UNDECIDED, "", f"{message}; this is a mistake of ours", tuple(notes)
        )
    if found.vacuous:
        return Judgement(Verdict.VACUOUS, "N", VACUOUS, tuple(notes))
    if implied:
        message = "true: it follows from the book's formula, which is sharper"
        return Judgement(Verdict.WEAKER, "S", message, tuple(notes))
    return Judgement(Verdict.PROVED, "S", "the proof goes through with this formula", tuple(notes))


def _attacked(found: Hunt, notes: list[str], broken: tuple[Step, Outcome] | None) -> Judgement:
    if found.counterexample is not None:
        message = found.counterexample.margin.failure
        grade = found.counterexample.grade
        counterexample = found.counterexample
        return Judgement(Verdict.REFUTED, grade, message, tuple(notes), counterexample, broken)
    if found.vacuous:
        return Judgement(Verdict.VACUOUS, "N", VACUOUS, tuple(notes), None, broken)
    if any(note.startswith(UNITS) for note in notes):
        return Judgement(Verdict.INHOMOGENEOUS, "C", notes[0], tuple(notes[1:]), None, broken)
    if found.hard_cases == 0:
        message = "not decided: no case could be checked exactly"
        return Judgement(Verdict.UNDECIDED, "", message, tuple(notes), None, broken)
    message = f"no counterexample among {found.summary}; nothing else was searched, no proof found"
    return Judgement(Verdict.CORROBORATED, "N", message, tuple(notes), None, broken)


VACUOUS = "no case that was tried satisfies the hypotheses, so nothing is claimed"
UNITS = "the two sides scale differently"
"""Then some choice of units makes the formula false, however its constants are chosen."""
MIXED = "its terms scale differently"
"""Suspicious, but no proof: f <= 1 + f is true in all units."""


def _units(slot: Slot, at: Formulas) -> list[str]:
    weights = {symbol: BOOK[symbol].weight for symbol in (*slot.over, slot.quantity)}
    known = {symbol: w for symbol, w in weights.items() if w is not None}
    if len(known) < len(weights):
        return []
    try:
        found = weight(at[slot], known)
    except Inhomogeneous as error:
        return [f"{MIXED}: {error}"]
    expected = known[slot.quantity]
    if found is None or found == expected:
        return []
    sides = f"{slot.quantity} as {_units_text(expected)}, the formula as {_units_text(found)}"
    return [f"{UNITS}: {sides}"]


def _units_text(found: Weight) -> str:
    names = ("output", "parameter")
    parts = [f"{name}^{w}" for name, w in zip(names, found, strict=True) if w != 0]
    return " ".join(parts) or "a pure number"


def _growth(slot: Slot, at: Formulas) -> list[str]:
    """Say where a formula shrinks although an upper bound in it grows."""
    notes = []
    for bound in slot.never_falls_with:
        point = {s.name: exact(v) for s, v in zip(slot.over, SAMPLES[0], strict=False)}
        try:
            with precision(100):
                before, after = at(slot, **point), at(slot, **{**point, bound.name: exact(100)})
        except Undefined:
            continue
        if after < before:
            notes.append(f"it shrinks as {bound} grows, but {bound} is only an upper bound")
    return notes


def _other_convention(theorem: Theorem, at: Formulas, wording: Wording) -> Convention | None:
    for convention in theorem.conventions:
        if all(equal(at[slot], convention.restate(slot)) for slot in wording):
            return convention
    return None


def _first_broken(theorem: Theorem, at: Formulas) -> tuple[Step, Outcome] | None:
    for step in theorem.derivation(at):
        outcome = discharge(step)
        if outcome.status in ("broken", "open"):
            return step, outcome
    return None


def _implied(theorem: Theorem, wording: Wording, at: Formulas) -> bool:
    """Whether every formula is on the safe side of the book's."""
    return all(_is_safe(slot, at[slot], theorem.domain) for slot in wording)


def _is_safe(slot: Slot, formula: sp.Expr, domain: tuple[Fact, ...]) -> bool:
    if slot.safe is None:
        return False
    from symbolic.smt import follows  # z3 takes a while to load, and many formulas do without

    low, high = (formula, slot.formula) if slot.safe == "smaller" else (slot.formula, formula)
    return follows((low, "<=", high), domain).status == "proved"
