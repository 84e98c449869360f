"""Lemma 11.19: the spectrum of the tangent kernel matrix of a wide network.

Setting
    G_n is the matrix of the tangent kernel of a network with n neurons and LeCun initialization,
    G^LC that of the limit kernel, with spectrum in [lambda_min^LC, lambda_max^LC], where
    0 < lambda_min^LC (Assumption 11.18).

Conclusion
    For every delta > 0 there is an n_0 such that for all n >= n_0, with probability at least
    1 - delta, the spectrum of G_n lies between `lower` and `upper`.

    In the proof, this holds as soon as |G^LC - G_n / n| <= closeness.

    The book's 2 n lambda_max^LC is not sharp: with this closeness 3/2 will do for the 2.  Its
    proof ends with lambda_max^LC + lambda_min^LC / 2 <= lambda_max^LC, which is false for every
    lambda_min^LC > 0, loses the n in front of lambda_min^LC / 2, and bounds the norm of G_n from
    below where it needs the smallest eigenvalue (diag(1, 0) has norm 1).  The n_0 in R should be
    in N.

Proof idea
    Weyl's inequality: eigenvalues move by no more than the norm of what is added.

Derived and checked
    As n grows, the spectrum of G_n / n tends to that of G^LC (cited: Theorem 11.16) and
    fluctuates around it.  So any ends hold that leave room on both sides, and ends without room
    do not in general: for sigma(t) = t and d = m = 1, G_n > n G^LC always if the weights are
    signs, and G_n < n G^LC nearly half of the time for other weights.  The closeness has to be
    enough for the ends of the book, or for others that are further out; this is checked exactly
    on 2 x 2 matrices.  Not checked: how large n_0 is.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp

from numeric.perturbed_kernels import BOX, Perturbed, eigenvalues, ends, member, perturbed
from symbolic.evaluate import FloatArray
from symbolic.exact import rational_below
from symbolic.step import Step, cited, identity, inequality, plus
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.notation import (
    gap_LC,
    lambda_max_hat,
    lambda_max_LC,
    lambda_min_hat,
    lambda_min_LC,
    n,
)

# Formulas

SPECTRUM = (lambda_min_LC, lambda_max_LC, n)
LOWER = Slot(
    "lower",
    lambda_min_hat,
    ">=",
    n * lambda_min_LC / 2,
    over=SPECTRUM,
    role="conclusion",
    meaning="no eigenvalue of G_n is smaller, for large n",
)
UPPER = Slot(
    "upper",
    lambda_max_hat,
    "<=",
    2 * n * lambda_max_LC,
    over=SPECTRUM,
    role="conclusion",
    meaning="no eigenvalue of G_n is larger, for large n; not sharp",
)
CLOSENESS = Slot(
    "closeness",
    gap_LC,
    "<=",
    lambda_min_LC / 2,
    over=SPECTRUM,
    role="hypothesis",
    meaning="so close to the limit, the spectrum is where the lemma says",
    fails_if=("larger",),
)

# Derivation

DOMAIN = facts((lambda_min_LC, "<=", lambda_max_LC), (1, "<=", n))
a_1, a_2, P_11, P_12, P_22 = sp.symbols("a_1 a_2 P_11 P_12 P_22", real=True)


def derivation(at: Formulas) -> Iterator[Step]:
    of_limit = lambda_min_LC * a_1**2 + lambda_max_LC * a_2**2
    added = P_11 * a_1**2 + 2 * P_12 * a_1 * a_2 + P_22 * a_2**2
    on_diagonal = (lambda_min_LC + P_11) * a_1**2 + (lambda_max_LC + P_22) * a_2**2
    length, width = a_1**2 + a_2**2, lambda_max_LC - lambda_min_LC
    moved = on_diagonal + 2 * P_12 * a_1 * a_2
    inner = sp.Min(LOWER.formula, at[LOWER])
    outer = sp.Max(UPPER.formula, at[UPPER])
    closeness = at[CLOSENESS]

    yield identity("G^LC in its own basis, plus P (2 x 2)", plus(of_limit, added), moved)
    yield identity("the first is long enough", of_limit, lambda_min_LC * length + width * a_2**2)
    yield identity("and not too long", of_limit + width * a_1**2, lambda_max_LC * length)
    yield cited("norm of P: |P a| <= |P| |a|", added**2, "<=", (gap_LC * length) ** 2)
    yield inequality("so the smallest is", inner, "<=", n * (lambda_min_LC - closeness), DOMAIN)
    yield inequality("and the largest is", n * (lambda_max_LC + closeness), "<=", outer, DOMAIN)
    yield inequality("any room for closeness will do", sp.S.Zero, "<", closeness, DOMAIN)
    yield cited("Theorem 11.16, for large n", gap_LC, "<=", closeness)
    yield inequality("the lower end leaves room", at[LOWER], "<", n * lambda_min_LC, DOMAIN)
    yield inequality("and so does the upper", n * lambda_max_LC, "<", at[UPPER], DOMAIN)


# Numerical check


def margins(case: Perturbed, at: Formulas) -> Iterator[Margin]:
    if not case.is_valid:
        return
    known = {"lambda_min_LC": case.low, "lambda_max_LC": case.high, "n": case.n}
    lower, upper, closeness = (at(slot, **known) for slot in (LOWER, UPPER, CLOSENESS))
    if not closeness > 0:
        return
    smallest, largest = eigenvalues(case.moved(rational_below(closeness)))
    if not smallest >= 0:
        return  # G_n is a matrix of inner products
    yield Margin("room below the limit of the spectrum", lower / case.n, case.low, "<", "large n")
    yield Margin("room above the limit of the spectrum", case.high, upper / case.n, "<", "large n")
    inner, outer = min(lower, case.n * case.low / 2), max(upper, 2 * case.n * case.high)
    yield Margin("close enough for the lower end", inner, case.n * smallest)
    yield Margin("close enough for the upper end", case.n * largest, outer)


def hard_cases(at: Formulas) -> Iterator[Perturbed]:
    yield perturbed("1 1", "-1 0 -1")
    yield perturbed("1 1", "1 0 1", n="9")
    yield perturbed("1/4 2", "-1 0 0")
    yield perturbed("1/4 2", "0 0 1")
    yield perturbed("1/16 1/16", "-1 0 0", fraction="9/10")
    yield perturbed("1 3", "-3 4 3", fraction="1/2")
    yield perturbed("4 5", "-1 1 0")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    low, high, n = p["low"], p["low"] + p["more"], p["n"]
    known = {"lambda_min_LC": low, "lambda_max_LC": high, "n": n}
    lower, upper, closeness = (at.on_arrays(slot, **known) for slot in (LOWER, UPPER, CLOSENESS))
    smallest, largest = ends(p, closeness)
    room = np.minimum(relative(lower / n, low), relative(high, upper / n))
    inner, outer = np.minimum(lower, n * low / 2), np.maximum(upper, 2 * n * high)
    close = np.minimum(relative(inner, n * smallest), relative(n * largest, outer))
    return np.where((closeness > 0) & (smallest >= 0), np.minimum(room, close), np.nan)


# Other ways of stating it

low, high = lambda_min_LC, lambda_max_LC
ALSO_TRUE = {
    "the factor 3/2 above": {UPPER: 3 * n * high / 2},
    "the sum that Weyl's inequality gives": {UPPER: n * (high + low / 2)},
    "the lower end without n, as in the book's proof": {LOWER: low / 2},
    "a higher lower end, from more neurons": {LOWER: 9 * n * low / 10},
    "a lower upper end, from more neurons": {UPPER: 11 * n * high / 10},
    "closer than needed": {CLOSENESS: low / 4},
    "closer by the condition number": {CLOSENESS: low**2 / (2 * high)},
    "closer, and both ends further in": {
        CLOSENESS: low / 8,
        LOWER: 7 * n * low / 8,
        UPPER: 9 * n * high / 8,
    },
    "less close, and both ends further out": {
        CLOSENESS: 3 * low / 4,
        LOWER: n * low / 4,
        UPPER: 2 * n * high,
    },
}
FALSE = {
    "lower end without room": {LOWER: n * low},
    "lower end from the norm": {LOWER: n * (high - low / 2)},
    "lower end from lambda_max": {LOWER: n * high / 2},
    "lower end with the inverse": {LOWER: n / (2 * low)},
    "lower end with n squared": {LOWER: n**2 * low / 2},
    "upper end without room, as in the book's proof": {UPPER: n * high},
    "upper end without n": {UPPER: 2 * high},
    "upper end from lambda_min": {UPPER: 2 * n * low},
    "upper end with the root": {UPPER: 2 * n * sp.sqrt(high)},
    "upper end halved": {UPPER: n * high / 2},
    "closeness without the half": {CLOSENESS: low},
    "closeness 3/5": {CLOSENESS: 3 * low / 5},
    "closeness from lambda_max": {CLOSENESS: high / 2},
    "closeness of G_n itself": {CLOSENESS: n * low / 2},
    "closeness with the root": {CLOSENESS: sp.sqrt(low) / 2},
    "closeness 3/4, but only the upper end moved": {CLOSENESS: 3 * low / 4, UPPER: 3 * n * high},
}

THEOREM = Theorem(
    label="Lemma 11.19",
    statement=__doc__,
    slots=(LOWER, UPPER, CLOSENESS),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
