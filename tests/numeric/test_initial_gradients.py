"""Squared gradients at initialization: by hand, from values alone, and in doubles."""

import numpy as np
import pytest
from flint import arb, fmpq

from numeric.initial_gradients import (
    BOX,
    mean_norm_by_v,
    mean_powers,
    member,
    members,
    squared_gradients,
)
from numeric.initial_outputs import Start, start
from numeric.small_layers import layer
from symbolic.exact import as_text, exact


def means(case: Start) -> list[fmpq]:
    total = [fmpq(0)] * 3
    for squares, chance in squared_gradients(case):
        listed = (squares.inner, squares.bias, squares.outer)
        total = [mean + chance * one for mean, one in zip(total, listed, strict=True)]
    return total


def test_one_linear_neuron_by_hand() -> None:
    """Phi = v u x at x = 2 with signs: |2 v| = 2 by u, |v| = 1 by b, |2 u| = 2 by v."""
    case = start("t", "2")

    assert means(case) == [4, 1, 4]
    assert mean_powers(case) == (4, 16, 1)
    assert mean_norm_by_v(case) == 2


def test_two_square_neurons_with_rare_weights_by_hand() -> None:
    """x = 1/2, u = +-2 with probability 1/4, else 0: sigma is 1 or 0, sigma' is +-2 or 0.

    E sigma^2 = E sigma^4 = 1/4 and E sigma'^2 = 1.  By v the norm is the root of how many of the
    two neurons are active: 1 with probability 6/16, sqrt(2) with probability 1/16.
    """
    case = start("t^2", "1/2", n=2, a="2", b="0")

    assert mean_powers(case) == (fmpq(1, 4), fmpq(1, 4), 1)
    assert means(case) == [fmpq(1, 4), 1, fmpq(1, 2)]
    assert arb(mean_norm_by_v(case)).overlaps(fmpq(3, 8) + arb(2).sqrt() / 16)


@pytest.mark.parametrize("power", [1, 2, 3])
def test_agrees_with_derivatives_from_values_alone(power: int) -> None:
    """One neuron, one input x = 3/2, weights +-2 and +-1/2: sixteen networks."""
    name = "t" if power == 1 else f"t^{power}"
    case = start(name, "3/2", a="2", b="1/2")
    weights = list(case.law.vectors(1))
    total = [fmpq(0)] * 3
    for (u,), p in weights:
        for (v,), q in weights:
            network = layer(power, as_text(u), b="0", v=as_text(v), x="3/2")
            for i in range(3):
                total[i] += p * q * exact(str(network.slope(i))) ** 2

    assert means(case) == total


def test_doubles_agree_with_rationals() -> None:
    """Sums of at most 256 terms of one sign, each with some twenty roundings."""
    rng = np.random.default_rng(0)
    p = {name: rng.uniform(low, high, 12) for name, (low, high) in BOX.items()}

    lanes = members(p)

    for row in range(12):
        case = member({name: exact(float(value[row])) for name, value in p.items()})
        true = [*mean_powers(case), *means(case), mean_norm_by_v(case)]
        of_one_neuron = [lanes.s2, lanes.s4, lanes.ds2]
        found = [*of_one_neuron, lanes.inner, lanes.bias, lanes.outer, lanes.norm]
        expected = [float(arb(t)) for t in true]
        assert [column[row] for column in found] == pytest.approx(expected, rel=1e-12)


def test_the_number_of_inputs_has_to_be_a_square() -> None:
    with pytest.raises(ValueError, match="not 2"):
        mean_powers(start("t", "1 1"))
