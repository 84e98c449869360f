"""Symmetric 2 x 2 matrices near a diagonal one."""

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from numeric.perturbed_kernels import BOX, eigenvalues, ends, member, perturbed
from numeric.ridge_models import fractions
from symbolic.exact import exact

rationals = st.fractions(-3, 3, max_denominator=8).map(exact)


def test_eigenvalues_by_hand() -> None:
    """((-3, 4), (4, 3)) is 5 times a reflection."""
    assert eigenvalues(fractions(-3, 4, 3)) == (-5, 5)  # type: ignore[arg-type]
    assert eigenvalues(fractions(2, 0, 1)) == (1, 2)  # type: ignore[arg-type]


@given(rationals, rationals, rationals)
def test_eigenvalues_have_the_right_sum_and_product(a: fmpq, b: fmpq, c: fmpq) -> None:
    low, high = eigenvalues((a, b, c))

    assert not low > high
    assert (arb(low) + arb(high)).contains(a + c)
    assert (arb(low) * arb(high)).contains(a * c - b * b)


def test_a_matrix_is_moved_as_far_as_the_distance_says() -> None:
    """P = ((-3, 4), (4, 3)) has norm 5; half of distance 1/2 is a twentieth of P."""
    case = perturbed("1 3", "-3 4 3", fraction="1/2")

    assert case.moved(fmpq(1, 2)) == fractions("17/20", "1/5", "63/20")


def test_random_matrices_have_the_same_spectrum_exactly_and_in_doubles() -> None:
    rng = np.random.default_rng(0)
    p = {name: rng.uniform(low, high, 8) for name, (low, high) in BOX.items()}
    smallest, largest = ends(p, np.full(8, 0.25))

    for i in range(8):
        case = member({name: exact(column[i]) for name, column in p.items()})
        low, high = eigenvalues(case.moved(fmpq(1, 4)))
        assert float(arb(low)) == pytest.approx(smallest[i], rel=1e-9)
        assert float(arb(high)) == pytest.approx(largest[i], rel=1e-9)
