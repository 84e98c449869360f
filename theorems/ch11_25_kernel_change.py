"""Proposition 11.25: during training the tangent kernel matrix hardly changes.

Setting
    J is the Jacobian of the outputs at m data points, G_0 = J_0 J_0^T.  On the ball of radius r
    around w_0 every gradient is bounded by U and L-Lipschitz (Assumption 11.12 (b)).  Jbar_k is
    the Jacobian averaged over the step from w_k to w_{k+1}.

Hypothesis
    w_k and w_{k+1} lie in the ball; under Assumption 11.12 and h <= 1 / (lambda_min + lambda_max)
    they do for every k, by Theorem 11.13.

Conclusion
    |Jbar_k J_k^T - G_0| <= `change`, in the spectral norm.  For a network with n neurons,
    U = L = M sqrt(n) and r = c / sqrt(n), so that |Jbar_k J_k^T - G_0| / n <= `per_neuron`.
    (The book evaluates the first Jacobian at one point between w_k and w_{k+1}, which need not
    exist; its proof arrives at c m M / sqrt(n), where the square of M and a 2 are missing; and
    its C depends on delta, although it is said to exist before delta is chosen.)

Proof idea
    (Jbar_k - J_0) J_k^T + J_0 (J_k - J_0)^T; a Jacobian has m rows no longer than U, and each
    changes by at most L r.

Checked numerically
    Exactly, on curves and quadratic models with one or two outputs.  Not checked: the networks of
    Theorem 11.23, for which a faster rate than 1 / sqrt(n) is observed.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp

from numeric.averaged_jacobians import BOX, Ball, copies, member, members
from numeric.instances import falling
from numeric.ridge_models import ZERO
from symbolic.evaluate import FloatArray
from symbolic.exact import exact, sqrt
from symbolic.step import Step, cited, identity, inequality, times
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.notation import (
    J_0,
    M_25,
    J_0_t,
    J_bar,
    J_k_t,
    L,
    U,
    c_25,
    change,
    change_bar,
    drift_G,
    drift_n,
    m,
    n,
    norm_change,
    norm_J_0,
    norm_J_k,
    r,
)

# Formulas

CHANGE = Slot(
    "change",
    drift_G,
    "<=",
    2 * m * U * L * r,
    over=(m, U, L, r),
    role="conclusion",
    meaning="how far the kernel matrix gets from where it started",
    fails_if=("smaller",),
    never_falls_with=(U, L, r),
)
PER_NEURON = Slot(
    "per_neuron",
    drift_n,
    "<=",
    2 * c_25 * m * M_25**2 / sp.sqrt(n),
    over=(m, M_25, c_25, n),
    role="conclusion",
    meaning="the same divided by the width, in terms of the width",
    fails_if=("smaller",),
    never_falls_with=(M_25, c_25),
)

# Derivation

DOMAIN = facts((1, "<=", m), (1, "<=", n))


def derivation(at: Formulas) -> Iterator[Step]:
    rows, moved, bound = sp.sqrt(m) * U, sp.sqrt(m) * L * r, 2 * m * U * L * r
    sizes = facts((norm_J_k, "<=", rows), (norm_J_0, "<=", rows))
    changes = facts((change_bar, "<=", moved), (change, "<=", moved))
    split = (J_bar - J_0) * J_k_t + J_0 * (J_k_t - J_0_t)
    split_norm = change_bar * norm_J_k + norm_J_0 * change
    wide = {U: M_25 * sp.sqrt(n), L: M_25 * sp.sqrt(n), r: c_25 / sp.sqrt(n)}
    of_width = 2 * c_25 * m * M_25**2 / sp.sqrt(n)

    yield identity("m rows no longer than U", sp.sqrt(sp.UnevaluatedExpr(m * U**2)), rows)
    yield identity("m rows that move by L r", sp.sqrt(sp.UnevaluatedExpr(m * (L * r) ** 2)), moved)
    yield cited("an average of Jacobians moves no further than they do", change_bar, "<=", moved)
    yield identity("the change in two terms", J_bar * J_k_t - J_0 * J_0_t, split)
    yield cited("norms: triangle inequality, products", norm_change, "<=", split_norm)
    yield inequality("so it is at most", split_norm, "<=", bound, sizes + changes)
    yield inequality("which is what is claimed", bound, "<=", at[CHANGE], DOMAIN)
    yield identity("for a network of n neurons", times(1 / n, bound.subs(wide)), of_width)
    yield inequality("which is what is claimed", of_width, "<=", at[PER_NEURON], DOMAIN)


# Numerical check


def margins(case: Ball, at: Formulas) -> Iterator[Margin]:
    steepest, bend = case.gradient_bound, case.lipschitz_bound
    if not (case.r > 0 and steepest > 0 and bend > 0 and case.n >= 1 and case.is_inside):
        return
    size, root = exact(case.size), sqrt(case.n)
    bound = at(CHANGE, m=size, U=steepest, L=bend, r=case.r)
    yield Margin("change of the kernel matrix", case.change, bound)
    both = max(steepest, bend) / root
    scaled = at(PER_NEURON, m=size, M_25=both, c_25=case.r * root, n=case.n)
    yield Margin("change for each neuron", case.change / case.n, scaled)


def hard_cases(at: Formulas) -> Iterator[Ball]:
    for slope, bend, reach in (("1", "1/100", "1"), ("1", "1", "1/100"), ("100", "100", "1/100")):
        yield copies(1, falling(exact(slope), ZERO, exact(bend)), reach)
    for neurons, size in ((1, "1/3"), (4, "2"), (9, "3"), (4, "1/4")):
        yield copies(2, falling(exact(size), ZERO, exact(size)), "1/100", n=neurons)
    yield copies(1, falling(exact(1), ZERO, exact(1)), "1/5", n=100)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    lanes = members(p)
    U, L, r, n, moved = (lanes[name] for name in ("U", "L", "r", "n", "change"))
    bound = at.on_arrays(CHANGE, m=2.0, U=U, L=L, r=r)
    both, root = np.maximum(U, L), np.sqrt(n)
    scaled = at.on_arrays(PER_NEURON, m=2.0, M_25=both / root, c_25=r * root, n=n)
    return np.minimum(relative(moved, bound), relative(moved / n, scaled))


# Other ways of stating it

ALSO_TRUE = {
    "with room to spare": {CHANGE: 3 * m * U * L * r},
    "a power of m too many": {CHANGE: 2 * m**2 * U * L * r},
    "M from 1 on": {PER_NEURON: 2 * c_25 * m * (M_25 + 1) ** 2 / sp.sqrt(n)},
}
FALSE = {
    "one term of two": {CHANGE: m * U * L * r},
    "sqrt(m) for m": {CHANGE: 2 * sp.sqrt(m) * U * L * r},
    "m lost": {CHANGE: 2 * U * L * r},
    "U lost": {CHANGE: 2 * m * L * r},
    "L lost": {CHANGE: 2 * m * U * r},
    "r squared": {CHANGE: 2 * m * U * L * r**2},
    "as printed, M once and no 2": {PER_NEURON: c_25 * m * M_25 / sp.sqrt(n)},
    "M once": {PER_NEURON: 2 * c_25 * m * M_25 / sp.sqrt(n)},
    "no 2": {PER_NEURON: c_25 * m * M_25**2 / sp.sqrt(n)},
    "rate 1 / n": {PER_NEURON: 2 * c_25 * m * M_25**2 / n},
    "c lost": {PER_NEURON: 2 * m * M_25**2 / sp.sqrt(n)},
}

THEOREM = Theorem(
    label="Proposition 11.25",
    statement=__doc__,
    slots=(CHANGE, PER_NEURON),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
