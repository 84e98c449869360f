"""Brackets of constants, on theorems whose sharp constants are known."""

from fractions import Fraction

from audit.sharpness import sharpness
from theorems.ch11_03_gd_min_norm import THEOREM


def test_the_step_of_theorem_11_3_may_be_doubled_and_no_more() -> None:
    """The sharp threshold is 1 / s_max^2, twice the book's."""
    (step,) = sharpness(THEOREM, THEOREM.slots[:1])

    assert step.direction == "larger"
    assert step.proved == step.survives == 2
    assert step.falls is not None
    assert 2 < step.falls <= Fraction(205, 100)
    assert step.witness is not None


def test_an_equation_falls_on_both_sides_of_1() -> None:
    kept = THEOREM.slot("kept")
    below, above = sharpness(THEOREM, [kept])

    assert below.proved == above.proved == 1
    assert below.falls is not None
    assert above.falls is not None
    assert Fraction(97, 100) < below.falls < 1 < above.falls < Fraction(103, 100)


def test_a_witness_refutes_the_factor_it_is_shown_for() -> None:
    (step,) = sharpness(THEOREM, THEOREM.slots[:1])
    assert step.falls is not None
    assert step.witness is not None
    factor = step.falls
    wording = {step.slot: step.slot.formula * factor.numerator / factor.denominator}

    assert THEOREM.judge(step.witness.case, wording)[-1].fails
    assert not any(margin.fails for margin in THEOREM.judge(step.witness.case))
