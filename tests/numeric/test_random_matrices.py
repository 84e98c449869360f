"""The norm of a random matrix: by hand, by singular values, and in doubles."""

from itertools import product

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.random_matrices import BOX, member, members, probabilities, random_matrix
from symbolic.exact import exact


def test_every_sign_matrix_with_one_row_has_the_same_norm() -> None:
    row = random_matrix(1, 16)

    assert row.probability(fmpq(16)) == 1
    assert row.probability(fmpq(16) - fmpq(1, 10**9)) == 0


def test_signs_two_by_two_have_norm_2_or_sqrt_2_with_equal_chances() -> None:
    """W^T W = [[2, s], [s, 2]] with s = 2, 0 or -2; s = 0 for 8 of the 16 matrices."""
    square = random_matrix(2, 2)

    assert square.probability(fmpq(2)) == fmpq(1, 2)
    assert square.probability(fmpq(399, 100)) == fmpq(1, 2)
    assert square.probability(fmpq(4)) == 1


@pytest.mark.parametrize(("n", "d"), [(2, 2), (3, 2), (2, 3)])
@pytest.mark.parametrize("square", [1.5, 2.5, 3.3, 4.7, 5.9])
def test_signs_agree_with_singular_values(n: int, d: int, square: float) -> None:
    """No square here is close to that of a norm, so rounding decides nothing."""
    matrices = np.array(list(product((1.0, -1.0), repeat=n * d))).reshape(-1, n, d)
    norms = np.linalg.norm(matrices, ord=2, axis=(1, 2))

    share = fmpq(int((norms**2 <= square).sum()), len(norms))

    assert random_matrix(n, d).probability(exact(square)) == share


def test_a_column_has_binomially_many_large_entries() -> None:
    """Ten entries +-3 with probability 1/9 each: |W|^2 <= 9 means at most one."""
    chance = fmpq(8, 9) ** 10 + 10 * fmpq(1, 9) * fmpq(8, 9) ** 9

    assert random_matrix(10, 1, "3", "0").probability(fmpq(9)) == chance
    assert random_matrix(1, 10, "3", "0").probability(fmpq(17)) == chance


def test_of_a_ball_the_upper_end_counts() -> None:
    two = arb(2).sqrt() ** 2

    assert random_matrix(1, 2).probability(two) == 1


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_doubles_agree_with_rationals(seed: int) -> None:
    """A sum of at most 25 products, each with some 100 roundings: within 1e-12."""
    rng = np.random.default_rng(seed)
    p = {name: rng.uniform(low, high, 1) for name, (low, high) in BOX.items()}
    case = member({name: exact(float(value[0])) for name, value in p.items()})
    square = rng.uniform(0.0, 2.0) * case.size

    n, d, mu4 = members(p)

    assert (n[0], d[0]) == (case.n, case.d)
    assert mu4[0] == pytest.approx(float(arb(case.law.moment(4))), rel=1e-12)
    found = probabilities(p, np.array([square]))[0]
    assert found == pytest.approx(float(arb(case.probability(exact(square)))), abs=1e-10)


def test_too_large_a_list_is_refused() -> None:
    assert not random_matrix(3, 3).is_valid
    assert random_matrix(3, 2).is_valid
    assert random_matrix(1, 100).is_valid
