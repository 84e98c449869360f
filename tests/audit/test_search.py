"""The search for counterexamples, and what it must not believe."""

import dataclasses
import re
from typing import Any

import numpy as np
import pytest
import sympy as sp

from audit.search import BATCH, hunt
from symbolic.evaluate import FloatArray
from theorems.base import Formulas, Parameters, Theorem, Wording
from theorems.ch11_13_gd_near_linearization import DECAY, STEP_MAX, THEOREM
from theorems.notation import f0, h, k, lambda_max, lambda_min

BLIND = dataclasses.replace(THEOREM, hard_cases=lambda at: ())
FALSE: list[Wording] = [
    {STEP_MAX: 2 / (lambda_min + lambda_max)},
    {STEP_MAX: 1 / lambda_max},
    {DECAY: (1 - 2 * h * lambda_min) ** (2 * k) * f0},
]


def with_slack(value: float) -> Theorem[Any]:
    def slack(parameters: Parameters, at: Formulas) -> FloatArray:
        return np.full(len(parameters["size"]), value)

    return dataclasses.replace(BLIND, sweep=dataclasses.replace(THEOREM.sweep, slack=slack))


@pytest.mark.parametrize("wording", FALSE, ids=str)
def test_random_search_alone_finds_a_counterexample_that_is_checked_exactly(
    wording: Wording,
) -> None:
    found = hunt(BLIND, wording).counterexample

    assert found is not None
    assert (found.found_by, found.grade) == ("random search", "E")
    assert THEOREM.judge(found.case, wording)[-1].fails
    assert not any(margin.fails for margin in THEOREM.judge(found.case))


@pytest.mark.parametrize("wording", FALSE, ids=str)
def test_the_numbers_of_a_random_counterexample_are_small(wording: Wording) -> None:
    """As drawn they are doubles, fractions with denominators around 2^50."""
    found = hunt(BLIND, wording).counterexample

    assert found is not None
    text = " ".join(found.case.describe().values())
    assert max(map(int, re.findall(r"\d+", text))) < 100


def test_the_textbook_wording_survives_hard_cases_and_the_sweep() -> None:
    found = hunt(THEOREM, batches=2)

    assert found.counterexample is None
    assert not found.vacuous
    assert found.hard_cases > 10
    assert found.sampled == 2 * BATCH
    assert found.summary == f"{found.hard_cases} hard cases and {2 * BATCH} random ones"


def test_hard_cases_come_before_random_ones() -> None:
    found = hunt(THEOREM, FALSE[0])

    assert found.counterexample is not None
    assert (found.counterexample.found_by, found.sampled) == ("hard case", 0)


def test_a_sweep_that_claims_violations_everywhere_is_not_believed() -> None:
    found = hunt(with_slack(-1.0), batches=2)

    assert found.counterexample is None
    assert found.sampled == 2 * BATCH


def test_a_sweep_that_sees_no_violation_leaves_nothing_to_check() -> None:
    assert hunt(with_slack(1.0), FALSE[0], batches=1).counterexample is None


def test_a_slack_within_rounding_is_not_worth_an_exact_check() -> None:
    assert hunt(with_slack(-1e-12), FALSE[0], batches=1).counterexample is None


def test_cases_outside_the_hypotheses_are_not_counted() -> None:
    found = hunt(with_slack(np.nan), batches=1)

    assert found.vacuous
    assert (found.hard_cases, found.sampled) == (0, 0)


def test_a_formula_without_a_real_value_is_refuted() -> None:
    """The logarithm of lambda_min - lambda_max - 1, which is negative."""
    found = hunt(THEOREM, {STEP_MAX: sp.log(lambda_min - lambda_max - 1)}).counterexample

    assert found is not None
    assert "real value" in found.margin.part


def test_the_weakest_margin_leaves_out_what_holds_by_definition() -> None:
    """At k = 0 the loss is its own bound: a slack of 0 that says nothing."""
    weakest = hunt(THEOREM, batches=1).weakest

    assert weakest is not None
    assert not weakest.trivial
    assert 0 < weakest.slack < 1


@pytest.mark.parametrize("wording", [{}, *FALSE], ids=str)
def test_the_same_hunt_ends_with_the_same_outcome(wording: Wording) -> None:
    assert repr(hunt(BLIND, wording, batches=1)) == repr(hunt(BLIND, wording, batches=1))


def test_theorems_are_searched_with_different_random_numbers() -> None:
    def recorded(label: str) -> list[float]:
        seen: list[float] = []

        def slack(parameters: Parameters, at: Formulas) -> FloatArray:
            seen.extend(parameters["step"][:3])
            return np.full(BATCH, 1.0)

        sweep = dataclasses.replace(THEOREM.sweep, slack=slack)
        hunt(dataclasses.replace(BLIND, label=label, sweep=sweep), batches=1)
        return seen

    assert recorded("Theorem 1") == recorded("Theorem 1")
    assert recorded("Theorem 1") != recorded("Theorem 2")
