"""Example 11.31: the tangent kernel of the normalised ReLU network in closed form.

Setting
    sigma(t) = max(0, t); u has independent Gaussian entries of mean 0 and variance 1/d; theta is
    the angle between x and z, both in R^d and not zero.

Conclusion
    E[sigma'(u.x) sigma'(u.z)] = `slopes`, whatever the lengths of x and z, and with Theorem 11.30
    and Example 11.17 the kernel of the normalised network tends to `kernel`, which the book does
    not write out.

Proof idea
    sigma'(u.x) sigma'(u.z) is 1 where both inner products are positive.  Plackett's derivative of
    that probability with respect to the correlation, and its value for independent signs, give
    the first formula; the second is a sum.

Checked numerically
    Against the integrals that define both expectations, with certified quadrature.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import arb, fmpq

from numeric.orthant import orthant_probability
from numeric.relu_expectation import (
    BOX,
    NODES,
    WEIGHTS,
    Pair,
    member,
    pair,
    relu_expectation,
    relu_expectations,
)
from symbolic.evaluate import FloatArray
from symbolic.exact import Number
from symbolic.step import Step, cited, identity, times
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.ch11_17_relu_kernel import KERNEL as LECUN_KERNEL
from theorems.notation import K_NTK, E_dd, d, norm_x, norm_z, theta

# Formulas

size = norm_x * norm_z
SLOPES = Slot(
    "slopes",
    E_dd,
    "=",
    (sp.pi - theta) / (2 * sp.pi),
    over=(norm_x, norm_z, theta, d),
    role="conclusion",
    meaning="the probability that u.x and u.z are both positive",
    fails_if=("smaller", "larger"),
)
KERNEL = Slot(
    "kernel",
    K_NTK,
    "=",
    1
    + (sp.pi - theta) / (2 * sp.pi)
    + size / (2 * sp.pi * d) * (sp.sin(theta) + 2 * (sp.pi - theta) * sp.cos(theta)),
    over=(norm_x, norm_z, theta, d),
    role="conclusion",
    meaning="the limit of the tangent kernel of the normalised network",
    fails_if=("smaller", "larger"),
)

# Derivation

rho = sp.Symbol("rho", real=True)
P = sp.Function("P")


def derivation(at: Formulas) -> Iterator[Step]:
    density = 1 / (2 * sp.pi * sp.sqrt(1 - rho**2))
    by_rho = times(-1 / sp.sin(theta), sp.Derivative(at[SLOPES], theta))
    density_at = 1 / (2 * sp.pi * sp.sin(theta))
    tangent = (1 + size * sp.cos(theta) / d) * at[SLOPES] + LECUN_KERNEL.formula + 1

    yield cited(
        "Plackett (1954), P = probability of two positive signs", P(rho).diff(rho), "=", density
    )
    yield identity(
        "its square at rho = cos(theta)", density.subs(rho, sp.cos(theta)) ** 2, density_at**2
    )
    yield identity("the closed form has this derivative", by_rho, density_at)
    yield identity(
        "and is 1/4 at a right angle", sp.Subs(at[SLOPES], theta, sp.pi / 2), sp.Rational(1, 4)
    )
    yield identity("Theorem 11.30, with Example 11.17", tangent, at[KERNEL])


# Numerical check


def margins(case: Pair, at: Formulas) -> Iterator[Margin]:
    if not case.is_valid:
        return
    known = {"norm_x": case.norm_x, "norm_z": case.norm_z, "d": fmpq(case.d)}
    angle = case.angle
    of_slopes = _both_positive(case)
    yield Margin("slopes", at(SLOPES, **known, theta=angle), of_slopes, "=")
    scale = case.norm_x * case.norm_z / fmpq(case.d)
    of_values = scale * relu_expectation(arb(angle))
    kernel = (1 + scale * arb(angle).cos()) * of_slopes + of_values + 1
    yield Margin("kernel", at(KERNEL, **known, theta=angle), kernel, "=")


def _both_positive(case: Pair) -> Number:
    if case.turn in (0, 1):
        return (1 - case.turn) / 2
    return orthant_probability(arb(case.angle))


def hard_cases(at: Formulas) -> Iterator[Pair]:
    yield pair("1", "1", turn="0", d=2)
    yield pair("1", "1", turn="1/2", d=2)
    yield pair("2", "3", turn="1/3", d=3)
    yield pair("3", "1/2", turn="2/3", d=2)
    yield pair("1", "2", turn="1", d=1)
    yield pair("5", "2", turn="1/100", d=4)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    inputs = np.floor(p["d"])
    angle = np.pi * p["turn"]
    known = {"norm_x": p["norm_x"], "norm_z": p["norm_z"], "d": inputs, "theta": angle}
    scale = p["norm_x"] * p["norm_z"] / inputs
    of_slopes = 0.25 + np.arcsin(np.cos(angle)) / (2 * np.pi)
    of_values = scale * relu_expectations(angle, NODES, WEIGHTS)
    kernel = (1 + scale * np.cos(angle)) * of_slopes + of_values + 1
    by_slopes = np.abs(at.on_arrays(SLOPES, **known) - of_slopes)
    return -np.maximum(by_slopes, np.abs(relative(at.on_arrays(KERNEL, **known), kernel)))


# Other ways of stating it

slopes = (sp.pi - theta) / (2 * sp.pi)
shape = sp.sin(theta) + (sp.pi - theta) * sp.cos(theta)
by_values = size / (2 * sp.pi * d) * shape
ALSO_TRUE = {
    "half of the supplement's share": {SLOPES: (1 - theta / sp.pi) / 2},
    "as the sum of Theorem 11.30": {
        KERNEL: (1 + size * sp.cos(theta) / d) * slopes + by_values + 1
    },
}
FALSE = {
    "the 2 lost": {SLOPES: (sp.pi - theta) / sp.pi},
    "the angle for its supplement": {SLOPES: theta / (2 * sp.pi)},
    "divided by d": {SLOPES: slopes / d},
    "with the lengths": {SLOPES: norm_x * norm_z * slopes},
    "as if independent": {SLOPES: sp.Rational(1, 4)},
    "the cosine for the angle": {SLOPES: (1 + sp.cos(theta)) / 4},
    "the output bias lost": {KERNEL: slopes + size * sp.cos(theta) / d * slopes + by_values},
    "the hidden biases lost": {KERNEL: 1 + size * sp.cos(theta) / d * slopes + by_values},
    "the inner weights lost": {KERNEL: 1 + slopes + by_values},
    "the outer weights lost": {KERNEL: 1 + (1 + size * sp.cos(theta) / d) * slopes},
    "the inner weights without 1/d": {KERNEL: (1 + size * sp.cos(theta)) * slopes + by_values + 1},
    "LeCun's kernel": {KERNEL: by_values},
}

THEOREM = Theorem(
    label="Example 11.31",
    statement=__doc__,
    slots=(SLOPES, KERNEL),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
