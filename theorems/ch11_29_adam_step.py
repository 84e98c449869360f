"""Remark 11.29: the first step of ADAM moves every layer, whatever the width.

Setting
    ADAM with step size h > 0, decay rates beta_1 and beta_2 in [0, 1) and eps >= 0, from averages
    that are 0; g_i is a coordinate of the gradient at w_0.  The network has n neurons and d
    inputs; U_1 - U_0 and v_1 - v_0 are the parts of the first step.

Hypothesis
    For the lengths: eps = 0 and no derivative by an entry of U or v vanishes.

Conclusion
    Coordinate i moves by `first_step`, about -h sign(g_i); so |U_1 - U_0|_F = `move_U` and
    |v_1 - v_0| = `move_v`, and their ratio `ratio` does not fall with the width.  (The book says
    only that "the same does not hold in general": for gradient descent with LeCun initialization
    the ratio is of order n^(-1/2), since the two gradients scale as in section 11.6.  Where eps
    is added before the bias of v is removed, eps / sqrt(1 - beta_2) stands for eps.)

Proof idea
    m = (1 - beta_1) g and v = (1 - beta_2) g^2, and the correction divides them by just these
    factors.  Then every coordinate has the same length h.

Checked numerically
    Exactly, on networks with sigma(t) = t^p, p at most 3, whose gradients come from values alone.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.adam_steps import BOX, SHAPE, AdamStep, adam, member, members
from numeric.ridge_models import ZERO
from numeric.small_layers import layer
from symbolic.evaluate import FloatArray
from symbolic.exact import Number, sqrt
from symbolic.step import Step, identity, times
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.notation import (
    adam_eps,
    adam_ratio,
    adam_step,
    adam_U,
    adam_v,
    beta_1,
    beta_2,
    d,
    g_i,
    h,
    n,
)

# Formulas

FIRST_STEP = Slot(
    "first_step",
    adam_step,
    "=",
    -h * g_i / (sp.Abs(g_i) + adam_eps),
    over=(h, g_i, adam_eps, beta_1, beta_2),
    role="conclusion",
    meaning="by how much a coordinate moves in the first step",
    fails_if=("smaller", "larger"),
)


def length(name: str, quantity: sp.Symbol, formula: sp.Expr, meaning: str) -> Slot:
    return Slot(
        name,
        quantity,
        "=",
        formula,
        over=(h, n, d, beta_1, beta_2),
        role="conclusion",
        meaning=meaning,
        fails_if=("smaller", "larger"),
    )


MOVE_U = length("move_U", adam_U, h * sp.sqrt(n * d), "the length by which U moves first")
MOVE_V = length("move_v", adam_v, h * sp.sqrt(n), "the length by which v moves first")
RATIO = length("ratio", adam_ratio, sp.sqrt(d), "how much farther U moves than v")

# Derivation

DOMAIN = facts((beta_1, "<", 1), (beta_2, "<", 1))


def derivation(at: Formulas) -> Iterator[Step]:
    m, v = times(1 - beta_1, g_i), times(1 - beta_2, g_i**2)
    m_hat, v_hat = m / (1 - beta_1), v / (1 - beta_2)
    size = sp.Subs(at[FIRST_STEP] ** 2, adam_eps, 0)

    yield identity("the average of the gradient, corrected", m_hat, g_i)
    yield identity("that of its squares, corrected", v_hat, g_i**2)
    yield identity("the step", -h * g_i, times(at[FIRST_STEP], sp.Abs(g_i) + adam_eps))
    yield identity("it is odd in g", sp.Subs(at[FIRST_STEP], g_i, -g_i), -at[FIRST_STEP])
    yield identity("without eps every coordinate moves by h", size, h**2)
    yield identity("U has n d of them", times(n, d, h**2), at[MOVE_U] ** 2)
    yield identity("and a length is not negative", sp.Abs(at[MOVE_U]), at[MOVE_U])
    yield identity("v has n of them", times(n, h**2), at[MOVE_V] ** 2)
    yield identity("and a length is not negative", sp.Abs(at[MOVE_V]), at[MOVE_V])
    yield identity("the widths cancel", h * sp.sqrt(n * d) / (h * sp.sqrt(n)), at[RATIO])


# Numerical check


def margins(case: AdamStep, at: Formulas) -> Iterator[Margin]:
    gradient = case.gradient()
    if not case.is_valid or (case.eps == 0 and ZERO in gradient):
        return
    decays: dict[str, Number] = {"h": case.h, "beta_1": case.beta_1, "beta_2": case.beta_2}
    moves = case.moves()
    for i, (g, move) in enumerate(zip(gradient, moves, strict=True)):
        claimed = at(FIRST_STEP, **decays, g_i=g, adam_eps=case.eps)
        yield Margin("first step", claimed, move, "=", f"coordinate {i + 1}")
    if case.eps > 0:
        return
    n, d = case.network.n, case.network.d
    by_U, by_v = _length(moves[: n * d]), _length(moves[n * d + n : n * d + 2 * n])
    sizes = {**decays, "n": fmpq(n), "d": fmpq(d)}
    yield Margin("move of U", at(MOVE_U, **sizes), by_U, "=")
    yield Margin("move of v", at(MOVE_V, **sizes), by_v, "=")
    yield Margin("ratio", at(RATIO, **sizes), by_U / by_v, "=")


def _length(moves: list[Number]) -> Number:
    return sqrt(sum((move * move for move in moves), ZERO))


def hard_cases(at: Formulas) -> Iterator[AdamStep]:
    yield adam(layer(1, "1", b="0", v="1", x="1"), y="2", h="1/2")
    yield adam(layer(1, "1", b="0", v="1", x="1"), y="0", h="2", eps="1/2")
    yield adam(layer(1, "1; 2; 1; 1", b="0 0 0 1", v="1 1 -1 2", x="2"), y="0", h="1/3")
    yield adam(layer(2, "1 0 1 2", b="1/2", v="3", x="1 2 -1 1"), y="1", h="1/4")
    yield adam(layer(2, "1 2; 1/2 1", b="1 -1/2", v="-3 1", x="2 1/3"), y="1/2", h="2")
    yield adam(layer(3, "1; 2", b="0 1", v="1 -1", x="1/2"), "1", "1/10", "1/100", "0", "1/2")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    lanes = members(p)
    decays = {name: p[name] for name in ("h", "beta_1", "beta_2")}
    column = {name: values[:, None] for name, values in decays.items()}
    eps = lanes.eps[:, None]
    claimed = at.on_arrays(FIRST_STEP, **column, g_i=lanes.gradient, adam_eps=eps)
    off = np.abs(relative(claimed, lanes.moves)).max(axis=1)
    n, d = SHAPE
    sizes = {**decays, "n": float(n), "d": float(d)}
    moved_U = np.linalg.norm(lanes.moves[:, : n * d], axis=1)
    moved_v = np.linalg.norm(lanes.moves[:, n * d + n : n * d + 2 * n], axis=1)
    lengths = ((MOVE_U, moved_U), (MOVE_V, moved_v), (RATIO, moved_U / moved_v))
    for slot, true in lengths:
        far = np.abs(relative(at.on_arrays(slot, **sizes), true))
        off = np.maximum(off, np.where(lanes.eps > 0, 0.0, far))
    return -off


# Other ways of stating it

scaled = sp.Abs(g_i) + adam_eps
ALSO_TRUE = {
    "divided by the gradient": {FIRST_STEP: -h / (sp.Abs(g_i) / g_i + adam_eps / g_i)},
    "a root for the modulus": {FIRST_STEP: -h * g_i / (sp.sqrt(g_i**2) + adam_eps)},
    "coordinate by coordinate": {MOVE_U: h * sp.sqrt(n) * sp.sqrt(d)},
}
FALSE = {
    "gradient descent": {FIRST_STEP: -h * g_i},
    "uphill": {FIRST_STEP: h * g_i / scaled},
    "without the corrections": {
        FIRST_STEP: -h * (1 - beta_1) * g_i / (sp.sqrt(1 - beta_2) * sp.Abs(g_i) + adam_eps)
    },
    "only the second average corrected": {FIRST_STEP: -h * (1 - beta_1) * g_i / scaled},
    "only the first average corrected": {
        FIRST_STEP: -h * g_i / (sp.sqrt(1 - beta_2) * sp.Abs(g_i) + adam_eps)
    },
    "eps before the correction": {
        FIRST_STEP: -h * g_i / (sp.Abs(g_i) + adam_eps / sp.sqrt(1 - beta_2))
    },
    "eps under the root": {FIRST_STEP: -h * g_i / sp.sqrt(g_i**2 + adam_eps)},
    "eps^2 under the root": {FIRST_STEP: -h * g_i / sp.sqrt(g_i**2 + adam_eps**2)},
    "the root forgotten": {FIRST_STEP: -h * g_i / (g_i**2 + adam_eps)},
    "eps lost": {FIRST_STEP: -h * g_i / sp.Abs(g_i)},
    "the sign lost": {FIRST_STEP: -h * sp.Abs(g_i) / scaled},
    "one coordinate of U": {MOVE_U: h},
    "the sum for the root of the sum": {MOVE_U: h * n * d},
    "U as long as v": {MOVE_U: h * sp.sqrt(n)},
    "one neuron of U": {MOVE_U: h * sp.sqrt(d)},
    "h for h^2": {MOVE_U: sp.sqrt(h * n * d)},
    "without the corrections, of U": {
        MOVE_U: h * sp.sqrt(n * d) * (1 - beta_1) / sp.sqrt(1 - beta_2)
    },
    "one coordinate of v": {MOVE_V: h},
    "n for its root": {MOVE_V: h * n},
    "v as long as U": {MOVE_V: h * sp.sqrt(n * d)},
    "as gradient descent scales": {RATIO: sp.sqrt(d / n)},
    "the same for both": {RATIO: sp.S.One},
    "d for its root": {RATIO: d},
    "v over U": {RATIO: 1 / sp.sqrt(d)},
}

THEOREM = Theorem(
    label="Remark 11.29",
    statement=__doc__,
    slots=(FIRST_STEP, MOVE_U, MOVE_V, RATIO),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
