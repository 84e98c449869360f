"""What is special about Proposition 11.26."""

import sympy as sp

from audit.judge import Verdict, judge
from theorems.ch11_25_kernel_change import CHANGE
from theorems.ch11_26_close_to_linearized import GAP, THEOREM
from theorems.notation import L, U, c_25, lambda_min, m, n, r

M, spectrum = sp.symbols("M spectrum", positive=True)
WIDE = {L: M * sp.sqrt(n), U: M * sp.sqrt(n), r: c_25 / sp.sqrt(n), lambda_min: n * spectrum / 2}
"""The constants of a wide network, in the proof of Theorem 11.23."""


def test_for_wide_networks_the_bound_is_of_size_one_over_root_n() -> None:
    expected = 4 * m * M**3 * c_25**2 / (spectrum * sp.sqrt(n))

    assert sp.simplify(GAP.formula.subs(WIDE, simultaneous=True) - expected) == 0


def test_the_gap_is_the_change_of_the_kernel_times_the_path_over_lambda_min() -> None:
    assert sp.simplify(GAP.formula - CHANGE.formula * U * r / lambda_min) == 0


def test_the_proof_gives_a_little_more_than_is_claimed_and_no_less() -> None:
    condition = m * U**2 / lambda_min

    proved = judge(THEOREM, {GAP: L * r**2 * (sp.Rational(25, 32) + condition)})
    too_much = judge(THEOREM, {GAP: L * r**2 * (sp.Rational(24, 32) + condition)})

    assert proved.verdict is Verdict.PROVED
    assert too_much.verdict is Verdict.CORROBORATED
