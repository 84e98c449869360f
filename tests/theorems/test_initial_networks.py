"""Sections 11.5 and 11.6 at initialization, by hand: what the book prints, and what is sharp."""

import math
from typing import Any

import pytest
import sympy as sp
from flint import arb, fmpq

from audit.judge import Verdict, judge
from numeric.expected_kernel import expected_kernel
from numeric.finite_laws import law
from numeric.initial_outputs import start
from numeric.normalised_kernel import expected_normalised_kernel
from numeric.random_matrices import random_matrix
from numeric.relu_expectation import pair
from numeric.small_layers import layer
from symbolic.exact import exact
from theorems import ch11_14_initial_laws as laws
from theorems import ch11_20_random_matrix as matrix
from theorems import ch11_22_initial_loss as loss
from theorems import ch11_24_linear_dynamics as linear
from theorems import ch11_28_gaussian_process as process
from theorems import ch11_30_ntk_kernel as ntk
from theorems import ch11_31_relu_ntk as relu
from theorems import ch11_s5_2_gradients as gradients
from theorems import ch11_s6_1_normalised_network as normalised
from theorems.base import Theorem, Wording
from theorems.notation import (
    A_lin,
    B_lin,
    E_dd,
    E_ss,
    Phi_lin_0,
    c_xx,
    d,
    delta,
    k,
    mu4,
    n,
    norm_x,
    norm_y,
    trace_K,
    xz,
    y,
)


def verdict(theorem: Theorem[Any], wording: Wording) -> Verdict:
    return judge(theorem, wording).verdict


# Lemma 11.20


def test_the_printed_probability_is_weaker() -> None:
    assert verdict(matrix.THEOREM, {matrix.PROBABILITY: 1 - d * mu4 / n}) is Verdict.WEAKER


def test_for_signs_the_bound_is_certain() -> None:
    """mu_4 = 1, so the probability is 1, where the printed form says 1 - 16 for this row."""
    (margin,) = matrix.THEOREM.judge(random_matrix(1, 16))

    assert (margin.value, margin.bound) == (1, 1)


def test_cantelli_is_sharp_for_one_entry() -> None:
    """W^2 = 2 + epsilon or 1 - V = 1/2: the bound fails with nearly V / (1 + V) = 1/3.

    a = 141422/100000, just above sqrt(2), and b = 70711/100000, just above sqrt(1/2).
    """
    case = random_matrix(1, 1, "141422/100000", "70711/100000")
    variance = case.law.moment(4) - 1
    fails = 1 - case.probability(fmpq(2))

    assert float(arb(variance)) == pytest.approx(1 / 2, abs=1e-4)
    assert float(arb(fails)) == pytest.approx(1 / 3, abs=1e-4)
    assert fails < variance / (1 + variance)
    nearly = 1 - sp.Rational(98, 100) * d * (mu4 - 1) / (n + d * (mu4 - 1))
    assert matrix.THEOREM.judge(case, {matrix.PROBABILITY: nearly})[-1].fails


# Lemma 11.22


def test_neither_bound_for_the_initial_loss_is_always_smaller() -> None:
    """Without labels they agree; without variance Markov's is |y|^2 / delta, too large."""
    markov = (trace_K + norm_y**2) / delta
    triangle = (sp.sqrt(trace_K / delta) + norm_y) ** 2
    quarter = sp.Rational(1, 4)

    assert markov.subs({trace_K: 0, norm_y: 1, delta: quarter}) == 4
    assert triangle.subs({trace_K: 0, norm_y: 1, delta: quarter}) == 1
    half = {trace_K: 1, norm_y: 1, delta: sp.Rational(1, 2)}
    assert markov.subs(half) == 4 < triangle.subs(half)


def test_the_mean_initial_loss_does_not_depend_on_the_width() -> None:
    """sigma = t, x = 2, y = 3, signs: the mean of (Phi - 3)^2 is 4 + 9."""
    for width in (1, 4, 9):
        case = start("t", "2", n=width, y="3", delta="1/2")
        assert loss.THEOREM.judge(case)[0].bound == 13


# Remark 11.24


def test_the_printed_sum_is_wrong_from_the_first_step_on() -> None:
    """A = 1/2, Phi_0 = 0, y = 1: 1/2, 3/4, 7/8, 15/16, where the book has k B^k A y."""
    right, printed = (
        linear.THEOREM.formulas(w)
        for w in ({}, {linear.PREDICTION: B_lin**k * Phi_lin_0 + k * B_lin**k * A_lin * y})
    )
    half, zero, one = fmpq(1, 2), fmpq(0), fmpq(1)
    known = {"A_lin": half, "B_lin": half, "Phi_lin_0": zero, "y": one}

    predicted, read = (
        [at(linear.PREDICTION, **known, k=fmpq(j)) for j in (1, 2, 3, 4)] for at in (right, printed)
    )

    assert predicted == [exact(t) for t in ("1/2", "3/4", "7/8", "15/16")]
    assert read == [exact(t) for t in ("1/4", "1/4", "3/16", "1/8")]


# Proposition 11.28


def test_one_sign_neuron_is_as_far_from_gaussian_as_can_be() -> None:
    """sigma = t, x = 1: Phi = +-1, fourth moment 1, where a Gaussian number has 3."""
    _, _, fourth = process.THEOREM.judge(start("t", "1; 1"))

    assert fourth.value == fourth.bound == 1


