"""Checking a theorem finds what is wrong with it, and nothing wrong with a good one."""

import dataclasses

import numpy as np
import sympy as sp

from audit.checkup import check, wordings
from symbolic.step import identity, inequality
from theorems.ch11_13_gd_near_linearization import STEP_MAX, THEOREM
from theorems.ch11_s3_1_linearization import THEOREM as LINEARIZATION
from theorems.notation import h, lambda_max

SOUND = dataclasses.replace(
    THEOREM,
    slots=tuple(dataclasses.replace(slot, fails_if=()) for slot in THEOREM.slots),
    false={},
    also_true={},
    derivation=lambda at: (),
)
"""The theorem with nothing to derive and no other wording to try."""


def test_a_theorem_of_the_catalogue_has_no_problems() -> None:
    checkup = check(LINEARIZATION)

    assert checkup.problems == []
    assert (checkup.derived, checkup.cited) == (3, 1)
    assert len(checkup.tried) == 6 + 4 + 2  # false wordings, both slots both ways, true ones
    assert all(tried.as_expected for tried in checkup.tried)


def test_a_step_that_is_false_is_a_problem() -> None:
    wrong = dataclasses.replace(SOUND, derivation=lambda at: (identity("double", h, 2 * h),))

    (problem,) = check(wrong).problems

    assert problem.startswith("step 'double' is broken: the sides differ at h = ")


def test_a_step_that_nobody_decides_is_a_problem() -> None:
    undecided = inequality("sine", sp.sin(h), "<=", h)
    wrong = dataclasses.replace(SOUND, derivation=lambda at: (undecided,))

    (problem,) = check(wrong).problems

    assert problem.startswith("step 'sine' is open")


def test_a_statement_that_is_false_is_a_problem() -> None:
    twice = dataclasses.replace(STEP_MAX, formula=2 * STEP_MAX.formula, fails_if=())
    slots = tuple(twice if slot.name == "step_max" else slot for slot in SOUND.slots)

    (problem,) = check(dataclasses.replace(SOUND, slots=slots)).problems

    assert problem.startswith("refuted: decay of the loss at k = 1: ")


def test_a_statement_about_nothing_is_a_problem() -> None:
    nowhere = dataclasses.replace(SOUND.sweep, slack=lambda p, at: np.full(len(p["size"]), np.nan))
    empty = dataclasses.replace(SOUND, hard_cases=lambda at: (), sweep=nowhere)

    assert check(empty).problems == ["no case satisfies its hypotheses"]


def test_a_wording_that_should_fall_and_survives_is_a_problem() -> None:
    wrong = dataclasses.replace(SOUND, false={"half": {STEP_MAX: STEP_MAX.formula / 2}})

    assert check(wrong).problems == ["wording 'half' survived"]


def test_a_wording_that_should_survive_and_falls_is_a_problem() -> None:
    wrong = dataclasses.replace(SOUND, also_true={"twice": {STEP_MAX: 2 * STEP_MAX.formula}})

    assert check(wrong).problems == ["wording 'twice' did not survive"]


def test_a_true_wording_that_speaks_of_no_case_does_not_count_as_survived() -> None:
    wrong = dataclasses.replace(SOUND, also_true={"never": {STEP_MAX: -1 / lambda_max}})

    assert check(wrong).problems == ["wording 'never' did not survive"]


def test_false_wordings_come_first_then_nudges_then_true_ones() -> None:
    names = [(name, must_fall) for name, must_fall, _ in wordings(THEOREM)]

    assert names[: len(THEOREM.false)] == [(name, True) for name in THEOREM.false]
    assert ("step_max 5 % larger", True) in names
    assert names[-len(THEOREM.also_true) :] == [(name, False) for name in THEOREM.also_true]


def test_a_quick_check_looks_at_fewer_random_cases() -> None:
    quick, thorough = check(SOUND, quick=True).attack, check(SOUND).attack

    assert quick.hard_cases == thorough.hard_cases
    assert thorough.sampled == 4 * quick.sampled > 0


def test_the_weakest_margin_is_the_one_with_the_least_slack() -> None:
    weakest = check(SOUND).weakest

    assert weakest is not None
    assert weakest.slack < 0.05
