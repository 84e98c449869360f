"""Section 11.6: how the gradient at initialization scales with the width.

Setting
    Phi(x, w) = v . sigma(U x + b) + c with n neurons, d inputs and LeCun initialization:
    U_ij ~ D(0, 1/d), v_i ~ D(0, 1/n), b = c = 0, all independent.  u is one row of U.

Hypothesis
    sigma(u.x) has a positive second and a finite fourth moment, sigma'(u.x) a second one.

Conclusion
    For every n, E|grad_U Phi|_F^2 = `square_U`, E|grad_b Phi|^2 = `square_b` and
    E|grad_v Phi|^2 = `square_v`.  E|grad_v Phi| is at most `norm_v_above` and at least
    `norm_v_below`, so it grows like sqrt(n).  (The book prints O(n) for this norm, which is true
    and not sharp: it is the square that grows like n.)

Proof idea
    U and b act through v_i, whose square has mean 1/n; there are n of them.  Nothing divides the
    derivatives by v.  With X = |grad_v Phi|, (E X)^2 <= E[X^2] and E[X^2]^3 <= (E X)^2 E[X^4].

Checked numerically
    Exactly, by listing all initial values at widths up to 4; norms as enclosures of roots.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.finite_laws import dot
from numeric.initial_gradients import (
    BOX,
    NEURONS,
    mean_norm_by_v,
    mean_powers,
    member,
    members,
    squared_gradients,
)
from numeric.initial_outputs import Start, start
from symbolic.evaluate import FloatArray
from symbolic.exact import Number, sqrt
from symbolic.step import Step, cited, identity, inequality, plus, times
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.notation import (
    d,
    mean_ds2,
    mean_norm_v,
    mean_s2,
    mean_s4,
    mean_sq_b,
    mean_sq_U,
    mean_sq_v,
    n,
    norm_x,
)

# Formulas


def square(name: str, quantity: sp.Symbol, formula: sp.Expr, by: str) -> Slot:
    return Slot(
        name,
        quantity,
        "=",
        formula,
        over=(mean_s2, mean_ds2, norm_x, n, d),
        role="conclusion",
        meaning=f"the mean of the squared norm of the derivatives by {by}",
        fails_if=("smaller", "larger"),
    )


SQUARE_U = square("square_U", mean_sq_U, norm_x**2 * mean_ds2, "U")
SQUARE_B = square("square_b", mean_sq_b, mean_ds2, "b")
SQUARE_V = square("square_v", mean_sq_v, n * mean_s2, "v")
NORM_V_ABOVE = Slot(
    "norm_v_above",
    mean_norm_v,
    "<=",
    sp.sqrt(n * mean_s2),
    over=(mean_s2, mean_s4, n, d),
    role="conclusion",
    meaning="what the mean norm of the derivatives by v does not exceed",
    fails_if=("smaller",),
)
NORM_V_BELOW = Slot(
    "norm_v_below",
    mean_norm_v,
    ">=",
    n * mean_s2 * sp.sqrt(mean_s2 / (mean_s4 + (n - 1) * mean_s2**2)),
    over=(mean_s2, mean_s4, n, d),
    role="conclusion",
    meaning="what the mean norm of the derivatives by v is at least",
    fails_if=("larger",),
)

# Derivation

DOMAIN = facts((1, "<=", n), (mean_s2**2, "<=", mean_s4))
v, t, u, x, S, Z = sp.symbols("v t u x S Z", real=True)
sigma = sp.Function("sigma")


def derivation(at: Formulas) -> Iterator[Step]:
    fourth = n * mean_s4 + n * (n - 1) * mean_s2**2
    added = mean_s4 + 2 * (n * mean_s2) * mean_s2
    by_b = sp.Derivative(v * sigma(t), t)

    yield identity("b acts through the inside", by_b, v * sp.Derivative(sigma(t), t))
    yield identity("U_ij moves the inside by x_j", sp.Derivative(u * x + t, u), x)
    yield identity("E[v_i^2] = 1/n, n times", times(n, 1 / n, mean_ds2), at[SQUARE_B])
    yield identity("and x_j^2 for U_ij", times(n, 1 / n, mean_ds2, norm_x**2), at[SQUARE_U])
    yield identity("v is outside", sp.Derivative(v * sigma(t), v), sigma(t))
    yield identity("which has no 1/n", times(n, mean_s2), at[SQUARE_V])
    yield cited("Cauchy-Schwarz", mean_norm_v**2, "<=", n * mean_s2)
    yield inequality(
        "so the mean norm is bounded", n * mean_s2, "<=", at[NORM_V_ABOVE] ** 2, DOMAIN
    )
    yield inequality("by a positive number", sp.S.Zero, "<=", at[NORM_V_ABOVE], DOMAIN)
    yield identity("X^4, one neuron more", (S + Z) ** 2, S**2 + 2 * S * Z + Z**2)
    yield identity("on average", plus(fourth.subs(n, n + 1), -fourth), added)
    yield cited("Holder", (n * mean_s2) ** 3, "<=", mean_norm_v**2 * fourth)
    below = sp.simplify(at[NORM_V_BELOW] ** 2 * fourth)
    yield inequality("so it is not small", below, "<=", (n * mean_s2) ** 3, DOMAIN)


# Numerical check


def margins(case: Start, at: Formulas) -> Iterator[Margin]:
    if not case.law.is_valid:
        return
    s2, s4, ds2 = mean_powers(case)
    if not (s2 > 0 and ds2 > 0):
        return
    x = case.points[0]
    sizes: dict[str, Number] = {"n": fmpq(case.n), "d": fmpq(case.d), "mean_s2": s2}
    means = [fmpq(0)] * 3
    for squares, chance in squared_gradients(case):
        listed = (squares.inner, squares.bias, squares.outer)
        means = [total + chance * one for total, one in zip(means, listed, strict=True)]
    known = {**sizes, "mean_ds2": ds2, "norm_x": sqrt(dot(x, x))}
    for slot, mean in zip((SQUARE_U, SQUARE_B, SQUARE_V), means, strict=True):
        yield Margin(slot.meaning, at(slot, **known), mean, "=")
    norm = mean_norm_by_v(case)
    yield Margin("mean norm by v", norm, at(NORM_V_ABOVE, **sizes, mean_s4=s4))
    yield Margin("mean norm by v, from below", at(NORM_V_BELOW, **sizes, mean_s4=s4), norm)


def hard_cases(at: Formulas) -> Iterator[Start]:
    yield start("t", "2")
    yield start("t", "1/2", n=4)
    yield start("t", "2", n=2, a="2", b="0")
    yield start("relu", "1", n=3)
    yield start("t^2", "1/2", n=2, a="3/2", b="1/2")
    yield start("t^3", "1 1/2 0 0", n=2)
    yield start("relu", "2 1 0 3", n=2)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    lanes = members(p)
    sizes = {"n": float(NEURONS), "d": 1.0, "mean_s2": lanes.s2, "mean_s4": lanes.s4}
    known = {**sizes, "mean_ds2": lanes.ds2, "norm_x": np.abs(p["x"])}
    least = relative(lanes.norm, at.on_arrays(NORM_V_ABOVE, **sizes))
    least = np.minimum(least, relative(at.on_arrays(NORM_V_BELOW, **sizes), lanes.norm))
    for slot, mean in ((SQUARE_U, lanes.inner), (SQUARE_B, lanes.bias), (SQUARE_V, lanes.outer)):
        least = np.minimum(least, -np.abs(relative(at.on_arrays(slot, **known), mean)))
    return np.where((lanes.s2 > 0) & (lanes.ds2 > 0), least, np.nan)


# Other ways of stating it

ALSO_TRUE = {
    "the order of the book": {NORM_V_ABOVE: n * sp.sqrt(mean_s2)},
    "from below with the fourth moment only": {
        NORM_V_BELOW: sp.sqrt(n) * mean_s2 * sp.sqrt(mean_s2 / mean_s4)
    },
}
FALSE = {
    "the input forgotten": {SQUARE_U: mean_ds2},
    "the input not squared": {SQUARE_U: norm_x * mean_ds2},
    "sigma for sigma' in U": {SQUARE_U: norm_x**2 * mean_s2},
    "n for v_i^2": {SQUARE_U: n * norm_x**2 * mean_ds2},
    "one neuron only": {SQUARE_U: norm_x**2 * mean_ds2 / n},
    "U as in (11.6.3)": {SQUARE_U: norm_x**2 * mean_ds2 / d},
    "sigma for sigma' in b": {SQUARE_B: mean_s2},
    "as many as neurons": {SQUARE_B: n * mean_ds2},
    "one neuron only, in b": {SQUARE_B: mean_ds2 / n},
    "v as in (11.6.3)": {SQUARE_V: mean_s2},
    "sigma' for sigma in v": {SQUARE_V: n * mean_ds2},
    "the square of the printed order": {SQUARE_V: n**2 * mean_s2},
    "the order of the norm": {SQUARE_V: sp.sqrt(n) * mean_s2},
    "v bounded like the others": {NORM_V_ABOVE: sp.sqrt(mean_s2)},
    "the square for the norm": {NORM_V_ABOVE: n * mean_s2},
    "sigma^2 for its root": {NORM_V_ABOVE: sp.sqrt(n) * mean_s2},
    "the printed order from below": {NORM_V_BELOW: n * sp.sqrt(mean_s2)},
    "as if X were constant": {NORM_V_BELOW: sp.sqrt(n * mean_s2)},
    "the other neurons forgotten": {NORM_V_BELOW: n * mean_s2 * sp.sqrt(mean_s2 / mean_s4)},
}

THEOREM = Theorem(
    label="Section 11.6",
    statement=__doc__,
    slots=(SQUARE_U, SQUARE_B, SQUARE_V, NORM_V_ABOVE, NORM_V_BELOW),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
