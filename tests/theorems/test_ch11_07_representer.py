"""Theorem 11.7 on problems small enough to work out by hand."""

from numeric.kernel_least_squares import fit
from theorems.ch11_07_representer import THEOREM


def test_a_part_that_no_datum_sees_costs_norm_and_no_loss() -> None:
    """phi(x_1) = (1, 0), y = 2 and w = (3, 4): f - f_* = 1 and |w|^2 = 9 + 16."""
    margins = {m.part: m for m in THEOREM.judge(fit("1 0", "2", "3 4"))}

    assert margins["excess"].bound == 1
    assert margins["norm of w"].bound == 5
