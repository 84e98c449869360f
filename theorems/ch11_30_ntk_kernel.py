"""Theorem 11.30: the tangent kernel of the normalised network.

Setting
    Phi(x, w) = n^(-1/2) v . sigma(d^(-1/2) U x + b) + c with n neurons and d inputs, b = c = 0,
    U_ij and v_i ~ D(0, 1) independent.  E_ss = E[sigma(u.x) sigma(u.z)] and
    E_dd = E[sigma'(u.x) sigma'(u.z)] for u_j ~ D(0, 1/d); x^(1) = d^(-1/2) U x + b.

Hypothesis
    sigma and sigma' grow at most linearly.

Conclusion
    Var(x_i^(1)) = `inner_variance`, and K_n(x, z) tends to `kernel` almost surely as n grows.
    Its expectation is `kernel` exactly at every width, which the book does not state.  (The
    book's proof has x^(1) = U x + b, whose variance |x|^2 is d times too large, defines z^(1)
    twice, and ends with the existence of an n_0 that the theorem does not speak of.)

Proof idea
    The kernel is a sum over neurons.  Every derivative but that by c carries the factor
    n^(-1/2), and derivatives with respect to U and b carry v_i, with E[v_i^2] = 1.

Checked numerically
    Exactly, by listing all initial values at widths 1 and 2.  Not checked: the almost sure
    convergence, which is the law of large numbers (cited).
"""

from collections.abc import Iterator, Mapping

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.expected_kernel import BOX, DIMENSION, members
from numeric.expected_kernel import member as member_inputs
from numeric.finite_laws import dot, law
from numeric.initial_outputs import Start, start
from numeric.normalised_kernel import (
    expected_normalised_kernel,
    expected_normalised_kernels,
    variance_of_inside,
)
from symbolic.evaluate import FloatArray
from symbolic.exact import sqrt
from symbolic.step import Step, cited, identity, times
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import INPUTS, K_NTK, E_dd, E_ss, d, n, norm_x, var_x1, xz

# Formulas

KERNEL = Slot(
    "kernel",
    K_NTK,
    "=",
    (1 + xz / d) * E_dd + E_ss + 1,
    over=(E_ss, E_dd, xz, d, n),
    role="conclusion",
    meaning="the expectation of K_n(x, z) at every width n, and its limit",
    fails_if=("smaller", "larger"),
)
INNER_VARIANCE = Slot(
    "inner_variance",
    var_x1,
    "=",
    norm_x**2 / d,
    over=(norm_x, d),
    role="conclusion",
    meaning="the variance of the argument of sigma at initialization, as that of u.x",
    fails_if=("smaller", "larger"),
)

# Derivation

a, b, v, u, t, s = sp.symbols("a b v u t s", real=True)
sigma = sp.Function("sigma")
root_n, root_d = sp.sqrt(n), sp.sqrt(d)


def derivation(at: Formulas) -> Iterator[Step]:
    by_inside = sp.Derivative(v * sigma(a) / root_n, a) * sp.Derivative(v * sigma(b) / root_n, b)
    slopes = v**2 / n * sp.Derivative(sigma(a), a) * sp.Derivative(sigma(b), b)
    by_v = sp.Derivative(v * s / root_n, v) * sp.Derivative(v * t / root_n, v)
    of_U = xz / d * E_dd / n
    per_neuron = of_U + E_dd / n + E_ss / n

    yield identity(
        "an entry of U has variance 1, scaled", norm_x**2 / root_d**2, at[INNER_VARIANCE]
    )
    yield identity("U and b act through the inside", by_inside, slopes)
    yield identity("U_ij moves it by", sp.Derivative(u * t / root_d, u), t / root_d)
    yield identity("which over all j gives", times(1 / root_d, 1 / root_d, xz), xz / d)
    yield identity("v acts outside", by_v, s * t / n)
    yield identity("on average v^2 = 1; c adds 1", times(n, per_neuron) + 1, at[KERNEL])
    yield identity("the width is gone", sp.Limit(at[KERNEL], n, sp.oo), at[KERNEL])
    yield cited("strong law of large numbers, applied to the neurons", K_NTK, "=", at[KERNEL])


