"""Labelled points of the line and polynomial features of them."""

from math import comb

import pytest
from flint import fmpq

from numeric.labelled_points import labelled_points, member, unit_margin


@pytest.mark.parametrize("m", range(1, 6))
@pytest.mark.parametrize("features", range(6))
def test_the_number_of_separable_labellings_is_that_of_cover(m: int, features: int) -> None:
    """Cover (1965): the sum of binomials (m - 1 over j) for j <= N, up to a mirror image."""
    case = labelled_points(" ".join(str(i * i) for i in range(m)), features=features)

    assert case.separable() == sum(comb(m - 1, j) for j in range(features + 1))


def test_the_order_of_the_points_does_not_matter() -> None:
    assert labelled_points("2 0 1", features=1).separable() == 3
    assert labelled_points("0 1 2", features=1).separable() == 3


def test_points_have_to_be_distinct() -> None:
    assert labelled_points("0 1", features=1).is_valid
    assert not labelled_points("1 1", features=1).is_valid
    assert not labelled_points("", features=1).is_valid


def test_the_margin_of_two_points_by_hand() -> None:
    """Rows (1, 1), (1, -1): w = (1, 0) or (0, 1), margin 1, and squared lengths 2."""
    assert labelled_points("1 -1", features=1).squared_margin() == fmpq(1, 2)


def test_the_margin_of_unequal_rows_by_hand() -> None:
    """Rows (1, 0), (1, 1): w = (1, 0) or (1, -2); 1 / 5 over the squared length 2."""
    assert labelled_points("0 1", features=1).squared_margin() == fmpq(1, 10)


def test_the_hyperplane_of_unit_vectors() -> None:
    assert unit_margin((1, -1, 1)) == (3, 1)


def test_a_random_case_has_the_first_points() -> None:
    numbers = {f"x_{i}": fmpq(i) for i in range(5)}
    case = member({**numbers, "m": fmpq(7, 2), "N": fmpq(5, 2)})

    assert case == labelled_points("0 1 2", features=2)
    assert case.size == 3
    assert case.describe() == {"x": "0, 1, 2", "features": "x^1, x^2"}
