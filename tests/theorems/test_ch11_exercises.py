"""Exercises 11.32 to 11.37 on examples small enough to work out by hand."""

from itertools import product
from math import atan2, comb, pi, sqrt

import numpy as np
import pytest
import sympy as sp

from numeric.half_spaces import normals
from numeric.labelled_points import labelled_points
from numeric.polynomial_features import plane_points
from numeric.rotated_least_squares import descent, rotated
from theorems.ch11_17_relu_kernel import KERNEL as WITHOUT_BIAS
from theorems.ch11_ex32_gd_iterates import THEOREM as ITERATES
from theorems.ch11_ex33_separating_features import FEATURES
from theorems.ch11_ex33_separating_features import THEOREM as SEPARATION
from theorems.ch11_ex34_gaussian_features import FIRST, RATIO
from theorems.ch11_ex35_polynomial_features import DIMENSION, LINEAR, MIXED, SQUARE
from theorems.ch11_ex35_polynomial_features import THEOREM as POLYNOMIAL
from theorems.ch11_ex36_orthant import ANGLE
from theorems.ch11_ex36_orthant import THEOREM as ORTHANT
from theorems.ch11_ex37_random_biases import COSINE, RELU
from theorems.notation import (
    d,
    degree,
    k,
    norm_x,
    norm_z,
    theta,
    theta_bar,
    x_1,
    x_2,
    x_line,
    xz,
)


def test_the_iterates_for_one_unit_equation_by_hand() -> None:
    """f(w) = (w - 1)^2 from w = 0 with h = 3/4, where x = -1/2: 0, 3/2, 3/4, 9/8, ..."""
    one = rotated("1", left="0", right="0", y="1")
    margins = ITERATES.judge(descent(one, w0="0", phi="1", h="3/4"))

    coordinates = [str(m.value) for m in margins if m.part == "coordinate"]
    sums = [str(m.value) for m in margins if m.part == "partial sum"]

    assert coordinates[:4] == ["0", "3/2", "3/4", "9/8"]
    assert sums[:4] == ["0", "1", "1/2", "3/4"]


def test_the_formula_for_the_iterates_holds_where_they_diverge() -> None:
    """h = 5/4, where x = -3/2: w_k - 1 is multiplied by -3/2 each time."""
    one = rotated("1", left="0", right="0", y="1")
    margins = ITERATES.judge(descent(one, w0="0", phi="1", h="5/4"))

    assert not any(m.fails for m in margins)
    assert [str(m.value) for m in margins if m.part == "coordinate"][:3] == ["0", "5/2", "-5/4"]


def test_equal_points_with_different_labels_are_outside_the_exercise() -> None:
    assert SEPARATION.judge(labelled_points("1 1", features=1)) == ()


def test_the_plane_does_not_separate_every_labelling_of_four_points() -> None:
    four = labelled_points("0 1 2 3", features=2)

    assert SEPARATION.judge(four, {FEATURES: sp.Integer(2)})[-1].fails
    assert not any(m.fails for m in SEPARATION.judge(four))


@pytest.mark.parametrize("order", range(6))
def test_the_features_of_the_gaussian_kernel_in_closed_form(order: int) -> None:
    feature = FIRST.formula
    for place in range(1, order + 1):
        feature = feature * RATIO.formula.subs(k, place)
    closed = sp.exp(-(x_line**2)) * sp.sqrt(sp.Integer(2) ** order / sp.factorial(order))

    assert sp.simplify(feature - closed * x_line**order) == 0


def test_the_features_of_the_quadratic_kernel_are_the_known_ones() -> None:
    linear, square, mixed = (slot.formula.subs(degree, 2) for slot in (LINEAR, SQUARE, MIXED))

    assert linear == sp.sqrt(2) * x_1
    assert square == x_1**2
    assert mixed == sp.sqrt(2) * x_1 * x_2


@pytest.mark.parametrize("r", range(1, 9))
def test_the_number_of_features_is_a_binomial_coefficient(r: int) -> None:
    assert DIMENSION.formula.subs(degree, r) == comb(2 + r, r)


def test_the_features_of_two_points_by_hand() -> None:
    """r = 2, x = (2, 1), x' = (1, 3): 2 * 2, 4, 2 * 2 * 3, and the kernel (1 + 2 + 3)^2."""
    bounds = [str(m.bound) for m in POLYNOMIAL.judge(plane_points("2 1", "1 3", r=2))]

    assert bounds == ["4", "4", "12", "36", "6"]


def test_an_arc_cosine_of_numbers_that_are_not_normalised_has_no_value() -> None:
    case = normals("2 0", "1 1")

    assert ORTHANT.judge(case, {ANGLE: sp.acos(xz)})[-1].fails


def test_random_biases_make_the_kernel_matrix_of_relu_regular() -> None:
    """In one dimension 1, 2 and -3/2 lie on two rays, so ReLU without biases has rank 2."""
    points = (1.0, 2.0, -1.5)

    def smallest(formula: sp.Expr, angle: sp.Symbol, bias: float) -> float:
        matrix = np.empty((3, 3))
        for (i, x), (j, z) in product(enumerate(points), repeat=2):
            between = abs(atan2(sqrt(bias) * (x - z), x * z + bias))
            values = {norm_x: abs(x), norm_z: abs(z), d: 1, angle: between}
            matrix[i, j] = float(formula.subs(values))
        return float(np.linalg.eigvalsh(matrix)[0])

    assert abs(smallest(WITHOUT_BIAS.formula, theta, 0.0)) < 1e-12
    assert smallest(RELU.formula, theta_bar, 1.0) == pytest.approx(0.0573, abs=5e-5)


def test_the_angle_of_opposite_inputs_is_not_straight_with_random_biases() -> None:
    """x = -z = 1 with d = 1: (1, 1) and (-1, 1) are orthogonal, and the kernel is 2 / (2 pi)."""
    values = {xz: -1, norm_x: 1, norm_z: 1, d: 1}

    assert COSINE.formula.subs(values) == 0
    assert float(RELU.formula.subs({**values, theta_bar: sp.pi / 2})) == pytest.approx(1 / pi)
