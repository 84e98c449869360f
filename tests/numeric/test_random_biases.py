"""Kernels of networks with random biases: by hand, and in doubles."""

import numpy as np
import pytest
from flint import fmpq

from numeric.initial_outputs import KINDS, start
from numeric.random_biases import BOX, covariances, expected_kernels, member, members, moments
from symbolic.exact import exact


def test_one_linear_neuron_by_hand() -> None:
    """sigma = t, x = 2, z = 3, one neuron: v adds E[a b] = 6 + 1, b adds 1, U adds 6, c adds 1."""
    case = start("t", "2; 3")

    assert moments(case) == (7, 1)
    assert expected_kernels(case, 1) == (15, 15)


def test_two_linear_neurons_by_hand() -> None:
    """LeCun: 7 + (1 + 6 + 1) / 2 = 11; normalised: 15 at every width."""
    assert expected_kernels(start("t", "2; 3"), 2) == (11, 15)


def test_four_linear_inputs_by_hand() -> None:
    """x = z = (2, 0, 0, 0): E[a b] = 4/4 + 1; U adds 4 under LeCun, 4/4 normalised."""
    case = start("t", "2 0 0 0; 2 0 0 0")

    assert expected_kernels(case, 1) == (2 + 4 + 1 + 1, 2 + 1 + 1 + 1)


def test_one_square_neuron_by_hand() -> None:
    """sigma = t^2, x = 2, z = 3 and signs: a, b = +-(3, 4) or +-(1, 2).

    E[a^2 b^2] = (144 + 4) / 2 = 74 and 4 E[a b] = 4 (12 + 2) / 2 = 28, times 1 + 6, plus 1.
    """
    case = start("t^2", "2; 3")

    assert moments(case) == (74, 28)
    assert expected_kernels(case, 1) == (271, 271)


@pytest.mark.parametrize(("a", "b"), [("1", "1"), ("2", "0"), ("3/2", "1/2")])
def test_covariances_do_not_depend_on_the_law(a: str, b: str) -> None:
    assert covariances(start("relu", "1/2; -3", a=a, b=b)) == (fmpq(5, 4), 10, fmpq(-1, 2))


def test_the_bias_adds_one_to_every_covariance() -> None:
    assert covariances(start("t", "1 2 0 2; 0 1 1 0")) == (fmpq(13, 4), fmpq(3, 2), fmpq(3, 2))


def test_a_number_of_inputs_without_a_rational_root_is_refused() -> None:
    with pytest.raises(ValueError, match="square, not 2"):
        moments(start("t", "1 0; 0 1"))


def test_doubles_agree_with_rationals() -> None:
    """At most 32 terms of size below 1e4, each with some twenty roundings."""
    rng = np.random.default_rng(0)
    p = {name: rng.uniform(low, high, 24) for name, (low, high) in BOX.items()}

    batch = members(p)

    cases = [
        member({name: exact(float(value[row])) for name, value in p.items()}) for row in range(24)
    ]
    assert {case.activation for case in cases} == set(KINDS)
    assert {(case.d, case.n) for case in cases} == {(1, 2), (4, 1)}
    for row, case in enumerate(cases):
        found = [batch.of_values, batch.of_slopes, batch.p, batch.q, batch.r, batch.d, batch.n]
        true = [*moments(case), *covariances(case), fmpq(case.d), fmpq(case.n)]
        expected = [int(t.p) / int(t.q) for t in true]
        assert [one[row] for one in found] == pytest.approx(expected, rel=1e-11, abs=1e-11)
