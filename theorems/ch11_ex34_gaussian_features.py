"""Exercise 11.34: feature maps of the Gaussian kernel on the line.

Setting
    K(x, x') = exp(-(x - x')^2) for real x and x'.

Conclusion
    H = l^2 with features phi_k, k >= 0, where phi_0(x) = `first` and phi_k(x) / phi_{k-1}(x) =
    `ratio`; that is phi_k(x) = exp(-x^2) sqrt(2^k / k!) x^k.  Also H = L^2(R) with phi(x)(t) =
    `height` times exp(-2 (x - t)^2).  Both have <phi(x), phi(x')> = K(x, x').

Proof idea
    exp(-(x - x')^2) = exp(-x^2) exp(-x'^2) exp(2 x x'), with the power series of the last factor;
    a product of two Gaussian bumps is one.

Checked numerically
    The sum of 40 features up to the size of its remainder, the integral with certified
    quadrature.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.gaussian_features import (
    BOX,
    TERMS,
    LinePoints,
    line_points,
    member,
    overlaps,
)
from symbolic.evaluate import FloatArray
from symbolic.step import Step, identity
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import bump_height, feature_ratio, k, phi_rbf_0, x_line

# Formulas

FIRST = Slot(
    "first",
    phi_rbf_0,
    "=",
    sp.exp(-(x_line**2)),
    over=(x_line,),
    role="conclusion",
    meaning="the feature that is not 0 at x = 0",
    fails_if=("smaller", "larger"),
)
RATIO = Slot(
    "ratio",
    feature_ratio,
    "=",
    sp.sqrt(2) * x_line / sp.sqrt(k),
    over=(x_line, k),
    role="conclusion",
    meaning="each feature by the one before it",
    fails_if=("smaller", "larger"),
)
HEIGHT = Slot(
    "height",
    bump_height,
    "=",
    (4 / sp.pi) ** sp.Rational(1, 4),
    over=(),
    role="conclusion",
    meaning="the factor of the bump exp(-2 (x - t)^2)",
    fails_if=("smaller", "larger"),
)

# Derivation

z, t = sp.symbols("x' t", real=True)
p = sp.Symbol("p", positive=True)
j = sp.Symbol("j", integer=True, nonnegative=True)


def derivation(at: Formulas) -> Iterator[Step]:
    kernel = sp.exp(-((x_line - z) ** 2))
    first, ratio = (at[slot] * at[slot].subs(x_line, z) for slot in (FIRST, RATIO))
    series = sp.S.Zero + sp.Sum(p**j / sp.factorial(j), (j, 0, sp.oo))
    bumps = sp.exp(-2 * (x_line - t) ** 2 - 2 * (z - t) ** 2)
    around = t - (x_line + z) / 2
    apart = sp.exp(-4 * around**2 - (x_line - z) ** 2)
    area = sp.Integral(sp.exp(-4 * t**2), (t, -sp.oo, sp.oo))

    yield identity("the square multiplied out", first * sp.exp(2 * x_line * z), kernel)
    yield identity("the exponential series, with p = 2 x x'", series, sp.exp(p))
    term = p ** (j + 1) / sp.factorial(j + 1)
    by_last = term / (p**j / sp.factorial(j))
    yield identity("each term by the one before it", by_last, p / (j + 1))
    yield identity("as the features have it", 2 * x_line * z / k, ratio)
    yield identity("two bumps are one, around the middle", bumps, apart)
    yield identity("and its area is made 1", at[HEIGHT] ** 2 * area, sp.S.One)


# Numerical check


def margins(case: LinePoints, at: Formulas) -> Iterator[Margin]:
    term = at(FIRST, x_line=case.x) * at(FIRST, x_line=case.z)
    total = term
    for place in range(1, TERMS):
        of_x, of_z = (at(RATIO, x_line=point, k=fmpq(place)) for point in (case.x, case.z))
        term = term * of_x * of_z
        total = total + term
    yield Margin("the first 40 features", abs(total - case.kernel), case.remainder)
    yield Margin("the integral", at(HEIGHT) ** 2 * case.overlap, case.kernel, "=")


def hard_cases(at: Formulas) -> Iterator[LinePoints]:
    yield line_points("0", "0")
    yield line_points("1", "1")
    yield line_points("1", "-1")
    yield line_points("1/2", "1")
    yield line_points("1", "2")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    x, z = p["x"], p["z"]
    kernel = np.exp(-((x - z) ** 2))
    term = at.on_arrays(FIRST, x_line=x) * at.on_arrays(FIRST, x_line=z)
    total = term
    for place in range(1, TERMS):
        of_x, of_z = (at.on_arrays(RATIO, x_line=point, k=float(place)) for point in (x, z))
        term = term * of_x * of_z
        total = total + term
    height = at.on_arrays(HEIGHT)
    return -np.maximum(np.abs(total - kernel), np.abs(height**2 * overlaps(x, z) - kernel))


# Other ways of stating it

x = x_line
ALSO_TRUE = {
    "the other sign": {FIRST: -sp.exp(-(x**2))},
    "a quotient": {FIRST: 1 / sp.exp(x**2)},
    "one root": {RATIO: x * sp.sqrt(2 / k)},
    "alternating": {RATIO: -sp.sqrt(2) * x / sp.sqrt(k)},
    "the root taken": {HEIGHT: sp.sqrt(2) / sp.pi ** sp.Rational(1, 4)},
}
FALSE = {
    "half the exponent": {FIRST: sp.exp(-(x**2) / 2)},
    "twice the exponent": {FIRST: sp.exp(-2 * x**2)},
    "the minus lost": {FIRST: sp.exp(x**2)},
    "no factor": {FIRST: sp.Integer(1)},
    "the exponent not squared": {FIRST: sp.exp(-sp.Abs(x))},
    "the 2 lost": {RATIO: x / sp.sqrt(k)},
    "the root of 2 lost": {RATIO: 2 * x / sp.sqrt(k)},
    "the root of k lost": {RATIO: sp.sqrt(2) * x / k},
    "the factorial lost": {RATIO: sp.sqrt(2) * x},
    "one place on": {RATIO: sp.sqrt(2) * x / sp.sqrt(k + 1)},
    "the point squared": {RATIO: sp.sqrt(2) * x**2 / sp.sqrt(k)},
    "not normalised": {HEIGHT: sp.Integer(1)},
    "the root of the density of variance 1/4": {HEIGHT: (2 / sp.pi) ** sp.Rational(1, 4)},
    "the density for its root": {HEIGHT: sp.sqrt(4 / sp.pi)},
    "upside down": {HEIGHT: (sp.pi / 4) ** sp.Rational(1, 4)},
    "without the 4": {HEIGHT: sp.pi ** -sp.Rational(1, 4)},
}

THEOREM = Theorem(
    label="Exercise 11.34",
    statement=__doc__,
    slots=(FIRST, RATIO, HEIGHT),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
