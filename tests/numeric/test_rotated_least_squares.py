"""Least squares with rational singular vectors."""

import numpy as np
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from numeric.kernel_least_squares import product
from numeric.ridge_models import fractions
from numeric.rotated_least_squares import (
    DESCENT_BOX,
    descent,
    descent_member,
    members,
    reflection,
    rotated,
)
from symbolic.exact import exact

vectors = st.lists(st.fractions(-2, 2, max_denominator=3).map(exact), min_size=1, max_size=3)


@given(vectors)
def test_the_columns_of_a_reflection_are_orthonormal(a: list[fmpq]) -> None:
    columns = reflection(a)

    for i, u in enumerate(columns):
        for j, v in enumerate(columns):
            assert product(u, v) == (i == j)


def test_a_reflection_that_swaps_two_axes() -> None:
    """I - 2 a a^T / |a|^2 for a = (1, -1) is the permutation matrix."""
    assert reflection(fractions(1, -1)) == [fractions(0, 1), fractions(1, 0)]


def test_a_matrix_by_hand() -> None:
    """Singular value 2 with u = (0, 1) and v = (1, 0): A = (0, 0; 2, 0)."""
    problem = rotated("2", left="1 -1", right="0 0", y="5 6")

    assert problem.rows == (fractions(0, 0), fractions(2, 0))
    assert problem.solution == fractions(3, 0)
    assert problem.unseen(fractions(7, 8)) == fractions(0, 8)
    assert problem.size == 4
    assert problem.describe() == {"A": "0, 0; 2, 0", "singular values": "2", "y": "5, 6"}


def test_a_reflected_matrix_maps_each_singular_vector_to_the_other() -> None:
    problem = rotated("3 1/2", left="1 2 2", right="1 -1 3", y="1 2 3")

    assert len(problem.triples) == 2
    for s, u, v in problem.triples:
        assert tuple(product(row, v) for row in problem.rows) == tuple(s * c for c in u)


def test_singular_values_that_are_zero_are_left_out() -> None:
    assert len(rotated("3 0", left="1 2", right="1 1", y="0 0").triples) == 1


def test_gradient_descent_by_hand() -> None:
    """f = (2 w_1 - 4)^2 from (0, 3) with h = 1/16: the error 2 is halved, w_2 stays."""
    problem = descent(rotated("2", "0", "0 0", y="4"), w0="0 3", phi="1 1", h="1/16")

    first = [w for w, _ in zip(problem.iterates(exact("1/16")), range(3), strict=False)]

    assert first == [[0, 3], [1, 3], [fmpq(3, 2), 3]]
    assert problem.describe()["w_0"] == "0, 3"
    assert problem.describe()["h"] == "1/16"
    assert problem.size == 2


def test_the_exact_and_the_fast_form_of_a_random_problem_are_the_same_problem() -> None:
    rng = np.random.default_rng(2)
    box = DESCENT_BOX.items()
    numbers = {name: round(rng.uniform(low, high) * 8) / 8 for name, (low, high) in box}
    case = descent_member({name: exact(value) for name, value in numbers.items()})

    batch = members({name: np.array([value]) for name, value in numbers.items()})

    np.testing.assert_allclose(batch.matrix[0], as_floats(case.problem.rows), atol=1e-14)
    np.testing.assert_allclose(batch.solution[0], as_floats([case.problem.solution])[0], atol=1e-13)
    assert list(case.w0) == [exact(numbers[f"w_{i}"]) for i in range(3)]
    assert list(case.phi) == [exact(numbers[f"phi_{i}"]) for i in range(3)]


def test_a_negative_second_singular_value_counts_as_zero() -> None:
    numbers = {name: (low + high) / 2 for name, (low, high) in DESCENT_BOX.items()} | {"s_1": -1.0}
    case = descent_member({name: exact(value) for name, value in numbers.items()})

    assert case.problem.s == (exact(numbers["s_0"]), 0)


def as_floats(rows: "tuple[tuple[fmpq, ...], ...] | list[tuple[fmpq, ...]]") -> list[list[float]]:
    return [[int(x.numer()) / int(x.denom()) for x in row] for row in rows]
