"""Assumption 11.18, by hand."""

import math

import pytest

from numeric.activations import activation
from theorems import ch11_18_activation_constants as constants
from theorems.base import Slot


@pytest.mark.parametrize(
    ("slot", "name"),
    [
        (constants.TANH, "tanh"),
        (constants.ARCTAN, "arctan"),
        (constants.SIGMOID_SLOPE, "sigmoid"),
        (constants.SIGMOID, "softplus"),  # whose slope is the sigmoid
    ],
)
def test_they_are_the_bounds_that_the_networks_are_certified_with(slot: Slot, name: str) -> None:
    true, rounded_up = float(slot.formula), activation(name).curvature_bound

    assert true <= rounded_up
    assert rounded_up == pytest.approx(true, rel=1e-14)


def test_the_slope_of_tanh_falls_fastest_where_tanh_is_the_root_of_a_third() -> None:
    """2 T (1 - T^2) at T^2 = 1/3 is 2 / sqrt(3) 2/3."""
    assert float(constants.TANH.formula) == pytest.approx(4 / 3 / math.sqrt(3), rel=1e-15)


def test_relu_is_excluded() -> None:
    """No R bounds all chords of its slope."""
    chord = constants.RELU.formula
    steepness = [
        float(chord.subs(symbol, 10.0**-k)) for k in range(5) for symbol in constants.RELU.over
    ]

    assert steepness == pytest.approx([0.5 * 10.0**k for k in range(5)])