# Numerical check


def margins(case: Start, at: Formulas) -> Iterator[Margin]:
    if not (case.law.is_valid and len(case.points) == 2):
        return
    x, z = case.points
    inputs = fmpq(case.d)
    variance = at(INNER_VARIANCE, norm_x=sqrt(dot(x, x)), d=inputs)
    yield Margin("variance inside", variance, variance_of_inside(case), "=")
    known = {"E_ss": case.mean(1, 1), "E_dd": case.mean_of_slopes(), "xz": dot(x, z), "d": inputs}
    for width in range(1, case.n + 1):
        mean = expected_normalised_kernel(case, width)
        yield Margin("mean kernel", at(KERNEL, **known, n=fmpq(width)), mean, "=", f"n = {width}")


def hard_cases(at: Formulas) -> Iterator[Start]:
    yield start("relu", "2; 2", n=2)
    yield start("t^2", "1/2; 3/2", n=2)
    yield start("t", "2; -3", n=2, a="2", b="0")
    yield start("t^2", "1; 2", n=2, a="3/2", b="1/2")
    yield start("relu", "3 1 0 1; 1 2 1 1/2", n=2)
    yield start("t^3", "1 1/2 0 0; 1 1 1/3 0", n=2)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    kinds, x, z = members(p)
    mean, of_values, of_slopes = expected_normalised_kernels(kinds, x, z)
    squares = (x * x).sum(axis=1)
    known = {"E_ss": of_values, "E_dd": of_slopes, "xz": (x * z).sum(axis=1), "d": DIMENSION}
    off = np.abs(at.on_arrays(KERNEL, **known, n=2.0) - mean) / (1 + np.abs(mean))
    variance = at.on_arrays(INNER_VARIANCE, norm_x=np.sqrt(squares), d=DIMENSION)
    return -np.maximum(off, np.abs(variance - squares / DIMENSION) / (1 + squares))


def with_signs(p: Mapping[str, fmpq]) -> Start:
    case = member_inputs(p)
    return Start(case.activation, law(), 2, (case.x, case.z))


# Other ways of stating it

ALSO_TRUE = {
    "term by term": {KERNEL: E_ss + E_dd + xz * E_dd / d + 1},
    "over a common denominator": {KERNEL: ((d + xz) * E_dd + d * E_ss + d) / d},
}
FALSE = {
    "inputs not divided by d": {KERNEL: (1 + xz) * E_dd + E_ss + 1},
    "inputs divided by sqrt(d)": {KERNEL: (1 + xz / sp.sqrt(d)) * E_dd + E_ss + 1},
    "without the output bias": {KERNEL: (1 + xz / d) * E_dd + E_ss},
    "without the hidden biases": {KERNEL: xz / d * E_dd + E_ss + 1},
    "without the inner weights": {KERNEL: E_dd + E_ss + 1},
    "the kernel of LeCun initialization": {KERNEL: E_ss},
    "sigma and its derivative exchanged": {KERNEL: (1 + xz / d) * E_ss + E_dd + 1},
    "divided by the width": {KERNEL: ((1 + xz / d) * E_dd + E_ss + 1) / n},
    "the mean of LeCun initialization": {KERNEL: E_ss + ((1 + xz) * E_dd + 1) / n},
    "x^(1) = U x + b, as printed": {INNER_VARIANCE: norm_x**2},
    "the standard deviation": {INNER_VARIANCE: norm_x / sp.sqrt(d)},
    "the norm not squared": {INNER_VARIANCE: norm_x / d},
    "the scale squared": {INNER_VARIANCE: norm_x**2 / d**2},
}

THEOREM = Theorem(
    label="Theorem 11.30",
    statement=__doc__,
    slots=(KERNEL, INNER_VARIANCE),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: with_signs(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
    vectors=INPUTS,
)
