"""Figures 11.1 to 11.3, Remark 11.29 and the scales of section 11.6, by hand."""

import math
from typing import Any

import pytest
import sympy as sp
from flint import arb, fmpq

from audit.judge import Verdict, judge
from numeric.adam_steps import adam
from numeric.curved_lines import curved_line
from numeric.initial_outputs import start
from numeric.kernel_descent import kernel_descent
from numeric.small_layers import layer
from theorems import ch11_29_adam_step as first_step
from theorems import ch11_f1_linearized_picture as picture
from theorems import ch11_f3_recipe as recipe
from theorems import ch11_s6_0_gradient_scales as scales
from theorems.base import Margin, Theorem, Wording
from theorems.notation import mean_s2, n


def verdict(theorem: Theorem[Any], wording: Wording) -> Verdict:
    return judge(theorem, wording).verdict


# Section 11.6


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_only_the_derivatives_by_v_grow_with_the_width(width: int) -> None:
    """sigma = t, x = 1, signs: |grad_v| is sqrt(n) for every initial value, the others are 1."""
    margins = scales.THEOREM.judge(start("t", "1", n=width))
    squares = [margin.bound for margin in margins[:3]]
    above, below = margins[3:]

    assert squares == [1, 1, width]
    for norm in (above.value, above.bound, below.value, below.bound):
        assert float(arb(norm)) == pytest.approx(math.sqrt(width))


def test_the_printed_order_of_the_norm_is_true_and_not_sharp() -> None:
    printed = n * sp.sqrt(mean_s2)

    assert verdict(scales.THEOREM, {scales.NORM_V_ABOVE: printed}) is Verdict.WEAKER
    assert verdict(scales.THEOREM, {scales.NORM_V_BELOW: printed}) is Verdict.REFUTED


# Remark 11.29


@pytest.mark.parametrize("width", [1, 2, 4])
def test_adam_moves_both_layers_alike_whatever_the_width(width: int) -> None:
    """One input: U and v move by h sqrt(n)."""
    ones = " ".join(["1"] * width)
    network = layer(1, "; ".join(["1"] * width), b=ones, v=ones, x="1")
    by_part = {m.part: m for m in first_step.THEOREM.judge(adam(network, y="0", h="1/2"))}

    assert float(arb(by_part["ratio"].bound)) == pytest.approx(1)
    assert float(arb(by_part["move of U"].bound)) == pytest.approx(math.sqrt(width) / 2)


def test_without_gradient_and_eps_there_is_no_step() -> None:
    network = layer(1, "1", b="0", v="1", x="1")

    assert first_step.THEOREM.judge(adam(network, y="1", h="1")) == ()
    assert first_step.THEOREM.judge(adam(network, y="1", h="1", eps="1/2")) != ()


# Figure 11.3


@pytest.mark.parametrize(("c", "factor"), [("1", -3), ("1/2", -1), ("1/3", fmpq(-1, 3))])
def test_the_printed_step_for_three_normalisations(c: str, factor: fmpq) -> None:
    """lambda_max(K) = 2 and h = 1/n: tripled, kept, or divided by 3, with a change of sign."""
    case = kernel_descent("2 1/2 1/4", "1 1 1", "-1 0 1", n=250)
    moved = case.moved(case.top, fmpq(1, 250), fmpq(*map(int, c.split("/"))))

    assert moved == tuple(factor * entry for entry in case.top)


def test_the_printed_step_is_refuted_for_the_sum_of_squares() -> None:
    assert verdict(recipe.THEOREM, {recipe.STEP_SUM: 1 / n}) is Verdict.REFUTED


# Figures 11.1 and 11.2


def parts(margins: tuple[Margin, ...]) -> set[str]:
    return {margin.part for margin in margins}


@pytest.mark.parametrize(("y", "reached"), [("1/2", True), ("51/100", False), ("0", True)])
def test_a_parabola_reaches_just_the_data_up_to_its_vertex(y: str, reached: bool) -> None:
    """Phi = w - w^2 / 2: an interpolant exists if and only if 1 - 2 y >= 0."""
    case = curved_line("1", bend="1", y=y)

    assert (case.y <= case.value_range()[1]) is reached
    assert ("least loss" in parts(picture.THEOREM.judge(case))) is not reached


def test_what_the_closeness_allows_is_sharp() -> None:
    """t - t^2 / 4 on [-1, 1]: the gap is 1/4, and 3/4 the largest value."""
    met, missed = (curved_line("1", bend="1/2", y=y) for y in ("3/4", "76/100"))
    at_the_end = "the datum is not above all values"

    assert at_the_end in parts(picture.THEOREM.judge(met))
    assert at_the_end not in parts(picture.THEOREM.judge(missed))
    assert missed.value_range()[1] == fmpq(3, 4) < missed.y


def test_a_linear_model_is_met_exactly() -> None:
    case = curved_line("1", bend="0", y="1")

    assert case.gap() == 0
    assert not any(margin.fails for margin in picture.THEOREM.judge(case))
