"""Equation (11.6.1): the normalised network, which agrees with LeCun's at initialization.

Setting
    Phi(x, w) = a_out v . sigma(a_in U x + b) + c with n neurons and d inputs.  By (11.6.2),
    U_ij and v_i ~ D(0, 1) and b = c = 0 at initialization; by (11.5.3), LeCun's network
    v . sigma(U x + b) + c starts with U_ij ~ D(0, 1/d), v_i ~ D(0, 1/n) and b = c = 0.

Hypothesis
    The two scales are `input_scale` and `output_scale`.

Conclusion
    Phi at (U, b, v, c) is LeCun's network at (d^(-1/2) U, b, n^(-1/2) v, c), so (11.6.2) and
    (11.5.3) give the same random function.  With z_i entry i of d^(-1/2) U x + b, the derivatives
    of Phi are `by_U`, `by_b`, `by_v` and `by_c`, which is (11.6.3).  (The book's line for b has a
    bracket that is never opened.)

Proof idea
    D(0, 1) divided by sqrt(d) is D(0, 1/d); the chain rule.

Checked numerically
    Exactly, on sigma(t) = t^p with p at most 3: the two networks at the same weights, and every
    derivative from five values along a line.
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
    ds_i,
    input_scale,
    n,
    output_scale,
    s_i,
    v_i,
    x_j,
)

# Formulas


def scale(name: str, quantity: sp.Symbol, formula: sp.Expr, meaning: str) -> Slot:
    return Slot(
        name,
        quantity,
        "=",
        formula,
        over=(n, d),
        role="hypothesis",
        meaning=meaning,
        fails_if=("smaller", "larger"),
    )


def derivative(name: str, quantity: sp.Symbol, formula: sp.Expr, by: str) -> Slot:
    return Slot(
        name,
        quantity,
        "=",
        formula,
        over=(v_i, s_i, ds_i, x_j, n, d),
        role="conclusion",
        meaning=f"the derivative of the output by {by}",
        fails_if=("smaller", "larger"),
    )


INPUT_SCALE = scale("input_scale", input_scale, 1 / sp.sqrt(d), "the factor in front of U")
OUTPUT_SCALE = scale("output_scale", output_scale, 1 / sp.sqrt(n), "the factor in front of v")
BY_U = derivative("by_U", by_U, v_i * ds_i * x_j / sp.sqrt(n * d), "an entry of U")
BY_B = derivative("by_b", by_b, v_i * ds_i / sp.sqrt(n), "an entry of b")
BY_V = derivative("by_v", by_v, s_i / sp.sqrt(n), "an entry of v")
BY_C = derivative("by_c", by_c, sp.S.One, "c")

# Derivation

u, t = sp.symbols("u t", real=True)
sigma = sp.Function("sigma")


def derivation(at: Formulas) -> Iterator[Step]:
    inner, outer = 1 / sp.sqrt(d), 1 / sp.sqrt(n)
    inside = sp.Derivative(inner * u * x_j + t, u)
    of_value = sp.Derivative(outer * v_i * sigma(t), t)

    yield identity("D(0, 1) scaled has variance 1/d", at[INPUT_SCALE] ** 2, 1 / d)
    yield inequality("and keeps its sign", sp.S.Zero, "<", at[INPUT_SCALE])
    yield identity("D(0, 1) scaled has variance 1/n", at[OUTPUT_SCALE] ** 2, 1 / n)
    yield inequality("and keeps its sign", sp.S.Zero, "<", at[OUTPUT_SCALE])
    yield identity(
        "v_i and sigma' come from outside", of_value, outer * v_i * sp.Derivative(sigma(t), t)
    )
    yield identity("U_ij moves z_i by", times(outer, v_i, ds_i, inside), at[BY_U])
    yield identity("b_i moves it by 1", times(outer, v_i, ds_i, sp.Derivative(t, t)), at[BY_B])
    yield identity("v_i multiplies", sp.Derivative(outer * v_i * s_i, v_i), at[BY_V])
    yield identity("c is added", sp.Derivative(t, t), at[BY_C])


# Numerical check


def margins(case: Layer, at: Formulas) -> Iterator[Margin]:
    sizes: dict[str, Number] = {"n": fmpq(case.n), "d": fmpq(case.d)}
    root_n, root_d = sqrt(fmpq(case.n)), sqrt(fmpq(case.d))
    inner, outer = 1 / root_d, 1 / root_n
    insides = [dot(u, case.x) / root_d + b for u, b in zip(case.U, case.b, strict=True)]
    hidden = (v / root_n * case.sigma(z) for v, z in zip(case.v, insides, strict=True))
    at_scaled_weights = sum(hidden, fmpq(0)) + case.c
    claimed = case.output(at(INPUT_SCALE, **sizes), at(OUTPUT_SCALE, **sizes))
    yield Margin("LeCun's network", claimed, at_scaled_weights, "=")
    for i, z in enumerate(insides):
        known = {"v_i": case.v[i], "s_i": case.sigma(z), "ds_i": case.sigma(z, 1), **sizes}
        *of_U, of_b, of_v = (case.slope(place, inner, outer) for place in case.places(i))
        for x, slope in zip(case.x, of_U, strict=True):
            yield Margin("by U", at(BY_U, **known, x_j=x), slope, "=", f"neuron {i + 1}")
        first = {**known, "x_j": case.x[0]}
        yield Margin("by b", at(BY_B, **first), of_b, "=", f"neuron {i + 1}")
        yield Margin("by v", at(BY_V, **first), of_v, "=", f"neuron {i + 1}")
        of_c = case.slope(case.size - 1, inner, outer)
        yield Margin("by c", at(BY_C, **first), of_c, "=", f"neuron {i + 1}")


def hard_cases(at: Formulas) -> Iterator[Layer]:
    yield layer(2, "1 1 0 0", b="0", v="1", x="2 3 1 1")
    yield layer(1, "1; -1; 1; 1", b="0 0 0 0", v="1 1 -1 1", x="2")
    yield layer(3, "1 0 1 0; 1 -1 2 1; 0 1 0 1; 1 1 1 1", b="0 1 0 1", v="1 -1/2 2 1", x="2 -1 1 3")
    yield layer(2, "1 2; 1/2 1", b="1 -1/2", v="-3 1", x="2 1/3", c="1")


SHAPE = (4, 4)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    many = members(p, *SHAPE)
    sizes = {"n": float(SHAPE[0]), "d": float(SHAPE[1])}
    z = many.insides(0.5)
    value, slope = many.sigma(z), many.sigma(z, 1)
    lecun = (0.5 * many.v * value).sum(axis=1)
    inner, outer = (float(at.on_arrays(slot, **sizes)) for slot in (INPUT_SCALE, OUTPUT_SCALE))
    normalised = outer * (many.v * many.sigma(many.insides(inner))).sum(axis=1)
    off = np.abs(normalised - lecun) / (1 + np.abs(many.v * value).sum(axis=1))
    first = {"v_i": many.v[:, 0], "s_i": value[:, 0], "ds_i": slope[:, 0], "x_j": many.x[:, 0]}
    by_b = 0.5 * first["v_i"] * first["ds_i"]
    true = {BY_U: 0.5 * by_b * first["x_j"], BY_B: by_b, BY_V: 0.5 * first["s_i"]}
    for slot, derivative in {**true, BY_C: np.ones_like(by_b)}.items():
        claimed = at.on_arrays(slot, **first, **sizes)
        off = np.maximum(off, np.abs(relative(claimed, derivative)))
    return -off


# Other ways of stating it

ALSO_TRUE = {
    "the factors of U one by one": {BY_U: v_i * ds_i * x_j / (sp.sqrt(n) * sp.sqrt(d))},
    "a power for the root": {INPUT_SCALE: d ** sp.Rational(-1, 2)},
}
FALSE = {
    "1/d for the inputs": {INPUT_SCALE: 1 / d},
    "the inputs not scaled": {INPUT_SCALE: sp.S.One},
    "the inputs scaled up": {INPUT_SCALE: sp.sqrt(d)},
    "the width for the inputs": {INPUT_SCALE: 1 / sp.sqrt(n)},
    "1/n for the output": {OUTPUT_SCALE: 1 / n},
    "the output not scaled": {OUTPUT_SCALE: sp.S.One},
    "the inputs for the width": {OUTPUT_SCALE: 1 / sp.sqrt(d)},
    "U without the input scale": {BY_U: v_i * ds_i * x_j / sp.sqrt(n)},
    "U without the output scale": {BY_U: v_i * ds_i * x_j / sp.sqrt(d)},
    "U as in (11.5.2)": {BY_U: v_i * ds_i * x_j},
    "b with the input scale": {BY_B: v_i * ds_i / sp.sqrt(n * d)},
    "b as in (11.5.2)": {BY_B: v_i * ds_i},
    "sigma for sigma' in b": {BY_B: v_i * s_i / sp.sqrt(n)},
    "v as in (11.5.2)": {BY_V: s_i},
    "v divided by n": {BY_V: s_i / n},
    "c with the output scale": {BY_C: 1 / sp.sqrt(n)},
}

THEOREM = Theorem(
    label="Equation (11.6.1)",
    statement=__doc__,
    slots=(INPUT_SCALE, OUTPUT_SCALE, BY_U, BY_B, BY_V, BY_C),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(box(*SHAPE), slack, lambda p, at: member(p, *SHAPE)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
