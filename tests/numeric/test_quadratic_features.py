"""Monomials of degree up to 2, and data on a disc and a ring."""

import pytest
from flint import fmpq

from numeric.quadratic_features import DIRECTIONS, dimension, features, member, rings
from numeric.ridge_models import fractions


@pytest.mark.parametrize(("d", "expected"), [(1, 3), (2, 6), (3, 10), (4, 15)])
def test_the_polynomials_of_degree_2_have_this_dimension(d: int, expected: int) -> None:
    assert dimension(d) == expected


def test_the_features_of_a_point() -> None:
    assert features(fractions(2, 3)) == fractions(1, 2, 3, 6, 4, 9)


def test_the_directions_are_unit_vectors() -> None:
    assert all(x * x + y * y == 1 for x, y in DIRECTIONS)


def test_the_score_of_a_circle_depends_on_its_radius_only() -> None:
    case = rings("1", "2", d=2)

    assert set(case.scores(fractions(4, 0, 0, 0, -1, -1), fmpq(3))) == {fmpq(-5)}
    assert len(set(case.scores(fractions(0, 1, 0, 0, 0, 0), fmpq(3)))) == 4


def test_the_ring_lies_outside_the_disc() -> None:
    assert rings("1", "2", d=1).is_valid
    assert not rings("2", "1", d=1).is_valid
    assert not rings("0", "1", d=1).is_valid
    assert not rings("1", "2", d=0).is_valid


def test_a_random_case_has_the_given_ratio() -> None:
    case = member({"inner": fmpq(1, 2), "ratio": fmpq(3), "d": fmpq(7, 2)})

    assert case == rings("1/2", "3/2", d=3)
    assert case.size == 3
    assert case.describe() == {"radius of the disc": "1/2", "radius of the ring": "3/2", "d": "3"}
