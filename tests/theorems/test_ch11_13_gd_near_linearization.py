"""Theorem 11.13 on instances small enough to check by hand, and every known trap around it."""

from dataclasses import replace
from itertools import islice

import pytest
import sympy as sp
from flint import arb, fmpq

from audit.judge import Verdict, judge
from numeric.instances import Instance, instance, linear, one, polynomial, profile
from numeric.ridge_models import (
    ONE,
    ZERO,
    Curve,
    Model,
    Polynomial,
    Ridge,
    Tanh,
    fractions,
    gradient_descent,
    separable,
)
from symbolic.exact import Number, exact, precision
from symbolic.step import discharge, identity
from theorems.base import Wording
from theorems.ch11_12_smooth_models import RADIUS, SMOOTHNESS, constants
from theorems.ch11_13_gd_near_linearization import DECAY, DISTANCE, STEP_MAX, THEOREM
from theorems.notation import J_0, J_0_t, J_bar, J_k, J_k_t, U, f0, h, k, lambda_min, m

UNSQUARED: Wording = {SMOOTHNESS: lambda_min / (12 * m ** sp.Rational(3, 2) * U**2 * sp.sqrt(f0))}
SMALL_BALL: Wording = {RADIUS: 2 * sp.sqrt(f0) / (sp.sqrt(m) * U)}
BOTH: Wording = {**UNSQUARED, **SMALL_BALL}

W1 = one(polynomial("1/9 -1/432"), y="1", U="4/9", h="40")
W2 = one(profile("0:1/4 1/2:-1/4 1:1/4"), y="1/16", U="1/4", h="4")
W3 = one(Tanh(exact("1/5")), y="2", U="1/5", h="12")
W4 = one(polynomial("1 0 0 0 -1/5"), y="1", U="400", h="1/4")
W5 = one(profile("1/4:1 3/4:-1 5/4:1"), y="1", U="8", h="1/4")
W6 = instance(
    separable(polynomial("1"), profile("3/2:1/4 5/2:-1/4 7/2:1/4")),
    fractions(0, 1),
    h=exact("1/2"),
)
W7 = one(polynomial("1/7 -1/98"), y="1", U="2/7", h="12")
W8 = one(polynomial("1/11 -1/11 1/33"), y="9/176", U="9/44", h="40", steps=60)


def constant(number: int | str) -> Wording:
    """Return the smoothness bound with another constant in place of 12."""
    return {SMOOTHNESS: SMOOTHNESS.formula * 12 / sp.Rational(number)}


def satisfies(case: Instance, wording: Wording) -> bool:
    with precision(200):
        return constants(case, THEOREM.formulas(wording)) is not None


def first_slow_step(case: Instance, steps: int = 200) -> int:
    """Return the first k with f(w_k) > (1 - h lambda_min)^(2k) f(w_0)."""
    assert case.h is not None
    rate = 1 - case.h * case.lambda_min
    with precision(1000):
        for now in gradient_descent(case.model, case.y, case.h, steps):
            if now.loss > arb(rate) ** (2 * now.k) * case.initial_loss:
                return now.k
    raise AssertionError("never")


def path(case: Instance, steps: int) -> list[Number]:
    """Return the first parameter of w_0, ..., w_steps."""
    assert case.h is not None
    return [now.w[0] for now in gradient_descent(case.model, case.y, case.h, steps)]


# The unsquared lambda_min


@pytest.mark.parametrize("case", [W1, W2, W3])
def test_a_witness_meets_the_unsquared_bound_and_not_the_right_one(case: Instance) -> None:
    assert satisfies(case, UNSQUARED)
    assert not satisfies(case, {})


@pytest.mark.parametrize(("step", "k"), [("40", 5), ("10", 18), ("1", 178)])
def test_a_quadratic_converges_more_slowly_than_claimed(step: str, k: int) -> None:
    """The limit is 12, where the slope 1/18 gives the factor 1 - h/162 instead of 1 - h/81."""
    case = replace(W1, h=exact(step), steps=k)

    last = THEOREM.judge(case, UNSQUARED)[-1]

    assert first_slow_step(case) == k
    assert (last.part, last.at, last.fails) == ("decay of the loss", f"k = {k}", True)


