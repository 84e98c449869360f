"""Errors under gradient descent with a rational kernel matrix: by hand, and on the parameters."""

import numpy as np
import pytest
from flint import arb, fmpq

from numeric.kernel_descent import BOX, POINTS, kernel_descent, member, members
from symbolic.exact import exact


def test_a_matrix_with_given_eigenvalues() -> None:
    """The reflection along (1, 2) has the columns (3, -4) / 5 and (-4, -3) / 5."""
    case = kernel_descent("3 1", "1 2", "1 0")

    assert case.matrix == [
        (fmpq(43, 25), fmpq(-24, 25)),
        (fmpq(-24, 25), fmpq(57, 25)),
    ]
    assert case.top == (fmpq(3, 5), fmpq(-4, 5))


def test_one_parameter_by_hand() -> None:
    """Phi = 2 w, y = 3, w = 1: the error -1 becomes -1 + 8 h for the sum, -1 + 4 h for half."""
    case = kernel_descent("4", "0", "-1")
    h = fmpq(1, 16)
    w = 1 - h * 2 * 2 * (2 * 1 - 3)

    assert case.moved(case.errors, h) == (2 * w - 3,) == (fmpq(-1, 2),)
    assert case.moved(case.errors, h, fmpq(1, 2)) == (fmpq(-3, 4),)


def test_the_width_multiplies_the_kernel() -> None:
    """1 - 2 h n lambda = 1 - 2 * 3 * 4 / 24 = 0."""
    assert kernel_descent("4", "0", "5", n=3).moved((fmpq(5),), fmpq(1, 24)) == (0,)


def test_squared_errors_along_an_eigenvector() -> None:
    """Along the eigenvalue 3 with h = 1/12 each step halves the error."""
    case = kernel_descent("3 1", "1 2", "3 -4")

    assert list(case.squared_errors(fmpq(1, 12), fmpq(1)))[:3] == [25, fmpq(25, 4), fmpq(25, 16)]


@pytest.mark.parametrize(("eigenvalues", "n"), [("0 1", 1), ("-1 1", 1), ("1 1", 0), ("1", 1)])
def test_some_numbers_are_no_case(eigenvalues: str, n: int) -> None:
    assert not kernel_descent(eigenvalues, "1 2", "1 1", n).is_valid


def test_doubles_are_those_of_the_exact_family() -> None:
    rng = np.random.default_rng(3)
    p = {name: rng.uniform(low, high, 8) for name, (low, high) in BOX.items()}

    values, widths = members(p)

    for row in range(8):
        case = member({name: exact(float(value[row])) for name, value in p.items()})
        assert case.is_valid
        assert case.size == POINTS
        assert widths[row] == case.n
        assert list(values[row]) == [float(arb(t)) for t in case.eigenvalues]
        trace = sum((line[i] for i, line in enumerate(case.matrix)), fmpq(0))
        assert trace == sum(case.eigenvalues, fmpq(0))
