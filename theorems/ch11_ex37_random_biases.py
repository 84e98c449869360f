"""Exercise 11.37: the tangent kernels if the biases start at random.

Setting
    sigma(u.x + b) are the hidden neurons, u_j ~ D(0, 1/d), and the biases start as
    b_i, c ~ D(0, 1) instead of 0; otherwise the networks of Theorems 11.16 and 11.30.
    E_ss_b and E_dd_b are the means of sigma(u.x + b) sigma(u.z + b) and of the same with
    sigma'.  (The book refers to Theorem 11.23 for the kernel; it is in Theorem 11.16.)

Conclusion
    Under LeCun initialization K_n(x, z) / n has the expectation `mean` at every width n, and so
    the limit E_ss_b; the kernel of the normalised network has the expectation and limit
    `tangent`.  For Gaussian weights and ReLU, E_ss_b = `relu`, where theta_bar is the angle with
    the given `cosine`: the angle between (x, sqrt(d)) and (z, sqrt(d)).

Proof idea
    A random bias is one more weight of variance 1/d, for an input sqrt(d).  The gradients are as
    before, and c does not enter them.

Checked numerically
    Exactly, by listing all initial values at widths 1 and 2; ReLU with certified quadrature.
    Not checked: the almost sure convergence, which is the law of large numbers.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import arb, fmpq

from numeric.finite_laws import dot
from numeric.initial_outputs import Start, start
from numeric.random_biases import BOX, covariances, expected_kernels, member, members, moments
from numeric.relu_expectation import NODES, WEIGHTS, relu_expectation, relu_expectations
from symbolic.evaluate import FloatArray
from symbolic.exact import sqrt
from symbolic.step import Step, cited, identity, plus, times
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.ch11_17_relu_kernel import KERNEL as WITHOUT_BIAS
from theorems.notation import (
    INPUTS,
    E_dd_b,
    E_ss_b,
    K_LC_b,
    K_mean_b,
    K_NTK_b,
    cos_bar,
    d,
    n,
    norm_x,
    norm_z,
    theta,
    theta_bar,
    xz,
)

# Formulas

longer_x, longer_z = sp.sqrt(norm_x**2 + d), sp.sqrt(norm_z**2 + d)
shape = sp.sin(theta_bar) + (sp.pi - theta_bar) * sp.cos(theta_bar)
MEAN = Slot(
    "mean",
    K_mean_b,
    "=",
    E_ss_b + ((1 + xz) * E_dd_b + 1) / n,
    over=(E_ss_b, E_dd_b, xz, d, n),
    role="conclusion",
    meaning="the expectation of K_n(x, z) / n at width n under LeCun initialization",
    fails_if=("smaller", "larger"),
)
TANGENT = Slot(
    "tangent",
    K_NTK_b,
    "=",
    (1 + xz / d) * E_dd_b + E_ss_b + 1,
    over=(E_ss_b, E_dd_b, xz, d, n),
    role="conclusion",
    meaning="the expectation of the kernel of the normalised network, and its limit",
    fails_if=("smaller", "larger"),
)
COSINE = Slot(
    "cosine",
    cos_bar,
    "=",
    (xz + d) / (longer_x * longer_z),
    over=(xz, norm_x, norm_z, d),
    role="conclusion",
    meaning="the correlation of u.x + b and u.z + b",
    fails_if=("smaller", "larger"),
)
RELU = Slot(
    "relu",
    K_LC_b,
    "=",
    longer_x * longer_z / (2 * sp.pi * d) * shape,
    over=(norm_x, norm_z, theta_bar, d),
    role="conclusion",
    meaning="E_ss_b, the limit of K_n(x, z) / n, for ReLU and Gaussian weights",
    fails_if=("smaller", "larger"),
)

# Derivation

a, b, v, s, t = sp.symbols("a b v s t", real=True)
sigma = sp.Function("sigma")
bias_input = sp.sqrt(d)


def derivation(at: Formulas) -> Iterator[Step]:
    by_inside = sp.Derivative(v * sigma(a), a) * sp.Derivative(v * sigma(b), b)
    slopes = v**2 * sp.Derivative(sigma(a), a) * sp.Derivative(sigma(b), b)
    by_v = sp.Derivative(v * s, v) * sp.Derivative(v * t, v)
    per_neuron = (1 + xz) * E_dd_b / n + E_ss_b
    normalised = xz / d * E_dd_b / n + E_dd_b / n + E_ss_b / n
    lengths = {norm_x: longer_x, norm_z: longer_z, theta: theta_bar}

    yield identity("U and b act through the inside", by_inside, slopes)
    yield identity("v acts outside", by_v, s * t)
    yield identity("on average v^2 = 1/n; c adds 1", (n * per_neuron + 1) / n, at[MEAN])
    yield identity("let the width grow", sp.Limit(at[MEAN], n, sp.oo), E_ss_b)
    yield identity(
        "normalised, each factor n^(-1/2) outside", times(n, normalised) + 1, at[TANGENT]
    )
    yield identity("the bias is the weight of an input sqrt(d)", bias_input**2 / d, sp.S.One)
    inner = at[COSINE] * longer_x * longer_z
    yield identity("which adds to the inner product", plus(xz, bias_input**2), inner)
    longer = WITHOUT_BIAS.formula.subs(lengths, simultaneous=True)
    yield identity("Example 11.17 for the longer vectors", longer, at[RELU])
    yield cited("strong law of large numbers", K_NTK_b, "=", at[TANGENT])


# Numerical check


def margins(case: Start, at: Formulas) -> Iterator[Margin]:
    if not (case.law.is_valid and len(case.points) == 2):
        return
    x, z = case.points
    of_values, of_slopes = moments(case)
    sizes = {"xz": dot(x, z), "d": fmpq(case.d)}
    norms = {"norm_x": sqrt(dot(x, x)), "norm_z": sqrt(dot(z, z))}
    p, q, r = covariances(case)
    yield Margin("correlation", at(COSINE, **sizes, **norms), r / sqrt(p * q), "=")
    angle = arb.atan2(arb(p * q - r * r).sqrt(), arb(r))
    claimed = at(RELU, **norms, d=sizes["d"], theta_bar=angle)
    yield Margin("ReLU", claimed, sqrt(p * q) * relu_expectation(angle), "=")
    known = {"E_ss_b": of_values, "E_dd_b": of_slopes, **sizes}
    for width in range(1, case.n + 1):
        lecun, normalised = expected_kernels(case, width)
        now = {**known, "n": fmpq(width)}
        yield Margin("mean kernel", at(MEAN, **now), lecun, "=", f"n = {width}")
        yield Margin("normalised kernel", at(TANGENT, **now), normalised, "=", f"n = {width}")


def hard_cases(at: Formulas) -> Iterator[Start]:
    yield start("relu", "2; 2", n=2)
    yield start("t^2", "1/2; 3/2", n=2)
    yield start("t", "2; -3", n=1, a="2", b="0")
    yield start("t^2", "1; 2", n=1, a="3/2", b="1/2")
    yield start("relu", "3 1 0 1; 1 2 1 1/2", n=1)
    yield start("t^3", "1 1/2 0 0; 1 1 1/3 0", n=1)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    lanes = members(p)
    norms = {"norm_x": _norm(lanes.x), "norm_z": _norm(lanes.z), "d": lanes.d}
    sizes = {"xz": (lanes.x * lanes.z).sum(axis=1), "d": lanes.d}
    known = {"E_ss_b": lanes.of_values, "E_dd_b": lanes.of_slopes, **sizes, "n": lanes.n}
    size = np.sqrt(lanes.p * lanes.q)
    angle = np.arctan2(np.sqrt(np.maximum(lanes.p * lanes.q - lanes.r**2, 0)), lanes.r)
    slopes = (1 + sizes["xz"]) * lanes.of_slopes
    lecun = (slopes + 1) / lanes.n + lanes.of_values
    of_U = sizes["xz"] / lanes.d * lanes.of_slopes
    normalised = of_U + lanes.of_slopes + lanes.of_values + 1
    of_relu = size * relu_expectations(angle, NODES, WEIGHTS)
    off = [
        (at.on_arrays(MEAN, **known) - lecun) / (1 + np.abs(lecun)),
        (at.on_arrays(TANGENT, **known) - normalised) / (1 + np.abs(normalised)),
        at.on_arrays(COSINE, **norms, xz=sizes["xz"]) - lanes.r / size,
        at.on_arrays(RELU, **norms, theta_bar=angle) - of_relu,
    ]
    return -np.max(np.abs(off), axis=0)


def _norm(points: FloatArray) -> FloatArray:
    return np.sqrt((points**2).sum(axis=1))


# Other ways of stating it

squares = (norm_x**2 + d) * (norm_z**2 + d)
size = longer_x * longer_z
ALSO_TRUE = {
    "the mean term by term": {MEAN: E_ss_b + E_dd_b / n + xz * E_dd_b / n + 1 / n},
    "the longer inner product over d": {TANGENT: (d + xz) / d * E_dd_b + E_ss_b + 1},
    "with variances": {COSINE: (xz / d + 1) / sp.sqrt((norm_x**2 / d + 1) * (norm_z**2 / d + 1))},
    "one root": {RELU: sp.sqrt(squares) / (2 * sp.pi * d) * shape},
}
FALSE = {
    "the hidden biases not trained": {MEAN: E_ss_b + (xz * E_dd_b + 1) / n},
    "the output bias not trained": {MEAN: E_ss_b + (1 + xz) * E_dd_b / n},
    "c^2 counted": {MEAN: E_ss_b + ((1 + xz) * E_dd_b + 2) / n},
    "the limit for the mean": {MEAN: E_ss_b},
    "inputs over d under LeCun initialization": {MEAN: E_ss_b + ((1 + xz / d) * E_dd_b + 1) / n},
    "b^2 counted": {TANGENT: (2 + xz / d) * E_dd_b + E_ss_b + 1},
    "c^2 counted, normalised": {TANGENT: (1 + xz / d) * E_dd_b + E_ss_b + 2},
    "inputs not over d": {TANGENT: (1 + xz) * E_dd_b + E_ss_b + 1},
    "without the output bias": {TANGENT: (1 + xz / d) * E_dd_b + E_ss_b},
    "divided by the width": {TANGENT: ((1 + xz / d) * E_dd_b + E_ss_b + 1) / n},
    "the angle without biases": {COSINE: xz / (norm_x * norm_z)},
    "an input 1 for the bias": {
        COSINE: (xz + 1) / sp.sqrt((norm_x**2 + 1) * (norm_z**2 + 1)),
    },
    "the bias in the product only": {COSINE: (xz + d) / (norm_x * norm_z + d)},
    "the lengths without the bias": {RELU: norm_x * norm_z / (2 * sp.pi * d) * shape},
    "the d lost": {RELU: size / (2 * sp.pi) * shape},
    "the 2 lost": {RELU: size / (sp.pi * d) * shape},
    "the root lost": {RELU: squares / (2 * sp.pi * d) * shape},
    "the biases outside": {RELU: (norm_x * norm_z / d + 1) / (2 * sp.pi) * shape},
}

THEOREM = Theorem(
    label="Exercise 11.37",
    statement=__doc__,
    slots=(MEAN, TANGENT, COSINE, RELU),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
    vectors=INPUTS,
)