def test_a_hump_catches_gradient_descent_below_the_data() -> None:
    """Phi rises to 1/32 at w = 1/4, where f = (1/32)^2 = 1/1024, though Phi(5/4) = 1/16 = y."""
    curve = profile("0:1/4 1/2:-1/4 1:1/4")

    assert curve.value(exact("1/4")) == exact("1/32")
    assert curve.value(exact("5/4")) == exact("1/16")
    assert first_slow_step(W2) == 3
    assert all(w < exact("1/4") for w in path(W2, 8))


def test_tanh_cannot_reach_2_and_slows_down_at_once() -> None:
    """With w_1 = 2 * 12 * 2/5 = 48/5, (tanh(48/25) - 2)^2 = 1.0859 > 4 (1 - 12/25)^2 = 1.0816."""
    now = list(gradient_descent(W3.model, W3.y, exact(12), 1))[1]

    assert now.w[0] == exact("48/5")
    assert float(arb(now.loss)) == pytest.approx(1.0859, abs=1e-4)
    assert first_slow_step(W3) == 1


# The ball that is too small


@pytest.mark.parametrize("case", [W4, W5, W6])
def test_a_witness_meets_the_assumption_on_the_small_ball_only(case: Instance) -> None:
    assert satisfies(case, SMALL_BALL)
    assert not satisfies(case, {})


@pytest.mark.parametrize(("case", "leaves", "slows"), [(W4, 1, 6), (W5, 1, 2), (W6, 7, 19)])
def test_gradient_descent_leaves_the_small_ball_and_slows_down(
    case: Instance, leaves: int, slows: int
) -> None:
    last = THEOREM.judge(case, SMALL_BALL)[-1]

    assert (last.part, last.at) == ("the iterates stay in the ball", f"k = {leaves}")
    assert first_slow_step(case) == slows


def test_384_is_the_smallest_integer_bound_for_the_quintic() -> None:
    """On a ball of radius 2/U the curvature 4 (2/U)^3 is at most 1/(12 U^2) from U = 384 on."""
    quintic = polynomial("1 0 0 0 -1/5")

    assert satisfies(one(quintic, y="1", U="384", h="1/4"), SMALL_BALL)
    assert not satisfies(one(quintic, y="1", U="383", h="1/4"), SMALL_BALL)


def test_one_step_lands_on_a_critical_point_and_stays() -> None:
    """w_1 = 2 h = 1/2, where the slope is 0: f = (3/8 - 1)^2 = 25/64 for ever."""
    losses = [now.loss for now in gradient_descent(W5.model, W5.y, exact("1/4"), 3)]

    assert path(W5, 3) == [0, exact("1/2"), exact("1/2"), exact("1/2")]
    assert losses == [1, exact("25/64"), exact("25/64"), exact("25/64")]


def test_a_linear_model_with_two_data_points_leaves_the_small_ball() -> None:
    """The limit is (0, 2), but 2 / (sqrt(2) 1) is sqrt(2)."""
    last = THEOREM.judge(linear("1 1/2", y="0 1"), SMALL_BALL)[-1]

    assert last.fails
    assert last.part == "the iterates stay in the ball"
    assert float(arb(last.bound)) == pytest.approx(2**0.5)


# Both wrong


@pytest.mark.parametrize("case", [W7, W8])
def test_a_witness_meets_both_wrong_constants(case: Instance) -> None:
    assert satisfies(case, BOTH)
    assert any(margin.fails for margin in THEOREM.judge(case, BOTH))


def test_a_quadratic_has_no_interpolant_and_slows_down_at_step_3() -> None:
    """Phi = w/7 - w^2/98 is at most 1/2 (at w = 7), so f >= 1/4."""
    assert polynomial("1/7 -1/98").value(exact(7)) == exact("1/2")
    assert first_slow_step(W7) == 3


def test_a_cubic_sticks_at_its_inflection_though_a_zero_exists() -> None:
    """Phi(1) = 1/33 and 9/176 - 1/33 = 1/48; w_k increases and stays below 1."""
    with precision(500):
        now = list(gradient_descent(W8.model, W8.y, exact(40), 300))[-1]
    middle = arb(now.w[0])

    assert polynomial("1/11 -1/11 1/33").value(ONE) == exact("1/33")
    assert exact("9/176") - exact("1/33") == exact("1/48")
    assert 0.9 < float(middle) < 1
    assert float(arb(now.loss)) == pytest.approx(1 / 48**2, rel=0.01)
    assert polynomial("1/11 -1/11 1/33").value(exact(2)) > exact("9/176")


# The constant in the smoothness bound


