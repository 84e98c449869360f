"""The polynomial kernel of the plane, multiplied out."""

from math import comb, factorial

import pytest
from flint import fmpq

from numeric.polynomial_features import dimension, expansion, member, plane_points


@pytest.mark.parametrize("r", range(7))
def test_the_coefficients_are_multinomial(r: int) -> None:
    expected = {
        (i, j): factorial(r) // factorial(r - i - j) // factorial(i) // factorial(j)
        for i in range(r + 1)
        for j in range(r + 1 - i)
    }

    assert expansion(r) == expected


@pytest.mark.parametrize("r", range(1, 7))
def test_the_rank_of_the_kernel_is_a_binomial_coefficient(r: int) -> None:
    assert dimension(r) == comb(2 + r, r)


def test_the_kernel_of_two_points() -> None:
    assert plane_points("1/2 2", "2 -1", r=3).kernel == 0
    assert plane_points("1/2 2", "2 3", r=3).kernel == 512


def test_a_random_case_has_the_degree_rounded_down() -> None:
    numbers = {"x_1": "1", "x_2": "2", "z_1": "3", "z_2": "-1/2"}
    parameters = {**{name: fmpq(*map(int, text.split("/"))) for name, text in numbers.items()}}
    case = member({**parameters, "r": fmpq(7, 2)})

    assert case == plane_points("1 2", "3 -1/2", r=3)
    assert case.size == 3
    assert case.describe() == {"x": "1, 2", "x'": "3, -1/2", "r": "3"}
