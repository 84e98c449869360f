"""Theorem 11.16: the tangent kernel of a wide network under LeCun initialization.

Setting
    Phi(x, w) = v . sigma(U x + b) + c with n neurons and d inputs, b = c = 0, U_ij ~ D(0, 1/d)
    and v_i ~ D(0, 1/n) independent, D(0, 1) with mean 0 and variance 1.
    E_ss = E[sigma(u.x) sigma(u.z)] and E_dd = E[sigma'(u.x) sigma'(u.z)] for one row u of U.

Hypothesis
    sigma and sigma' grow at most linearly.

Conclusion
    K_n(x, z) / n tends to `limit` almost surely as n grows.  At every finite width its
    expectation is `mean` exactly, which the book does not state.

Proof idea
    The kernel is a sum over neurons.  Derivatives with respect to U and b carry the factor
    v_i^2, which is 1/n on average, so they survive at finite width only.

Checked numerically
    Exactly, by listing all signs of a Rademacher initialization at widths 1 and 2, whose
    expectations a + b/n determine the limit a.  Not checked: the almost sure convergence, which
    is the law of large numbers (cited).
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.expected_kernel import (
    BOX,
    DIMENSION,
    Inputs,
    expected_kernel,
    expected_kernels,
    inputs,
    member,
    members,
    moments,
)
from symbolic.evaluate import FloatArray
from symbolic.step import Step, cited, identity
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import INPUTS, K_LC, E_dd, E_ss, K_mean, d, n, xz

# Formulas

LIMIT = Slot(
    "limit",
    K_LC,
    "=",
    E_ss,
    over=(E_ss, E_dd, xz, d),
    role="conclusion",
    meaning="what K_n(x, z) / n tends to as the width n grows",
    fails_if=("smaller", "larger"),
)
MEAN = Slot(
    "mean",
    K_mean,
    "=",
    E_ss + ((1 + xz) * E_dd + 1) / n,
    over=(E_ss, E_dd, xz, d, n),
    role="conclusion",
    meaning="the expectation of K_n(x, z) / n at width n",
    fails_if=("smaller", "larger"),
)

# Derivation

a, b, v = sp.symbols("a b v", real=True)
sigma = sp.Function("sigma")


def derivation(at: Formulas) -> Iterator[Step]:
    def product(of: sp.Symbol | None) -> sp.Expr:
        """Multiply the derivatives of a neuron's output at x and at z, by v or by the inside."""
        return sp.Derivative(v * sigma(a), of or a) * sp.Derivative(v * sigma(b), of or b)

    by_inside = v**2 * sp.Derivative(sigma(a), a) * sp.Derivative(sigma(b), b)
    per_neuron = (1 + xz) * E_dd / n + E_ss

    yield identity("U and b act through the inside a = u.x + b", product(None), by_inside)
    yield identity("v acts outside", product(v), sigma(a) * sigma(b))
    yield identity("on average v^2 = 1/n; c adds 1", (n * per_neuron + 1) / n, at[MEAN])
    yield identity("let the width grow", sp.Limit(at[MEAN], n, sp.oo), at[LIMIT])
    yield cited("strong law of large numbers, applied to the neurons", K_LC, "=", at[LIMIT])


# Numerical check


def margins(case: Inputs, at: Formulas) -> Iterator[Margin]:
    of_values, of_slopes = moments(case.activation, case.x, case.z)
    inner = sum((p * q for p, q in zip(case.x, case.z, strict=True)), fmpq(0))
    known = {"E_ss": of_values, "E_dd": of_slopes, "xz": inner, "d": fmpq(case.size)}
    means = {width: expected_kernel(case.activation, width, case.x, case.z) for width in (1, 2)}
    yield Margin("limit of the mean kernel", at(LIMIT, **known), 2 * means[2] - means[1], "=")
    for width, mean in means.items():
        claimed = at(MEAN, **known, n=fmpq(width))
        yield Margin("mean kernel", claimed, mean, "=", f"n = {width}")


def hard_cases(at: Formulas) -> Iterator[Inputs]:
    yield inputs("relu", "2", "2")
    yield inputs("t^2", "1/2", "3/2")
    yield inputs("t", "2", "-3")
    yield inputs("relu", "3 1 0 1", "1 2 1 1/2")
    yield inputs("t^3", "1 1/2 0 0", "1 1 1/3 0")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    kinds, x, z = members(p)
    worst = np.full(kinds.shape, np.inf)
    means = {}
    for width in (1, 2):
        means[width], of_values, of_slopes = expected_kernels(kinds, x, z, width)
        known = {"E_ss": of_values, "E_dd": of_slopes, "xz": (x * z).sum(axis=1), "d": DIMENSION}
        worst = np.minimum(worst, -np.abs(at.on_arrays(MEAN, **known, n=width) - means[width]))
    limit = 2 * means[2] - means[1]
    return np.minimum(worst, -np.abs(at.on_arrays(LIMIT, **known) - limit))


# Other ways of stating it

normalised = E_ss + (1 + xz) * E_dd + 1
ALSO_TRUE = {
    "the mean with its terms apart": {MEAN: E_ss + E_dd / n + xz * E_dd / n + 1 / n},
    "the limit from the mean": {LIMIT: (2 * E_ss + 2) / 2 - 1},
}
FALSE = {
    "limit with the derivative": {LIMIT: E_dd},
    "limit of the normalised parametrisation": {LIMIT: normalised},
    "limit with the output bias": {LIMIT: E_ss + 1},
    "limit divided by d once more": {LIMIT: E_ss / d},
    "mean without the hidden biases": {MEAN: E_ss + (xz * E_dd + 1) / n},
    "mean without the output bias": {MEAN: E_ss + (1 + xz) * E_dd / n},
    "mean without 1/n": {MEAN: normalised},
    "mean with inputs over d": {MEAN: E_ss + ((1 + xz / d) * E_dd + 1) / n},
}

THEOREM = Theorem(
    label="Theorem 11.16",
    statement=__doc__,
    slots=(LIMIT, MEAN),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
    vectors=INPUTS,
)