@pytest.mark.parametrize("number", [12, 8])
def test_the_proof_goes_through_with(number: int) -> None:
    assert judge(THEOREM, constant(number)).verdict in (Verdict.MATCHES, Verdict.PROVED)


@pytest.mark.parametrize("number", ["399/100", "39/10", 3, 2, 1])
def test_a_constant_below_4_is_refuted(number: str | int) -> None:
    assert judge(THEOREM, constant(number)).verdict is Verdict.REFUTED


@pytest.mark.parametrize("number", [4, 5, 7])
def test_between_4_and_8_nobody_knows(number: int) -> None:
    assert judge(THEOREM, constant(number)).verdict is Verdict.CORROBORATED


def test_with_the_constant_1_the_second_step_is_too_slow() -> None:
    """E = -1, -3/8, -2907/8192: the last is more than (1/2)^2 in size."""
    case = one(profile("0:1 8/3:-1"), y="1", U="1", h="1/2")

    errors = [now.errors[0] for now in gradient_descent(case.model, case.y, exact("1/2"), 2)]

    assert satisfies(case, constant(1))
    assert errors[:2] == [-1, exact("-7/32") - exact("5/32")]
    assert errors[2] == exact("-2907/8192")


def test_with_the_constant_3_the_rate_fails_first_at_step_10() -> None:
    case = one(profile("0:1 20/3:-1"), y="1", U="1", h="1/2")

    assert satisfies(case, constant(3))
    assert first_slow_step(case) == 10


def test_the_number_of_data_points_matters() -> None:
    """25 outputs that bend together refute the bound without m; one output cannot."""
    found = judge(THEOREM, {SMOOTHNESS: lambda_min**2 / (12 * U**2 * sp.sqrt(f0))})

    assert found.counterexample is not None
    assert found.counterexample.case.size == 25


# The other slots


def test_a_curved_model_is_slower_than_its_linearization() -> None:
    """Phi = w - w^2/40, h = 1/4: w_1 = 1/2 and E_1 = -81/160, more than 1 - 2 h = 1/2 in size."""
    case = one(polynomial("1 -1/40"), y="1", U="10/9", h="1/4")
    twice: Wording = {DECAY: (1 - 2 * h * lambda_min) ** (2 * k) * f0}

    last = THEOREM.judge(case, twice)[-1]

    assert satisfies(case, {})
    assert (last.value, last.bound) == (exact("81/160") ** 2, exact("1/4"))
    assert last.fails


def test_a_step_of_2_over_the_sum_bounces_to_the_other_side() -> None:
    """Phi = w, y = 1, h = 1: w_1 = 2, f = 1 again."""
    assert path(linear("1", y="1", h="1"), 2) == [0, 2, 0]
    assert judge(THEOREM, {STEP_MAX: 2 * STEP_MAX.formula}).verdict is Verdict.REFUTED


def test_half_the_distance_is_too_short_for_the_simplest_model() -> None:
    """Phi = w, y = 1 has to travel 1; sqrt(m) U sqrt(f0) / (2 lambda_min) is 1/2."""
    case = linear("1", y="1")
    quarter: Wording = {DISTANCE: DISTANCE.formula / 4}

    last = THEOREM.judge(case, quarter)[-1]

    assert (last.part, last.bound, last.fails) == ("distance from the start", exact("1/2"), True)


def test_a_larger_ball_is_a_stricter_hypothesis_and_a_larger_distance_a_weaker_claim() -> None:
    assert judge(THEOREM, {RADIUS: 2 * RADIUS.formula}).verdict is Verdict.WEAKER
    assert judge(THEOREM, {DISTANCE: 2 * DISTANCE.formula}).verdict is Verdict.WEAKER


# Exact families


def quadratic_in_two_parameters() -> Instance:
    """Return Phi_1 = w_1 + w_1 w_2/60, Phi_2 = w_2 + (w_1^2 - w_2^2)/120 with y = (3/5, 4/5).

    w_1 w_2 = ((w_1 + w_2)^2 - (w_1 - w_2)^2)/4, so L = 1/60 for both outputs.
    """

    def square(direction: tuple[int, int], coefficient: str) -> Ridge:
        return Ridge(fractions(*direction), Polynomial(fractions(0, coefficient)))

    outputs = (
        (Ridge((ONE, ZERO), polynomial("1")), square((1, 1), "1/240"), square((1, -1), "-1/240")),
        (Ridge((ZERO, ONE), polynomial("1")), square((1, 0), "1/120"), square((0, 1), "-1/120")),
    )
    return instance(Model(outputs), fractions("3/5", "4/5"), U=exact("20/19"), h=exact("1/2"))


