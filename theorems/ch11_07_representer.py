"""Theorem 11.7: the representer theorem.

Setting
    f(w) = sum over j of (<phi(x_j), w> - y_j)^2 for w in a Hilbert space H, and H~ is the span of
    phi(x_1), ..., phi(x_m).  w_* is the shortest minimiser of f.  Any w is w~ + w^ with w~ in H~
    and w^ orthogonal to H~; phi(X) w has the entries <phi(x_j), w>.

Conclusion
    There is exactly one w_*, it lies in H~, and it is the only minimiser of f there.  More
    precisely, H~ has dimension at most `dimension`, f(w) - f(w_*) = `excess` for every w, and
    |w|_H = `norm`.  (The end of the book's proof prints |w~|^2 + |w^|^2 = |w|_H, where the left
    side is the square; the text after it says Proposition 11.2 where it means this theorem.)

Proof idea
    f does not see w^, so leaving it out makes w shorter and f(w) no larger.  At w_* the errors
    are orthogonal to the columns of phi(X), so there is no mixed term in the excess.

Checked numerically
    Exactly, in R^n with n <= 3 against the solution by elimination.  Infinitely many dimensions
    add nothing: every vector in question lies in the span of m + 1 others.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.kernel_least_squares import (
    BOX,
    Fit,
    fit,
    member,
    members,
    minimum_norm,
    product,
    rank,
)
from symbolic.evaluate import FloatArray
from symbolic.exact import sqrt
from symbolic.step import Step, identity, inequality
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.notation import (
    d,
    excess,
    m,
    norm_hat,
    norm_off,
    norm_seen,
    norm_tilde,
    norm_w,
    span,
)

# Formulas

DIMENSION = Slot(
    "dimension",
    span,
    "<=",
    m,
    over=(m, d),
    role="conclusion",
    meaning="the dimension of the space that w_* lies in",
    fails_if=("smaller",),
)
EXCESS = Slot(
    "excess",
    excess,
    "=",
    norm_seen**2,
    over=(norm_seen, norm_off),
    role="conclusion",
    meaning="f(w) - f(w_*) for any w",
    fails_if=("smaller", "larger"),
)
NORM = Slot(
    "norm",
    norm_w,
    "=",
    sp.sqrt(norm_tilde**2 + norm_hat**2),
    over=(norm_tilde, norm_hat),
    role="conclusion",
    meaning="the norm of w = w~ + w^",
    fails_if=("smaller", "larger"),
)

# Derivation

DOMAIN = facts((1, "<=", m))
a, t = sp.symbols("a t", positive=True)
r_1, r_2, v_1, v_2 = sp.symbols("r_1 r_2 v_1 v_2", real=True)


def derivation(at: Formulas) -> Iterator[Step]:
    errors, change = (r_1, r_2), (t * r_2, -t * r_1)  # orthogonal to the errors
    grown = sp.Add(*((e + c) ** 2 - e**2 for e, c in zip(errors, change, strict=True)))
    by_change = at[EXCESS].subs(norm_seen, t * sp.sqrt(r_1**2 + r_2**2))
    tilde, hat = (v_1, v_2), (a * v_2, -a * v_1)  # orthogonal to each other
    length = sp.sqrt(v_1**2 + v_2**2)
    whole = at[NORM].subs({norm_tilde: length, norm_hat: a * length}, simultaneous=True)
    squares = sp.Add(*((p + q) ** 2 for p, q in zip(tilde, hat, strict=True)))
    seen = sp.Add(*(p * (p + q) for p, q in zip(tilde, hat, strict=True)))
    alone = sp.Add(*(p * p for p in tilde))
    few = (*DOMAIN, *facts((span, "<=", m)))

    yield inequality("m vectors span", span, "<=", at[DIMENSION], few)
    yield identity("a multiple of w~ does not see w^", t * seen, t * alone)
    yield identity("without a mixed term the loss grows by", grown, by_change)
    yield identity("by Pythagoras", squares, whole**2)
    yield inequality(
        "so w^ only adds", norm_tilde, "<", at[NORM], facts((sp.S.Zero, "<", norm_hat))
    )


# Numerical check


def margins(case: Fit, at: Formulas) -> Iterator[Margin]:
    solution, w = case.solution, case.phi
    tilde = minimum_norm(case.rows, [product(row, w) for row in case.rows])
    hat, off = ([p - q for p, q in zip(w, other, strict=True)] for other in (tilde, solution))
    seen = [product(row, off) for row in case.rows]
    lengths = {"norm_seen": sqrt(product(seen, seen)), "norm_off": sqrt(product(off, off))}
    parts = {"norm_tilde": sqrt(product(tilde, tilde)), "norm_hat": sqrt(product(hat, hat))}
    sizes = {"m": fmpq(len(case.rows)), "d": fmpq(len(w))}
    dimension = rank(case.rows)
    yield Margin("dimension", fmpq(dimension), at(DIMENSION, **sizes))
    spanned = rank([*case.rows, solution])
    yield Margin("w_* lies in H~", fmpq(spanned), fmpq(dimension), trivial=True)
    more = case.loss(w) - case.loss(solution)
    yield Margin("excess", at(EXCESS, **lengths), more, "=")
    yield Margin("norm of w", at(NORM, **parts), sqrt(product(w, w)), "=")


def hard_cases(at: Formulas) -> Iterator[Fit]:
    yield fit("1", y="2", phi="5")
    yield fit("1 0", y="2", phi="3 4")
    yield fit("1 0; 1 0", y="1 -1", phi="3 4")
    yield fit("0 0; 0 0", y="1 2", phi="0 1")
    yield fit("3 4; 4 -3", y="1 2", phi="1 1")
    yield fit("1 0 0; 1 2 0; 1 1 0", y="1 0 2", phi="6 3 2")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    rows, y, w, alpha = members(p)
    solution = np.einsum("cj,cji->ci", alpha, rows)
    size = np.linalg.norm(w, axis=1)
    towards = np.where(p["multiple"][:, None, None] > 0, rows[:, :1], rows)
    tilde = np.einsum("cij,cj->ci", np.linalg.pinv(towards, rcond=1e-13) @ towards, w)
    seen = np.einsum("cji,ci->cj", rows, w - solution)
    loss, least = (((np.einsum("cji,ci->cj", rows, v) - y) ** 2).sum(axis=1) for v in (w, solution))
    lengths = {"norm_seen": seen, "norm_off": w - solution, "norm_tilde": tilde}
    norms = {name: np.linalg.norm(v, axis=1) for name, v in lengths.items()}
    by_excess = np.abs(at.on_arrays(EXCESS, **norms) - (loss - least)) / (1 + loss + least)
    hat = np.linalg.norm(w - tilde, axis=1)
    by_norm = np.abs(at.on_arrays(NORM, **norms, norm_hat=hat) - size) / (1 + size)
    dimension = np.where(p["multiple"] > 0, 1.0, 2.0)
    enough = relative(dimension, at.on_arrays(DIMENSION, m=2, d=3))
    return np.minimum(enough, -np.maximum(by_excess, by_norm))


# Other ways of stating it

ALSO_TRUE = {
    "a bound that is not sharp": {DIMENSION: m + 1},
    "the norm by the law of cosines": {
        NORM: sp.sqrt((norm_tilde + norm_hat) ** 2 - 2 * norm_tilde * norm_hat)
    },
}
FALSE = {
    "one dimension fewer": {DIMENSION: m - 1},
    "half as many": {DIMENSION: m / 2},
    "the excess not squared": {EXCESS: norm_seen},
    "the excess as a distance in H": {EXCESS: norm_off**2},
    "every w a minimiser": {EXCESS: sp.Integer(0)},
    "the excess of a loss with 1/2": {EXCESS: norm_seen**2 / 2},
    "the square for the norm, as printed": {NORM: norm_tilde**2 + norm_hat**2},
    "norms added": {NORM: norm_tilde + norm_hat},
    "w^ costs nothing": {NORM: norm_tilde},
    "w^ makes it shorter": {NORM: sp.sqrt(sp.Abs(norm_tilde**2 - norm_hat**2))},
}

THEOREM = Theorem(
    label="Theorem 11.7",
    statement=__doc__,
    slots=(DIMENSION, EXCESS, NORM),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
