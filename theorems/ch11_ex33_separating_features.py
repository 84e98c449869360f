"""Exercise 11.33: features that make every labelling of m points separable.

Setting
    x_1, ..., x_m are pairwise distinct.  (The book does not ask for it; for x_1 = x_2 with the
    labels 1 and -1 there is no such map.)  A labelling is separated by features phi if some
    affine function of phi(x_i) has the sign of y_i at every i.

Hypothesis
    phi has at least `features` features.  (The book has m of them; one fewer is enough.)

Conclusion
    Some phi with that many features has a separating hyperplane for every labelling.  With m
    features phi(x_i) = e_i and a hyperplane through the origin, every point is at the distance
    `distance` from it.  For hyperplanes through the origin no phi with |phi(x_i)| <= 1 does better
    at every labelling.

Proof idea
    phi(x_i) = e_i and w = y_1 e_1 + ... + y_m e_m; with phi(x_m) = 0 instead, w_i = y_i - y_m and
    the threshold y_m.  For fewer features Radon's theorem gives a labelling; for the distance,
    the mean of |y_1 phi(x_1) + ... + y_m phi(x_m)|^2 over all signs is at most m.

Checked numerically
    Exactly, for polynomial features of up to five points of the line and all labellings.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.labelled_points import (
    BOX,
    LabelledPoints,
    labelled_points,
    member,
    unit_margin,
)
from symbolic.evaluate import FloatArray
from symbolic.exact import sqrt
from symbolic.step import Step, cited, identity, inequality, plus
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import features, hyperplane_distance, m

# Formulas

FEATURES = Slot(
    "features",
    features,
    ">=",
    m - 1,
    over=(m,),
    role="hypothesis",
    meaning="how many features are enough for every labelling",
)
DISTANCE = Slot(
    "distance",
    hyperplane_distance,
    "=",
    1 / sp.sqrt(m),
    over=(m,),
    role="conclusion",
    meaning="how far the points phi(x_i) = e_i are from the hyperplane",
    fails_if=("smaller", "larger"),
)

# Derivation

DOMAIN = facts((1, "<=", m))
y_i, y_m, a, b = sp.symbols("y_i y_m a b", real=True)
margin, length, number = sp.symbols("margin length number", positive=True)
i, size = sp.symbols("i size", integer=True, positive=True)


def derivation(at: Formulas) -> Iterator[Step]:
    of_ones = sp.Sum(1, (i, 1, size)).doit().subs(size, m)
    given = facts((m * margin, "<=", length), (length**2, "<=", m))

    yield identity("with the threshold y_m the score is", plus(y_i - y_m, y_m), y_i)
    yield inequality("which takes m - 1 features", m - 1, "<=", at[FEATURES], DOMAIN)
    yield cited("Radon (1921): fewer do not separate all labellings", m - 1, "<=", number)
    yield identity(
        "|w|^2 is a sum of m ones, the scores are +-1", 1 / sp.sqrt(of_ones), at[DISTANCE]
    )
    yield identity("the mean over two signs", ((a + b) ** 2 + (a - b) ** 2) / 2, a**2 + b**2)
    yield inequality("so m margins fit into sqrt(m)", margin**2 * m, "<=", sp.S.One, given)


# Numerical check


def margins(case: LabelledPoints, at: Formulas) -> Iterator[Margin]:
    if not case.is_valid:
        return
    known = {"m": fmpq(case.size)}
    labellings = list(case.labellings())
    if fmpq(case.features) >= at(FEATURES, **known):
        yield Margin("separated labellings", fmpq(len(labellings)), fmpq(case.separable()), "=")
    claimed = at(DISTANCE, **known)
    for y in labellings:
        squared, score = unit_margin(y)
        yield Margin("distance", claimed, score / sqrt(squared), "=", f"y = {y}")
    if case.features + 1 >= case.size:
        yield Margin("any other features", sqrt(case.squared_margin()), claimed, "<=")


def hard_cases(at: Formulas) -> Iterator[LabelledPoints]:
    yield labelled_points("0", features=0)
    yield labelled_points("0 1", features=1)
    yield labelled_points("0 1", features=0)
    yield labelled_points("0 1 2", features=1)
    yield labelled_points("-1 0 1", features=2)
    yield labelled_points("0 1 2 3", features=2)
    yield labelled_points("0 1 2 3 4", features=3)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    number, used = np.floor(p["m"]), np.floor(p["N"])
    claimed = at.on_arrays(DISTANCE, m=number)
    ones = np.arange(5)[None, :] < number[:, None]
    off = np.abs(claimed - 1 / np.linalg.norm(1.0 * ones, axis=1))
    enough = used >= at.on_arrays(FEATURES, m=number)
    return np.where(enough & (used + 1 < number), -1.0, -off)


# Other ways of stating it

ALSO_TRUE = {
    "as in the book": {FEATURES: m},
    "with a constant feature": {FEATURES: m + 1},
    "the root above": {DISTANCE: sp.sqrt(m) / m},
}
FALSE = {
    "one feature fewer": {FEATURES: m - 2},
    "half as many": {FEATURES: m / 2},
    "the root of m": {FEATURES: sp.sqrt(m)},
    "the plane is enough": {FEATURES: sp.Integer(2)},
    "the line is enough": {FEATURES: sp.Integer(1)},
    "the root lost": {DISTANCE: 1 / m},
    "the score": {DISTANCE: sp.Integer(1)},
    "the length of w": {DISTANCE: sp.sqrt(m)},
    "between two points": {DISTANCE: 2 / sp.sqrt(m)},
    "with m + 1 for m": {DISTANCE: 1 / sp.sqrt(m + 1)},
}

THEOREM = Theorem(
    label="Exercise 11.33",
    statement=__doc__,
    slots=(FEATURES, DISTANCE),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
