"""Exercise 11.32: the iterates of gradient descent for least squares in closed form.

Setting
    f(w) = |A w - y|^2 and w_{k+1} = w_k - h grad f(w_k) from any w_0.  s_i > 0 are the nonzero
    singular values of A with singular vectors u_i and v_i; the other coordinates do not move.

Conclusion
    For every h > 0 and every k >= 0, v_i.w_k = `coordinate`, by the sum over j < k of x^j, which
    is `partial_sum`, at x = 1 - 2 h s_i^2.  It converges, to u_i.y / s_i, if and only if |x| < 1.
    (The hint sums the series for x in (0, 1) only, which needs h < 1 / (2 s_i^2); it converges
    for |x| < 1, and so for h < 1 / s_i^2.)

Proof idea
    Each coordinate follows one affine recursion; induction over k, and a geometric sum.

Checked numerically
    Exactly, for 12 steps with matrices that have rational singular vectors, also where they
    diverge.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.kernel_least_squares import product
from numeric.ridge_models import dot
from numeric.rotated_least_squares import (
    DESCENT_BOX,
    Descent,
    descent,
    descent_member,
    members,
    rotated,
)
from symbolic.evaluate import FloatArray
from symbolic.step import Step, identity, inequality, plus, times
from theorems.base import LOSSES, Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import geometric_sum, h, k, singular, u_y, v_w0, v_wk, x_line

# Formulas

factor = 1 - 2 * h * singular**2
COORDINATE = Slot(
    "coordinate",
    v_wk,
    "=",
    factor**k * v_w0 + (1 - factor**k) * u_y / singular,
    over=(h, singular, k, v_w0, u_y),
    role="conclusion",
    meaning="the coordinate of w_k along the singular vector v_i",
    fails_if=("smaller", "larger"),
)
PARTIAL_SUM = Slot(
    "partial_sum",
    geometric_sum,
    "=",
    (1 - x_line**k) / (1 - x_line),
    over=(x_line, k),
    role="conclusion",
    meaning="the sum of the first k powers of x",
    fails_if=("smaller", "larger"),
)

# Derivation

c = sp.Symbol("c", real=True)


def derivation(at: Formulas) -> Iterator[Step]:
    coordinate = at[COORDINATE].subs(h, (1 - x_line) / (2 * singular**2))
    total = at[PARTIAL_SUM]
    moved = plus(c, times(-h, sp.Derivative((singular * c - u_y) ** 2, c)))
    step = 2 * h * singular * u_y
    p = h * singular**2
    small = facts((p, "<", 1))
    by_sum = x_line**k * v_w0 + (1 - x_line) / singular * u_y * total

    yield identity("a step moves the coordinate c to", moved, factor * c + step)
    yield identity("the sum has no term for k = 0", sp.Subs(total, k, 0), sp.S.Zero)
    yield identity("and one more each time", sp.Subs(total, k, k + 1), 1 + x_line * total)
    yield identity("the start, with x = 1 - 2 h s^2", sp.Subs(coordinate, k, 0), v_w0)
    after = x_line * coordinate + (1 - x_line) / singular * u_y
    yield identity("one step further", sp.Subs(coordinate, k, k + 1), after)
    yield identity("by the sum", by_sum, coordinate)
    yield inequality("no x is 1 or more", 1 - 2 * p, "<", sp.S.One)
    yield inequality("and none is -1 or less for h < 1 / s^2", 2 * p - 1, "<", sp.S.One, small)


# Numerical check


def margins(case: Descent, at: Formulas) -> Iterator[Margin]:
    triples = case.problem.triples
    if not triples:
        return
    largest = max(s for s, _, _ in triples) ** 2
    step = case.h if case.h is not None else case.fraction / largest
    if not step > 0:
        return
    sums = [fmpq(0) for _ in triples]
    for j, w in enumerate(case.iterates(step)):
        for i, (s, u, v) in enumerate(triples):
            known = {"h": step, "singular": s, "k": fmpq(j)}
            data = {"v_w0": product(v, case.w0), "u_y": product(u, case.problem.y)}
            place = f"k = {j}, i = {i + 1}"
            claimed = at(COORDINATE, **known, **data)
            yield Margin("coordinate", claimed, dot(v, w), "=", place, trivial=j == 0)
            x = 1 - 2 * step * s**2
            claimed = at(PARTIAL_SUM, x_line=x, k=fmpq(j))
            yield Margin("partial sum", claimed, sums[i], "=", place, trivial=j == 0)
            sums[i] += x**j


def hard_cases(at: Formulas) -> Iterator[Descent]:
    one = rotated("1", left="0", right="0", y="1")
    for step in ("1/4", "3/4", "1", "5/4"):
        yield descent(one, w0="0", phi="1", h=step)
    yield descent(one, w0="0", phi="1")
    two = rotated("2", left="0", right="1 0", y="1")
    yield descent(two, w0="3 1", phi="1 0", h="1/16")
    three = rotated("3 1/2", left="1 2 2", right="1 -1", y="1 2 2")
    yield descent(three, w0="0 1", phi="1 1", fraction="1/2")


STEPS = 8


def slack(p: Parameters, at: Formulas) -> FloatArray:
    batch = members(p)
    used = batch.s > 1e-6
    s = np.where(used, batch.s, 1)
    step = (p["fraction"] / (batch.s**2).max(axis=1))[:, None]
    w0 = np.stack([p[f"w_{i}"] for i in range(3)], axis=1)
    along, start = np.einsum("cij,cj->ci", batch.u, batch.y), np.einsum("cij,cj->ci", batch.v, w0)
    x = 1 - 2 * step * s**2
    worst = np.zeros_like(p["s_0"])
    A, w = batch.matrix, w0
    total = np.zeros_like(s)
    for j in range(STEPS):
        known = {"h": step, "singular": s, "k": float(j)}
        here = np.einsum("cij,cj->ci", batch.v, w)
        claimed = at.on_arrays(COORDINATE, **known, v_w0=start, u_y=along)
        off = np.abs(claimed - here) / (1 + np.abs(here))
        summed = at.on_arrays(PARTIAL_SUM, x_line=x, k=float(j))
        of_sum = np.abs(summed - total) / (1 + np.abs(total))
        worst = np.minimum(worst, -np.where(used, np.maximum(off, of_sum), 0).max(axis=1))
        total = total + x**j
        errors = np.einsum("cjk,ck->cj", A, w) - batch.y
        w = w - 2 * step * np.einsum("cjk,cj->ck", A, errors)
    return worst


# Other ways of stating it

power = factor**k
ALSO_TRUE = {
    "as a distance from the limit": {COORDINATE: u_y / singular + power * (v_w0 - u_y / singular)},
    "by the sum": {
        COORDINATE: power * v_w0 + (1 - power) / (2 * h * singular**2) * 2 * h * singular * u_y
    },
    "the sum with two minus signs": {PARTIAL_SUM: (x_line**k - 1) / (x_line - 1)},
}
FALSE = {
    "the factor of a loss with a factor 1/2": {
        COORDINATE: (1 - h * singular**2) ** k * v_w0
        + (1 - (1 - h * singular**2) ** k) * u_y / singular
    },
    "the data not divided": {COORDINATE: power * v_w0 + (1 - power) * u_y},
    "the data times s": {COORDINATE: power * v_w0 + (1 - power) * u_y * singular},
    "divided by the square": {COORDINATE: power * v_w0 + (1 - power) * u_y / singular**2},
    "the singular value for its square": {
        COORDINATE: (1 - 2 * h * singular) ** k * v_w0
        + (1 - (1 - 2 * h * singular) ** k) * u_y / singular
    },
    "one step too many": {
        COORDINATE: factor ** (k + 1) * v_w0 + (1 - factor ** (k + 1)) * u_y / singular
    },
    "the start forgotten": {COORDINATE: (1 - power) * u_y / singular},
    "the start kept": {COORDINATE: v_w0 + (1 - power) * u_y / singular},
    "the limit at once": {COORDINATE: u_y / singular},
    "start and data exchanged": {COORDINATE: (1 - power) * v_w0 + power * u_y / singular},
    "one term too many": {PARTIAL_SUM: (1 - x_line ** (k + 1)) / (1 - x_line)},
    "one term too few": {PARTIAL_SUM: (1 - x_line ** (k - 1)) / (1 - x_line)},
    "the whole series": {PARTIAL_SUM: 1 / (1 - x_line)},
    "divided by x": {PARTIAL_SUM: (1 - x_line**k) / x_line},
    "the series of 1 - x": {PARTIAL_SUM: (1 - (1 - x_line) ** k) / x_line},
    "from j = 1": {PARTIAL_SUM: x_line * (1 - x_line**k) / (1 - x_line)},
}

THEOREM = Theorem(
    label="Exercise 11.32",
    statement=__doc__,
    slots=(COORDINATE, PARTIAL_SUM),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(DESCENT_BOX, slack, lambda p, at: descent_member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
    conventions=LOSSES[:1],
)