def test_a_quadratic_family_satisfies_the_assumption_and_the_theorem_exactly() -> None:
    case = replace(quadratic_in_two_parameters(), steps=5)

    margins = THEOREM.judge(case)

    assert case.model.lipschitz_bound(exact(3)) == exact("1/60")
    assert (case.lambda_min, case.lambda_max, case.initial_loss) == (1, 1, 1)
    assert len(margins) == 18
    assert all(margin.grade == "E" for margin in margins if margin.part == "decay of the loss")
    assert not any(margin.fails for margin in margins)


@pytest.mark.parametrize(("curvature", "admitted"), [("635/10000", True), ("64/1000", False)])
def test_the_one_dimensional_quadratic_is_admitted_up_to_its_threshold(
    curvature: str, admitted: bool
) -> None:
    """Phi = w + a w^2/2, y = -1: U = 1/(1 - 2a) and 12 a <= (1 - 2a)^2 iff a <= 0.06351."""
    a = exact(curvature)
    curve = Polynomial((ONE, a / 2))
    case = instance(separable(curve), fractions(-1), U=1 / (1 - 2 * a))

    assert satisfies(case, {}) is admitted


def test_the_mean_value_theorem_of_the_book_fails_for_a_cubic_inside_the_assumption() -> None:
    """Phi = (w_1 + a w_1^2, w_2 + a w_1^3), a = 1/1000, y = (1, 0), h = 1/2.

    The step is (1, 0) and changes the errors by (1 + a, a).  The Jacobian at (t, 0) changes
    them by (1 + 2 a t, 3 a t^2): t = 1/2 for the first, t^2 = 1/3 for the second.
    """
    a = exact("1/1000")
    outputs = (
        (Ridge((ONE, ZERO), Polynomial((ONE, a))),),
        (Ridge((ZERO, ONE), polynomial("1")), Ridge((ONE, ZERO), Polynomial((ZERO, ZERO, a)))),
    )
    case = instance(Model(outputs), fractions(1, 0), U=exact("101/100"), h=exact("1/2"))
    start, after = islice(gradient_descent(case.model, case.y, exact("1/2"), 1), 2)
    change = [p - q for p, q in zip(after.errors, start.errors, strict=True)]

    assert satisfies(case, {})
    assert after.w == [1, 0]
    assert change == [1 + a, a]
    for t in (exact("1/2"), exact("5774/10000")):
        slopes = [row[0] for row in case.model.jacobian([t, ZERO])]
        assert slopes == [1 + 2 * a * t, 3 * a * t**2]
        assert slopes != change


# Its derivation


def test_the_books_three_terms_do_not_add_up() -> None:
    """Printed minus true is (Jbar - J_k) (J_k + J_0)^T: the last two terms lack a J_k each."""
    right = (J_bar - J_k) * J_k_t + J_k * (J_k_t - J_0_t) + (J_k - J_0) * J_0_t
    printed = (
        (J_bar * J_k_t - J_k * J_k_t)
        + (J_bar * J_k_t - J_k * J_0_t)
        + (J_bar * J_0_t - J_0 * J_0_t)
    )
    target = J_bar * J_k_t - J_0 * J_0_t

    assert discharge(identity("three terms", target, right)).status == "proved"
    assert discharge(identity("as printed", target, printed)).status == "broken"
    assert sp.expand(printed - target - (J_bar - J_k) * (J_k_t + J_0_t)) == 0


def test_the_derivation_names_the_step_a_wrong_radius_breaks() -> None:
    at = THEOREM.formulas(SMALL_BALL)
    broken = [s.reason for s in THEOREM.derivation(at) if discharge(s).status == "broken"]

    assert broken == ["the ball reaches that far"]


def test_instances_outside_the_assumption_say_nothing() -> None:
    too_curved = one(polynomial("1 -1/4"), y="1", U="2", h="1/4")
    too_long_a_step = linear("1", y="1", h="3/4")
    bound_too_small = replace(linear("1", y="1"), U=fmpq(1, 2))

    for case in (too_curved, too_long_a_step, bound_too_small):
        assert THEOREM.judge(case) == ()


def test_curves_are_what_they_say() -> None:
    curves: list[Curve] = [profile("0:1 1:0"), polynomial("1 -1/2")]

    assert [curve.value(ONE) for curve in curves] == [exact("1/2"), exact("1/2")]
