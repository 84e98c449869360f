"""Remark 11.11: every kernel has a feature map.

Setting
    K is symmetric with positive semidefinite kernel matrices, on any set.  (The book asks for a
    continuous K on a compact set, as Mercer's theorem needs; Moore and Aronszajn need neither.
    It also prints a phi on all of R^d, where phi is only defined on that set.)

Hypothesis
    K(x_1, x_1) > 0.

Conclusion
    K(x, x') = <phi(x), phi(x')>.  On two points the plane is enough: phi(x_1) is
    (sqrt(K(x_1, x_1)), 0) and phi(x_2) is (`first`, `second`).

Proof idea
    One Cholesky step after the other; for infinitely many points, the completion of the span of
    all K(x, .) (cited).

Checked numerically
    Exactly, on positive semidefinite matrices of two points that need not come from features.
    Not checked: more than two points.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp

from numeric.kernel_matrices import (
    TWO_POINTS_BOX,
    TwoPoints,
    two_points,
    two_points_member,
)
from symbolic.evaluate import FloatArray
from symbolic.exact import sqrt
from symbolic.step import Step, cited, identity, inequality
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import K_11, K_12, K_22, phi_21, phi_22

# Formulas

FIRST = Slot(
    "first",
    phi_21,
    "=",
    K_12 / sp.sqrt(K_11),
    over=(K_11, K_12, K_22),
    role="conclusion",
    meaning="the first feature of x_2",
    fails_if=("smaller", "larger"),
)
SECOND = Slot(
    "second",
    phi_22,
    "=",
    sp.sqrt(K_22 - K_12**2 / K_11),
    over=(K_11, K_12, K_22),
    role="conclusion",
    meaning="the second feature of x_2",
    fails_if=("smaller", "larger"),
)

# Derivation

DOMAIN = facts((0, "<", K_11), (K_12**2, "<=", K_11 * K_22))


def derivation(at: Formulas) -> Iterator[Step]:
    rest = K_22 - K_12**2 / K_11

    yield inequality("what is left for the second feature", sp.S.Zero, "<=", rest, DOMAIN)
    yield identity("<phi(x_1), phi(x_2)>", sp.sqrt(K_11) * at[FIRST], K_12)
    yield identity("its square takes from |phi(x_2)|^2", at[FIRST] ** 2, K_12**2 / K_11)
    yield identity("and the second feature adds the rest", at[SECOND] ** 2, rest)
    yield cited("Moore and Aronszajn (1950), any number of points", K_12, "=", K_11 * phi_21)


# Numerical check


def margins(case: TwoPoints, at: Formulas) -> Iterator[Margin]:
    if not (case.is_kernel and case.K_11 > 0):
        return
    known = {"K_11": case.K_11, "K_12": case.K_12, "K_22": case.K_22}
    first, second = at(FIRST, **known), at(SECOND, **known)
    yield Margin("<phi(x_1), phi(x_2)>", sqrt(case.K_11) * first, case.K_12, "=")
    yield Margin("<phi(x_2), phi(x_2)>", first**2 + second**2, case.K_22, "=")


def hard_cases(at: Formulas) -> Iterator[TwoPoints]:
    yield two_points("1 0 1")
    yield two_points("1 1 1")
    yield two_points("4 -2 1")
    yield two_points("4 2 5")
    yield two_points("9 3 5")
    yield two_points("1 1 2")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    first, second = (at.on_arrays(slot, **p) for slot in (FIRST, SECOND))
    off = np.maximum(
        np.abs(np.sqrt(p["K_11"]) * first - p["K_12"]),
        np.abs(first**2 + second**2 - p["K_22"]),
    )
    return np.where(p["K_12"] ** 2 <= p["K_11"] * p["K_22"], -off, np.nan)


# Other ways of stating it

ALSO_TRUE = {
    "the other sign": {SECOND: -sp.sqrt(K_22 - K_12**2 / K_11)},
    "on one denominator": {SECOND: sp.sqrt((K_11 * K_22 - K_12**2) / K_11)},
    "the root above": {FIRST: K_12 * sp.sqrt(K_11) / K_11},
}
FALSE = {
    "the value of the kernel": {FIRST: K_12},
    "the root lost": {FIRST: K_12 / K_11},
    "the cosine": {FIRST: K_12 / sp.sqrt(K_11 * K_22)},
    "the other point": {FIRST: K_12 / sp.sqrt(K_22)},
    "the square lost": {SECOND: K_22 - K_12**2 / K_11},
    "the determinant": {SECOND: sp.sqrt(K_11 * K_22 - K_12**2)},
    "as if the points were orthogonal": {SECOND: sp.sqrt(K_22)},
    "not divided": {SECOND: sp.sqrt(sp.Abs(K_22 - K_12**2))},
}

THEOREM = Theorem(
    label="Remark 11.11",
    statement=__doc__,
    slots=(FIRST, SECOND),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(TWO_POINTS_BOX, slack, lambda p, at: two_points_member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
