"""Figure 11.3b: which steps the training behind the picture allows.

Setting
    Gradient descent with step h > 0 on the linearization of a network with n neurons, regular
    kernel matrix n K for m data points, K with largest eigenvalue lambda_max(K).  The loss is the
    sum of squares of (11.0.1b), half of it, or their mean.

Hypothesis
    h is below `step_sum`, `step_half` or `step_mean`, as the loss may be.

Conclusion
    The errors on the data tend to 0.  A step with the sum of squares multiplies the error along
    the top eigenvector by `top_factor`, so from the first threshold on this error does not fall.
    (The book trains with h = 1/n and does not state the loss: with the sum of squares that
    diverges as soon as lambda_max(K) > 1, with half of it lambda_max(K) < 2 is needed, with the
    mean lambda_max(K) < m.  For arctan and (11.5.11) at the inputs -2, 0, 2 the eigenvalue is
    2.06, measured.)

Proof idea
    E_{k+1} = (1 - 2 c h n K) E_k, where c is the factor of the loss.

Checked numerically
    Exactly, for up to three points and rational K.  Not checked: the network itself, which is
    close to its linearization if n is large.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.kernel_descent import (
    BOX,
    POINTS,
    KernelDescent,
    kernel_descent,
    member,
    members,
)
from numeric.ridge_models import ONE, ZERO
from symbolic.evaluate import FloatArray
from symbolic.exact import Number, rational_below
from symbolic.step import Step, identity, inequality, plus, times
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.notation import (
    h,
    lambda_max_K,
    lambda_min_K,
    m,
    n,
    step_half,
    step_mean,
    step_sum,
    top_factor,
    trace_of_K,
)

# Formulas


def threshold(name: str, quantity: sp.Symbol, formula: sp.Expr, loss: str) -> Slot:
    return Slot(
        name,
        quantity,
        "<",
        formula,
        over=(n, m, lambda_min_K, lambda_max_K, trace_of_K),
        role="hypothesis",
        meaning=f"the step size h > 0 for {loss} stays below this",
        fails_if=("larger",),
    )


STEP_SUM = threshold("step_sum", step_sum, 1 / (n * lambda_max_K), "the sum of squares")
STEP_HALF = threshold("step_half", step_half, 2 / (n * lambda_max_K), "half the sum of squares")
STEP_MEAN = threshold("step_mean", step_mean, m / (n * lambda_max_K), "the mean of the squares")
TOP_FACTOR = Slot(
    "top_factor",
    top_factor,
    "=",
    1 - 2 * h * n * lambda_max_K,
    over=(h, n, m, lambda_min_K, lambda_max_K),
    role="conclusion",
    meaning="what a step with the sum of squares multiplies the error along the top vector by",
    fails_if=("smaller", "larger"),
)
FACTORS = {STEP_SUM: sp.S.One, STEP_HALF: sp.S.Half, STEP_MEAN: 1 / m}
"""What stands in front of the sum of squares."""

# Derivation

DOMAIN = facts(
    (1, "<=", n),
    (1, "<=", m),
    (lambda_min_K, "<=", lambda_max_K),
    (lambda_max_K, "<=", trace_of_K),
)
E = sp.Symbol("E", real=True)
G = sp.Symbol("G", positive=True)


def derivation(at: Formulas) -> Iterator[Step]:
    printed = at[TOP_FACTOR].subs(h, 1 / n)
    for slot, c in FACTORS.items():
        allowed = (*DOMAIN, *facts((G, "<=", lambda_max_K), (h, "<", at[slot])))
        moved = plus(E, times(-h * c, 2 * n * G, E))
        kept = 1 - 2 * c * h * n * G

        yield identity(f"a step along an eigenvector, {slot.name}", moved, kept * E)
        yield inequality("its factor is less than 1", kept, "<", sp.S.One)
        yield inequality("and more than -1", -kept, "<", sp.S.One, allowed)
    along_top = plus(E, times(-2 * h * n * lambda_max_K, E))
    above = facts((1, "<", lambda_max_K))
    yield identity("the top eigenvector", along_top, at[TOP_FACTOR] * E)
    yield identity("the printed step", printed, 1 - 2 * lambda_max_K)
    yield inequality("diverges above 1", sp.S.One, "<", -printed, above)


# Numerical check


def margins(case: KernelDescent, at: Formulas) -> Iterator[Margin]:
    if not case.is_valid:
        return
    known: dict[str, Number] = {
        "n": fmpq(case.n),
        "m": fmpq(case.size),
        "lambda_min_K": min(case.eigenvalues),
        "lambda_max_K": max(case.eigenvalues),
        "trace_of_K": sum((row[i] for i, row in enumerate(case.matrix)), ZERO),
    }
    steps = {}
    for slot in FACTORS:
        largest = at(slot, **known)
        steps[slot] = case.fraction * rational_below(largest)
        if not 0 < steps[slot] < largest:
            return
    for slot, c in zip(FACTORS, (ONE, fmpq(1, 2), fmpq(1, case.size)), strict=True):
        rates = [2 * c * steps[slot] * case.n * value for value in case.eigenvalues]
        worst = max(abs(1 - rate) for rate in rates)
        yield Margin(f"the errors tend to 0, {slot.name}", worst, ONE, "<")
        squares = list(case.squared_errors(steps[slot], c))
        for k, square in enumerate(squares[1:], start=1):
            bound = worst ** (2 * k) * squares[0]
            yield Margin(f"squared errors, {slot.name}", square, bound, "<=", f"k = {k}")
    top = case.top
    place = max(range(case.size), key=lambda i: abs(top[i]))
    factor = case.moved(top, steps[STEP_SUM])[place] / top[place]
    claimed = at(TOP_FACTOR, **known, h=steps[STEP_SUM])
    yield Margin("factor along the top vector", claimed, factor, "=")


def hard_cases(at: Formulas) -> Iterator[KernelDescent]:
    yield kernel_descent("2", "0", "1")
    yield kernel_descent("2", "0", "1", n=250, fraction="1/2")
    yield kernel_descent("1/2", "0", "1", n=2)
    yield kernel_descent("3 1", "1 2", "1 -1", n=4)
    yield kernel_descent("2 1/2 1/4", "1 1 1", "-1 0 1", n=250)
    yield kernel_descent("5 4 1/3", "1 2 3", "1 1 1", n=10, fraction="9/10")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    values, width = members(p)
    known = {
        "n": width,
        "m": float(POINTS),
        "lambda_min_K": values.min(axis=1),
        "lambda_max_K": values.max(axis=1),
        "trace_of_K": values.sum(axis=1),
    }
    worst, allowed = np.ones(len(width)), np.ones(len(width), bool)
    for slot, c in zip(FACTORS, (1.0, 0.5, 1 / POINTS), strict=True):
        step = p["fraction"] * at.on_arrays(slot, **known)
        factors = 1 - 2 * c * (step * width)[:, None] * values
        worst = np.minimum(worst, (1 - np.abs(factors)).min(axis=1))
        allowed &= step > 0
    step = p["fraction"] * at.on_arrays(STEP_SUM, **known)
    claimed = at.on_arrays(TOP_FACTOR, **known, h=step)
    off = np.abs(relative(claimed, 1 - 2 * step * width * known["lambda_max_K"]))
    return np.where(allowed, np.minimum(worst, -off), np.nan)


# Other ways of stating it

least, most = lambda_min_K, lambda_max_K
ALSO_TRUE = {
    "from the trace": {STEP_SUM: 1 / (n * trace_of_K)},
    "the step of Theorem 11.23": {STEP_SUM: 2 / (n * (least + 4 * most))},
    "half, but as for the sum": {STEP_HALF: 1 / (n * most)},
    "the mean, but as for the sum": {STEP_MEAN: 1 / (n * most)},
}
FALSE = {
    "the printed step": {STEP_SUM: 1 / n},
    "the sum, but as for half of it": {STEP_SUM: 2 / (n * most)},
    "the sum, but as for the mean": {STEP_SUM: m / (n * most)},
    "the sum, the width forgotten": {STEP_SUM: 1 / most},
    "the sum, the smallest eigenvalue": {STEP_SUM: 1 / (n * least)},
    "the sum, the best constant step": {STEP_SUM: 2 / (n * (least + most))},
    "the printed step for half": {STEP_HALF: 1 / n},
    "half, in the wrong direction": {STEP_HALF: 4 / (n * most)},
    "half, the width forgotten": {STEP_HALF: 2 / most},
    "half, the smallest eigenvalue": {STEP_HALF: 2 / (n * least)},
    "the printed step for the mean": {STEP_MEAN: 1 / n},
    "the mean, the number squared": {STEP_MEAN: m**2 / (n * most)},
    "the mean of half": {STEP_MEAN: 2 * m / (n * most)},
    "the mean, the width forgotten": {STEP_MEAN: m / most},
    "the 2 of the square lost": {TOP_FACTOR: 1 - h * n * most},
    "the width lost": {TOP_FACTOR: 1 - 2 * h * most},
    "the smallest eigenvalue for the top": {TOP_FACTOR: 1 - 2 * h * n * least},
    "the sign turned": {TOP_FACTOR: 2 * h * n * most - 1},
    "the factor for the mean": {TOP_FACTOR: 1 - 2 * h * n * most / m},
}

THEOREM = Theorem(
    label="Figure 11.3b",
    statement=__doc__,
    slots=(STEP_SUM, STEP_HALF, STEP_MEAN, TOP_FACTOR),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
