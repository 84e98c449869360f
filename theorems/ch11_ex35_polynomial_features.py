"""Exercise 11.35: a feature map of the polynomial kernel.

Setting
    K(x, x') = (1 + x.x')^r on R^d with r a positive integer; the formulas are those of the plane,
    d = 2.  phi_(i, j) is the feature that belongs to x_1^i x_2^j.  (The book introduces the
    exponent as n and calls it r from then on.)

Conclusion
    The features sqrt(r! / ((r - i - j)! i! j!)) x_1^i x_2^j with i + j <= r have
    <phi(x), phi(x')> = K(x, x').  Those of low degree are phi_(0, 0) = 1, phi_(1, 0) = `linear`,
    phi_(2, 0) = `square` and phi_(1, 1) = `mixed`.  The dimension of H is `dimension`, and no
    smaller one would do.

Proof idea
    Multinomial formula: the features are fixed, up to their signs, by the coefficients of
    (1 + s + t)^r with s = x_1 x_1' and t = x_2 x_2'.

Checked numerically
    Exactly: every coefficient by multiplying out, the sum of all features against the kernel, and
    the dimension by the rank of the kernel on a grid.  Not checked: d > 2.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.polynomial_features import (
    BOX,
    LARGEST_DEGREE,
    PlanePoints,
    dimension,
    expansion,
    member,
    plane_points,
)
from symbolic.evaluate import FloatArray
from symbolic.exact import Number
from symbolic.step import Step, identity, inequality, times
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import degree, dim_poly, phi_10, phi_11, phi_20, x_1, x_2

# Formulas

pairs = degree * (degree - 1) / 2
LINEAR = Slot(
    "linear",
    phi_10,
    "=",
    sp.sqrt(degree) * x_1,
    over=(degree, x_1, x_2),
    role="conclusion",
    meaning="the feature of x_1",
    fails_if=("smaller", "larger"),
)
SQUARE = Slot(
    "square",
    phi_20,
    "=",
    sp.sqrt(pairs) * x_1**2,
    over=(degree, x_1, x_2),
    role="conclusion",
    meaning="the feature of x_1^2",
    fails_if=("smaller", "larger"),
)
MIXED = Slot(
    "mixed",
    phi_11,
    "=",
    sp.sqrt(degree * (degree - 1)) * x_1 * x_2,
    over=(degree, x_1, x_2),
    role="conclusion",
    meaning="the feature of x_1 x_2",
    fails_if=("smaller", "larger"),
)
DIMENSION = Slot(
    "dimension",
    dim_poly,
    "=",
    (degree + 1) * (degree + 2) / 2,
    over=(degree,),
    role="conclusion",
    meaning="the number of features, the least there can be",
    fails_if=("smaller", "larger"),
)
PLACES = ((LINEAR, (1, 0)), (SQUARE, (2, 0)), (MIXED, (1, 1)))

# Derivation

DOMAIN = facts((1, "<=", degree))
s, t, z_1, z_2 = sp.symbols("s t x_1' x_2'", real=True)
j = sp.Symbol("j", integer=True, nonnegative=True)


def derivation(at: Formulas) -> Iterator[Step]:
    power = (1 + s + t) ** degree

    def coefficient(*by: sp.Symbol) -> sp.Expr:
        return sp.Subs(sp.Derivative(power, *by), (s, t), (0, 0))

    def twice(slot: Slot) -> sp.Expr:
        """Multiply the feature of x by that of x'."""
        return at[slot] * at[slot].subs({x_1: z_1, x_2: z_2}, simultaneous=True)

    yield inequality("the coefficients are not negative", sp.S.Zero, "<=", pairs, DOMAIN)
    yield identity("that of s", times(coefficient(s), x_1 * z_1), twice(LINEAR))
    yield identity("that of s^2", times(coefficient(s, s) / 2, x_1**2 * z_1**2), twice(SQUARE))
    both = x_1 * z_1 * x_2 * z_2
    yield identity("that of s t", times(coefficient(s, t), both), twice(MIXED))
    number = sp.S.Zero + sp.Sum(j + 1, (j, 0, degree))
    yield identity("there are j + 1 monomials of degree j", number, at[DIMENSION])


# Numerical check


