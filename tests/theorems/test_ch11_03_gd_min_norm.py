"""Theorem 11.3 on problems small enough to work out by hand."""

import sympy as sp
from flint import fmpq

from audit.judge import Verdict, judge
from numeric.least_squares import least_squares
from symbolic.exact import exact
from theorems.ch11_03_gd_min_norm import KEPT, RATE, STEP_MAX, THEOREM
from theorems.notation import s_max


def test_the_error_is_halved_in_every_step() -> None:
    """f(w) = (2 w - 4)^2 from 0 with h = 1/16: w_k = 2 - 2/2^k."""
    problem = least_squares("2", y="4", w0="0")

    first = [w[0] for w, _ in zip(problem.iterates(exact("1/16")), range(4), strict=False)]

    assert first == [0, 1, exact("3/2"), exact("7/4")]
    assert problem.limit(fmpq(1)) == [2]


def test_the_rate_is_attained() -> None:
    """The same problem: the rate is 1 - 2 h s^2 = 1/2 and so is the quotient of the errors."""
    margins = THEOREM.judge(least_squares("2", y="4", w0="0", h="1/16"))

    assert margins[0].value == exact("1/2")
    assert all(margin.value == margin.bound for margin in margins[1:])


def test_the_part_of_the_start_outside_the_row_space_stays() -> None:
    """f(w) = w_1^2 from (1, 3) ends at (0, 3), not at the origin."""
    problem = least_squares("1 0", y="0 0", w0="1 3", h="1/4")

    assert problem.limit(fmpq(1)) == [0, 3]
    assert not any(margin.fails for margin in THEOREM.judge(problem))
    assert THEOREM.judge(problem, {KEPT: sp.Integer(0)})[-1].fails


def test_above_the_sharp_threshold_the_iteration_oscillates_or_diverges() -> None:
    """A = 1, y = 1: h = 3/4 converges, h = 1 gives 0, 2, 0, 2, ..., h = 5/4 diverges."""
    problem = least_squares("1", y="1", w0="0")

    def first(h: str) -> list[object]:
        return [w[0] for w, _ in zip(problem.iterates(exact(h)), range(4), strict=False)]

    assert first("3/4") == [0, exact("3/2"), exact("3/4"), exact("9/8")]
    assert first("1") == [0, 2, 0, 2]
    assert first("5/4") == [0, exact("5/2"), exact("-5/4"), exact("35/8")]


def test_the_threshold_between_true_and_false_is_one_over_s_max_squared() -> None:
    just_above = sp.Rational(1001, 1000) / s_max**2

    assert judge(THEOREM, {STEP_MAX: 1 / s_max**2}).verdict is Verdict.PROVED
    assert judge(THEOREM, {STEP_MAX: 102 * just_above / 100}).verdict is Verdict.REFUTED


def test_a_rate_that_is_not_below_1_is_true_and_says_less() -> None:
    assert judge(THEOREM, {RATE: sp.Integer(1)}).verdict is Verdict.PROVED
    assert judge(THEOREM, {RATE: 2 * RATE.formula}).verdict is Verdict.WEAKER


def test_at_the_sharp_threshold_an_error_is_thrown_to_the_other_side_for_ever() -> None:
    found = judge(THEOREM, {STEP_MAX: 102 / (100 * s_max**2)})

    assert found.verdict is Verdict.REFUTED
    assert found.broken is not None
    assert found.broken[0].reason == "or throws it to the other side"


def test_a_matrix_of_zeros_says_nothing() -> None:
    assert THEOREM.judge(least_squares("0 0", y="1 1", w0="1 2", h="1/4")) == ()


def test_with_half_the_loss_the_threshold_doubles() -> None:
    half = THEOREM.conventions[0]

    assert half.restate(STEP_MAX) == 1 / s_max**2
    assert judge(THEOREM, {STEP_MAX: 1 / s_max**2}, convention=half).verdict is Verdict.MATCHES
    assert judge(THEOREM, {STEP_MAX: 3 / s_max**2}, convention=half).verdict is Verdict.REFUTED
