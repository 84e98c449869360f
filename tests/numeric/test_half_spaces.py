"""Two half-spaces and a Gaussian vector."""

import numpy as np
import pytest
from flint import arb, fmpq

from numeric.half_spaces import BOX, member, members, normals
from symbolic.exact import exact, precision


@pytest.mark.parametrize(
    ("x", "z", "eighths"), [("1 0", "1 1", 1), ("1 0", "0 2", 2), ("1 0", "-3 3", 3)]
)
def test_angles_that_are_eighths_of_a_turn(x: str, z: str, eighths: int) -> None:
    """The wedge has (4 - k) / 8 of all directions."""
    with precision(200):
        case = normals(x, z)

        assert (arb(case.angle) - arb.pi() * eighths / 4).contains(0)
        assert arb(case.both).contains(arb(4 - eighths) / 8)
        assert arb(case.both).rad() < 1e-20


def test_parallel_vectors_by_hand() -> None:
    assert normals("1 2", "2 4").both == fmpq(1, 2)
    assert normals("1 2", "2 4").angle == 0
    assert normals("1 2", "-2 -4").both == 0


def test_vectors_are_not_zero() -> None:
    assert normals("1 2", "2 4").is_valid
    assert not normals("0 0", "2 4").is_valid
    assert not normals("1 2", "0 0").is_valid


def test_doubles_agree_with_certified_values() -> None:
    rng = np.random.default_rng(0)
    p = {name: rng.uniform(low, high, 12) for name, (low, high) in BOX.items()}

    batch = members(p)

    for row in range(12):
        with precision(200):
            case = member({name: exact(float(value[row])) for name, value in p.items()})
            angle, both = float(arb(case.angle)), float(arb(case.both))
        assert batch.angle[row] == pytest.approx(angle, rel=1e-12)
        assert batch.both[row] == pytest.approx(both, rel=1e-12)
        assert batch.norm_x[row] ** 2 == pytest.approx(
            sum(float(arb(x)) ** 2 for x in case.x), rel=1e-12
        )
