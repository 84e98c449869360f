"""Outputs at initialization: by hand, by listing whole networks, and in doubles."""

from itertools import product

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.initial_outputs import BOX, member, members, start
from symbolic.exact import exact


def test_one_linear_neuron_has_outputs_1_and_minus_1() -> None:
    """Phi(1) = v u = +-1, so with y = 1 the loss is 0 or 4."""
    case = start("t", "1", y="1", delta="1/2")

    assert case.sums() == {(fmpq(1),): fmpq(1, 2), (fmpq(-1),): fmpq(1, 2)}
    assert sorted(case.losses()) == [(0, fmpq(1, 2)), (4, fmpq(1, 2))]


def test_four_linear_neurons_make_a_binomial_law() -> None:
    """Phi is half of a sum of four signs: 0, +-1, +-2 with 6, 4, 1 of 16."""
    case = start("t", "1", n=4)

    assert case.sums() == {
        (fmpq(k),): fmpq(c, 16) for k, c in zip((-4, -2, 0, 2, 4), (1, 4, 6, 4, 1), strict=True)
    }
    assert (case.moment(2), case.moment(4)) == (1, fmpq(2 * 16 + 8, 16))


def test_the_losses_of_four_linear_neurons() -> None:
    """Phi is -2, -1, 0, 1, 2 and y = 1: losses 9, 4, 1, 0, 1, of mean 1 + 1."""
    losses = list(start("t", "1", n=4, y="1", delta="1/2").losses())

    assert sorted(loss for loss, _ in losses) == [0, 1, 1, 4, 9]
    assert sum((loss * chance for loss, chance in losses), fmpq(0)) == 2


def test_rare_weights_by_hand() -> None:
    """u and v are +-2 with probability 1/4, else 0: Phi(3) = +-12 with probability 1/16."""
    case = start("t", "3", a="2", b="0")

    assert case.sums() == {
        (fmpq(0),): fmpq(15, 16),
        (fmpq(12),): fmpq(1, 32),
        (fmpq(-12),): fmpq(1, 32),
    }
    assert case.mean(2) == 9
    assert case.moment(2) == 9


@pytest.mark.parametrize("activation", ["relu", "t^2", "t^3"])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_moments_are_those_of_all_networks_listed_at_once(activation: str, n: int) -> None:
    """One input, signs: an integer sum over all 4^n networks, without convolutions."""
    sigma = {"relu": lambda t: max(t, 0), "t^2": lambda t: t * t, "t^3": lambda t: t**3}[activation]
    second = fourth = 0
    for signs in product((1, -1), repeat=2 * n):
        at_2, at_3 = (
            sum(v * sigma(u * x) for u, v in zip(signs[:n], signs[n:], strict=True)) for x in (2, 3)
        )
        second += at_2 * at_3
        fourth += at_2**4
    case = start(activation, "2; 3", n=n)

    assert case.moment(1, 1) == fmpq(second, 4**n * n)
    assert case.moment(4, 0) == fmpq(fourth, 4**n * n * n)


def test_odd_moments_vanish() -> None:
    case = start("t^2", "1; 2", n=2, a="3/2", b="1/2")

    assert case.moment(1, 0) == case.moment(2, 1) == 0


def test_slopes_of_relu_by_hand() -> None:
    """Four inputs, signs over 2: (1, 1, 0, 0) and (0, 1, 1, 1) are both active for 3 of 16.

    u_1 + u_2 > 0 asks for u_1 = u_2 = 1; then u_2 + u_3 + u_4 > 0 unless u_3 = u_4 = -1: 3 of 4.
    """
    assert start("relu", "1 1 0 0; 0 1 1 1").mean_of_slopes() == fmpq(3, 16)


@settings(max_examples=40)
@given(st.integers(0, 2**32))
def test_doubles_agree_with_rationals(seed: int) -> None:
    """Sums of 16 products of some ten factors below 100: within 1e-9 relatively to their size."""
    rng = np.random.default_rng(seed)
    p = {name: rng.uniform(low, high, 1) for name, (low, high) in BOX.items()}
    case = member({name: exact(float(value[0])) for name, value in p.items()})

    lanes = members(p)

    for powers in ((2, 0), (0, 2), (1, 1), (4, 0)):
        true = float(arb(case.mean(*powers)))
        assert lanes.mean(*powers)[0] == pytest.approx(true, rel=1e-9, abs=1e-9)
    product_of_both = (lanes.joint * lanes.neuron[0] * lanes.neuron[1]).sum()
    assert product_of_both == pytest.approx(float(arb(case.moment(1, 1))), rel=1e-9, abs=1e-9)
    assert lanes.mu4[0] == pytest.approx(float(arb(case.law.moment(4))), rel=1e-12)


def test_a_number_of_inputs_that_is_no_square_is_refused() -> None:
    with pytest.raises(ValueError, match="has to be a square, not 2"):
        start("t", "1 2").sums()


def test_a_case_says_everything_needed_to_rebuild_it() -> None:
    assert start("t", "1; 2", n=4, y="1 0", delta="1/3").describe() == {
        "sigma": "t",
        "law": "Rademacher",
        "n": "4",
        "x": "1; 2",
        "y": "1, 0",
        "delta": "1/3",
    }
    assert "delta" not in start("t", "1; 2").describe()