def test_gaussian_weights_still_give_no_gaussian_output_at_finite_width() -> None:
    """mu_4 = 3 and E[sigma^4] = 3 c^2 for sigma = t: 9/n + 3 - 3/n = 3 + 6/n times c^2."""
    E_s4 = next(s for s in process.FOURTH_MOMENT.over if s.name == "E_s4")
    formula = process.FOURTH_MOMENT.formula.subs({mu4: 3, E_s4: 3 * c_xx**2})

    assert sp.simplify(formula - (3 + 6 / n) * c_xx**2) == 0


# Theorem 11.30, Example 11.31 and the two parametrisations


def test_the_printed_x1_has_a_variance_d_times_too_large() -> None:
    case = start("t", "1 1 1 1; 1 0 0 0")
    first = ntk.THEOREM.judge(case, {ntk.INNER_VARIANCE: norm_x**2})[0]

    assert (first.value, first.bound) == (4, 1)
    assert first.fails
    assert verdict(ntk.THEOREM, {ntk.INNER_VARIANCE: norm_x**2}) is Verdict.REFUTED


@pytest.mark.parametrize("width", [1, 2])
def test_the_normalised_mean_does_not_depend_on_the_width_and_lecuns_does(width: int) -> None:
    """sigma = t^2, x = 1/2, z = 3/2: 109/16 always; for LeCun 9/16 + 25/4 / width."""
    case = start("t^2", "1/2; 3/2")

    assert expected_normalised_kernel(case, width) == fmpq(109, 16)
    assert expected_kernel("t^2", width, *case.points) == fmpq(9, 16) + fmpq(25, 4) / width


def test_with_one_input_the_division_by_d_hides() -> None:
    wrong = {ntk.KERNEL: (1 + xz) * E_dd + E_ss + 1}

    assert not any(margin.fails for margin in ntk.THEOREM.judge(start("relu", "2; 3"), wrong))
    assert ntk.THEOREM.judge(start("relu", "2 0 0 0; 3 0 0 0"), wrong)[-1].fails


@pytest.mark.parametrize(
    ("turn", "expected"), [("0", 1 + 1 / 2 + 1), ("1/2", 1 + 1 / 4 + 1 / (2 * math.pi)), ("1", 1)]
)
def test_the_relu_kernel_at_three_angles(turn: str, expected: float) -> None:
    """|x| |z| = d = 2; at 0: 1/2 + 1/2 from U and v; opposite inputs share the output bias only."""
    _, kernel = relu.THEOREM.judge(pair("1", "2", turn=turn, d=2))

    assert float(arb(kernel.value)) == pytest.approx(expected, abs=1e-15)
    assert float(arb(kernel.bound)) == pytest.approx(expected, abs=1e-15)


def test_the_share_of_common_active_neurons_ignores_lengths() -> None:
    short = relu.THEOREM.judge(pair("1/10", "1/10", turn="1/3", d=2))[0]
    long = relu.THEOREM.judge(pair("7", "5", turn="1/3", d=2))[0]

    assert float(arb(short.value)) == float(arb(long.value)) == pytest.approx(1 / 3)


def test_the_hessian_of_a_square_neuron_by_hand() -> None:
    """sigma = t^2, x = 0, b = u = 1, v = 2: H = [[4, 2], [2, 0]] on (b, v), norm 2 + sqrt(8)."""
    case = layer(2, "1", b="1", v="2", x="0")
    (hessian,) = (m for m in gradients.THEOREM.judge(case) if m.part == "Hessian")

    assert float(arb(hessian.value)) == pytest.approx(2 + math.sqrt(8))
    assert float(arb(hessian.bound)) == pytest.approx(2 + math.sqrt(8))


def test_the_norm_of_the_hessian_does_not_grow_with_the_outer_weight_of_an_inflection() -> None:
    """sigma''(z) = 0: the norm is |sigma'(z)| |(x, 1)|, whatever v is."""
    formula = gradients.HESSIAN_NORM.formula
    dds_i = next(s for s in gradients.HESSIAN_NORM.over if s.name == "dds_i")
    ds_i = next(s for s in gradients.HESSIAN_NORM.over if s.name == "ds_i")

    assert sp.simplify(formula.subs(dds_i, 0) - sp.Abs(ds_i) * sp.sqrt(1 + norm_x**2)) == 0


def test_scales_with_the_right_product_do_not_suffice() -> None:
    """For sigma = t only their product counts; for sigma = t^2 each of them does."""
    swapped = {normalised.INPUT_SCALE: 1 / sp.sqrt(n), normalised.OUTPUT_SCALE: 1 / sp.sqrt(d)}
    line, square = (layer(power, "1 1 0 0", b="0", v="1", x="2 3 1 1") for power in (1, 2))

    assert not normalised.THEOREM.judge(line, swapped)[0].fails
    assert normalised.THEOREM.judge(square, swapped)[0].fails


# Assumption 11.14


@pytest.mark.parametrize(
    ("slot", "expected"), [(laws.NORMAL, 3), (laws.UNIFORM, fmpq(9, 5)), (laws.SIGN, 1)]
)
def test_fourth_moments_at_variance_1(slot: Any, expected: fmpq) -> None:
    assert laws.THEOREM.formulas()(slot, spread=fmpq(1)) == expected


def test_only_signs_have_the_least_fourth_moment() -> None:
    assert law().moment(4) == 1
    assert law("101/100", "99/100").moment(4) > 1
