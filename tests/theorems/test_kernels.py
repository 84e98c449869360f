"""Theorem 11.16, Example 11.17 and the linearization (11.3.1), by hand."""

import math

import pytest
import sympy as sp
from flint import arb

from audit.judge import Verdict, judge
from numeric.cubic_models import cubic
from numeric.expected_kernel import expected_kernel, inputs, moments
from numeric.relu_expectation import pair
from symbolic.exact import exact
from theorems import ch11_16_lecun_kernel as lecun
from theorems import ch11_17_relu_kernel as relu
from theorems import ch11_s3_1_linearization as tangent
from theorems.notation import E_dd, E_ss, n, xz


def test_the_mean_kernel_of_two_neurons_with_a_square_is_59_16() -> None:
    """sigma = t^2, d = 1, u = +-1, x = 1/2, z = 3/2: sigma(x) sigma(z) = 9/16 and 4 x z = 3.

    The mean of K/2 is 9/16 + ((1 + 3/4) 3 + 1)/2 = 9/16 + 50/16 = 59/16.
    """
    case = inputs("t^2", "1/2", "3/2")

    assert moments("t^2", case.x, case.z) == (exact("9/16"), 3)
    assert expected_kernel("t^2", 2, case.x, case.z) == exact("59/16")
    assert not any(margin.fails for margin in lecun.THEOREM.judge(case))


def test_for_relu_at_norm_one_the_wrong_kernel_hides() -> None:
    """At x = z = 1 both E[sigma sigma] and E[sigma' sigma'] are 1/2; at 2 they are 2 and 1/2."""
    wrong = {lecun.LIMIT: E_dd}

    assert moments("relu", (exact(1),), (exact(1),)) == (exact("1/2"), exact("1/2"))
    assert not lecun.THEOREM.judge(inputs("relu", "1", "1"), wrong)[0].fails
    assert lecun.THEOREM.judge(inputs("relu", "2", "2"), wrong)[-1].fails


def test_the_kernel_depends_on_the_law_and_not_only_on_its_variance() -> None:
    """ReLU, signs, d = 4, x = e_1, z = e_2: E = (1/4) (1/2)(1/2) = 1/16; Gaussian 1/(8 pi)."""
    x, z = (inputs("relu", "1 0 0 0", "0 1 0 0").x, inputs("relu", "1 0 0 0", "0 1 0 0").z)
    gaussian = relu.THEOREM.formulas()(
        relu.KERNEL, norm_x=exact(1), norm_z=exact(1), theta=arb.pi() / 2, d=exact(4)
    )

    assert moments("relu", x, z)[0] == exact("1/16")
    assert float(arb(gaussian)) == pytest.approx(1 / (8 * math.pi))


def test_the_normalised_kernel_is_the_wrong_limit_here() -> None:
    found = judge(lecun.THEOREM, {lecun.LIMIT: E_ss + (1 + xz) * E_dd + 1})

    assert found.verdict is Verdict.REFUTED


def test_the_mean_at_finite_width_is_exact_and_not_only_a_limit() -> None:
    assert judge(lecun.THEOREM, {lecun.MEAN: E_ss}).verdict is Verdict.REFUTED
    same = {lecun.MEAN: E_ss + (E_dd + xz * E_dd + 1) / n}
    assert judge(lecun.THEOREM, same).verdict is Verdict.MATCHES


def test_the_printed_law_of_u_contradicts_the_printed_kernel() -> None:
    """d = 2, x = z = e_1: the formula gives 1/4, but E max(g, 0)^2 = 1/2 for variance 1."""
    last = relu.THEOREM.judge(pair("1", "1", turn="0", d=2), {relu.VARIANCE: sp.Integer(1)})[-1]

    assert float(arb(last.value)) == pytest.approx(0.25)
    assert float(arb(last.bound)) == pytest.approx(0.5)
    assert last.fails


@pytest.mark.parametrize(("turn", "expected"), [("0", 1 / 4), ("1/2", 1 / (4 * math.pi)), ("1", 0)])
def test_relu_at_three_angles(turn: str, expected: float) -> None:
    """Unit vectors, d = 2: half of 1/2 for equal ones, half of (1/sqrt(2 pi))^2 for orthogonal."""
    margin = relu.THEOREM.judge(pair("1", "1", turn=turn, d=2))[0]

    assert float(arb(margin.value)) == pytest.approx(expected, abs=1e-15)
    assert not margin.fails


def test_the_linearization_of_a_square_is_its_tangent() -> None:
    """Phi = w_1 + w_1^2 at w_0 = (1, 2): value 2, slope 3; at w = (3, 5) the tangent is at 8."""
    case = cubic("1 0 1 0", "0 1 2 0", w0="1 2", w="3 5")

    line, product = tangent.THEOREM.judge(case)

    assert line.value == line.bound == 8
    assert product.value == product.bound == 3 * 4  # gradients (3, 0) and (4, 1)


def test_slopes_need_no_derivatives() -> None:
    """d/dt of (1 + t) + (1 + t)^2 at 0 is 3, from five values."""
    case = cubic("1 0 1 0", "0 1 2 0", w0="1 2", w="3 5")

    assert case.slopes((exact(1), exact(0))) == [3, 4]
