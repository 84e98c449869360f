"""Lemma 11.21, by hand."""

import pytest
import sympy as sp
from flint import fmpq

from audit.judge import Verdict, judge
from numeric.equal_neurons import equal_neurons
from symbolic.exact import exact
from theorems import ch11_21_lipschitz_gradients as lemma
from theorems.base import Wording
from theorems.notation import B_1, B_2, R_11_18, V_j, n, s_x

R = R_11_18
PRINTED_M_2 = R + 6 * R**2 + 6 * R**3


def verdict(wording: Wording) -> Verdict:
    return judge(lemma.THEOREM, wording).verdict


def test_the_printed_constant_of_the_gradient_is_true() -> None:
    assert verdict({lemma.GRADIENT_CONSTANT: 1 + 8 * R + 12 * R**2}) is Verdict.PROVED


def test_the_printed_lipschitz_constant_is_false_for_one_neuron() -> None:
    """sigma = (t - t^2 / 2) / 100 and x = 0: from (v, b) = (11/4, 0) to (137/50, 3/100).

    sigma changes by 591/2000000 and v sigma' by 461/500000.
    """
    case = equal_neurons("0:1/100 1:0", start="0 0 2", near="0 0 11/4", far="0 3/100 137/50")
    change = exact("591/2000000") ** 2 + exact("461/500000") ** 2
    distance = exact("1/100") ** 2 + exact("3/100") ** 2
    printed = exact("1/100") + 6 * exact("1/100") ** 2 + 6 * exact("1/100") ** 3

    assert case.is_ordinary
    assert exact("1/100") == case.R
    assert case.squared_change() / case.squared_distance(case.near, case.far) == change / distance
    assert change / distance > 8 * printed**2
    assert verdict({lemma.LIPSCHITZ_CONSTANT: PRINTED_M_2}) is Verdict.REFUTED


def test_the_lipschitz_constant_needs_no_factor_that_grows_with_the_width() -> None:
    without = lemma.LIPSCHITZ_CONSTANT.formula / sp.sqrt(n)

    assert verdict({lemma.LIPSCHITZ_CONSTANT: without}) is Verdict.PROVED


def test_the_maximum_of_the_printed_constants_serves_for_both() -> None:
    both = sp.Max(1 + 8 * R + 12 * R**2, PRINTED_M_2)

    assert verdict({lemma.GRADIENT_CONSTANT: both, lemma.LIPSCHITZ_CONSTANT: both}) in (
        Verdict.PROVED,
        Verdict.WEAKER,
    )


@pytest.mark.parametrize(
    ("slope", "curvature", "weight", "length", "norm"),
    [
        # eigenvalues of ((3, 2), (2, 0)): 4 and -1
        ("2", "1", "3", "1", 4),
        # of ((6, 4), (4, 0)): 8 and -2
        ("2", "1/2", "3", "2", 8),
        # the identity: of ((0, 5), (5, 0)): 5 and -5
        ("1", "0", "7", "5", 5),
    ],
)
def test_the_sharp_constant_is_the_largest_eigenvalue(
    slope: str, curvature: str, weight: str, length: str, norm: int
) -> None:
    values = {B_1: slope, B_2: curvature, V_j: weight, s_x: length}
    at = lemma.THEOREM.formulas()
    known = {symbol.name: exact(value) for symbol, value in values.items()}

    assert at(lemma.LIPSCHITZ, **known, n=fmpq(1)) == norm
