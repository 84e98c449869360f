"""Equation (11.5.2): the gradient of a network with one hidden layer, and its Hessian.

Setting
    Phi(x, w) = v . sigma(U x + b) + c with n neurons and d inputs; z_i is entry i of U x + b.
    H_i is the Hessian of Phi(x, .) by the parameters of neuron i: row i of U, b_i and v_i.

Conclusion
    Phi has N = `parameters` parameters, its derivatives are `by_U`, `by_b`, `by_v` and `by_c`,
    and the Hessian of Phi(x, .) is block diagonal with |H_i| = `hessian_norm`, which is not in
    the book, but where the sharp Lipschitz constants of the gradient come from.

Proof idea
    The chain rule.  With s the length of (x, 1), H_i acts on the span of (x, 1) / s and the
    direction of v_i as ((a s^2, b s), (b s, 0)) with a = v_i sigma''(z_i) and b = sigma'(z_i),
    and vanishes on what is orthogonal to both.

Checked numerically
    Exactly, on sigma(t) = t^p with p at most 3: five values along a line determine a derivative.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.finite_laws import dot
from numeric.small_layers import Layer, box, layer, member, members
from symbolic.evaluate import FloatArray
from symbolic.exact import Number, sqrt
from symbolic.step import Step, identity, inequality, times
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.notation import (
    by_b,
    by_c,
    by_U,
    by_v,
    d,
    dds_i,
    ds_i,
    n,
    norm_H,
    norm_x,
    parameters,
    s_i,
    v_i,
    x_j,
)

# Formulas

AT_PLACE = (v_i, s_i, ds_i, dds_i, x_j, n, d)


def derivative(name: str, quantity: sp.Symbol, formula: sp.Expr, by: str) -> Slot:
    return Slot(
        name,
        quantity,
        "=",
        formula,
        over=AT_PLACE,
        role="conclusion",
        meaning=f"the derivative of the output by {by}",
        fails_if=("smaller", "larger"),
    )


BY_U = derivative("by_U", by_U, v_i * ds_i * x_j, "an entry of U")
BY_B = derivative("by_b", by_b, v_i * ds_i, "an entry of b")
BY_V = derivative("by_v", by_v, s_i, "an entry of v")
BY_C = derivative("by_c", by_c, sp.S.One, "c")
PARAMETERS = Slot(
    "parameters",
    parameters,
    "=",
    n * (d + 2) + 1,
    over=(n, d),
    role="conclusion",
    meaning="the number of parameters",
    fails_if=("smaller", "larger"),
)
squared = 1 + norm_x**2
bend = sp.Abs(v_i * dds_i)
HESSIAN_NORM = Slot(
    "hessian_norm",
    norm_H,
    "=",
    (bend * squared + sp.sqrt(bend**2 * squared**2 + 4 * ds_i**2 * squared)) / 2,
    over=(v_i, s_i, ds_i, dds_i, norm_x),
    role="conclusion",
    meaning="the spectral norm of the Hessian by the parameters of neuron i",
    fails_if=("smaller", "larger"),
)

# Derivation

u, t = sp.symbols("u t", real=True)
x = sp.symbols("x_1 x_2", real=True)
a, b, s, root = sp.symbols("a b s lambda", positive=True)
sigma = sp.Function("sigma")


def derivation(at: Formulas) -> Iterator[Step]:
    inside = sp.Derivative(u * x_j + t, u)
    entries = sp.Matrix([*x, 1])
    hessian = sp.BlockMatrix([[a * entries * entries.T, b * entries], [b * entries.T, sp.zeros(1)]])
    characteristic = (root * sp.eye(4) - hessian.as_explicit()).det()
    length = 1 + x[0] ** 2 + x[1] ** 2
    norm = at[HESSIAN_NORM]
    square = bend * squared * norm + ds_i**2 * squared

    yield identity("U, b, v and c", n * d + n + n + 1, at[PARAMETERS])
    yield identity(
        "v_i and sigma' come from outside",
        sp.Derivative(v_i * sigma(t), t),
        v_i * sp.Derivative(sigma(t), t),
    )
    yield identity("U_ij moves z_i by x_j", times(v_i, ds_i, inside), at[BY_U])
    yield identity("b_i moves it by 1", times(v_i, ds_i, sp.Derivative(t, t)), at[BY_B])
    yield identity("v_i multiplies", sp.Derivative(v_i * s_i, v_i), at[BY_V])
    yield identity("c is added", sp.Derivative(t, t), at[BY_C])
    yield identity(
        "the eigenvalues of H_i (two inputs)",
        characteristic,
        root**2 * (root**2 - a * length * root - b**2 * length),
    )
    yield identity("the norm solves this equation, a >= 0", norm**2, square)
    yield inequality("and is the positive one of its roots", sp.S.Zero, "<=", norm)


# Numerical check


def margins(case: Layer, at: Formulas) -> Iterator[Margin]:
    sizes: dict[str, Number] = {"n": fmpq(case.n), "d": fmpq(case.d)}
    yield Margin("number of parameters", at(PARAMETERS, **sizes), fmpq(case.size), "=")
    yield Margin(
        "by c", at(BY_C, **_neuron(case, 0), **sizes, x_j=case.x[0]), case.slope(case.size - 1), "="
    )
    norm_x = sqrt(dot(case.x, case.x))
    for i in range(case.n):
        known = _neuron(case, i)
        *of_U, of_b, of_v = (case.slope(place) for place in case.places(i))
        for j, slope in enumerate(of_U):
            claimed = at(BY_U, **known, **sizes, x_j=case.x[j])
            yield Margin("by U", claimed, slope, "=", f"U_{i + 1}{j + 1}")
        here = f"neuron {i + 1}"
        first = {**known, **sizes, "x_j": case.x[0]}
        yield Margin("by b", at(BY_B, **first), of_b, "=", here)
        yield Margin("by v", at(BY_V, **first), of_v, "=", here)
        yield Margin(
            "Hessian", at(HESSIAN_NORM, **known, norm_x=norm_x), case.hessian_norm(i), "=", here
        )
    for place in case.places(0) if case.n > 1 else ():
        mixed = (case.curvature(place, other) for other in case.places(1))
        largest = max(map(abs, mixed))
        yield Margin("between two neurons", largest, fmpq(0), "=", trivial=True)


def _neuron(case: Layer, i: int) -> dict[str, Number]:
    z = case.insides()[i]
    values = {name: case.sigma(z, order) for order, name in enumerate(("s_i", "ds_i", "dds_i"))}
    return {"v_i": case.v[i], **values}


def hard_cases(at: Formulas) -> Iterator[Layer]:
    yield layer(2, "1", b="0", v="1", x="2")
    yield layer(2, "1", b="1/2", v="-3", x="2")
    yield layer(3, "1 2", b="-1", v="2", x="1 1/2", c="1")
    yield layer(3, "1 0; 1 -1", b="0 1", v="1 -1/2", x="2 -1")
    yield layer(1, "1; 2; 3", b="0 0 0", v="1 2 3", x="1/3")


SHAPE = (2, 2)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    many = members(p, *SHAPE)
    z = many.insides()
    value, slope, curvature = (many.sigma(z, order)[:, 0] for order in range(3))
    v, x = many.v[:, 0], many.x
    known = {"v_i": v, "s_i": value, "ds_i": slope, "dds_i": curvature}
    sizes = {"n": float(SHAPE[0]), "d": float(SHAPE[1]), "x_j": x[:, 0]}
    off = np.abs(at.on_arrays(PARAMETERS, n=2.0, d=2.0) - 9.0)
    for slot, true in ((BY_U, v * slope * x[:, 0]), (BY_B, v * slope), (BY_V, value), (BY_C, 1.0)):
        claimed = at.on_arrays(slot, **known, **sizes)
        off = np.maximum(off, np.abs(relative(claimed, np.broadcast_to(true, claimed.shape))))
    with_one = np.concatenate([x, np.ones_like(v)[:, None]], axis=1)
    hessian = np.zeros((len(v), 4, 4))
    bend = v * curvature
    hessian[:, :3, :3] = bend[:, None, None] * with_one[:, :, None] * with_one[:, None, :]
    hessian[:, :3, 3] = hessian[:, 3, :3] = slope[:, None] * with_one
    norm = np.abs(np.linalg.eigvalsh(hessian)).max(axis=1)
    claimed = at.on_arrays(HESSIAN_NORM, **known, norm_x=np.hypot(x[:, 0], x[:, 1]))
    return -np.maximum(off, np.abs(relative(claimed, norm)))


# Other ways of stating it

ALSO_TRUE = {
    "the parameters group by group": {PARAMETERS: n * d + 2 * n + 1},
    "the norm with its factor inside": {
        HESSIAN_NORM: bend * squared / 2 + sp.sqrt((bend * squared / 2) ** 2 + ds_i**2 * squared)
    },
}
FALSE = {
    "sigma for sigma' in U": {BY_U: v_i * s_i * x_j},
    "the input forgotten": {BY_U: v_i * ds_i},
    "the outer weight forgotten in U": {BY_U: ds_i * x_j},
    "sigma for sigma' in b": {BY_B: v_i * s_i},
    "the outer weight forgotten in b": {BY_B: ds_i},
    "b like U": {BY_B: v_i * ds_i * x_j},
    "sigma' for sigma in v": {BY_V: ds_i},
    "the value of the neuron": {BY_V: v_i * s_i},
    "scaled as in (11.6.3)": {BY_V: s_i / sp.sqrt(n)},
    "no derivative by c": {BY_C: sp.S.Zero},
    "without the output bias": {PARAMETERS: n * (d + 2)},
    "without the hidden biases": {PARAMETERS: n * (d + 1) + 1},
    "a bias for each output weight": {PARAMETERS: n * (d + 3)},
    "the norm without the bias": {
        HESSIAN_NORM: HESSIAN_NORM.formula.subs(norm_x**2, norm_x**2 - 1)
    },
    "the norm's 1/2 lost": {HESSIAN_NORM: 2 * HESSIAN_NORM.formula},
    "the largest entry only": {HESSIAN_NORM: bend * squared},
    "without mixed derivatives": {HESSIAN_NORM: sp.Max(bend * squared, sp.Abs(ds_i))},
    "a sum of norms": {HESSIAN_NORM: bend * squared + 2 * sp.Abs(ds_i) * sp.sqrt(squared)},
    "the 4 lost": {
        HESSIAN_NORM: (bend * squared + sp.sqrt(bend**2 * squared**2 + ds_i**2 * squared)) / 2
    },
}

THEOREM = Theorem(
    label="Equation (11.5.2)",
    statement=__doc__,
    slots=(PARAMETERS, BY_U, BY_B, BY_V, BY_C, HESSIAN_NORM),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(box(*SHAPE), slack, lambda p, at: member(p, *SHAPE)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
