"""Proposition 11.2: the minimum-norm solution of a least-squares problem.

Setting
    f(w) = |A w - y|^2 with A in R^(m x d).  s_i > 0 are the nonzero singular values of A with
    singular vectors u_i in R^m and v_i in R^d; y_* is the projection of y to the columns of A.
    w_* is the shortest w with f(w) <= f(v) for all v.  (The book prints f(w) < f(v) in (11.1.3),
    which no w satisfies, as v = w shows.)

Conclusion
    There is exactly one w_*; it is a combination of the rows of A, with the coordinate
    `coordinate` along v_i.  It reaches `least_loss`, which need not be 0 (the sketch after
    Theorem 11.3 prints f(w_k) -> 0), and all w that do so form an affine space of dimension
    `solutions`.

Proof idea
    In the singular basis f is a sum of squares, one for each unknown and each equation.

Checked numerically
    Exactly, against the solution by elimination, for matrices with rational singular vectors.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.kernel_least_squares import null_space, product, rank
from numeric.rotated_least_squares import BOX, Rotated, member, members, rotated
from symbolic.evaluate import FloatArray
from symbolic.exact import sqrt
from symbolic.step import Step, cited, identity, inequality, plus
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import (
    d,
    least,
    m,
    norm_Py,
    norm_y,
    rank_A,
    singular,
    solutions,
    u_y,
    v_w,
)

# Formulas

COORDINATE = Slot(
    "coordinate",
    v_w,
    "=",
    u_y / singular,
    over=(u_y, singular),
    role="conclusion",
    meaning="the coordinate of w_* along the singular vector v_i",
    fails_if=("smaller", "larger"),
)
LEAST_LOSS = Slot(
    "least_loss",
    least,
    "=",
    norm_y**2 - norm_Py**2,
    over=(norm_y, norm_Py),
    role="conclusion",
    meaning="the least value of f",
    fails_if=("smaller", "larger"),
)
SOLUTIONS = Slot(
    "solutions",
    solutions,
    "=",
    d - rank_A,
    over=(d, m, rank_A),
    role="conclusion",
    meaning="the dimension of the set of all minimisers; 0 if there is only one",
    fails_if=("smaller", "larger"),
)

# Derivation

c = sp.Symbol("c", real=True)
b, e = sp.symbols("b e", positive=True)


def derivation(at: Formulas) -> Iterator[Step]:
    term = (singular * c - u_y) ** 2
    of_parts = {norm_y: sp.sqrt(b**2 + e**2), norm_Py: b}
    left_over = at[LEAST_LOSS].subs(of_parts, simultaneous=True)

    yield identity("a term of f is least at one c", term, singular**2 * (c - at[COORDINATE]) ** 2)
    yield inequality("where s = 0 any c does, and 0 is shortest", sp.S.Zero, "<=", c**2)
    yield identity("what no w reaches remains, by Pythagoras", e**2, left_over)
    yield cited("rank-nullity, the minimisers are w_* + ker A", solutions + rank_A, "=", d)
    yield identity("so their dimension is", plus(d, -rank_A), at[SOLUTIONS])


# Numerical check


def margins(case: Rotated, at: Formulas) -> Iterator[Margin]:
    rows, w = case.rows, case.solution
    for i, (s, u, v) in enumerate(case.triples, start=1):
        claimed = at(COORDINATE, u_y=product(u, case.y), singular=s)
        yield Margin("coordinate of the solution", claimed, product(v, w), "=", f"i = {i}")
    reached = sum((product(u, case.y) ** 2 for _, u, _ in case.triples), fmpq(0))
    errors = [product(row, w) - y for row, y in zip(rows, case.y, strict=True)]
    norms = {"norm_y": sqrt(product(case.y, case.y)), "norm_Py": sqrt(reached)}
    yield Margin("least loss", at(LEAST_LOSS, **norms), product(errors, errors), "=")
    sizes = {"d": fmpq(len(w)), "m": fmpq(len(rows)), "rank_A": fmpq(rank(rows))}
    yield Margin("solutions", at(SOLUTIONS, **sizes), fmpq(len(null_space(rows))), "=")


def hard_cases(at: Formulas) -> Iterator[Rotated]:
    yield rotated("2", left="0", right="0", y="3")
    yield rotated("2", left="0", right="1 0", y="1")
    yield rotated("5/2", left="0 1", right="0", y="3 4")
    yield rotated("2", left="1 3", right="0 0", y="5 0")
    yield rotated("3 0", left="1 2", right="1 1 -1", y="3 4")
    yield rotated("3 1/2", left="1 2 2", right="1 -1", y="1 2 2")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    batch = members(p)
    along = np.einsum("cij,cj->ci", batch.u, batch.y)
    w = batch.solution
    used = batch.s > 1e-6
    by_formula = at.on_arrays(COORDINATE, u_y=along, singular=batch.s)
    off = np.where(used, np.abs(by_formula - np.einsum("cij,cj->ci", batch.v, w)), 0)
    norms = {
        "norm_y": np.linalg.norm(batch.y, axis=1),
        "norm_Py": np.linalg.norm(np.where(used, along, 0), axis=1),
    }
    loss = ((np.einsum("cij,cj->ci", batch.matrix, w) - batch.y) ** 2).sum(axis=1)
    by_loss = np.abs(at.on_arrays(LEAST_LOSS, **norms) - loss)
    number = used.sum(axis=1)
    by_size = np.abs(at.on_arrays(SOLUTIONS, d=3, m=2, rank_A=number) - (3 - number))
    scale = 1 + np.abs(w).max(axis=1)
    return -np.maximum(off.max(axis=1) / scale, np.maximum(by_loss, by_size))


# Other ways of stating it

ALSO_TRUE = {
    "the coordinate by the squared singular value": {COORDINATE: singular * u_y / singular**2},
    "the loss factored": {LEAST_LOSS: (norm_y - norm_Py) * (norm_y + norm_Py)},
}
FALSE = {
    "coordinate of the transpose": {COORDINATE: singular * u_y},
    "coordinate from the normal equations": {COORDINATE: u_y / singular**2},
    "coordinate without the singular value": {COORDINATE: u_y},
    "coordinate of ridge regression": {COORDINATE: singular * u_y / (singular**2 + 1)},
    "the loss always reaches 0": {LEAST_LOSS: sp.Integer(0)},
    "the loss of w = 0": {LEAST_LOSS: norm_y**2},
    "the loss by the difference of norms": {LEAST_LOSS: (norm_y - norm_Py) ** 2},
    "the residual for the loss": {LEAST_LOSS: sp.sqrt(norm_y**2 - norm_Py**2)},
    "unknowns minus equations": {SOLUTIONS: d - m},
    "the kernel of the transpose": {SOLUTIONS: m - rank_A},
    "always a unique minimiser": {SOLUTIONS: sp.Integer(0)},
}

THEOREM = Theorem(
    label="Proposition 11.2",
    statement=__doc__,
    slots=(COORDINATE, LEAST_LOSS, SOLUTIONS),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
