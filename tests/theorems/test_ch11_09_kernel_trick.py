"""Proposition 11.9 on problems small enough to work out by hand."""

from numeric.kernel_least_squares import fit
from symbolic.exact import as_text
from theorems.ch11_09_kernel_trick import THEOREM


def test_for_a_repeated_point_all_minimisers_give_one_solution() -> None:
    """phi = 1 twice, y = (1, -1): w_* = 0, although alpha may be (1, -1)."""
    case = fit("1; 1", y="1 -1", phi="1")

    margins = THEOREM.judge(case)

    assert {margin.at for margin in margins} == {"alpha = 0, 0", "alpha = -1, 1"}
    assert all(margin.value == margin.bound == 0 for margin in margins)


def test_the_weight_of_two_points_by_hand() -> None:
    """phi = (1, 0) and (1, 1), y = (1, 2): G = (1, 1; 1, 2), alpha = (0, 1), w_* = (1, 1)."""
    margins = THEOREM.judge(fit("1 0; 1 1", y="1 2", phi="1 3"))

    assert [(m.part, as_text(m.bound)) for m in margins] == [
        ("estimator", "4"),
        ("norm", "1.41421"),
        ("weight", "0"),
    ]
