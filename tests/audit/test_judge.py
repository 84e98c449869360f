"""Verdicts on wordings of Theorem 11.13, each for a reason that can be checked by hand."""

from fractions import Fraction

import pytest
import sympy as sp
from flint import fmpq

from audit.judge import Verdict, judge
from symbolic.evaluate import FormulaError
from theorems.base import LOSSES, Convention, Slot
from theorems.ch11_12_smooth_models import RADIUS, SMOOTHNESS
from theorems.ch11_13_gd_near_linearization import DECAY, STEP_MAX, THEOREM
from theorems.notation import U, f0, h, k, lambda_max, lambda_min, m

ROOT = sp.sqrt(f0)
HALF, MEAN, HALF_MEAN = LOSSES
SMALL_RADIUS = 2 * ROOT / (sp.sqrt(m) * U)
UNSQUARED = lambda_min / (12 * m ** sp.Rational(3, 2) * U**2 * ROOT)
TWICE = 2 / (lambda_min + lambda_max)


def smoothness(constant: int) -> sp.Expr:
    return lambda_min**2 / (constant * m ** sp.Rational(3, 2) * U**2 * ROOT)


@pytest.mark.parametrize("slot", THEOREM.slots, ids=lambda slot: slot.name)
def test_the_formula_of_the_book_matches(slot: Slot) -> None:
    judgement = judge(THEOREM, {slot: slot.formula})

    assert (judgement.verdict, judgement.grade) == (Verdict.MATCHES, "C")


@pytest.mark.parametrize(
    ("slot", "formula"),
    [
        (SMOOTHNESS, (lambda_min / (2 * sp.sqrt(3) * m ** sp.Rational(3, 4) * U)) ** 2 / ROOT),
        (RADIUS, sp.sqrt(4 * m * U**2 * f0) / lambda_min),
        (STEP_MAX, (1 / lambda_max) / (1 + lambda_min / lambda_max)),
        (DECAY, f0 * (h * (1 / h - lambda_min)) ** (2 * k)),
    ],
    ids=lambda value: value.name if isinstance(value, Slot) else "",
)
def test_the_same_formula_written_differently_matches(slot: Slot, formula: sp.Expr) -> None:
    assert judge(THEOREM, {slot: formula}).verdict is Verdict.MATCHES


def test_the_constant_8_is_proved_although_the_book_has_12() -> None:
    judgement = judge(THEOREM, {SMOOTHNESS: smoothness(8)})

    assert (judgement.verdict, judgement.grade) == (Verdict.PROVED, "S")
    assert judgement.broken is None


def test_a_constant_above_the_books_is_weaker() -> None:
    assert judge(THEOREM, {SMOOTHNESS: smoothness(13)}).verdict is Verdict.WEAKER


def test_a_step_from_lambda_max_alone_is_weaker() -> None:
    """lambda_min + lambda_max is at most 2 lambda_max."""
    judgement = judge(THEOREM, {STEP_MAX: 1 / (2 * lambda_max)})

    assert judgement.verdict is Verdict.WEAKER
    assert "sharper" in judgement.message


def test_a_radius_divided_by_u_is_refuted_by_two_linear_outputs() -> None:
    """Phi = (w_1, w_2 / 2), y = (0, 1), h = 4/5.

    w_2 goes 0, 4/5, 32/25, 196/125, beyond the claimed 2 sqrt(1) / (sqrt(2) 1) = sqrt(2).
    """
    w = Fraction(0)
    for _ in range(3):
        w -= Fraction(4, 5) * 2 * (w / 2 - 1) / 2

    judgement = judge(THEOREM, {RADIUS: SMALL_RADIUS})

    assert judgement.verdict is Verdict.REFUTED
    assert judgement.counterexample is not None
    assert judgement.counterexample.case.size == 2
    assert judgement.counterexample.margin.value == fmpq(w.numerator, w.denominator)
    assert w**2 > 2
    assert judgement.notes == ("it shrinks as U grows, but U is only an upper bound",)


