"""Example 11.17: the LeCun kernel of ReLU in closed form.

Setting
    sigma(t) = max(0, t); u has independent Gaussian entries of mean 0; theta is the angle
    between x and z, both in R^d and not zero.

Hypothesis
    The entries of u have this `variance`.  (The book prints 1 here, which contradicts its own
    factor 1/d in the result.)

Conclusion
    E[sigma(u.x) sigma(u.z)] = kernel.

Proof idea
    Price's theorem: the derivative of the expectation with respect to the correlation
    rho = cos(theta) is the expectation of the derivatives, here the probability that both inner
    products are positive.  One value, at rho = 0, fixes the rest.

Checked numerically
    Against the integral that defines the expectation, with certified quadrature.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import arb, fmpq

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
from symbolic.step import Step, cited, identity, times
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import K_LC, d, norm_x, norm_z, theta, variance

# Formulas

VARIANCE = Slot(
    "variance",
    variance,
    "=",
    1 / d,
    over=(d,),
    role="hypothesis",
    meaning="the variance of the entries of u",
    fails_if=("smaller", "larger"),
)
KERNEL = Slot(
    "kernel",
    K_LC,
    "=",
    norm_x * norm_z / (2 * sp.pi * d) * (sp.sin(theta) + (sp.pi - theta) * sp.cos(theta)),
    over=(norm_x, norm_z, theta, d),
    role="conclusion",
    meaning="the expectation of sigma(u.x) sigma(u.z)",
    fails_if=("smaller", "larger"),
)

# Derivation

rho = sp.Symbol("rho", real=True)
t = sp.Symbol("t", positive=True)
P, K = sp.Function("P"), sp.Function("K")


def derivation(at: Formulas) -> Iterator[Step]:
    size = norm_x * norm_z * at[VARIANCE]
    density = 1 / (2 * sp.pi * sp.sqrt(1 - rho**2))
    orthant = (sp.pi - sp.acos(rho)) / (2 * sp.pi)
    by_price = size * orthant.subs(rho, sp.cos(theta)).subs(sp.acos(sp.cos(theta)), theta)
    by_rho = times(-1 / sp.sin(theta), sp.Derivative(at[KERNEL], theta))
    half_mean = sp.Integral(t * sp.exp(-(t**2) / 2) / sp.sqrt(2 * sp.pi), (t, 0, sp.oo))
    at_right_angle = sp.Subs(at[KERNEL], theta, sp.pi / 2)

    yield cited(
        "Plackett (1954), P = probability of two positive signs", P(rho).diff(rho), "=", density
    )
    yield identity("this density integrates to", sp.Derivative(orthant, rho), density)
    yield identity("with 1/4 for independent signs", sp.Subs(orthant, rho, 0), sp.Rational(1, 4))
    yield cited("Price (1958), K = expectation", K(rho).diff(rho), "=", size * P(rho))
    yield identity("the closed form has this derivative", by_rho, by_price)
    yield identity("and the value of independent factors", size * half_mean**2, at_right_angle)


# Numerical check


def margins(case: Pair, at: Formulas) -> Iterator[Margin]:
    if not case.is_valid:
        return
    known = {"norm_x": case.norm_x, "norm_z": case.norm_z, "d": fmpq(case.d)}
    angle = case.angle
    scale = case.norm_x * case.norm_z * at(VARIANCE, d=fmpq(case.d))
    exactly = scale * relu_expectation(arb(angle))
    yield Margin("expectation", at(KERNEL, **known, theta=angle), exactly, "=")


def hard_cases(at: Formulas) -> Iterator[Pair]:
    yield pair("1", "1", turn="0", d=2)
    yield pair("1", "1", turn="1/2", d=2)
    yield pair("2", "3", turn="1/3", d=3)
    yield pair("3", "1/2", turn="2/3", d=2)
    yield pair("1", "2", turn="1", d=1)
    yield pair("5", "2", turn="1/100", d=4)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    inputs = np.floor(p["d"])
    known = {"norm_x": p["norm_x"], "norm_z": p["norm_z"], "d": inputs}
    angle = np.pi * p["turn"]
    scale = p["norm_x"] * p["norm_z"] * at.on_arrays(VARIANCE, d=inputs)
    true = scale * relu_expectations(angle, NODES, WEIGHTS)
    return -np.abs(at.on_arrays(KERNEL, **known, theta=angle) - true) / (scale + 1)


# Other ways of stating it

shape = sp.sin(theta) + (sp.pi - theta) * sp.cos(theta)
size = norm_x * norm_z
ALSO_TRUE = {
    "by parts": {
        KERNEL: size / (2 * d) * (sp.sin(theta) / sp.pi + (1 - theta / sp.pi) * sp.cos(theta))
    },
    "variance as a power": {VARIANCE: sp.sqrt(d) / d ** sp.Rational(3, 2)},
}
FALSE = {
    "variance 1, as printed": {VARIANCE: sp.Integer(1)},
    "variance of the standard deviation": {VARIANCE: 1 / sp.sqrt(d)},
    "the 2 lost": {KERNEL: size / (sp.pi * d) * shape},
    "the d lost": {KERNEL: size / (2 * sp.pi) * shape},
    "the norms lost": {KERNEL: shape / (2 * sp.pi * d)},
    "the angle for its supplement": {
        KERNEL: size / (2 * sp.pi * d) * (sp.sin(theta) + theta * sp.cos(theta))
    },
    "the kernel of the derivative": {KERNEL: (sp.pi - theta) / (2 * sp.pi)},
    "half the squared norm, from x = z": {KERNEL: size * sp.cos(theta) / (2 * d)},
}

THEOREM = Theorem(
    label="Example 11.17",
    statement=__doc__,
    slots=(VARIANCE, KERNEL),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
