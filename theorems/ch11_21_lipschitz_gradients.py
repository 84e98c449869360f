"""Lemma 11.21: gradients near the start are bounded and Lipschitz.

Setting
    Phi(x, w) = v . sigma(U x + b) + c with n neurons; |sigma'| <= B_1, |sigma''| <= B_2, and s_x
    is the length of (x, 1).  The places w and w' lie in a ball of radius rho around w_0, where
    b_0 = 0.

Hypothesis
    V_j is at least `weight`, L(rho) at least `lipschitz` for every V_j, U(rho) at least
    `gradient`.  M_1 and M_2 are at least `gradient_constant` and `lipschitz_constant`.

Conclusion
    |grad Phi(x, w) - grad Phi(x, w')| <= L(rho) |w - w'| and |grad Phi(x, w)| <= U(rho).  If
    |v_0| <= 2 and |U_0| <= 2 sqrt(n) as in (11.5.5), |x|, |sigma(0)|, B_1, B_2 <= R and
    rho <= 1, then also |grad Phi(x, w)| <= M_1 sqrt(n) and
    |grad Phi(x, w) - grad Phi(x, w')| <= M_2 sqrt(n) |w - w'|, at every width n >= 1.

    The book has no L(rho) and U(rho); `lipschitz` is the best possible constant, and tends to
    B_1 s_x for wide networks, while M_2 sqrt(n) grows.  Its M_1 = 1 + 8 R + 12 R^2 leaves out
    the gradient by U when the partial bounds are added up, and is true all the same.  Its
    M_2 = R + 6 R^2 + 6 R^3 leaves out the gradient by b, and is false for n <= 10.  It prints
    sigma(U' x - b') for sigma(U' x + b').

Proof idea
    The Hessian of Phi(x, .) is block diagonal.  On the span of (x, 1) and the direction of v_j
    the block of a neuron is ((a, b), (b, 0)) with |a| <= V_j B_2 s_x^2 and |b| <= B_1 s_x.

Checked numerically
    Exactly, for networks of equal neurons whose activation is piecewise quadratic.  That (11.5.5)
    is likely is Lemma 11.20.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.equal_neurons import BOX, EqualNeurons, equal_neurons, member, members, steepest
from symbolic.evaluate import FloatArray
from symbolic.exact import Number, sqrt
from symbolic.step import Step, cited, identity, inequality
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.notation import (
    B_1,
    B_2,
    M_1,
    M_2,
    R_11_18,
    L_rho,
    U_rho,
    V_j,
    n,
    norm_g0,
    radius_21,
    s_x,
    size_v0,
)

# Formulas

WEIGHT = Slot(
    "weight",
    V_j,
    ">=",
    size_v0 + radius_21,
    over=(size_v0, radius_21, n),
    role="hypothesis",
    meaning="a bound for the output weight of neuron j in the ball",
    fails_if=("smaller",),
)
of_v, of_sigma = V_j * B_2 * s_x**2, B_1 * s_x
LIPSCHITZ = Slot(
    "lipschitz",
    L_rho,
    ">=",
    (of_v + sp.sqrt(of_v**2 + 4 * of_sigma**2)) / 2,
    over=(V_j, B_1, B_2, s_x, n),
    role="hypothesis",
    meaning="the Lipschitz constant of the gradient in the ball",
    fails_if=("smaller",),
    never_falls_with=(V_j, B_1, B_2),
)
GRADIENT = Slot(
    "gradient",
    U_rho,
    ">=",
    norm_g0 + radius_21 * L_rho,
    over=(norm_g0, radius_21, L_rho),
    role="hypothesis",
    meaning="a bound for the gradient in the ball",
    fails_if=("smaller",),
    never_falls_with=(L_rho,),
)
R = R_11_18
GRADIENT_CONSTANT = Slot(
    "gradient_constant",
    M_1,
    ">=",
    1 + 8 * R + 18 * R**2 + 9 * R**3,
    over=(R, n),
    role="hypothesis",
    meaning="a bound for the gradient, in units of sqrt(n); not sharp",
)
LIPSCHITZ_CONSTANT = Slot(
    "lipschitz_constant",
    M_2,
    ">=",
    6 * R + 12 * R**2 + 6 * R**3,
    over=(R, n),
    role="hypothesis",
    meaning="a Lipschitz constant of the gradient, in units of sqrt(n); not sharp",
)

# Derivation

DOMAIN = facts((1, "<=", n), (1, "<=", s_x), (1, "<=", norm_g0))  # the derivative by c is 1
a, b, lam = sp.symbols("a b lambda", real=True)
size_v, apart, norm_g = sp.symbols("size_v apart norm_g", nonnegative=True)
A, B, bound = sp.symbols("A B L", positive=True)
parts_v, parts_b = 2 * R + 3 * R**2, 3 * R
of_book = ((6 * R + 9 * R**2), (6 * R**2 + 9 * R**3), parts_v, sp.S.One)
changes_of_book = (5 * R + 6 * R**2, 5 * R**2 + 6 * R**3, R + R**2)


def derivation(at: Formulas) -> Iterator[Step]:
    block = sp.Matrix([[a, b], [b, 0]])
    L, M1, M2 = at[LIPSCHITZ], at[GRADIENT_CONSTANT], at[LIPSCHITZ_CONSTANT]
    root = facts((lam**2, "=", a * lam + b**2), (sp.Abs(a), "<=", A), (sp.Abs(b), "<=", B))
    beyond = facts(
        (0, "<", lam), (lam**2, "<=", A * lam + B**2), (A * bound + B**2, "<=", bound**2)
    )
    squared = 1 + R**2
    ordinary = 3 * R * squared, R * sp.sqrt(squared)
    crude = (ordinary[0] + sp.sqrt(ordinary[0] ** 2 + 4 * ordinary[1] ** 2)) / 2

    yield cited("the triangle inequality", size_v, "<=", size_v0 + apart)
    yield inequality(
        "so in the ball",
        size_v,
        "<=",
        at[WEIGHT],
        facts((size_v, "<=", size_v0 + apart), (apart, "<=", radius_21)),
    )
    yield identity(
        "the eigenvalues of a block", (lam * sp.eye(2) - block).det(), lam**2 - a * lam - b**2
    )
    yield inequality("are, in size, such that", lam**2, "<=", A * sp.Abs(lam) + B**2, root)
    yield inequality("and L bounds them where A L + B^2 <= L^2", lam, "<=", bound, beyond)
    yield inequality("which is so", of_v * L + of_sigma**2, "<=", L**2)
    yield inequality("for a positive L", sp.S.Zero, "<", L)
    yield cited("the mean value inequality", norm_g, "<=", norm_g0 + apart * L_rho)
    yield inequality(
        "so in the ball",
        norm_g,
        "<=",
        at[GRADIENT],
        facts((norm_g, "<=", norm_g0 + apart * L_rho), (apart, "<=", radius_21)),
    )
    yield identity("the book's bounds add up to", sp.Add(*of_book), GRADIENT_CONSTANT.formula)
    yield identity("and for differences", sp.Add(*changes_of_book), LIPSCHITZ_CONSTANT.formula)
    yield inequality(
        "by v, by (U, b) with |v| <= 3, and by c",
        n * parts_v**2 + parts_b**2 * squared + 1,
        "<=",
        n * M1**2,
        DOMAIN,
    )
    yield inequality("with a constant that is positive", sp.S.Zero, "<", M1, DOMAIN)
    yield inequality("L for V_j = 3 and s_x^2 = 1 + R^2", crude, "<=", sp.sqrt(n) * M2, DOMAIN)


# Numerical check


def margins(case: EqualNeurons, at: Formulas) -> Iterator[Margin]:
    radius, width = sqrt(case.squared_radius), fmpq(case.n)
    distance = sqrt(case.squared_distance(case.near, case.far))
    change = sqrt(case.squared_change())
    gradients = [sqrt(case.squared_gradient(w)) for w in (case.near, case.far)]
    weight = at(WEIGHT, size_v0=case.largest_weight, radius_21=radius, n=width)
    known: dict[str, Number] = {"B_1": case.slope_bound, "B_2": case.curvature_bound}
    lipschitz = at(LIPSCHITZ, **known, V_j=weight, s_x=sqrt(case.squared_length), n=width)
    at_start = sqrt(case.squared_gradient(case.start))
    largest = at(GRADIENT, norm_g0=at_start, radius_21=radius, L_rho=lipschitz)

    yield Margin("change of the gradient", change, lipschitz * distance)
    for name, norm in zip(("w", "w'"), gradients, strict=True):
        yield Margin("gradient", norm, largest, at=name)
    if not case.is_ordinary:
        return
    root = sqrt(width)
    by_M2 = root * at(LIPSCHITZ_CONSTANT, R_11_18=case.R, n=width)
    yield Margin("change of the gradient, by M_2", change, by_M2 * distance)
    for name, norm in zip(("w", "w'"), gradients, strict=True):
        by_M1 = root * at(GRADIENT_CONSTANT, R_11_18=case.R, n=width)
        yield Margin("gradient, by M_1", norm, by_M1, at=name)


def hard_cases(at: Formulas) -> Iterator[EqualNeurons]:
    # the book's M_2, for R = 1/100
    yield equal_neurons("0:1/100 1:0", start="0 0 2", near="0 0 11/4", far="0 3/100 137/50")
    # near the best possible constant, with more and less weight on sigma''
    yield steepest("1", "1", weight="1", radius="1", length="1")
    yield steepest("1", "4", weight="1", radius="1", length="5/3")
    yield steepest("1", "4", weight="0", radius="2", length="5/3")
    yield steepest("2", "1/2", weight="1/4", radius="1/4", length="5/4")
    yield steepest("1/8", "1/8", weight="2", radius="1", length="1")
    # the identity far from its start, where the gradient grows as fast as it can
    yield equal_neurons("0:1", start="0 0 10", near="0 0 20", far="0 0 10")
    # inputs and slopes of size R
    yield steepest("399/40", "399/40", weight="2", radius="1", length="401/40")
    yield equal_neurons("0:10", x="10", at_zero="10", start="2 0 2", near="3 0 2", far="2 0 2")
    yield equal_neurons("0:40", x="40", at_zero="40", start="2 0 2", near="3 0 2", far="2 0 3")
    # nothing but c matters, and nothing but the values of many neurons
    yield equal_neurons("0:1/100", start="0 0 0", near="0 0 0", far="0 0 1")
    yield equal_neurons("0:1", x="1", at_zero="1", start="2 0 2", near="2 0 2", far="2 0 1", n=400)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    many = members(p)
    weight = at.on_arrays(WEIGHT, size_v0=many.largest_weight, radius_21=many.radius, n=many.n)
    known = {"B_1": many.slope_bound, "B_2": many.curvature_bound, "s_x": many.length}
    lipschitz = at.on_arrays(LIPSCHITZ, **known, V_j=weight, n=many.n)
    largest = at.on_arrays(
        GRADIENT, norm_g0=many.start_gradient, radius_21=many.radius, L_rho=lipschitz
    )
    of_R = {"R_11_18": many.R, "n": many.n}
    by_M1 = np.sqrt(many.n) * at.on_arrays(GRADIENT_CONSTANT, **of_R)
    by_M2 = np.sqrt(many.n) * at.on_arrays(LIPSCHITZ_CONSTANT, **of_R)
    always = np.minimum(
        relative(many.change, lipschitz * many.distance), relative(many.gradient, largest)
    )
    by_R = np.minimum(relative(many.change, by_M2 * many.distance), relative(many.gradient, by_M1))
    return np.where(many.is_ordinary, np.minimum(always, by_R), always)


# Other ways of stating it

sum_of_parts = LIPSCHITZ_CONSTANT.formula
M_book = sp.Max(1 + 8 * R + 12 * R**2, R + 6 * R**2 + 6 * R**3)
ALSO_TRUE = {
    "a sum of norms": {LIPSCHITZ: of_v + of_sigma},
    "the Frobenius norm": {LIPSCHITZ: sp.sqrt(of_v**2 + 2 * of_sigma**2)},
    "the factor 1/2 inside": {LIPSCHITZ: of_v / 2 + sp.sqrt((of_v / 2) ** 2 + of_sigma**2)},
    "M_1 as printed": {GRADIENT_CONSTANT: 1 + 8 * R + 12 * R**2},
    "M_2 without the sqrt(n) it is multiplied by": {LIPSCHITZ_CONSTANT: sum_of_parts / sp.sqrt(n)},
    "the book's M for both": {GRADIENT_CONSTANT: M_book, LIPSCHITZ_CONSTANT: M_book},
    "a larger ball": {GRADIENT: norm_g0 + 2 * radius_21 * L_rho},
}
FALSE = {
    "the ball forgotten": {WEIGHT: size_v0},
    "the start forgotten": {WEIGHT: radius_21},
    "the hypotenuse": {WEIGHT: sp.sqrt(size_v0**2 + radius_21**2)},
    "the limit for wide networks": {LIPSCHITZ: of_sigma},
    "the curvature alone": {LIPSCHITZ: of_v},
    "the larger of the two": {LIPSCHITZ: sp.Max(of_v, of_sigma)},
    "the 4 lost": {LIPSCHITZ: (of_v + sp.sqrt(of_v**2 + of_sigma**2)) / 2},
    "the weight lost": {LIPSCHITZ: LIPSCHITZ.formula.subs(V_j, 1)},
    "sigma' for sigma''": {
        LIPSCHITZ: LIPSCHITZ.formula.subs({B_1: B_2, B_2: B_1}, simultaneous=True)
    },
    "the length not squared": {
        LIPSCHITZ: (V_j * B_2 * s_x + sp.sqrt(V_j**2 * B_2**2 * s_x**2 + 4 * of_sigma**2)) / 2
    },
    "the gradient at the start": {GRADIENT: norm_g0},
    "the gradient without its start": {GRADIENT: radius_21 * L_rho},
    "the gradient without the radius": {GRADIENT: norm_g0 + L_rho},
    "the hypotenuse of start and growth": {GRADIENT: sp.sqrt(norm_g0**2 + radius_21**2 * L_rho**2)},
    "no growth with R^2": {GRADIENT_CONSTANT: 1 + 8 * R},
    "by v and c alone": {GRADIENT_CONSTANT: 1 + parts_v},
    "as if |sigma| <= R": {GRADIENT_CONSTANT: 1 + R},
    "by b alone": {GRADIENT_CONSTANT: 6 * R + 9 * R**2},
    "without c": {GRADIENT_CONSTANT: 8 * R + 18 * R**2 + 9 * R**3},
    "bounded at every width": {GRADIENT_CONSTANT: (1 + 8 * R + 18 * R**2 + 9 * R**3) / sp.sqrt(n)},
    "M_2 as printed": {LIPSCHITZ_CONSTANT: R + 6 * R**2 + 6 * R**3},
    "differences by v alone": {LIPSCHITZ_CONSTANT: R + R**2},
    "differences by U alone": {LIPSCHITZ_CONSTANT: 5 * R**2 + 6 * R**3},
    "differences by b alone": {LIPSCHITZ_CONSTANT: 5 * R + 6 * R**2},
}

THEOREM = Theorem(
    label="Lemma 11.21",
    statement=__doc__,
    slots=(WEIGHT, LIPSCHITZ, GRADIENT, GRADIENT_CONSTANT, LIPSCHITZ_CONSTANT),
    domain=DOMAIN,
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