def test_the_step_of_the_proof_that_breaks_is_named() -> None:
    judgement = judge(THEOREM, {RADIUS: SMALL_RADIUS})

    assert judgement.broken is not None
    assert judgement.broken[0].reason == "the ball reaches that far"
    assert judgement.broken[1].status == "broken"


def test_lambda_min_unsquared_is_refuted_exactly_and_its_units_are_wrong() -> None:
    """Phi = w/9 - w^2/432 has L = 1/216, below the claimed 1/192, and misses the rate at k = 5."""
    assert Fraction(1, 216) <= Fraction(1, 81) / (12 * Fraction(4, 9) ** 2)
    rate, w, losses = 1 - 40 * Fraction(1, 81), Fraction(0), []
    for _ in range(6):
        error = w / 9 - w**2 / 432 - 1
        losses.append(error**2)
        w -= 40 * 2 * error * (Fraction(1, 9) - w / 216)

    judgement = judge(THEOREM, {SMOOTHNESS: UNSQUARED})

    assert (judgement.verdict, judgement.grade) == (Verdict.REFUTED, "E")
    assert judgement.counterexample is not None
    margin = judgement.counterexample.margin
    assert margin.at == "k = 5"
    assert losses[5] > rate**10
    assert margin.value == fmpq(losses[5].numerator, losses[5].denominator)
    assert any("output^1 parameter^-2" in note for note in judgement.notes)


def test_every_counterexample_satisfies_the_claim_and_breaks_its_conclusion() -> None:
    wording = {STEP_MAX: TWICE}
    found = judge(THEOREM, wording).counterexample

    assert found is not None
    margins = THEOREM.judge(found.case, wording)
    assert [margin.fails for margin in margins] == [False] * (len(margins) - 1) + [True]
    assert not any(margin.fails for margin in THEOREM.judge(found.case))


@pytest.mark.parametrize(
    ("known", "verdict"), [(True, Verdict.REFUTED), (False, Verdict.OTHER_CONVENTION)]
)
def test_twice_the_step_is_false_only_if_the_loss_is_known_to_be_a_plain_sum(
    known: bool, verdict: Verdict
) -> None:
    judgement = judge(THEOREM, {STEP_MAX: TWICE}, convention_known=known)

    assert judgement.verdict is verdict
    assert any(HALF.name in said for said in (judgement.message, *judgement.notes))


