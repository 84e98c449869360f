"""What every module in the catalogue promises.  Adding a theorem adds its tests here."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import theorems
from audit.judge import Verdict, judge
from audit.latex import read
from audit.meaning import lexicon, translate
from audit.mutants import mutants
from audit.search import hunt
from symbolic.evaluate import FormulaError
from symbolic.latex import to_latex
from symbolic.step import discharge, equal
from symbolic.units import weight
from theorems.base import Slot, Theorem, Wording
from theorems.notation import BOOK, PRINTED

KINDS = {
    "Theorem",
    "Example",
    "Equation",
    "Lemma",
    "Proposition",
    "Remark",
    "Assumption",
    "Definition",
    "Figure",
    "Exercise",
    "Section",
}
SLOTS = [
    pytest.param(theorem, slot, id=f"{theorem.label}: {slot.name}")
    for theorem in theorems.ALL
    for slot in theorem.slots
]
FALSE = [
    pytest.param(theorem, wording, id=f"{theorem.label}: {name}")
    for theorem in theorems.ALL
    for name, wording in {**theorem.false, **theorem.nudged()}.items()
]
TRUE = [
    pytest.param(theorem, wording, id=f"{theorem.label}: {name}")
    for theorem in theorems.ALL
    for name, wording in theorem.also_true.items()
]
each_theorem = pytest.mark.parametrize("theorem", theorems.ALL, ids=lambda t: t.label)
each_slot = pytest.mark.parametrize(("theorem", "slot"), SLOTS)
each_false = pytest.mark.parametrize(("theorem", "wording"), FALSE)
each_true = pytest.mark.parametrize(("theorem", "wording"), TRUE)


def test_every_module_with_a_theorem_is_in_the_catalogue() -> None:
    folder = Path(theorems.__file__).parent
    written = {path.stem for path in folder.glob("*.py") if "\nTHEOREM = " in path.read_text()}
    listed = {theorem.margins.__module__.rpartition(".")[2] for theorem in theorems.ALL}

    assert written == listed


def test_no_two_theorems_have_one_number() -> None:
    numbers = [theorem.number for theorem in theorems.ALL]

    assert len(set(numbers)) == len(numbers)


def test_every_theorem_is_found_by_its_number() -> None:
    assert [theorem.number for theorem in theorems.ALL] == list(theorems.MODULES)
    assert all(theorems.find(theorem.number) is theorem for theorem in theorems.ALL)


@each_theorem
def test_the_statement_says_what_it_is_and_names_every_slot(theorem: Theorem[Any]) -> None:
    statement = theorem.statement or ""

    assert statement.startswith(f"{theorem.label}: ")
    assert theorem.label.split()[0] in KINDS
    assert [slot.name for slot in theorem.slots if slot.name not in statement] == []


@each_theorem
def test_each_step_of_the_derivation_is_proved_or_cited(theorem: Theorem[Any]) -> None:
    outcomes = [discharge(step).status for step in theorem.derivation(theorem.formulas())]

    assert set(outcomes) <= {"proved", "cited"}
    assert outcomes.count("proved") >= 3


@each_theorem
def test_the_textbook_statement_survives_on_many_cases(theorem: Theorem[Any]) -> None:
    found = hunt(theorem)

    assert found.counterexample is None
    assert found.hard_cases >= 3
    assert found.sampled >= 10_000


@each_true
def test_other_true_statements_survive_and_are_recognised(
    theorem: Theorem[Any], wording: Wording
) -> None:
    assert hunt(theorem, wording).counterexample is None
    assert judge(theorem, wording).verdict in (Verdict.MATCHES, Verdict.PROVED, Verdict.WEAKER)


@each_false
def test_false_statements_are_refuted_on_a_case_where_the_textbook_holds(
    theorem: Theorem[Any], wording: Wording
) -> None:
    found = hunt(theorem, wording).counterexample

    assert found is not None
    assert found.grade in ("E", "I")
    assert not any(margin.fails for margin in theorem.judge(found.case))


@each_false
def test_false_statements_break_the_derivation(theorem: Theorem[Any], wording: Wording) -> None:
    outcomes = [discharge(step).status for step in theorem.derivation(theorem.formulas(wording))]

    assert "broken" in outcomes


@each_theorem
def test_every_slot_is_read_by_the_exact_check_and_by_the_search(theorem: Theorem[Any]) -> None:
    """With the hard cases taken away, some false wording of each slot still falls."""
    blind = dataclasses.replace(theorem, hard_cases=lambda at: ())
    wordings = [*theorem.false.values(), *theorem.nudged().values()]
    fallen = {
        slot.name
        for wording in wordings
        if hunt(blind, wording).counterexample is not None
        for slot in wording
    }

    assert fallen == {slot.name for slot in theorem.slots}


@each_slot
def test_every_quantity_can_be_written(theorem: Theorem[Any], slot: Slot) -> None:
    assert {symbol for symbol in (*slot.over, slot.quantity) if symbol not in BOOK} == set()


@each_slot
def test_what_is_printed_reads_back_as_the_same_formula(theorem: Theorem[Any], slot: Slot) -> None:
    printed = to_latex(slot.formula, PRINTED)

    assert equal(translate(read(printed), lexicon(slot.over, theorem.vectors)), slot.formula)


@each_slot
def test_both_sides_of_every_slot_scale_alike(theorem: Theorem[Any], slot: Slot) -> None:
    weights = {symbol: BOOK[symbol].weight for symbol in (*slot.over, slot.quantity)}
    known = {symbol: w for symbol, w in weights.items() if w is not None}
    if len(known) < len(weights):
        return  # a statement without units

    assert weight(slot.formula, known) in (None, known[slot.quantity])


@each_theorem
def test_the_same_search_finds_the_same_counterexample(theorem: Theorem[Any]) -> None:
    wording = next(iter(theorem.false.values()))
    blind = dataclasses.replace(theorem, hard_cases=lambda at: ())

    assert str(hunt(blind, wording)) == str(hunt(blind, wording))


@each_theorem
def test_slips_said_to_be_unsettled_are_neither_proved_nor_refuted(theorem: Theorem[Any]) -> None:
    slips = {
        f"{slot.name}: {name}": {slot: f} for slot in theorem.slots for name, f in mutants(slot)
    }

    for name in theorem.unsettled:
        verdict = judge(theorem, slips[name]).verdict
        assert verdict in (Verdict.CORROBORATED, Verdict.UNDECIDED), name


def formulas(slot: Slot) -> st.SearchStrategy[sp.Expr]:
    """Draw formulas a student might write in `slot`, most of them wrong."""
    numbers = st.sampled_from([0, 1, -1, 2, 10**9]).map(sp.Integer)
    leaves = st.one_of(numbers, st.sampled_from([slot.formula, *slot.over]))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda a, b: a + b, inner, inner),
            st.builds(lambda a, b: a * b, inner, inner),
            st.builds(lambda a, b: a**b, inner, st.sampled_from([-1, 2, sp.Rational(1, 2)])),
            st.builds(sp.exp, inner),
        ),
        max_leaves=4,
    )


@each_theorem
@settings(max_examples=40, suppress_health_check=[HealthCheck.nested_given])
@given(data=st.data())
def test_no_formula_breaks_the_check(theorem: Theorem[Any], data: st.DataObject) -> None:
    slot = data.draw(st.sampled_from(theorem.slots))
    formula = data.draw(formulas(slot))

    try:
        found = hunt(theorem, {slot: formula}, batches=1)
    except FormulaError:
        return  # refused with a message for its author, which is also fine
    if found.counterexample is not None:
        assert not any(margin.fails for margin in theorem.judge(found.counterexample.case))
