"""Least squares in a feature space, solved from its definition."""

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from numeric.kernel_least_squares import (
    BOX,
    combination,
    fit,
    member,
    members,
    minimum_norm,
    null_space,
    product,
    rank,
)
from numeric.ridge_models import fractions
from symbolic.exact import exact

Rows = tuple[tuple[fmpq, ...], ...]


def entries(low: int, high: int) -> st.SearchStrategy[fmpq]:
    return st.fractions(low, high, max_denominator=3).map(exact)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Rows, tuple[fmpq, ...]]:
    """Draw up to three rows of up to three entries, often dependent, with data."""
    m, n = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    rows = [tuple(draw(entries(-2, 2)) for _ in range(n)) for _ in range(m)]
    if draw(st.booleans()):
        rows[-1] = tuple(draw(entries(-2, 2)) * entry for entry in rows[0])
    return tuple(rows), tuple(draw(entries(-2, 2)) for _ in range(m))


def test_one_equation_in_two_unknowns_by_hand() -> None:
    """w_1 + w_2 = 1 is solved by (1/2, 1/2) + t (1, -1)."""
    rows = (fractions(1, 1),)

    assert minimum_norm(rows, fractions(1)) == fractions("1/2", "1/2")
    assert null_space(rows) == [fractions(-1, 1)]


def test_contradicting_data_are_met_in_the_middle() -> None:
    """w = 0 and w = 1 are both asked for: w = 1/2."""
    assert minimum_norm((fractions(1), fractions(1)), fractions(0, 1)) == fractions("1/2")


def test_features_that_vanish_give_the_zero_solution() -> None:
    rows = (fractions(0, 0),)

    assert minimum_norm(rows, fractions(7)) == fractions(0, 0)
    assert rank(rows) == 0
    assert null_space(rows) == [fractions(1, 0), fractions(0, 1)]


@given(problems())
def test_the_solution_has_no_gradient_and_lies_in_the_span(
    problem: tuple[Rows, tuple[fmpq, ...]],
) -> None:
    rows, y = problem
    w = minimum_norm(rows, y)
    errors = [product(row, w) - value for row, value in zip(rows, y, strict=True)]

    assert not any(combination(errors, rows))
    assert rank((*rows, w)) == rank(rows)


@given(problems())
def test_rank_and_nullity_add_up_to_the_number_of_unknowns(
    problem: tuple[Rows, tuple[fmpq, ...]],
) -> None:
    rows, _ = problem
    unseen = null_space(rows)

    assert rank(rows) + len(unseen) == len(rows[0])
    assert not any(product(row, v) for row in rows for v in unseen)
    assert not unseen or rank(unseen) == len(unseen)


@given(problems(), entries(-3, 3))
def test_another_minimiser_has_the_same_loss_and_is_not_shorter(
    problem: tuple[Rows, tuple[fmpq, ...]], t: fmpq
) -> None:
    rows, y = problem
    w = minimum_norm(rows, y)
    for v in null_space(rows):
        other = combination((fmpq(1), t), (w, v))
        assert [product(row, other) for row in rows] == [product(row, w) for row in rows]
        assert product(other, other) >= product(w, w)


def test_the_loss_and_the_kernel_matrix_by_hand() -> None:
    case = fit("1 0; 1 2", y="1 -1", phi="3 4")

    assert case.gram == [fractions(1, 1), fractions(1, 5)]
    assert case.errors(fractions(1, 1)) == fractions(0, 4)
    assert case.loss(fractions(1, 1)) == 16
    assert case.solution == fractions(1, -1)
    assert case.size == 4
    assert case.describe() == {
        "phi(x_1)": "1, 0",
        "phi(x_2)": "1, 2",
        "y": "1, -1",
        "phi(x)": "3, 4",
    }


@pytest.mark.parametrize("multiple", [-0.5, 0.5])
def test_the_exact_and_the_fast_form_of_a_random_case_are_the_same_case(multiple: float) -> None:
    rng = np.random.default_rng(1)
    numbers = {name: round(rng.uniform(low, high) * 8) / 8 for name, (low, high) in BOX.items()}
    numbers["multiple"] = multiple
    case = member({name: exact(value) for name, value in numbers.items()})

    rows, y, phi, alpha = members({name: np.array([value]) for name, value in numbers.items()})

    assert [[exact(float(x)) for x in row] for row in rows[0]] == [list(row) for row in case.rows]
    assert [exact(float(x)) for x in y[0]] == list(case.y)
    assert [exact(float(x)) for x in phi[0]] == list(case.phi)
    w = [float(c.numer()) / float(c.denom()) for c in case.solution]
    np.testing.assert_allclose(alpha[0] @ rows[0], w, rtol=0, atol=1e-13)
