"""Proposition 11.28: a wide network at initialization is close to a Gaussian process.

Setting
    Phi_n(x, w) = v . sigma(U x + b) + c with n neurons, d inputs and LeCun initialization:
    U_ij ~ D(0, 1/d), v_i ~ D(0, 1/n), b = c = 0; D(0, 1) has fourth moment mu_4.  u is one row
    of U, and E_ss and c(x, x) are the means of sigma(u.x) sigma(u.z) and of sigma(u.x)^2.

Hypothesis
    c(x, x) and c(z, z) are finite.  (The book has no hypothesis on sigma; sigma(t) = exp(t^2)
    with Gaussian weights, d = 1 and x = 1 has c(x, x) infinite.  It asks for distinct points and
    needs none, calls n the depth, where it is the width, and sums Z_i over j.)

Conclusion
    Phi_n has mean 0, and Cov(Phi_n(x), Phi_n(z)) = `covariance` at every width n; so the limit in
    law is Gaussian with this covariance.  The book does not state the speed: where sigma(u.x)^4
    has a mean, E[Phi_n(x)^4] = `fourth_moment`, which tends to the Gaussian value 3 c(x, x)^2.

Proof idea
    Phi_n is n^(-1/2) times a sum of n independent centred terms: induction over n for the
    moments, the central limit theorem for the limit.

Checked numerically
    Exactly, with weights that take up to four values, at widths up to 4.  Not checked: the
    convergence in law beyond its fourth moment.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.initial_outputs import BOX, NEURONS, Start, member, members, start
from symbolic.evaluate import FloatArray
from symbolic.step import Step, cited, identity, plus
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.notation import E_s4, E_ss, c_xx, covariance, d, fourth, mu4, n

# Formulas

COVARIANCE = Slot(
    "covariance",
    covariance,
    "=",
    E_ss,
    over=(E_ss, mu4, d, n),
    role="conclusion",
    meaning="the covariance of Phi_n(x) and Phi_n(z) at initialization",
    fails_if=("smaller", "larger"),
)
FOURTH_MOMENT = Slot(
    "fourth_moment",
    fourth,
    "=",
    mu4 / n * E_s4 + 3 * (1 - 1 / n) * c_xx**2,
    over=(mu4, E_s4, c_xx, n),
    role="conclusion",
    meaning="the mean of Phi_n(x)^4 at initialization",
    fails_if=("smaller", "larger"),
)

# Derivation

S, T, Y, Z = sp.symbols("S T Y Z", real=True)
g = sp.Symbol("g", real=True)


def derivation(at: Formulas) -> Iterator[Step]:
    of_sum, of_fourth = n * at[COVARIANCE], n**2 * at[FOURTH_MOMENT]
    fourth_power = S**4 + 4 * S**3 * Z + 6 * S**2 * Z**2 + 4 * S * Z**3 + Z**4
    bell = sp.exp(-(g**2) / 2) / sp.sqrt(2 * sp.pi)
    gaussian = sp.Integral(g**4 * bell, (g, -sp.oo, sp.oo))

    def one_more(of: sp.Expr) -> sp.Expr:
        return plus(of.subs(n, n + 1), -of)

    yield identity("Phi_n = S / sqrt(n): one neuron", of_sum.subs(n, 1), E_ss)
    yield identity("one more: products", (S + Z) * (T + Y), plus(S * T, S * Y, Z * T, Z * Y))
    yield identity("v is centred, so the mean of Z Y is added", one_more(of_sum), E_ss)
    yield identity("one more: fourth powers", (S + Z) ** 4, fourth_power)
    yield identity("for one neuron, E[v^4] sigma^4", of_fourth.subs(n, 1), mu4 * E_s4)
    added = 6 * (n * c_xx) * c_xx + mu4 * E_s4
    yield identity("odd powers of v have no mean with S", one_more(of_fourth), added)
    to_infinity = sp.Limit(at[FOURTH_MOMENT], n, sp.oo)
    yield identity("it tends to the Gaussian value", to_infinity, gaussian * c_xx**2)
    yield cited("central limit theorem, in law", covariance, "=", at[COVARIANCE])


# Numerical check


def margins(case: Start, at: Formulas) -> Iterator[Margin]:
    if not (case.law.is_valid and len(case.points) == 2):
        return
    yield Margin("mean", case.moment(1, 0), fmpq(0), "=", trivial=True)
    sizes = {"n": fmpq(case.n), "mu4": case.law.moment(4)}
    claimed = at(COVARIANCE, **sizes, E_ss=case.mean(1, 1), d=fmpq(case.d))
    yield Margin("covariance", claimed, case.moment(1, 1), "=")
    fourth_power = at(FOURTH_MOMENT, **sizes, E_s4=case.mean(4, 0), c_xx=case.mean(2, 0))
    yield Margin("fourth moment", fourth_power, case.moment(4, 0), "=")


def hard_cases(at: Formulas) -> Iterator[Start]:
    yield start("t", "1; 2")
    yield start("t", "1; 2", n=2)
    yield start("t", "1; 1", n=2, a="2", b="0")
    yield start("t^2", "2; 1", n=3, a="3/2", b="1/2")
    yield start("relu", "1 1 0 0; 1 0 1 2", n=4)
    yield start("t^2", "1 1 0 0; 1 0 1 2", n=2)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    lanes = members(p)
    sizes = {"n": NEURONS, "mu4": lanes.mu4, "d": 1.0}
    both = lanes.joint[:, :, None] * lanes.joint[:, None, :]
    x, z = (of[:, :, None] + of[:, None, :] for of in lanes.neuron)
    products = (both * x * z).sum(axis=(1, 2)) / NEURONS
    fourths = (both * x**4).sum(axis=(1, 2)) / NEURONS**2
    claimed = at.on_arrays(COVARIANCE, **sizes, E_ss=lanes.mean(1, 1))
    scale = np.sqrt(lanes.mean(2, 0) * lanes.mean(0, 2))
    by_fourth = at.on_arrays(FOURTH_MOMENT, **sizes, E_s4=lanes.mean(4, 0), c_xx=lanes.mean(2, 0))
    off = np.abs(claimed - products) / (scale + 1e-300)
    return -np.maximum(off, np.abs(relative(by_fourth, fourths)))


# Other ways of stating it

ALSO_TRUE = {
    "the fourth moment from the excess": {
        FOURTH_MOMENT: 3 * c_xx**2 + (mu4 * E_s4 - 3 * c_xx**2) / n
    },
}
FALSE = {
    "with the bias": {COVARIANCE: E_ss + 1},
    "a sum for the mean": {COVARIANCE: n * E_ss},
    "divided by the width": {COVARIANCE: E_ss / n},
    "divided by d once more": {COVARIANCE: E_ss / d},
    "with the fourth moment of v": {COVARIANCE: mu4 * E_ss},
    "Gaussian already at finite width": {FOURTH_MOMENT: 3 * c_xx**2},
    "the fourth moment of v lost": {FOURTH_MOMENT: E_s4 / n + 3 * (1 - 1 / n) * c_xx**2},
    "three lost": {FOURTH_MOMENT: mu4 / n * E_s4 + (1 - 1 / n) * c_xx**2},
    "the diagonal counted twice": {FOURTH_MOMENT: mu4 / n * E_s4 + 3 * c_xx**2},
    "for Gaussian v only": {FOURTH_MOMENT: 3 / n * E_s4 + 3 * (1 - 1 / n) * c_xx**2},
}

THEOREM = Theorem(
    label="Proposition 11.28",
    statement=__doc__,
    slots=(COVARIANCE, FOURTH_MOMENT),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p, NEURONS)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
