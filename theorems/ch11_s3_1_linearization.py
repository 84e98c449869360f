"""Equation (11.3.1): the linearization of a model and its tangent kernel.

Setting
    Phi(x, w) is continuously differentiable in w; w_0 is where it is linearized.
    Phi_0 = Phi(x, w_0); g_w and g_w0 are the inner products of grad Phi(x, w_0) with w and
    with w_0; g_g is that of grad Phi(x, w_0) with grad Phi(x', w_0).

Conclusion
    The affine function of w that agrees with Phi(x, w) to first order at w_0 is `linearization`,
    and the kernel of its feature map, (11.3.4), is `tangent_kernel`.

Proof idea
    First-order Taylor expansion; the inner product is bilinear.

Checked numerically
    Exactly, on polynomials of degree up to 4 along each line, whose derivatives five values
    determine.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp

from numeric.cubic_models import BOX, Cubic, cubic, member, members
from numeric.ridge_models import ONE, ZERO, dot
from symbolic.evaluate import FloatArray
from symbolic.step import Step, cited, identity
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import TANGENT, K_hat, Phi_0, Phi_lin, g_g, g_w, g_w0

# Formulas

LINEARIZATION = Slot(
    "linearization",
    Phi_lin,
    "=",
    Phi_0 + g_w - g_w0,
    over=(Phi_0, g_w, g_w0),
    role="conclusion",
    meaning="the first-order Taylor polynomial of w -> Phi(x, w) at w_0",
    fails_if=("smaller", "larger"),
)
TANGENT_KERNEL = Slot(
    "tangent_kernel",
    K_hat,
    "=",
    g_g,
    over=(g_g, Phi_0, g_w, g_w0),
    role="conclusion",
    meaning="the kernel of the feature map x -> grad Phi(x, w_0)",
    fails_if=("smaller", "larger"),
)

# Derivation

g = sp.symbols("g_1 g_2", real=True)
w = sp.symbols("w_1 w_2", real=True)
v = sp.symbols("v_1 v_2", real=True)


def derivation(at: Formulas) -> Iterator[Step]:
    G, W, V = (sp.Matrix(name) for name in (g, w, v))
    apart = G.dot(W) - G.dot(V)

    yield cited("Taylor: value at w_0 plus slope along w - w_0", Phi_lin, "=", Phi_0 + (g_w - g_w0))
    yield identity("the inner product is bilinear (two parameters)", G.dot(W - V), apart)
    yield identity("so the linearization is", Phi_0 + (g_w - g_w0), at[LINEARIZATION])
    yield identity("and the kernel of its features", g_g, at[TANGENT_KERNEL])


# Numerical check


def margins(case: Cubic, at: Formulas) -> Iterator[Margin]:
    start, gradient, gradient_2 = case.start, case.gradient, case.gradient_2
    known = {"Phi_0": start, "g_w": dot(gradient, case.w), "g_w0": dot(gradient, case.w0)}
    product = at(TANGENT_KERNEL, **known, g_g=dot(gradient, gradient_2))
    at_x, at_x2 = zip(case.slopes((ONE, ZERO)), case.slopes((ZERO, ONE)), strict=True)
    tangent = start + case.slopes(case.step)[0]
    yield Margin("first-order Taylor polynomial", at(LINEARIZATION, **known), tangent, "=")
    yield Margin("product of gradients", product, dot(at_x, at_x2), "=")


def hard_cases(at: Formulas) -> Iterator[Cubic]:
    yield cubic("1 0 0 0", "1 0 0 0", w0="2 0", w="3 0")
    yield cubic("1 0 1 0", "0 1 2 0", w0="1 2", w="3 5")
    yield cubic("1 2 -1 1/2", "2 -1 1 1", w0="1/2 1", w="2 -1/3")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    start, g, k, w0, w = members(p)
    product, slope = (g * k).sum(axis=0), (g * (w - w0)).sum(axis=0)
    known = {"Phi_0": start, "g_w": (g * w).sum(axis=0), "g_w0": (g * w0).sum(axis=0)}
    by_line = np.abs(at.on_arrays(LINEARIZATION, **known) - start - slope)
    by_kernel = np.abs(at.on_arrays(TANGENT_KERNEL, **known, g_g=product) - product)
    return -np.maximum(by_line, by_kernel) / (1 + np.abs(start) + np.abs(slope) + np.abs(product))


# Other ways of stating it

ALSO_TRUE = {
    "constants first": {LINEARIZATION: (2 * Phi_0 - 2 * g_w0) / 2 + g_w},
    "the kernel, doubled and halved": {TANGENT_KERNEL: (g_g + g_g) / 2},
}
FALSE = {
    "w for w - w_0": {LINEARIZATION: Phi_0 + g_w},
    "w_0 - w": {LINEARIZATION: Phi_0 - g_w + g_w0},
    "the value at w_0 forgotten": {LINEARIZATION: g_w - g_w0},
    "half of the slope": {LINEARIZATION: Phi_0 + (g_w - g_w0) / 2},
    "the kernel squared": {TANGENT_KERNEL: g_g**2},
    "the kernel twice": {TANGENT_KERNEL: 2 * g_g},
}

THEOREM = Theorem(
    label="Equation (11.3.1)",
    statement=__doc__,
    slots=(LINEARIZATION, TANGENT_KERNEL),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
    vectors=TANGENT,
)
