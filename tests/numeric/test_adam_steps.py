"""The first step of ADAM: by hand, and in doubles."""

import numpy as np
import pytest
from flint import arb, fmpq

from numeric.adam_steps import BOX, adam, member, members
from numeric.small_layers import layer
from symbolic.exact import exact

LINE = layer(1, "1", b="0", v="1", x="1")
"""Phi = v (u + b) + c at u = v = 1, b = c = 0."""


def test_one_linear_neuron_by_hand() -> None:
    """Phi = 1, all derivatives 1, y = 2: the gradient of the loss is 2 (1 - 2) = -2 throughout."""
    case = adam(LINE, y="2", h="1/3")

    assert case.gradient() == [-2] * 4
    assert case.moves() == [fmpq(1, 3)] * 4


def test_eps_shortens_the_step() -> None:
    """|g| / (|g| + 2) = 1/2."""
    assert adam(LINE, y="2", h="1/3", eps="2").moves() == [fmpq(1, 6)] * 4


@pytest.mark.parametrize(("beta_1", "beta_2"), [("0", "0"), ("9/10", "1/2"), ("1/3", "7/8")])
def test_the_decay_rates_do_not_matter_for_the_first_step(beta_1: str, beta_2: str) -> None:
    case = adam(LINE, "0", "1/4", "1", beta_1, beta_2)

    assert case.moves() == [fmpq(-1, 6)] * 4


@pytest.mark.parametrize(
    ("h", "eps", "beta_1"), [("0", "0", "1/2"), ("1", "-1", "1/2"), ("1", "0", "1")]
)
def test_some_numbers_define_no_step(h: str, eps: str, beta_1: str) -> None:
    assert not adam(LINE, "0", h, eps, beta_1).is_valid


def test_doubles_agree_with_rationals() -> None:
    """Some twenty roundings in a gradient, with cancellation to 1e-4 of its terms at worst."""
    rng = np.random.default_rng(2)
    p = {name: rng.uniform(low, high, 16) for name, (low, high) in BOX.items()}

    lanes = members(p)

    assert (lanes.eps == 0).any()
    for row in range(16):
        case = member({name: exact(float(value[row])) for name, value in p.items()})
        gradient, moves = ([float(arb(t)) for t in of] for of in (case.gradient(), case.moves()))
        assert lanes.gradient[row] == pytest.approx(gradient, rel=1e-10)
        assert lanes.moves[row] == pytest.approx(moves, rel=1e-10)
        assert float(arb(case.eps)) == lanes.eps[row]


def test_a_case_says_everything_needed_to_rebuild_it() -> None:
    said = adam(LINE, y="2", h="1/3", eps="1/8").describe()

    assert said == {
        **LINE.describe(),
        "y": "2",
        "h": "1/3",
        "beta_1": "9/10",
        "beta_2": "999/1000",
        "eps": "1/8",
    }
