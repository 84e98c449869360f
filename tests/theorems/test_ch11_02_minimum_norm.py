"""Proposition 11.2 on problems small enough to work out by hand."""

from flint import fmpq

from numeric.kernel_least_squares import fit
from numeric.rotated_least_squares import rotated
from theorems.ch11_02_minimum_norm import THEOREM


def test_a_datum_that_no_w_explains_stays_in_the_loss() -> None:
    """A = (3/2, 0)^T and y = (2, 3): f(w_k) tends to 9, not to 0 as the book's sketch says."""
    case = rotated("3/2", left="0 0", right="0", y="2 3")

    margins = {margin.part: margin for margin in THEOREM.judge(case)}

    assert margins["least loss"].bound == 9
    assert margins["coordinate of the solution"].bound == fmpq(4, 3)
    assert not any(margin.fails for margin in margins.values())


def test_with_a_strict_inequality_there_is_no_solution_at_all() -> None:
    """The printed set {w | f(w) < f(v) for all v} asks for f(w) < f(w)."""
    case = fit("1", y="2", phi="0")
    solution = case.solution

    assert case.loss(solution) <= min(case.loss([fmpq(v)]) for v in range(-5, 6))
    assert not case.loss(solution) < case.loss(solution)
