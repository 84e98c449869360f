"""Equation (11.3.1): the linearization of a model and its tangent kernel.

Setting
    Phi(x, w) is continuously differentiable in w; w_0 is where it is linearized.
    Phi_0 = Phi(x, w_0); g_w and g_w0 are the inner products of grad Phi(x, w_0) with w and
    with w_0; g_g is that of grad Phi(x, w_0) with grad Phi(x', w_0).

Conclusion
    The affine function of w that agrees with Phi(x, w) to first order at w_0 is `linearization`,
    and the kernel of its feature map, (11.3.4), is `tangent_kernel`.

Proof idea
    First-order Taylor expansion; the inner product is bilinear.

Checked numerically
    Exactly, on polynomials of degree up to 4 along each line, whose derivatives five values
    determine.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.ridge_models import ONE, ZERO, Model, Polynomial, Ridge, dot, fractions
from symbolic.evaluate import FloatArray
from symbolic.exact import Number, as_text
from symbolic.step import Step, cited, identity
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import TANGENT, K_hat, Phi_0, Phi_lin, g_g, g_w, g_w0

# Formulas

LINEARIZATION = Slot(
    "linearization",
    Phi_lin,
    "=",
    Phi_0 + g_w - g_w0,
    over=(Phi_0, g_w, g_w0),
    role="conclusion",
    meaning="the first-order Taylor polynomial of w -> Phi(x, w) at w_0",
    fails_if=("smaller", "larger"),
)
TANGENT_KERNEL = Slot(
    "tangent_kernel",
    K_hat,
    "=",
    g_g,
    over=(g_g, Phi_0, g_w, g_w0),
    role="conclusion",
    meaning="the kernel of the feature map x -> grad Phi(x, w_0)",
    fails_if=("smaller", "larger"),
)

# Derivation

g = sp.symbols("g_1 g_2", real=True)
w = sp.symbols("w_1 w_2", real=True)
v = sp.symbols("v_1 v_2", real=True)


def derivation(at: Formulas) -> Iterator[Step]:
    G, W, V = (sp.Matrix(name) for name in (g, w, v))
    apart = G.dot(W) - G.dot(V)

    yield cited("Taylor: value at w_0 plus slope along w - w_0", Phi_lin, "=", Phi_0 + (g_w - g_w0))
    yield identity("the inner product is bilinear (two parameters)", G.dot(W - V), apart)
    yield identity("so the linearization is", Phi_0 + (g_w - g_w0), at[LINEARIZATION])
    yield identity("and the kernel of its features", g_g, at[TANGENT_KERNEL])


# Numerical check


@dataclass(frozen=True)
class Case:
    """The model at two inputs, as two polynomials of two parameters, w_0 and w."""

    model: Model
    w0: tuple[fmpq, ...]
    w: tuple[fmpq, ...]

    @property
    def size(self) -> int:
        return len(self.w)

    def describe(self) -> dict[str, str]:
        places = {"w_0": self.w0, "w": self.w}
        texts = {name: ", ".join(map(as_text, place)) for name, place in places.items()}
        return {"Phi(x, w); Phi(x', w)": str(self.model), **texts}


def slope(values: Mapping[int, Number]) -> Number:
    """Return p'(0) of a polynomial of degree up to 4 from p(-2), p(-1), p(1), p(2)."""
    return (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / 12


def margins(case: Case, at: Formulas) -> Iterator[Margin]:
    def slopes(direction: tuple[fmpq, ...]) -> list[Number]:
        """Differentiate both outputs along a direction, from values alone."""
        places = {
            t: [a + t * b for a, b in zip(case.w0, direction, strict=True)] for t in (-2, -1, 1, 2)
        }
        outputs = {t: case.model.values(place) for t, place in places.items()}
        return [slope({t: both[i] for t, both in outputs.items()}) for i in (0, 1)]

    at_x, at_x2 = zip(slopes((ONE, ZERO)), slopes((ZERO, ONE)), strict=True)
    start = case.model.values(case.w0)[0]
    step = tuple(a - b for a, b in zip(case.w, case.w0, strict=True))
    gradient, gradient_2 = case.model.jacobian(case.w0)
    known = {"Phi_0": start, "g_w": dot(gradient, case.w), "g_w0": dot(gradient, case.w0)}
    product = at(TANGENT_KERNEL, **known, g_g=dot(gradient, gradient_2))
    tangent = start + slopes(step)[0]
    yield Margin("first-order Taylor polynomial", at(LINEARIZATION, **known), tangent, "=")
    yield Margin("product of gradients", product, dot(at_x, at_x2), "=")


def model(a: Sequence[fmpq], b: Sequence[fmpq]) -> Model:
    """Return two outputs a_0 w_1 + a_1 w_2 + a_2 w_1^2 + a_3 (w_1 + w_2)^3, one of them with b."""
    return Model(
        tuple(
            (
                Ridge((ONE, ZERO), Polynomial((c[0], c[2]))),
                Ridge((ZERO, ONE), Polynomial((c[1],))),
                Ridge((ONE, ONE), Polynomial((ZERO, ZERO, c[3]))),
            )
            for c in (a, b)
        )
    )


def hard_cases(at: Formulas) -> Iterator[Case]:
    for a, b, w0, w in (
        ("1 0 0 0", "1 0 0 0", "2 0", "3 0"),
        ("1 0 1 0", "0 1 2 0", "1 2", "3 5"),
        ("1 2 -1 1/2", "2 -1 1 1", "1/2 1", "2 -1/3"),
    ):
        points = (fractions(*text.split()) for text in (a, b, w0, w))
        yield Case(model(next(points), next(points)), next(points), next(points))


BOX = {
    **{f"{name}_{i}": (-2.0, 2.0) for name in "ab" for i in range(4)},
    **{f"{name}_{i}": (-2.0, 2.0) for name in "vw" for i in range(2)},
}


def slack(p: Parameters, at: Formulas) -> FloatArray:
    v, w = ((p[f"{name}_0"], p[f"{name}_1"]) for name in "vw")

    def value(c: str, t: tuple[FloatArray, ...]) -> FloatArray:
        straight = p[f"{c}_0"] * t[0] + p[f"{c}_1"] * t[1]
        return straight + p[f"{c}_2"] * t[0] ** 2 + p[f"{c}_3"] * (t[0] + t[1]) ** 3

    def gradient(c: str) -> tuple[FloatArray, FloatArray]:
        cubic = 3 * p[f"{c}_3"] * (v[0] + v[1]) ** 2
        return p[f"{c}_0"] + 2 * p[f"{c}_2"] * v[0] + cubic, p[f"{c}_1"] + cubic

    (g0, g1), (k0, k1) = gradient("a"), gradient("b")
    known = {"Phi_0": value("a", v), "g_w": g0 * w[0] + g1 * w[1], "g_w0": g0 * v[0] + g1 * v[1]}
    product = g0 * k0 + g1 * k1
    tangent = known["Phi_0"] + g0 * (w[0] - v[0]) + g1 * (w[1] - v[1])
    by_line = np.abs(at.on_arrays(LINEARIZATION, **known) - tangent)
    by_kernel = np.abs(at.on_arrays(TANGENT_KERNEL, **known, g_g=product) - product)
    return -np.maximum(by_line, by_kernel) / (1 + np.abs(tangent) + np.abs(product))


def case(p: Mapping[str, fmpq], at: Formulas) -> Case:
    a, b = ([p[f"{name}_{i}"] for i in range(4)] for name in "ab")
    return Case(model(a, b), (p["v_0"], p["v_1"]), (p["w_0"], p["w_1"]))


# Other ways of stating it

ALSO_TRUE = {
    "constants first": {LINEARIZATION: (2 * Phi_0 - 2 * g_w0) / 2 + g_w},
    "the kernel, doubled and halved": {TANGENT_KERNEL: (g_g + g_g) / 2},
}
FALSE = {
    "w for w - w_0": {LINEARIZATION: Phi_0 + g_w},
    "w_0 - w": {LINEARIZATION: Phi_0 - g_w + g_w0},
    "the value at w_0 forgotten": {LINEARIZATION: g_w - g_w0},
    "half of the slope": {LINEARIZATION: Phi_0 + (g_w - g_w0) / 2},
    "the kernel squared": {TANGENT_KERNEL: g_g**2},
    "the kernel twice": {TANGENT_KERNEL: 2 * g_g},
}

THEOREM = Theorem(
    label="Equation (11.3.1)",
    statement=__doc__,
    slots=(LINEARIZATION, TANGENT_KERNEL),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, case),
    also_true=ALSO_TRUE,
    false=FALSE,
    vectors=TANGENT,
)
