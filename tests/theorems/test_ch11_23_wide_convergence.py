"""Theorem 11.23 on linear networks of finite width, exactly."""

from itertools import islice

import pytest
import sympy as sp
from flint import fmpq

from numeric.wide_linear_networks import at_start, trained, wide_linear
from symbolic.exact import exact
from theorems.ch11_23_wide_convergence import DECAY, FALSE, STEP_MAX, THEOREM, growth
from theorems.notation import C_11_23, h, k, lambda_min_LC, n

x, y = fmpq(1, 4), fmpq(1)


@pytest.mark.parametrize(("width", "least"), [(100, "0.958"), (10_000, "0.968")])
def test_the_printed_decay_claims_zero_loss_where_nearly_all_of_it_is_left(
    width: int, least: str
) -> None:
    """x = 1/4, y = 1, h = 1/(8 n): lambda^LC = 1/16, so the printed bound is 0 from k = 1 on.

    After one step at least the share `least` of the initial loss is left, whatever the signs.
    """
    step = fmpq(1, 8 * width)
    values = {"C_11_23": fmpq(10**9), "h": step, "n": fmpq(width), "k": fmpq(1)}
    known = {"lambda_min_LC": fmpq(1, 16), "lambda_max_LC": fmpq(1, 16)}
    printed = THEOREM.formulas(FALSE["decay with the inverse eigenvalue, as printed"])

    assert step < printed(STEP_MAX, **known, n=fmpq(width))
    assert printed(DECAY, **known, **values) == 0
    for plus in range(0, width + 1, max(1, width // 200)):
        networks = islice(trained(at_start(width, plus), x, y, step), 2)
        before, after = (w.output(x) - y for w in networks)
        assert after**2 >= exact(least) * before**2


@pytest.mark.parametrize("plus", [4900, 5000, 5013])
def test_a_network_of_width_10_000_obeys_the_corrected_decay(plus: int) -> None:
    step, base = fmpq(6, 10_000), 1 - fmpq(6) / 32
    errors = [w.output(x) - y for w in islice(trained(at_start(10_000, plus), x, y, step), 12)]

    for j, error in enumerate(errors):
        assert error**2 <= base ** (2 * j) * errors[0] ** 2


def test_c_may_be_anything_but_the_ratio_of_two_steps_may_not() -> None:
    rate = 1 - h * n * lambda_min_LC / 2

    assert growth(DECAY.formula, k, k + 1) == rate**2
    assert growth(7 * C_11_23**2 * rate ** (2 * k), k, k + 1) == rate**2
    assert growth(C_11_23 + rate**k, k, k + 1) is None
    assert growth(rate ** (k**2), k, k + 1) is None
    assert growth(sp.S.Zero, k, k + 1) == 0


def test_a_decay_that_only_adds_a_constant_is_not_refuted() -> None:
    """f(w_k) <= C + rate^k is true: C may be the initial loss."""
    wording = {DECAY: C_11_23 + (1 - h * n / (2 * lambda_min_LC)) ** k}

    assert not any(m.fails for m in THEOREM.judge(wide_linear("1/4", hn="1/8"), wording))
