"""Positive semidefinite matrices, decided by principal minors."""

import numpy as np
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from numeric.kernel_matrices import (
    BOX,
    determinant,
    least_eigenvalues,
    member,
    members,
    points,
    principal_minors,
    two_points,
    two_points_member,
)
from numeric.ridge_models import fractions, gram
from symbolic.exact import exact

integers = st.integers(-3, 3).map(fmpq)
rows = st.lists(st.lists(integers, min_size=2, max_size=2), min_size=1, max_size=3)


def test_determinants_by_hand() -> None:
    """The third matrix has linearly dependent rows."""
    table = [fractions(2, 1, 0), fractions(1, 3, 1), fractions(0, 1, 4)]

    assert determinant([fractions(5)]) == 5
    assert determinant([fractions(1, 2), fractions(3, 4)]) == -2
    assert determinant([fractions(1, 2, 3), fractions(4, 5, 6), fractions(7, 8, 9)]) == 0
    assert determinant(table) == 18


def test_a_determinant_of_balls_contains_the_determinant() -> None:
    third = arb(1) / 3
    found = determinant([[third, third], [third, -third]])

    assert isinstance(found, arb)
    assert found.contains(fmpq(-2, 9))


def test_three_points_have_seven_principal_minors() -> None:
    """The Gram matrix of 1, 2, 3 has rank 1: only the diagonal is not zero."""
    minors = dict(principal_minors(gram([fractions(1), fractions(2), fractions(3)])))

    assert minors.pop((0,)) == 1
    assert minors.pop((1,)) == 4
    assert minors.pop((2,)) == 9
    assert set(minors) == {(0, 1), (0, 2), (1, 2), (0, 1, 2)}
    assert not any(minors.values())


@given(rows)
def test_no_principal_minor_of_a_gram_matrix_is_negative(vectors: list[list[fmpq]]) -> None:
    assert all(minor >= 0 for _, minor in principal_minors(gram(vectors)))


def test_leading_minors_alone_would_not_see_this_one() -> None:
    """diag(0, -1) has the leading minors 0 and 0."""
    minors = dict(principal_minors([fractions(0, 0), fractions(0, -1)]))

    assert minors[(0,)] == minors[(0, 1)] == 0
    assert minors[(1,)] == -1


def test_least_eigenvalues_by_hand() -> None:
    """(2, 1; 1, 2) has 1 and 3, diag(4, -2) has -2; nan has none; 0 has 0."""
    matrices = [[[2, 1], [1, 2]], [[4, 0], [0, -2]], [[np.nan, 0], [0, 1]], [[0, 0], [0, 0]]]

    found = least_eigenvalues(np.array(matrices, float))

    np.testing.assert_allclose(found, [0.5, -0.5, -1.0, 0.0], atol=1e-15)


def test_the_exact_and_the_fast_form_of_random_points_are_the_same_points() -> None:
    rng = np.random.default_rng(3)
    numbers = {name: rng.uniform(low, high) for name, (low, high) in BOX.items()}
    case = member({name: exact(float(value)) for name, value in numbers.items()})

    fast = members({name: np.array([value]) for name, value in numbers.items()})[0]

    assert [[exact(float(x)) for x in row] for row in fast] == [list(row) for row in case.points]
    assert case.r in (1, 2, 3)


def test_cases_say_everything_needed_to_rebuild_them() -> None:
    case = points("0 0; 1 1/2", c="2", r=3)

    assert case.size == 4
    assert case.describe() == {"x_1, ..., x_m": "0, 0; 1, 1/2", "c": "2", "r": "3"}
    assert two_points("1 1/2 3").describe() == {"K_11": "1", "K_12": "1/2", "K_22": "3"}


def test_values_of_a_kernel_at_two_points_are_told_from_others() -> None:
    assert two_points("1 1 1").is_kernel
    assert two_points("0 0 2").is_kernel
    assert not two_points("1 2 1").is_kernel
    assert not two_points("-1 0 -1").is_kernel
    values = {"K_11": fmpq(1), "K_12": fmpq(1, 2), "K_22": fmpq(2)}
    assert two_points_member(values) == two_points("1 1/2 2")
    assert two_points("1 1 1").size == 3
