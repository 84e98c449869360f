"""Lemma 11.22: the initial loss is bounded with high probability, at every width.

Setting
    f(w_0) = sum over i of (Phi(x_i, w_0) - y_i)^2 for Phi(x, w) = v . sigma(U x + b) + c with
    LeCun initialization and n neurons.  tr G^LC is the sum of E[sigma(u.x_i)^2] over the m
    points, C their largest, and R is at least every |y_i|.

Hypothesis
    E[sigma(u.x_i)^2] is finite (Assumption 11.18 (a) and (b) are more than enough), and R_0 is at
    least `bound`.  (The book's m (sqrt(C m / delta) + R)^2 is one admissible value; it follows
    from Chebyshev's inequality at each point.)

Conclusion
    E[f(w_0)] = `mean_loss` at every width n, which the book does not state, and so
    f(w_0) <= R_0 with probability at least 1 - delta.

Proof idea
    Phi(x_i, w_0) is a sum of n centred independent terms of variance E[sigma(u.x_i)^2] / n.
    Markov's inequality for f gives `bound`; the triangle inequality and Markov's for |Phi|^2
    give (sqrt(tr G^LC / delta) + |y|)^2, and neither is always the smaller.

Checked numerically
    Exactly, with weights that take up to four values, at widths up to 9.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.initial_outputs import BOX, Start, member, members, start
from symbolic.evaluate import FloatArray
from symbolic.exact import Number, sqrt
from symbolic.step import Step, cited, identity, inequality, times
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.notation import C_11_22, R_0, R_11_18, delta, m, mean_f0, n, norm_y, trace_K

# Formulas

MEAN_LOSS = Slot(
    "mean_loss",
    mean_f0,
    "=",
    trace_K + norm_y**2,
    over=(trace_K, norm_y, m, n),
    role="conclusion",
    meaning="the expectation of f(w_0)",
    fails_if=("smaller", "larger"),
)
BOUND = Slot(
    "bound",
    R_0,
    ">=",
    (trace_K + norm_y**2) / delta,
    over=(trace_K, norm_y, delta, m, C_11_22, R_11_18),
    role="hypothesis",
    meaning="the number that f(w_0) exceeds with probability at most delta",
    fails_if=("smaller",),
)

# Derivation

DOMAIN = facts(
    (1, "<=", m),
    (delta, "<", 1),
    (trace_K, "<=", m * C_11_22),
    (norm_y**2, "<=", m * R_11_18**2),
)
S, Z, Y, c = sp.symbols("S Z y_i c_i", real=True)
total = sp.Symbol("mean_Phi_2", nonnegative=True)
P_fail = sp.Symbol("P_fail", nonnegative=True)


def derivation(at: Formulas) -> Iterator[Step]:
    by_markov = (trace_K + norm_y**2) / delta
    by_triangle = (sp.sqrt(trace_K / delta) + norm_y) ** 2
    by_chebyshev = m * (sp.sqrt(C_11_22 * m / delta) + R_11_18) ** 2
    by_worst = (sp.sqrt(m**2 * C_11_22 / delta) + sp.sqrt(m * R_11_18**2)) ** 2
    with_one_more = times(n, c) + c

    yield identity("one neuron more", (S + Z) ** 2, S**2 + 2 * S * Z + Z**2)
    yield identity("v is centred: n neurons have mean square n c", with_one_more, (n + 1) * c)
    yield identity("the scale of v divides it by n", times(n, c) / n, c)
    yield identity("for one point, y centred out", sp.expand((S - Y) ** 2) + 2 * S * Y, S**2 + Y**2)
    yield identity("the sum over all points", trace_K + norm_y**2, at[MEAN_LOSS])
    yield cited("Markov", P_fail, "<=", (trace_K + norm_y**2) / R_0)
    yield identity("which is delta where", (trace_K + norm_y**2) / by_markov, delta)
    yield cited("Markov for |Phi|^2", P_fail, "<=", trace_K / (sp.sqrt(R_0) - norm_y) ** 2)
    yield identity("which is delta where", trace_K / (sp.sqrt(by_triangle) - norm_y) ** 2, delta)
    yield inequality("the book's has m C for tr G", trace_K, "<=", m**2 * C_11_22, DOMAIN)
    yield inequality("and R for all labels", norm_y**2, "<=", m * R_11_18**2, DOMAIN)
    yield identity("but is else the second", by_chebyshev, by_worst)
    least = sp.Min(by_markov, by_triangle, by_chebyshev)
    yield inequality("the bound allows one of the three", least, "<=", at[BOUND], DOMAIN)


# Numerical check


def margins(case: Start, at: Formulas) -> Iterator[Margin]:
    if not (case.law.is_valid and 0 < case.delta < 1 and len(case.y) == len(case.points)):
        return
    known = _known(case)
    losses = list(case.losses())
    mean = sum((chance * loss for loss, chance in losses), fmpq(0))
    yield Margin("mean loss", at(MEAN_LOSS, **known, n=fmpq(case.n)), mean, "=")
    bound = at(BOUND, **known, delta=case.delta)
    above = sum((chance for loss, chance in losses if loss > bound), fmpq(0))
    yield Margin("probability to exceed the bound", above, case.delta)


def _known(case: Start) -> dict[str, Number]:
    points = range(len(case.points))
    squares = [case.mean(*(2 * (i == j) for j in points)) for i in points]
    of_y = sum((y * y for y in case.y), fmpq(0))
    trace = sum(squares, fmpq(0))
    largest = max(abs(y) for y in case.y)
    return {
        "trace_K": trace,
        "norm_y": sqrt(of_y),
        "m": fmpq(len(case.points)),
        "C_11_22": max(squares),
        "R_11_18": largest,
    }


def hard_cases(at: Formulas) -> Iterator[Start]:
    yield start("t", "1", y="1", delta="49/100")
    yield start("t", "1", a="2", b="0", y="0", delta="3/50")
    yield start("t", "1", a="2", b="0", y="2", delta="3/50")
    yield start("t^2", "2", n=4, y="3", delta="1/10")
    yield start("relu", "1 1 0 0; 0 1 1 1", n=4, y="3 4", delta="1/4")
    yield start("t", "1/2; 1/2; 1/2; 1/2", n=9, y="1 1 1 1", delta="1/20")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    lanes = members(p)
    y = np.stack([p["y_1"], p["y_2"]])
    squares = np.stack([lanes.mean(2, 0), lanes.mean(0, 2)])
    known = {
        "trace_K": squares.sum(axis=0),
        "norm_y": np.hypot(y[0], y[1]),
        "m": 2.0,
        "C_11_22": squares.max(axis=0),
        "R_11_18": np.abs(y).max(axis=0),
    }
    losses = ((lanes.neuron - y[:, :, None]) ** 2).sum(axis=0)
    mean = (lanes.joint * losses).sum(axis=1)
    bound = at.on_arrays(BOUND, **known, delta=p["delta"])
    above = np.where(losses > bound[:, None], lanes.joint, 0.0).sum(axis=1)
    off = np.abs(relative(at.on_arrays(MEAN_LOSS, **known, n=1.0), mean))
    return np.minimum(p["delta"] - above, -off)


# Other ways of stating it

by_chebyshev = m * (sp.sqrt(C_11_22 * m / delta) + R_11_18) ** 2
ALSO_TRUE = {
    "the bound of the book": {BOUND: by_chebyshev},
    "by the triangle inequality": {BOUND: (sp.sqrt(trace_K / delta) + norm_y) ** 2},
    "from the largest values": {BOUND: m * (C_11_22 + R_11_18**2) / delta},
}
FALSE = {
    "the labels lost": {MEAN_LOSS: trace_K},
    "the mean divided by the width": {MEAN_LOSS: trace_K / n + norm_y**2},
    "the mean over the data": {MEAN_LOSS: (trace_K + norm_y**2) / m},
    "with the bias": {MEAN_LOSS: trace_K + norm_y**2 + m},
    "as if outputs and labels were aligned": {MEAN_LOSS: (sp.sqrt(trace_K) + norm_y) ** 2},
    "the mean for the bound": {BOUND: trace_K + norm_y**2},
    "sqrt(delta)": {BOUND: (trace_K + norm_y**2) / sp.sqrt(delta)},
    "1 - delta for delta": {BOUND: (trace_K + norm_y**2) / (1 - delta)},
    "the labels outside": {BOUND: trace_K / delta + norm_y**2},
    "the labels lost in the bound": {BOUND: trace_K / delta},
    "the book's without its m in front": {BOUND: (sp.sqrt(C_11_22 / delta) + R_11_18) ** 2},
}

THEOREM = Theorem(
    label="Lemma 11.22",
    statement=__doc__,
    slots=(MEAN_LOSS, BOUND),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
