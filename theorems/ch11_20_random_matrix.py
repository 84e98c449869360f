"""Lemma 11.20: the norm of a random matrix.

Setting
    W is n x d with independent entries of mean 0, variance 1 and fourth moment mu_4.

Conclusion
    |W| <= norm_bound with probability at least `probability`.  (The book prints
    1 - d mu_4 / n, which is true but weaker: it bounds the variance mu_4 - 1 of W_11^2 by mu_4.)

Proof idea
    |W|^2 is at most the sum of all squares, whose mean over n is d with variance
    d (mu_4 - 1) / n; Cantelli's inequality bounds how far it exceeds d.  At a distance of 1 it
    gives 1 / (1 + variance), more than Chebyshev's 1 - variance of the statement.

Checked numerically
    Exactly, for entries with up to four values: rows and columns of any length, and small
    matrices by listing them.  Not checked: laws with a density.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.random_matrices import (
    BOX,
    RandomMatrix,
    member,
    members,
    probabilities,
    random_matrix,
)
from symbolic.evaluate import FloatArray, at_point
from symbolic.step import Step, cited, identity, inequality, plus
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import P_norm, d, mu4, n, norm_W

# Formulas

NORM_BOUND = Slot(
    "norm_bound",
    norm_W,
    "<=",
    sp.sqrt(n * (d + 1)),
    over=(n, d),
    role="conclusion",
    meaning="the spectral norm of W stays below this",
    fails_if=("smaller",),
)
PROBABILITY = Slot(
    "probability",
    P_norm,
    ">=",
    1 - d * (mu4 - 1) / n,
    over=(n, d, mu4),
    role="conclusion",
    meaning="the probability of that bound",
    fails_if=("larger",),
)

# Derivation

DOMAIN = facts((1, "<=", n), (1, "<=", d), (1, "<=", mu4))
W = sp.symbols("W_11 W_12 W_21 W_22", real=True)
x = sp.symbols("x_1 x_2", real=True)
V = sp.Symbol("V", nonnegative=True)
excess = sp.Symbol("excess", positive=True)
s = sp.Symbol("s", positive=True)
P_fail = sp.Symbol("P_fail", nonnegative=True)


def derivation(at: Formulas) -> Iterator[Step]:
    a, b, c, e = W
    stretched = (a * x[0] + b * x[1]) ** 2 + (c * x[0] + e * x[1]) ** 2
    rest = (a * x[1] - b * x[0]) ** 2 + (c * x[1] - e * x[0]) ** 2
    of_squares = sum(entry**2 for entry in W) * (x[0] ** 2 + x[1] ** 2)
    above_mean = at[NORM_BOUND] ** 2 / n - d
    variance = d * (mu4 - 1) / n
    cantelli = V / (V + excess**2)
    shifted = (V + s**2) / (excess + s) ** 2

    yield identity("|W x|^2 and a square make |W|_F^2 |x|^2 (2 x 2)", stretched + rest, of_squares)
    yield inequality("so the bound allows an excess over the mean", sp.S.Zero, "<", above_mean)
    yield identity("Var(W_11^2)", plus(mu4, -(sp.S.One**2)), mu4 - 1)
    yield cited("Cantelli (1928), V = variance", P_fail, "<=", cantelli)
    yield identity("which is Markov for the shifted square", shifted.subs(s, V / excess), cantelli)
    yield inequality(
        "so the probability is at least what is claimed",
        at[PROBABILITY] * (variance + above_mean**2),
        "<=",
        above_mean**2,
        DOMAIN,
    )


# Numerical check


def margins(case: RandomMatrix, at: Formulas) -> Iterator[Margin]:
    if not case.is_valid:
        return
    sizes = {"n": fmpq(case.n), "d": fmpq(case.d)}
    claimed = at(PROBABILITY, **sizes, mu4=case.law.moment(4))
    squared = at_point(at[NORM_BOUND] ** 2, NORM_BOUND.over, sizes)
    true = case.probability(squared) if at(NORM_BOUND, **sizes) >= 0 else fmpq(0)
    yield Margin("probability", claimed, true)


def hard_cases(at: Formulas) -> Iterator[RandomMatrix]:
    yield random_matrix(1, 1)
    yield random_matrix(3, 1)
    yield random_matrix(1, 1, "10/7", "4/5")
    yield random_matrix(1, 1, "101/100", "0")
    yield random_matrix(2, 2, "3/2", "1/2")
    yield random_matrix(1, 16)
    yield random_matrix(12, 1, "5", "0")
    yield random_matrix(1, 20, "5/4", "19/20")
    yield random_matrix(100, 1, "9/4", "0")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    rows, columns, moment = members(p)
    bound = at.on_arrays(NORM_BOUND, n=rows, d=columns)
    true = np.where(bound >= 0, probabilities(p, bound**2), 0.0)
    return true - at.on_arrays(PROBABILITY, n=rows, d=columns, mu4=moment)


# Other ways of stating it

ALSO_TRUE = {
    "as the book prints it": {PROBABILITY: 1 - d * mu4 / n},
    "by Cantelli, sharper": {PROBABILITY: 1 / (1 + d * (mu4 - 1) / n)},
    "a larger bound": {NORM_BOUND: sp.sqrt(2 * n * (d + 1))},
}
FALSE = {
    "the d lost": {PROBABILITY: 1 - (mu4 - 1) / n},
    "n squared": {PROBABILITY: 1 - d * (mu4 - 1) / n**2},
    "n and d exchanged": {PROBABILITY: 1 - n * (mu4 - 1) / d},
    "the fourth moment lost": {PROBABILITY: 1 - d / n},
    "half the variance": {PROBABILITY: 1 - d * (mu4 - 1) / (2 * n)},
    "with certainty": {PROBABILITY: sp.S.One},
    "no room above the mean": {NORM_BOUND: sp.sqrt(n * d)},
    "n lost": {NORM_BOUND: sp.sqrt(d + 1)},
    "d lost": {NORM_BOUND: sp.sqrt(2 * n)},
    "a sum for the product": {NORM_BOUND: sp.sqrt(n + d)},
    "as for large Gaussian matrices": {NORM_BOUND: sp.sqrt(n) + sp.sqrt(d)},
}

THEOREM = Theorem(
    label="Lemma 11.20",
    statement=__doc__,
    slots=(NORM_BOUND, PROBABILITY),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
