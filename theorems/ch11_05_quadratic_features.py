"""Example 11.5: features that separate a disc from a ring.

Setting
    phi(x) = (1, x_1, x_2, x_1 x_2, x_1^2, x_2^2) on the plane.  The data are a disc of radius
    r_1, labelled +1, and a ring from radius r_2 on, labelled -1.

Hypothesis
    0 < r_1 < r_2.

Conclusion
    No affine function separates the data.  The weights (c, 0, 0, 0, -1, -1) with c =
    `constant` do: <w, phi(x)> has the sign of the label, so one hyperplane through the origin of
    feature space is a decision boundary.  (The book prints "the set of all hyperplanes".)
    In d variables the polynomials of degree up to 2 have `dimension` features: 6 in the plane.

Proof idea
    At opposite points an affine function has the mean it has at the center, inside and outside.

Checked numerically
    Exactly, on points of the circles with rational coordinates, and for d <= 4 by the rank of the
    kernel (1 + x.z)^2 on a grid.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.quadratic_features import BOX, Rings, dimension, member, rings
from symbolic.evaluate import FloatArray
from symbolic.exact import rational_below
from symbolic.step import Step, identity, inequality, plus
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.notation import constant, d, inner_radius, outer_radius, quadratics

# Formulas

DIMENSION = Slot(
    "dimension",
    quadratics,
    "=",
    (d + 1) * (d + 2) / 2,
    over=(d,),
    role="conclusion",
    meaning="the number of monomials of degree up to 2 in d variables",
    fails_if=("smaller", "larger"),
)
CONSTANT = Slot(
    "constant",
    constant,
    "=",
    (inner_radius**2 + outer_radius**2) / 2,
    over=(inner_radius, outer_radius),
    role="conclusion",
    meaning="a weight of the constant feature that separates; the middle has most room",
    fails_if=("smaller", "larger"),
)

# Derivation

DOMAIN = facts((inner_radius, "<", outer_radius))
a_0, a_1, a_2, x_1, x_2 = sp.symbols("a_0 a_1 a_2 x_1 x_2", real=True)


def derivation(at: Formulas) -> Iterator[Step]:
    products = d * (d - 1) / 2
    affine = a_0 + a_1 * x_1 + a_2 * x_2
    opposite = affine.subs({x_1: -x_1, x_2: -x_2}, simultaneous=True)

    yield identity(
        "constant, linear, squares, products", plus(sp.S.One, d, d, products), at[DIMENSION]
    )
    yield identity("affine functions have one mean everywhere", plus(affine, opposite) / 2, a_0)
    yield inequality("positive on the disc", inner_radius**2, "<", at[CONSTANT], DOMAIN)
    yield inequality("negative on the ring", at[CONSTANT], "<", outer_radius**2, DOMAIN)


# Numerical check


def margins(case: Rings, at: Formulas) -> Iterator[Margin]:
    if not case.is_valid:
        return
    features = at(DIMENSION, d=fmpq(case.d))
    yield Margin("features", features, fmpq(dimension(case.d)), "=")
    radii = {"inner_radius": case.inner, "outer_radius": case.outer}
    middle = rational_below(at(CONSTANT, **radii))
    weights = [middle, *map(fmpq, (0, 0, 0, -1, -1))]
    for score in case.scores(weights, case.inner):
        yield Margin("score on the disc", fmpq(0), score, "<")
    for score in case.scores(weights, case.outer):
        yield Margin("score on the ring", score, fmpq(0), "<")


def hard_cases(at: Formulas) -> Iterator[Rings]:
    yield rings("1/2", "3/2", d=2)
    yield rings("1", "26/25", d=1)
    yield rings("2", "3", d=3)
    yield rings("1/3", "1/2", d=4)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    inner, number = p["inner"], np.floor(p["d"])
    outer = inner * p["ratio"]
    middle = at.on_arrays(CONSTANT, inner_radius=inner, outer_radius=outer)
    known = np.array([np.nan, *(dimension(size) for size in range(1, 5))])
    true = known[number.astype(int)]
    off = np.abs(at.on_arrays(DIMENSION, d=number) - true)
    room = np.minimum(relative(inner**2, middle), relative(middle, outer**2))
    return np.minimum(room, -off / true)


# Other ways of stating it

ALSO_TRUE = {
    "by degrees": {DIMENSION: 1 + d + d * (d + 1) / 2},
    "the geometric mean": {CONSTANT: inner_radius * outer_radius},
    "the middle radius": {CONSTANT: ((inner_radius + outer_radius) / 2) ** 2},
}
FALSE = {
    "degree 2 only": {DIMENSION: d * (d + 1) / 2},
    "no mixed products": {DIMENSION: 2 * d + 1},
    "one mixed product": {DIMENSION: 2 * d + 2},
    "right in the plane only": {DIMENSION: 3 * d},
    "mixed products twice": {DIMENSION: 1 + d + d**2},
    "the half lost": {DIMENSION: (d + 1) * (d + 2)},
    "the mean radius": {CONSTANT: (inner_radius + outer_radius) / 2},
    "the inner radius": {CONSTANT: inner_radius**2},
    "the difference": {CONSTANT: outer_radius**2 - inner_radius**2},
    "the half lost, squares added": {CONSTANT: inner_radius**2 + outer_radius**2},
    "the weight for the data of the figure": {CONSTANT: sp.Integer(1)},
}

THEOREM = Theorem(
    label="Example 11.5",
    statement=__doc__,
    slots=(DIMENSION, CONSTANT),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
