"""Theorem 11.23: gradient descent trains a wide network to zero loss.

Setting
    f(w) = sum over i of (Phi(x_i, w) - y_i)^2 for Phi(x, w) = v . sigma(U x + b) + c with n
    neurons and LeCun initialization; w_{k+1} = w_k - h grad f(w_k), where h n is fixed as n
    grows.  Under Assumption 11.18, lambda_min^LC and lambda_max^LC are the extreme eigenvalues
    of the matrix of K^LC; M and R_0 are the constants of Lemmas 11.21 and 11.22.

Hypothesis
    0 < h < step_max.  (Not sharp: with this decay, twice as much would do.)

Conclusion
    For every delta > 0 there are C and n_0 such that for all n >= n_0, with probability at least
    1 - delta, |w_k - w_0| <= distance and f(w_k) <= decay for every k >= 0.  (The book prints
    the base 1 - h n / (2 lambda_min^LC), which is false if lambda_min^LC < 1/2.)

    In the proof, c n^(-1/2) >= radius makes Assumption 11.12 (c) hold.  (The book prints
    2 m M sqrt(R_0) / sqrt(n), which is too small if sqrt(m) lambda_min^LC < 2.)

Proof idea
    That of Theorem 11.13, with the contraction of all errors by q = max |1 - 2 h n lambda| of
    the limit kernel in place of the book's constants: any base above q will do for large n.

Derived and checked
    As n grows with h n fixed, the errors of the first k steps tend in law to those of
    E_{k+1} = (I - 2 h n G^LC) E_k, for every k (cited: Proposition 11.25).  So the statement
    holds only if, in this limit, the loss decays no slower than claimed, whatever C is; this is
    checked exactly, on linear networks with orthogonal points.  Whatever C is, a claimed decay
    with a constant ratio is false if this ratio is below q^2; a claimed distance is false if it
    shrinks faster than n^(-1/2) from n to 4 n.  Formulas in which C cannot be told from the rest
    are not decided.  Not checked: how large C and n_0 are; probabilities.
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.wide_linear_networks import BOX, WideLinear, member, members, wide_linear
from symbolic.evaluate import FloatArray, at_point, on_arrays
from symbolic.exact import Number, exact, rational_below, sqrt
from symbolic.step import Step, cited, identity, inequality, simplified, times
from theorems.base import (
    LOSSES,
    Formulas,
    Margin,
    Parameters,
    Slot,
    Sweep,
    Theorem,
    facts,
    relative,
)
from theorems.notation import (
    C_11_23,
    M_LC,
    R_0,
    E_k,
    E_next,
    J_bar,
    J_k_t,
    L,
    U,
    distance_k,
    f0,
    gap_LC,
    h,
    k,
    lambda_max_LC,
    lambda_min_LC,
    loss_k,
    m,
    n,
    r_LC,
)

# Formulas

STEP_MAX = Slot(
    "step_max",
    h,
    "<",
    2 / ((lambda_min_LC + 4 * lambda_max_LC) * n),
    over=(lambda_min_LC, lambda_max_LC, n),
    role="hypothesis",
    meaning="the step size h > 0 stays below this; not sharp, twice as much would do",
)
DISTANCE = Slot(
    "distance",
    distance_k,
    "<=",
    C_11_23 / sp.sqrt(n),
    over=(C_11_23, n),
    role="conclusion",
    meaning="with some constant C, no iterate is further from w_0 than this",
)
DECAY = Slot(
    "decay",
    loss_k,
    "<=",
    C_11_23 * (1 - h * n * lambda_min_LC / 2) ** (2 * k),
    over=(C_11_23, h, n, lambda_min_LC, lambda_max_LC, k),
    role="conclusion",
    meaning="with some constant C, the loss after k steps is at most this; not sharp",
)
RADIUS = Slot(
    "radius",
    r_LC,
    ">=",
    4 * sp.sqrt(m) * M_LC * sp.sqrt(R_0) / (lambda_min_LC * sp.sqrt(n)),
    over=(m, M_LC, R_0, lambda_min_LC, n),
    role="hypothesis",
    meaning="a radius that makes Assumption 11.12 (c) hold",
    fails_if=("smaller",),
)

# Derivation

DOMAIN = facts((lambda_min_LC, "<=", lambda_max_LC), (1, "<=", m), (1, "<=", n))
hn, c, q, epsilon = sp.symbols("hn c q epsilon", positive=True)
a, t, v = sp.symbols("a t v", real=True)


@lru_cache(maxsize=512)
def growth(formula: sp.Expr, symbol: sp.Symbol, after: sp.Expr) -> sp.Expr | None:
    """Return by what the formula is multiplied as the symbol becomes `after`.

    None if this depends on the symbol itself or on C, so that nothing follows for all C.
    """
    if formula == 0:
        return sp.S.Zero
    ratio = sp.S.One
    for factor in sp.Mul.make_args(formula):
        base, exponent = factor.as_base_exp()
        if base.has(symbol):
            ratio *= simplified(factor.subs(symbol, after) / factor)
        else:
            ratio *= base ** sp.expand(exponent.subs(symbol, after) - exponent)
    is_plain = not ratio.has(symbol, C_11_23, sp.nan, sp.zoo, sp.oo, sp.I)
    return ratio if is_plain else None


def derivation(at: Formulas) -> Iterator[Step]:
    per_step = growth(at[DECAY], k, k + 1)
    per_step = at[DECAY].subs(k, k + 1) / at[DECAY] if per_step is None else per_step
    per_step, limit = per_step.subs(h, hn / n), simplified(at[STEP_MAX] * n)
    start = at[DECAY].subs({k: 0, h: hn / n})
    quadruple = growth(at[DISTANCE], n, 4 * n)
    quadruple = at[DISTANCE].subs(n, 4 * n) / at[DISTANCE] if quadruple is None else quadruple
    allowed = (*DOMAIN, *facts((hn, "<", limit)))
    slow, fast = 1 - 2 * hn * lambda_min_LC, 2 * hn * lambda_max_LC - 1
    grow, ball = M_LC * sp.sqrt(n), c / sp.sqrt(n)
    neuron = (v - t * a) * (a - t * v)
    way = times(2 * hn / n, sp.sqrt(m) * grow * sp.sqrt(R_0), 1 / (1 - q))
    in_all = 2 * hn * sp.sqrt(m) * M_LC * sp.sqrt(R_0) / (1 - q)
    needed = times(sp.Integer(2), sp.sqrt(m) * grow * sp.sqrt(R_0), 1 / (n * lambda_min_LC / 2))

    yield identity("one linear neuron, t = 2 h E", neuron, v * a - t * (a**2 + v**2) + t**2 * a * v)
    yield cited("Theorem 11.16, likely for large n", gap_LC, "<=", epsilon)
    yield cited("Lemma 11.21, likely", U, "<=", grow)
    yield cited("Lemma 11.21, likely", L, "<=", grow)
    yield cited("Lemma 11.22, likely", f0, "<=", R_0)
    yield cited("as for Theorem 11.13", E_next, "=", E_k - 2 * h * J_bar * J_k_t * E_k)
    yield identity(
        "2 m U L r, with the book's U and L and r = c / sqrt(n)",
        times(2 * m, grow, grow, ball),
        2 * m * c * M_LC**2 * sp.sqrt(n),
    )
    yield identity(
        "so the change of the kernel, times 2 h, vanishes",
        sp.Limit(times(2 * hn / n, 2 * m * c * M_LC**2 * sp.sqrt(n)), n, sp.oo),
        sp.S.Zero,
    )
    yield inequality("the limit contracts all errors", fast, "<", sp.S.One, allowed)
    yield inequality("slow ones, with room for the rest", slow**2, "<", per_step, allowed)
    yield inequality("and fast ones", fast**2, "<", per_step, allowed)
    yield inequality("the start is covered", sp.S.Zero, "<", start, allowed)
    yield identity("with C large enough", _left_over(start), sp.S.Zero)
    yield identity("all steps together, with q < 1", way, in_all / sp.sqrt(n))
    yield inequality("claimed for 4 n neurons", sp.Rational(1, 2), "<=", quadruple, DOMAIN)
    yield inequality("and all of the way", sp.S.Zero, "<", at[DISTANCE], DOMAIN)
    yield identity("with C large enough", _left_over(at[DISTANCE]), sp.S.Zero)
    yield inequality("2 sqrt(m) U sqrt(R_0) / lambda_min", needed, "<=", at[RADIUS], DOMAIN)


def _left_over(bound: sp.Expr) -> sp.Expr:
    """Return the limit of 1 / bound as C grows: zero if C can make the bound arbitrarily large."""
    return sp.Limit(1 / bound, C_11_23, sp.oo) if bound.has(C_11_23) else 1 / bound


# Numerical check

SOME_C = (exact("1e-12"), fmpq(1), exact("1e12"))
"""A bound that is positive for none of these is taken to be so for no C."""


def margins(case: WideLinear, at: Formulas) -> Iterator[Margin]:
    if not case.is_valid:
        return
    known = {"lambda_min_LC": min(case.eigenvalues), "lambda_max_LC": max(case.eigenvalues)}
    largest = at(STEP_MAX, **known, n=case.n)
    step = case.fraction * rational_below(largest) if case.hn is None else case.hn / case.n
    if not (step > 0 and step < largest):
        return
    here: dict[str, Number] = {**known, "n": case.n, "h": step, "k": fmpq(0), "C_11_23": fmpq(1)}
    slowest = max(abs(factor) for factor in case.factors(step * case.n))
    yield Margin("every error shrinks", slowest, fmpq(1), "<")
    per_step = growth(at[DECAY], k, k + 1)
    if per_step is not None:
        claimed = at_point(per_step, DECAY.over, here)
        yield Margin("the loss after a step over that before", slowest**2, claimed, at="large n")
    for slot, part in ((DECAY, "decay of the loss"), (DISTANCE, "distance from the start")):
        if at[slot].has(C_11_23):
            tried = (at(slot, **{**here, "C_11_23": C}) for C in SOME_C)
            yield Margin(f"{part}: some C will do", fmpq(0), max(tried), "<")
    if not at[DECAY].has(C_11_23):
        for j in (0, 1, 10):
            bound = at(DECAY, **{**here, "k": fmpq(j)})
            where = f"k = {j}, large n"
            yield Margin("decay of the loss", case.loss(step * case.n, j), bound, "<=", where)
    quadruple = growth(at[DISTANCE], n, 4 * n)
    if quadruple is not None:
        claimed = at_point(quadruple, DISTANCE.over, here)
        yield Margin("the way at 4 n over that at n", fmpq(1, 2), claimed, at="large n")
    if not at[DISTANCE].has(C_11_23):
        yield Margin("distance from the start", case.way / sqrt(case.n), at(DISTANCE, **here))
    constants = {"m": fmpq(case.size), "M_LC": case.M, "R_0": case.R_0}
    radius = at(RADIUS, **constants, lambda_min_LC=known["lambda_min_LC"], n=case.n)
    slope, bottom = case.M * sqrt(case.n), case.n * known["lambda_min_LC"] / 2
    needed = 2 * sqrt(fmpq(case.size)) * slope * sqrt(case.R_0) / bottom
    yield Margin("the radius that Assumption 11.12 (c) needs", needed, radius)


def hard_cases(at: Formulas) -> Iterator[WideLinear]:
    yield wide_linear("1/4", hn="1/8")
    yield wide_linear("1", hn="1/3")
    yield wide_linear("1/16", hn="1", R_0="1/4")
    yield wide_linear("2", errors="3", hn="1/20", M="3")
    for fraction in ("99/100", "999/1000", "1/2"):
        yield wide_linear("1", fraction=fraction)
        yield wide_linear("1/2 3", errors="1 1", fraction=fraction)
    yield wide_linear("1 1 1 1", errors="1 0 2 0", R_0="9")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    values, errors = members(p)
    known = {"lambda_min_LC": values.min(axis=1), "lambda_max_LC": values.max(axis=1), "n": p["n"]}
    step = p["fraction"] * at.on_arrays(STEP_MAX, **known)
    here = {**known, "h": step, "k": 0.0, "C_11_23": 1.0}
    factors = 1 - 2 * (step * p["n"])[:, None] * values
    slowest = np.abs(factors).max(axis=1)
    worst = 1 - slowest
    if (per_step := growth(at[DECAY], k, k + 1)) is not None:
        worst = np.minimum(worst, on_arrays(per_step, DECAY.over, here) - slowest**2)
    if not at[DECAY].has(C_11_23):
        worst = np.minimum(worst, at.on_arrays(DECAY, **here) - (errors**2).sum(axis=1))
    if (quadruple := growth(at[DISTANCE], n, 4 * n)) is not None:
        worst = np.minimum(worst, on_arrays(quadruple, DISTANCE.over, here) - 0.5)
    if not at[DISTANCE].has(C_11_23):
        way = np.sqrt((errors**2 / values).sum(axis=1) / p["n"])
        worst = np.minimum(worst, relative(way, at.on_arrays(DISTANCE, **here)))
    constants = {"m": 2.0, "M_LC": p["M"], "R_0": p["R_0"]}
    slope, bottom = p["M"] * np.sqrt(p["n"]), p["n"] * known["lambda_min_LC"] / 2
    needed = 2 * np.sqrt(2) * slope * np.sqrt(p["R_0"]) / bottom
    radius = at.on_arrays(RADIUS, **constants, **known)
    return np.where(step > 0, np.minimum(worst, relative(needed, radius)), np.nan)


# Other ways of stating it

C, low, top = C_11_23, lambda_min_LC, lambda_max_LC
ALSO_TRUE = {
    "the largest step for this decay": {STEP_MAX: 4 / ((low + 4 * top) * n)},
    "a step as for Theorem 11.13": {STEP_MAX: 1 / ((low + top) * n)},
    "a decay almost as fast as the limit": {DECAY: C * (1 - 19 * h * n * low / 10) ** (2 * k)},
    "exponential decay, weaker": {DECAY: C * sp.exp(-h * n * low * k)},
    "a constant of another size": {DECAY: DECAY.formula / 100},
    "a weaker power of n": {DISTANCE: C / n ** sp.Rational(1, 4)},
    "a larger radius": {RADIUS: 3 * RADIUS.formula / 2},
}
slopes = M_LC * sp.sqrt(R_0)
FALSE = {
    "decay with the inverse eigenvalue, as printed": {
        DECAY: C * (1 - h * n / (2 * low)) ** (2 * k)
    },
    "decay from lambda_max": {DECAY: C * (1 - h * n * top / 2) ** (2 * k)},
    "decay faster than the limit": {DECAY: C * (1 - 21 * h * n * low / 10) ** (2 * k)},
    "decay to the tenth power for the square": {DECAY: C * (1 - h * n * low / 2) ** (10 * k)},
    "decay without a constant": {DECAY: (1 - h * n * low / 2) ** (2 * k)},
    "step just above the largest": {STEP_MAX: sp.Rational(408, 100) / ((low + 4 * top) * n)},
    "step without the width": {STEP_MAX: 2 / (low + 4 * top)},
    "step with the root of the width": {STEP_MAX: 2 / ((low + 4 * top) * sp.sqrt(n))},
    "step with the eigenvalues exchanged": {STEP_MAX: 2 / ((4 * low + top) * n)},
    "step from lambda_max": {STEP_MAX: 1 / (top * n)},
    "step from the sum": {STEP_MAX: 2 / ((low + top) * n)},
    "decay with the sign of C lost": {DECAY: -DECAY.formula},
    "distance 1/n": {DISTANCE: C / n},
    "distance without a constant": {DISTANCE: 1 / sp.sqrt(n)},
    "radius as printed": {RADIUS: 2 * m * slopes / sp.sqrt(n)},
    "radius: lambda_min lost": {RADIUS: 4 * sp.sqrt(m) * slopes / sp.sqrt(n)},
    "radius: m lost": {RADIUS: 4 * slopes / (low * sp.sqrt(n))},
    "radius: 2 for 4": {RADIUS: 2 * sp.sqrt(m) * slopes / (low * sp.sqrt(n))},
    "radius: R_0 for its root": {RADIUS: 4 * sp.sqrt(m) * M_LC * R_0 / (low * sp.sqrt(n))},
    "radius: n for its root": {RADIUS: 4 * sp.sqrt(m) * slopes / (low * n)},
}
SMALL_C = "true, since C may be small; the derivation only makes it large"
WIDE = "true for large n, where this bound is weaker; the derivation uses only n >= 1"
UNSETTLED = {
    "distance: upside down": SMALL_C,
    "distance: C_11_23 upside down": SMALL_C,
    "decay: upside down": SMALL_C,
    "decay: C_11_23 upside down": SMALL_C,
    "decay: h lost": WIDE,
    "decay: h squared": WIDE,
    "decay: h upside down": WIDE,
    "decay: k squared": "false, but it has no constant ratio, so no case refutes it for every C",
    "decay: root of k": "true, since sqrt(k) <= k for an integer; z3 does not see it",
}

THEOREM = Theorem(
    label="Theorem 11.23",
    statement=__doc__,
    slots=(STEP_MAX, DISTANCE, DECAY, RADIUS),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
    conventions=LOSSES[:1],
    unsettled=UNSETTLED,
)