def margins(case: PlanePoints, at: Formulas) -> Iterator[Margin]:
    if not 1 <= case.r <= LARGEST_DEGREE:
        return
    r = fmpq(case.r)
    coefficients = dict(expansion(case.r))
    inner = fmpq(1)
    for slot, place in PLACES:
        coefficient = coefficients.pop(place, 0)
        product = _twice(slot, at, case)
        yield Margin(f"{slot.name} feature", product, coefficient * _monomial(case, *place), "=")
        inner += product
        if slot is not MIXED:
            coefficients.pop((place[1], place[0]), 0)
            inner += _twice(slot, at, _mirrored(case))
    del coefficients[0, 0]
    inner += sum((c * _monomial(case, *place) for place, c in coefficients.items()), fmpq(0))
    yield Margin("kernel", inner, case.kernel, "=")
    yield Margin("dimension", at(DIMENSION, degree=r), fmpq(dimension(case.r)), "=")


def _twice(slot: Slot, at: Formulas, case: PlanePoints) -> Number:
    """Multiply the feature of x by that of x'."""
    of_x, of_z = (
        at(slot, degree=fmpq(case.r), x_1=point[0], x_2=point[1]) for point in (case.x, case.z)
    )
    return of_x * of_z


def _monomial(case: PlanePoints, i: int, j: int) -> fmpq:
    return (case.x[0] * case.z[0]) ** i * (case.x[1] * case.z[1]) ** j


def _mirrored(case: PlanePoints) -> PlanePoints:
    """Exchange the coordinates."""
    return PlanePoints(case.x[::-1], case.z[::-1], case.r)


def hard_cases(at: Formulas) -> Iterator[PlanePoints]:
    yield plane_points("1 1", "1 1", r=1)
    yield plane_points("1 1", "1 1", r=2)
    yield plane_points("2 1", "1 3", r=2)
    yield plane_points("1 2", "-3 1", r=3)
    yield plane_points("1/2 -1", "2 3", r=4)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    r = np.floor(p["r"]).astype(int)
    degrees = range(LARGEST_DEGREE + 1)
    off = []
    for slot, (i, j) in PLACES:
        of_x, of_z = (
            at.on_arrays(slot, degree=r, x_1=p[f"{point}_1"], x_2=p[f"{point}_2"]) for point in "xz"
        )
        coefficient = np.array([expansion(k).get((i, j), 0) for k in degrees])[r]
        true = coefficient * (p["x_1"] * p["z_1"]) ** i * (p["x_2"] * p["z_2"]) ** j
        off.append((of_x * of_z - true) / (1 + np.abs(true)))
    true = np.array([np.nan, *(dimension(k) for k in degrees[1:])])[r]
    off.append((at.on_arrays(DIMENSION, degree=r) - true) / true)
    return -np.max(np.abs(off), axis=0)


# Other ways of stating it

ALSO_TRUE = {
    "the other sign": {LINEAR: -sp.sqrt(degree) * x_1},
    "the square by factorials": {
        SQUARE: sp.sqrt(degree) * sp.sqrt(degree - 1) / sp.sqrt(2) * x_1**2
    },
    "the mixed one from the square": {MIXED: sp.sqrt(2 * pairs) * x_1 * x_2},
    "by degrees": {DIMENSION: 1 + degree + degree * (degree + 1) / 2},
}
FALSE = {
    "the monomial itself": {LINEAR: x_1},
    "the root lost": {LINEAR: degree * x_1},
    "one factor too few": {LINEAR: sp.sqrt(degree - 1) * x_1},
    "of the other variable": {LINEAR: sp.sqrt(degree) * x_2},
    "right for r = 2 only": {SQUARE: x_1**2},
    "the square like the mixed one": {SQUARE: sp.sqrt(degree * (degree - 1)) * x_1**2},
    "the square with r^2": {SQUARE: sp.sqrt(degree**2 / 2) * x_1**2},
    "the root of the square lost": {SQUARE: pairs * x_1**2},
    "the exponent lost": {SQUARE: sp.sqrt(pairs) * x_1},
    "sqrt(2), right for r = 2 only": {MIXED: sp.sqrt(2) * x_1 * x_2},
    "the mixed one like the square": {MIXED: sp.sqrt(pairs) * x_1 * x_2},
    "the root of the mixed one lost": {MIXED: degree * (degree - 1) * x_1 * x_2},
    "the product of the linear ones": {MIXED: degree * x_1 * x_2},
    "the two orders as one": {DIMENSION: (degree + 1) ** 2},
    "degree r only": {DIMENSION: degree + 1},
    "without the constant": {DIMENSION: (degree + 1) * (degree + 2) / 2 - 1},
    "one degree too few": {DIMENSION: degree * (degree + 1) / 2},
    "the half lost": {DIMENSION: (degree + 1) * (degree + 2)},
    "one feature for each degree and variable": {DIMENSION: 1 + 2 * degree},
}

THEOREM = Theorem(
    label="Exercise 11.35",
    statement=__doc__,
    slots=(LINEAR, SQUARE, MIXED, DIMENSION),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