@pytest.mark.parametrize(
    ("convention", "step"),
    [(HALF, TWICE), (MEAN, m * TWICE / 2), (HALF_MEAN, m * TWICE)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_step_is_rescaled_with_the_loss(convention: Convention, step: sp.Expr) -> None:
    """The gradient is divided by c, so h may be c times as large."""
    assert judge(THEOREM, {STEP_MAX: step}, convention=convention).verdict is Verdict.MATCHES
    assert judge(THEOREM, {STEP_MAX: 2 * step}, convention=convention).verdict is Verdict.REFUTED


def test_the_books_step_is_weaker_where_the_loss_is_halved() -> None:
    step = {STEP_MAX: STEP_MAX.formula}

    assert judge(THEOREM, step, convention=HALF).verdict is Verdict.WEAKER


@pytest.mark.parametrize(
    "step",
    [19 * TWICE / 20, 1 / lambda_max],
    ids=["19/10 of the book's", "1/lambda_max"],
)
def test_what_is_true_in_another_convention_is_not_refuted_while_it_is_unknown(
    step: sp.Expr,
) -> None:
    """With the loss halved both are at most 2 / (lambda_min + lambda_max)."""
    assert judge(THEOREM, {STEP_MAX: step}, convention=HALF).verdict is Verdict.WEAKER

    assert judge(THEOREM, {STEP_MAX: step}, convention_known=False).verdict is not Verdict.REFUTED


def test_a_constant_nobody_decided_is_corroborated_and_the_search_is_described() -> None:
    """The best constant lies between 4 and 8."""
    judgement = judge(THEOREM, {SMOOTHNESS: smoothness(5)})

    assert (judgement.verdict, judgement.grade) == (Verdict.CORROBORATED, "N")
    assert "hard cases and 16384 random ones" in judgement.message
    assert "nothing else was searched, no proof found" in judgement.message


@pytest.mark.parametrize("constant", [1, 3])
def test_a_constant_below_4_is_refuted(constant: int) -> None:
    assert judge(THEOREM, {SMOOTHNESS: smoothness(constant)}).verdict is Verdict.REFUTED


@pytest.mark.parametrize("step", [sp.Integer(0), -1 / lambda_max], ids=["0", "negative"])
def test_a_step_bound_that_admits_no_step_is_vacuous(step: sp.Expr) -> None:
    judgement = judge(THEOREM, {STEP_MAX: step})

    assert judgement.verdict is Verdict.VACUOUS


@pytest.mark.parametrize(
    ("slot", "formula"),
    [(STEP_MAX, 1 / h), (RADIUS, k * U), (STEP_MAX, sp.Symbol("lambda_max"))],
    ids=["h", "k", "a namesake"],
)
def test_a_foreign_symbol_is_refused(slot: Slot, formula: sp.Expr) -> None:
    with pytest.raises(FormulaError, match=f"has no meaning in slot {slot.name}; it may use U"):
        judge(THEOREM, {slot: formula})


def test_two_slots_are_judged_together() -> None:
    """The constant 8 pays for nothing else; a wrong radius makes the pair false."""
    larger = {SMOOTHNESS: smoothness(8), RADIUS: RADIUS.formula * 3 / 2}
    wrong = {SMOOTHNESS: smoothness(8), RADIUS: SMALL_RADIUS}

    assert judge(THEOREM, larger).verdict is Verdict.PROVED
    assert judge(THEOREM, wrong).verdict is Verdict.REFUTED


def test_one_slot_stricter_and_another_looser_is_not_called_weaker() -> None:
    mixed = {STEP_MAX: 1 / (2 * lambda_max), SMOOTHNESS: smoothness(8)}

    assert judge(THEOREM, mixed).verdict is Verdict.PROVED


def test_a_formula_that_is_real_but_hard_to_compute_is_not_refuted() -> None:
    """It is 1 / (4 lambda_max), since sin^2 + cos^2 = 1, however large the angle."""
    angle = sp.exp(2000)
    one = sp.sin(angle) ** 2 + sp.cos(angle) ** 2

    assert judge(THEOREM, {STEP_MAX: one / (4 * lambda_max)}).verdict is not Verdict.REFUTED


def test_a_true_formula_with_a_number_too_long_for_doubles_is_not_refuted() -> None:
    """A square of a sine is at most 1."""
    step = sp.sin(sp.Integer(10) ** 330) ** 2 / (4 * lambda_max)

    assert judge(THEOREM, {STEP_MAX: step}).verdict is not Verdict.REFUTED


def test_a_bound_too_large_to_compute_is_judged_and_does_not_hold() -> None:
    step = sp.exp(sp.exp(sp.exp(sp.exp(9)))) / lambda_max

    holds = (Verdict.MATCHES, Verdict.PROVED, Verdict.WEAKER, Verdict.CORROBORATED)
    assert judge(THEOREM, {STEP_MAX: step}).verdict not in holds


@pytest.mark.parametrize(
    "formula", [TWICE, STEP_MAX.formula * 21 / 20, 1 / (2 * lambda_max)], ids=str
)
def test_the_same_claim_gets_the_same_judgement(formula: sp.Expr) -> None:
    assert repr(judge(THEOREM, {STEP_MAX: formula})) == repr(judge(THEOREM, {STEP_MAX: formula}))
