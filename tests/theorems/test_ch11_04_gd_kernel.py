"""Remark 11.4 on problems small enough to work out by hand."""

from flint import fmpq

from audit.judge import Verdict, judge
from numeric.rotated_least_squares import descent, rotated
from theorems.ch11_04_gd_kernel import LIMIT, STEP_MAX, THEOREM
from theorems.notation import fit_x, s_max


def test_off_the_span_of_the_data_the_start_is_never_forgotten() -> None:
    """phi(x) = (1, x), one datum x_1 = 0 with y = 0, w_0 = (0, 1): 1 is predicted at x = 1."""
    case = descent(rotated("1", "0", "0 0", y="0"), w0="0 1", phi="1 1", h="1/4")

    assert {w[0] + w[1] for w in case.iterates(fmpq(1, 4))} == {1}
    assert not any(margin.fails for margin in THEOREM.judge(case))
    wrong = {LIMIT: fit_x}
    assert THEOREM.judge(case, wrong)[-1].fails


def test_in_the_span_of_the_data_the_start_is_forgotten() -> None:
    """The same at x = 0: w_0 = (4, 1) predicts 4 first and 0 in the end."""
    case = descent(rotated("1", "0", "0 0", y="0"), w0="4 1", phi="1 0", h="1/4")

    assert [w[0] for w in case.iterates(fmpq(1, 4))][:4] == [4, 2, 1, fmpq(1, 2)]
    assert not any(margin.fails for margin in THEOREM.judge(case))


def test_with_half_the_loss_the_threshold_doubles() -> None:
    theorem, slot = THEOREM, STEP_MAX
    half = theorem.conventions[0]

    assert half.restate(slot) == 2 / s_max**2
    assert judge(theorem, {slot: 2 / s_max**2}, convention=half).verdict is Verdict.MATCHES
    assert judge(theorem, {slot: 2 / s_max**2}).verdict is Verdict.REFUTED
