"""Derivatives of activations from their power series."""

import math

import pytest

from numeric.activation_slopes import ACTIVATIONS, derivative, two_points
from numeric.activations import activation
from symbolic.exact import exact


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("t", [-2.5, -0.25, 0.0, 1.0, 3.0])
def test_they_are_those_of_the_compiled_activations(name: str, t: float) -> None:
    compiled = activation(name)
    found = [float(derivative(name, order, exact(t))) for order in range(3)]

    values = [compiled.value(t), compiled.slope(t), compiled.curvature(t)]
    assert found == pytest.approx([float(x) for x in values], rel=1e-13, abs=1e-15)


def test_a_sharper_softplus_is_steeper_by_its_sharpness() -> None:
    """log(1 + exp(8 t)) / 8 has the second derivative 8 p (1 - p) with p = S(8 t)."""
    p = 1 / (1 + math.exp(-2))
    found = float(derivative("softplus", 2, exact("1/4"), exact("8")))

    assert found == pytest.approx(8 * p * (1 - p), rel=1e-14)


def test_a_chord_across_the_kink_of_relu_is_steep() -> None:
    assert two_points("1/100", "0").relu_chord() == 50


def test_a_chord_of_the_slope_of_arctan() -> None:
    """1 / (1 + t^2) falls from 1 to 1/2 on [0, 1]."""
    assert float(two_points("0", "1").steepness("arctan", 1)) == pytest.approx(0.5)
