"""Assumption 11.14: the law of the initial weights, and its fourth moment in Example 11.15.

Setting
    D has mean 0, variance 1 and finite moments up to order eight; D(0, varsigma^2) is its
    multiple with standard deviation varsigma.  (Up to order four suffices for all statements of
    the chapter.)

Conclusion
    The normal and the uniform law satisfy the assumption, and so does the law of a fair sign,
    which the book does not mention.  With standard deviation varsigma their fourth moments are
    `normal_moment`, `uniform_moment` and `sign_moment`; the uniform law lives on
    [-l, l] with l = `half_width`.  No law of variance 1 has a fourth moment below `least_moment`.

Proof idea
    Integration; and the square of X^2 - 1 has a mean that is not negative.

Checked numerically
    Against certified quadrature, exact integration and sums over finite laws.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.law_moments import (
    BOX,
    Spread,
    member,
    normal_fourth_moment,
    normal_fourth_moments,
    spread,
    uniform_moment,
)
from symbolic.evaluate import FloatArray
from symbolic.exact import sqrt
from symbolic.step import Step, identity, inequality, plus
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.notation import half_width, mu4, mu4_gaussian, mu4_signs, mu4_uniform
from theorems.notation import spread as s

# Formulas


def of_spread(name: str, quantity: sp.Symbol, formula: sp.Expr, meaning: str) -> Slot:
    return Slot(
        name,
        quantity,
        "=",
        formula,
        over=(s,),
        role="conclusion",
        meaning=meaning,
        fails_if=("smaller", "larger"),
    )


NORMAL = of_spread("normal_moment", mu4_gaussian, 3 * s**4, "E[X^4] for X normal")
UNIFORM = of_spread("uniform_moment", mu4_uniform, sp.Rational(9, 5) * s**4, "E[X^4] for X uniform")
SIGN = of_spread("sign_moment", mu4_signs, s**4, "E[X^4] for X = +-varsigma")
HALF_WIDTH = of_spread(
    "half_width", half_width, sp.sqrt(3) * s, "the largest value of the uniform law"
)
LEAST = Slot(
    "least_moment",
    mu4,
    ">=",
    sp.S.One,
    over=(),
    role="conclusion",
    meaning="the fourth moment of a law with mean 0 and variance 1",
    fails_if=("larger",),
)

# Derivation

t, X = sp.symbols("t X", real=True)
ell = sp.Symbol("ell", positive=True)


def derivation(at: Formulas) -> Iterator[Step]:
    bell = sp.exp(-(t**2) / (2 * s**2)) / (sp.sqrt(2 * sp.pi) * s)
    normal = sp.Integral(t**4 * bell, (t, -sp.oo, sp.oo))
    variance = sp.Integral(t**2 / (2 * ell), (t, -ell, ell))
    fourth = sp.Integral(t**4 / (2 * ell), (t, -ell, ell))
    signs = plus(s**4 / 2, (-s) ** 4 / 2)
    not_negative = facts((0, "<=", mu4 - 1))

    yield identity("the normal law", normal, at[NORMAL])
    yield identity("the uniform law's variance", variance.doit().subs(ell, at[HALF_WIDTH]), s**2)
    yield inequality("its half width is positive", sp.S.Zero, "<", at[HALF_WIDTH])
    yield identity("its fourth moment", fourth.doit().subs(ell, sp.sqrt(3) * s), at[UNIFORM])
    yield identity("the sign", signs, at[SIGN])
    yield identity("a square", (X**2 - 1) ** 2, X**4 - 2 * X**2 + 1)
    yield identity("has this mean", plus(mu4, sp.Integer(-2), sp.S.One), mu4 - 1)
    yield inequality("which is not negative", at[LEAST], "<=", mu4, not_negative)


# Numerical check


def margins(case: Spread, at: Formulas) -> Iterator[Margin]:
    if not (case.spread > 0 and case.law.is_valid):
        return
    known = {"spread": case.spread}
    variance = case.spread**2
    yield Margin("sign", at(SIGN, **known), (case.spread**4 + (-case.spread) ** 4) / 2, "=")
    largest = at(HALF_WIDTH, **known)
    yield Margin("the half width is positive", fmpq(0), largest, "<")
    yield Margin("variance of the uniform law", uniform_moment(largest, 2), variance, "=")
    fourth = uniform_moment(sqrt(3 * variance), 4)
    yield Margin("uniform", at(UNIFORM, **known), fourth, "=")
    yield Margin("normal", at(NORMAL, **known), normal_fourth_moment(case.spread), "=")
    yield Margin("another law", at(LEAST), case.law.moment(4))


def hard_cases(at: Formulas) -> Iterator[Spread]:
    yield spread("1")
    yield spread("2")
    yield spread("1/2", "2", "0")
    yield spread("3", "3/2", "1/2")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    of = p["spread"]
    true = {
        SIGN: of**4,
        HALF_WIDTH: np.sqrt(3 * of**2),
        UNIFORM: (3 * of**2) ** 2 / 5,
        NORMAL: normal_fourth_moments(of),
    }
    off = np.zeros_like(of)
    for slot, value in true.items():
        off = np.maximum(off, np.abs(relative(at.on_arrays(slot, spread=of), value)))
    a2, b2 = p["a"] ** 2, p["b"] ** 2
    return np.minimum(-off, a2 + b2 - a2 * b2 - at.on_arrays(LEAST))


# Other ways of stating it

ALSO_TRUE = {
    "the root of three variances": {HALF_WIDTH: sp.sqrt(3 * s**2)},
    "from the half width": {UNIFORM: (sp.sqrt(3) * s) ** 4 / 5},
    "a fourth moment is not negative": {LEAST: sp.S.Zero},
}
FALSE = {
    "the variance": {NORMAL: s**2},
    "three lost": {NORMAL: s**4},
    "the sixth moment": {NORMAL: 15 * s**4},
    "not scaled": {NORMAL: sp.Integer(3)},
    "the fourth moment on [-1, 1]": {UNIFORM: s**4 / 5},
    "the fourth moment on [-sqrt 3, sqrt 3] without its length": {UNIFORM: 9 * s**4},
    "as for the normal law": {UNIFORM: 3 * s**4},
    "a sign like a normal number": {SIGN: 3 * s**4},
    "the sign's variance": {SIGN: s**2},
    "half width 1": {HALF_WIDTH: s},
    "half width 3": {HALF_WIDTH: 3 * s},
    "the whole width": {HALF_WIDTH: sp.sqrt(12) * s},
    "the root below": {HALF_WIDTH: s / sp.sqrt(3)},
    "the normal law is least": {LEAST: sp.Integer(3)},
    "the uniform law is least": {LEAST: sp.Rational(9, 5)},
}

THEOREM = Theorem(
    label="Assumption 11.14",
    statement=__doc__,
    slots=(NORMAL, UNIFORM, SIGN, HALF_WIDTH, LEAST),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
