"""Example 11.10: the polynomial, the Gaussian and the Laplace kernel.

Setting
    x and x' in R^d, c >= 0 (c > 0 in the last two), r a positive integer.

Conclusion
    `polynomial`, `gaussian` (the book says RBF) and `laplace` are kernels: every matrix of their
    values is symmetric and positive semidefinite.

Proof idea
    Sums, products (Schur), limits and mixtures of kernels are kernels.  The Gaussian kernel is a
    power series of the linear one, and exp(-p t^q) with q < 2 is a mixture of Gaussian kernels.
    The proof covers all polynomials with coefficients >= 0 and all these q, so formulas that
    differ from the book's are proved as well.

Checked numerically
    All principal minors of the kernel matrices of up to three points, with certainty.
    Not checked: more points.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.kernel_least_squares import Row, product
from numeric.kernel_matrices import (
    BOX,
    Points,
    least_eigenvalues,
    member,
    members,
    points,
    principal_minors,
)
from symbolic.evaluate import FloatArray
from symbolic.exact import Number, sqrt
from symbolic.step import Step, cited, identity, inequality
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import (
    K_laplace,
    K_poly,
    K_rbf,
    degree,
    distance,
    norm_x,
    norm_z,
    shift,
    width,
    xx,
)

# Formulas

POLYNOMIAL = Slot(
    "polynomial",
    K_poly,
    "=",
    (xx + shift) ** degree,
    over=(xx, shift, degree),
    role="conclusion",
    meaning="the polynomial kernel",
)
GAUSSIAN = Slot(
    "gaussian",
    K_rbf,
    "=",
    sp.exp(-width * distance**2),
    over=(distance, width),
    role="conclusion",
    meaning="the Gaussian kernel, a radial basis function",
)
LAPLACE = Slot(
    "laplace",
    K_laplace,
    "=",
    sp.exp(-width * distance),
    over=(distance, width),
    role="conclusion",
    meaning="the Laplace kernel",
)

# Derivation

p, q, rho, s = sp.symbols("p q rho s", positive=True)
k = sp.Symbol("k", integer=True, nonnegative=True)
det, K, L = sp.Function("det"), sp.Symbol("K"), sp.Symbol("L")
MIXED = sp.Rational(3, 2)


def derivation(at: Formulas) -> Iterator[Step]:
    first, second, following = (
        sp.S.Zero + at[POLYNOMIAL].subs(degree, r) for r in (1, 2, degree + 1)
    )
    series = sp.S.Zero + sp.Sum((2 * width * xx) ** k / sp.factorial(k), (k, 0, sp.oo))
    apart = norm_x**2 + norm_z**2 - 2 * xx
    rescaled = sp.exp(-width * norm_x**2) * sp.exp(-width * norm_z**2) * sp.exp(2 * width * xx)
    law = p / (2 * sp.sqrt(sp.pi) * s**MIXED) * sp.exp(-(p**2) / (4 * s))
    mixture = sp.Integral(law * sp.exp(-s * rho**2), (s, 0, sp.oo))

    yield cited("Schur (1911): products of kernels are kernels", sp.S.Zero, "<=", det(K * L))
    yield from _polynomial("for r = 1", first)
    yield from _polynomial("each further degree multiplies by", second / first)
    yield identity("and it is the same each time", first * following, at[POLYNOMIAL] * second)
    yield identity("a power series", series, sp.exp(2 * width * xx))
    yield identity("times features exp(-c |x|^2)", rescaled, sp.exp(-width * apart))
    yield identity("a mixture of Gaussian kernels", mixture, sp.exp(-p * rho))
    yield cited("Schoenberg (1938): so for 0 < q <= 2", sp.S.Zero, "<=", det(sp.exp(-p * rho**q)))
    yield from _stretched("Gaussian", at[GAUSSIAN])
    yield from _stretched("Laplace", at[LAPLACE])


def _polynomial(reason: str, formula: sp.Expr) -> Iterator[Step]:
    """Show that it is a polynomial of the inner product with coefficients >= 0."""
    terms = [sp.diff(formula, xx, j).subs(xx, 0) / sp.factorial(j) for j in range(3)]

    yield identity(reason, formula, sp.Add(*(term * xx**j for j, term in enumerate(terms))))
    for term in filter(None, terms):
        yield inequality("where no coefficient is negative", sp.S.Zero, "<=", term)


def _stretched(name: str, formula: sp.Expr) -> Iterator[Step]:
    """Show that it is constant or a multiple of exp(-p t^q) with p > 0 and 0 < q <= 2."""
    at_one = sp.S.Zero + formula.subs(distance, 1)
    yield inequality(f"{name}: positive at the distance 1", sp.S.Zero, "<=", at_one)
    if distance not in formula.free_symbols:
        return
    slope = -sp.diff(formula, distance) / formula  # p q t^(q - 1)
    first = sp.S.Zero + slope.subs(distance, 1)
    second = sp.S.Zero + sp.diff(slope, distance).subs(distance, 1)  # (q - 1) times the first

    yield identity(
        f"{name}: the logarithm falls with the slope of p t^q",
        first * distance * sp.diff(slope, distance),
        second * slope,
    )
    yield inequality("with p > 0", sp.S.Zero, "<", first)
    yield inequality("and q > 0", sp.S.Zero, "<", first + second)
    yield inequality("and q <= 2", second, "<=", first)


# Numerical check


def margins(case: Points, at: Formulas) -> Iterator[Margin]:
    if case.c < 0 or case.r < 1:
        return

    def at_pair(slot: Slot, x: Row, z: Row) -> Number:
        if slot is POLYNOMIAL:
            return at(slot, xx=product(x, z), shift=case.c, degree=fmpq(case.r))
        apart = [p - q for p, q in zip(x, z, strict=True)]
        return at(slot, distance=sqrt(product(apart, apart)), width=case.c)

    for slot in (POLYNOMIAL, GAUSSIAN, LAPLACE) if case.c > 0 else (POLYNOMIAL,):
        matrix = [[at_pair(slot, x, z) for z in case.points] for x in case.points]
        for kept, minor in principal_minors(matrix):
            where = "points " + ", ".join(str(i + 1) for i in kept)
            yield Margin(f"minor of the {slot.name} kernel", fmpq(0), minor, "<=", where)


def hard_cases(at: Formulas) -> Iterator[Points]:
    yield points("0", c="1")
    yield points("0; 1", c="1")
    yield points("1", c="0")
    yield points("1; 2", c="0", r=2)
    yield points("0; 1; 2", c="1")
    yield points("0; 1/2; 1", c="1", r=2)
    yield points("0; 1/2; 1", c="2", r=3)
    yield points("1 0; 0 1; 1 1", c="1/2", r=3)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    places, c = members(p), p["c"][:, None, None]
    apart = np.linalg.norm(places[:, :, None] - places[:, None], axis=3)
    inner = np.einsum("cai,cbi->cab", places, places)
    degrees = np.floor(p["r"])[:, None, None]
    matrices = (
        at.on_arrays(POLYNOMIAL, xx=inner, shift=c, degree=degrees),
        at.on_arrays(GAUSSIAN, distance=apart, width=c),
        at.on_arrays(LAPLACE, distance=apart, width=c),
    )
    return np.min([least_eigenvalues(matrix) for matrix in matrices], axis=0)


# Other ways of stating it

ALSO_TRUE = {
    "the power split": {POLYNOMIAL: (xx + shift) * (xx + shift) ** (degree - 1)},
    "any multiple": {POLYNOMIAL: 3 * (xx + shift) ** degree},
    "with a bandwidth": {GAUSSIAN: sp.exp(-(distance**2) / (2 * width**2))},
    "one for the other": {GAUSSIAN: sp.exp(-width * distance)},
    "the Gaussian for the Laplace kernel": {LAPLACE: sp.exp(-width * distance**2)},
    "the root of the distance": {LAPLACE: sp.exp(-width * sp.sqrt(distance))},
}
FALSE = {
    "the shift subtracted": {POLYNOMIAL: (xx - shift) ** degree},
    "a power that is not an integer": {POLYNOMIAL: (xx + shift) ** (degree / 2)},
    "an inverse power": {POLYNOMIAL: (xx + shift) ** (-degree)},
    "the sigmoid kernel": {POLYNOMIAL: sp.tanh(xx + shift)},
    "growing with the distance": {GAUSSIAN: sp.exp(width * distance**2)},
    "the fourth power of the distance": {GAUSSIAN: sp.exp(-width * distance**4)},
    "the first terms of the series": {GAUSSIAN: 1 - width * distance**2},
    "the minus lost": {LAPLACE: sp.exp(width * distance)},
    "the third power of the distance": {LAPLACE: sp.exp(-width * distance**3)},
    "the distance itself": {LAPLACE: width * distance},
}
UNSETTLED = {
    "polynomial: degree squared": "true; the proof goes up one degree at a time by one factor",
}

THEOREM = Theorem(
    label="Example 11.10",
    statement=__doc__,
    slots=(POLYNOMIAL, GAUSSIAN, LAPLACE),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
    unsettled=UNSETTLED,
)
