"""The Jacobian averaged over a step, and the random family of balls."""

import numpy as np
import pytest
from flint import fmpq

from numeric.averaged_jacobians import (
    BOX,
    averaged_jacobian,
    copies,
    member,
    members,
    spectral_norm,
)
from numeric.instances import falling, polynomial
from numeric.ridge_models import Model, Ridge, dot, fractions
from symbolic.exact import exact, precision

DEGREE_6 = Model(
    (
        (Ridge(fractions(1, 2), polynomial("1 -1 1/2 2 0 3")),),
        (
            Ridge(fractions(0, 1), polynomial("0 1/3 1")),
            Ridge(fractions(3, -1), polynomial("2 0 0 1 1/5 -1/7")),
        ),
    )
)


def test_the_averaged_jacobian_times_the_step_is_what_the_outputs_gain() -> None:
    v, w = fractions("1/2", -1), fractions("2/3", "1/5")
    step = [b - a for a, b in zip(v, w, strict=True)]
    before, after = DEGREE_6.values(v), DEGREE_6.values(w)

    gained = [b - a for a, b in zip(before, after, strict=True)]

    assert [dot(row, step) for row in averaged_jacobian(DEGREE_6, v, w)] == gained


def test_beyond_degree_six_the_quadrature_is_not_exact() -> None:
    model = Model(((Ridge(fractions(1), polynomial("0 0 0 0 0 0 1")),),))

    assert averaged_jacobian(model, fractions(0), fractions(1)) != [[1]]


def test_where_nothing_moves_the_average_is_the_jacobian() -> None:
    w = fractions("1/3", 2)

    assert averaged_jacobian(DEGREE_6, w, w) == DEGREE_6.jacobian(w)


@pytest.mark.parametrize(
    ("matrix", "norm"),
    [([[-3]], 3), ([[3, 0], [0, -4]], 4), ([[1, 1], [1, 1]], 2), ([[3, 4], [-4, 3]], 5)],
)
def test_spectral_norms_known_by_hand(matrix: list[list[int]], norm: int) -> None:
    assert spectral_norm([[fmpq(a) for a in row] for row in matrix]) == norm


def test_spectral_norm_agrees_with_numpy() -> None:
    rows = [["1/2", "3"], ["-2", "7/5"]]

    with precision(100):
        norm = float(spectral_norm([[exact(a) for a in row] for row in rows]))

    matrix = np.array([[0.5, 3.0], [-2.0, 1.4]])
    assert norm == pytest.approx(np.linalg.norm(matrix, ord=2), rel=1e-14)


def test_equal_outputs_add_their_changes() -> None:
    one, two = (copies(m, falling(exact(1), exact(0), exact("1/10")), "1") for m in (1, 2))

    assert one.change == 1 - exact("9/10") ** 2
    assert two.change == 2 * one.change


def test_doubles_agree_with_exact_arithmetic() -> None:
    rng = np.random.default_rng(3)
    p = {name: rng.uniform(low, high, 20) for name, (low, high) in BOX.items()}
    lanes = members(p)

    for row in range(20):
        case = member({name: exact(column[row]) for name, column in p.items()})
        with precision(100):
            exactly = {
                "U": float(case.gradient_bound),
                "L": float(case.lipschitz_bound),
                "n": float(case.n),
                "change": float(case.change),
            }
        assert case.is_inside
        for name, value in exactly.items():
            assert lanes[name][row] == pytest.approx(value, rel=1e-10, abs=1e-12)
