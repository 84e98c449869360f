"""Remark 11.1 on problems small enough to work out by hand."""

from numeric.kernel_least_squares import fit
from theorems.ch11_01_bias import BIAS, THEOREM
from theorems.notation import y


def test_a_single_datum_at_1_is_shared_by_slope_and_bias() -> None:
    """b + w = 2 is solved by b = w = 1, and not by b = 2, w = 0."""
    case = fit("1 1", y="2", phi="1 0")

    *_, margin = THEOREM.judge(case)
    *_, wrong = THEOREM.judge(case, {BIAS: y})

    assert margin.value == margin.bound == 1
    assert wrong.fails
