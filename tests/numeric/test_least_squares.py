"""Gradient descent for least squares in the singular basis."""

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from numeric.least_squares import LeastSquares, least_squares, member, members
from numeric.ridge_models import fractions
from symbolic.exact import exact

rationals = st.fractions(-3, 3, max_denominator=6).map(exact)
singular = st.fractions(0, 3, max_denominator=6).map(exact)
rows = st.lists(st.tuples(singular, rationals, rationals), min_size=1, max_size=3)


def test_one_unknown_by_hand() -> None:
    """f = (2 w - 4)^2 from 0 with h = 1/16: the error 2 is halved in every step."""
    problem = least_squares("2", y="4", w0="0")

    first = [w for w, _ in zip(problem.iterates(fmpq(1, 16)), range(4), strict=False)]

    assert first == [[0], [1], [fmpq(3, 2)], [fmpq(7, 4)]]


def test_the_part_of_the_start_in_the_kernel_stays() -> None:
    """f = w_1^2 from (1, 3) with h = 1/2 is at (0, 3) after one step, and stays there."""
    problem = LeastSquares(fractions(1, 0), fractions(0, 7), fractions(1, 3), steps=3)

    assert list(problem.iterates(fmpq(1, 2))) == [[1, 3], [0, 3], [0, 3], [0, 3]]
    assert problem.limit(fmpq(1)) == [0, 3]
    assert problem.limit(fmpq(0)) == [0, 0]
    assert problem.nonzero == [1]


@given(rows, st.fractions("1/40", "1/4", max_denominator=40).map(exact))
def test_each_error_shrinks_by_its_own_factor(
    problem: list[tuple[fmpq, fmpq, fmpq]], h: fmpq
) -> None:
    """w_k - y/s = (1 - 2 h s^2)^k (w_0 - y/s), exactly; in the kernel w_k = w_0."""
    steps = 6
    s, y, w0 = (tuple(column) for column in zip(*problem, strict=True))
    iterates = list(LeastSquares(s, y, w0, steps=steps).iterates(h))

    assert len(iterates) == steps + 1
    for k, w in enumerate(iterates):
        for c, (si, yi, start) in zip(w, problem, strict=True):
            if si == 0:
                assert c == start
            else:
                assert c - yi / si == (1 - 2 * h * si * si) ** k * (start - yi / si)


def test_iterates_that_get_too_long_go_on_as_balls_around_the_truth() -> None:
    """(1 - 2/7)^k from 1: numerator and denominator are the powers of 5 and of 7."""
    steps = 3000
    *_, (last,) = LeastSquares(fractions(1), fractions(0), fractions(1), steps=steps).iterates(
        fmpq(1, 7)
    )

    assert isinstance(last, arb)
    assert last.contains(fmpq(5, 7) ** steps)


def test_a_problem_says_everything_needed_to_rebuild_it() -> None:
    problem = least_squares("1 1/2 0", y="1 2 3", w0="0 0 -1/7", fraction="9/10")

    assert problem.size == 3
    assert problem.describe() == {
        "A": "diag(1, 1/2, 0)",
        "y": "1, 2, 3",
        "w_0": "0, 0, -1/7",
        "h": "9/10 of the largest",
    }


def test_rows_of_different_lengths_are_refused() -> None:
    problem = LeastSquares(fractions(1, 2), fractions(1), fractions(0, 0))

    with pytest.raises(ValueError, match="zip"):
        next(it for k, it in enumerate(problem.iterates(fmpq(1, 4))) if k == 1)


def test_the_exact_and_the_fast_form_of_a_random_problem_are_the_same_problem() -> None:
    parameters = {
        "s_0": 0.5, "s_1": 2.0, "y_0": -0.25, "y_1": 1.0, "w_0": 0.125, "w_1": -1.0, "w_2": 0.75,
    }  # fmt: skip
    problem = member({**{k: exact(v) for k, v in parameters.items()}, "fraction": fmpq(1, 2)})

    fast = members({k: np.array([v]) for k, v in parameters.items()})

    for row, array in zip((problem.s, problem.y, problem.w0), fast, strict=True):
        assert [exact(float(x)) for x in array[0]] == list(row)
