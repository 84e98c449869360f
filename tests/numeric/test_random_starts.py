"""Linear models with a random start."""

import numpy as np
import pytest

from numeric.kernel_least_squares import product
from numeric.random_starts import (
    BOX,
    covariance,
    mean,
    member,
    members,
    random_start,
)
from symbolic.exact import exact

CASE = random_start("2 0; 1 1", "1 3", "1 2", "0 1", tau="3", h="1/8", k=1)


def test_before_training_the_covariance_is_the_kernel_times_the_variance() -> None:
    x, z = ([product(row, p) for p in CASE.starts()] for row in (CASE.phi, CASE.psi))

    assert mean(x) == mean(z) == 0
    assert covariance(x, z) == 9 * 2
    assert covariance(x, x) == 9 * 5


def test_a_step_of_size_one_over_twice_the_kernel_interpolates_the_first_point() -> None:
    ends = [CASE.after_steps(p) for p in CASE.starts()]

    assert {product(CASE.rows[0], p) for p in ends} == {exact(1)}
    assert {p[1] for p in ends} == {exact(3), exact(-3)}  # untouched by (2, 0)


def test_the_limit_interpolates_both_points_and_is_closest_to_its_start() -> None:
    case = random_start("1 0 1; 1 1 0", "1 -2", "1 0 0", "0 1 0")
    across = (1, -1, -1)  # orthogonal to both feature vectors

    for p in case.starts():
        end = case.limit(p)
        assert [product(row, end) for row in case.rows] == [1, -2]
        assert sum(a * (e - s) for a, e, s in zip(across, end, p, strict=True)) == 0


def test_doubles_agree_with_exact_arithmetic() -> None:
    rng = np.random.default_rng(11)
    p = {name: rng.uniform(low, high, 6) for name, (low, high) in BOX.items()}
    lanes = members(p)

    for row in range(6):
        case = member({name: exact(column[row]) for name, column in p.items()})
        assert (lanes.k[row], lanes.h[row]) == (case.k, pytest.approx(_double(case.h)))
        for s, start in enumerate(case.starts()):
            steps = [_double(value) for value in case.after_steps(start)]
            limit = [_double(value) for value in case.limit(start)]
            assert lanes.after_steps[row, s] == pytest.approx(steps, rel=1e-8, abs=1e-8)
            assert lanes.limit[row, s] == pytest.approx(limit, rel=1e-8, abs=1e-8)


def _double(value: object) -> float:
    exactly = exact(value)  # type: ignore[arg-type]
    return int(exactly.numer()) / int(exactly.denom())
