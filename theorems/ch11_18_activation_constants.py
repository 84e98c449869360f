"""Assumption 11.18: the constants of an activation function.

Setting
    (a) asks for |sigma(0)|, Lip(sigma), Lip(sigma') <= R.  Lip is the least Lipschitz constant;
    sigmoid(t) = 1 / (1 + exp(-t)), and softplus_beta(t) = log(1 + exp(beta t)) / beta tends to
    ReLU as beta grows, uniformly.

Conclusion
    With (a), |sigma(t)| <= `growth`.  The constants of common activations are Lip(tanh') = `tanh`,
    Lip(arctan') = `arctan`, Lip(sigmoid) = `sigmoid`, Lip(sigmoid') = `sigmoid_slope`, and
    Lip(softplus_beta') = `softplus`.  ReLU is excluded: the chord of ReLU' between +-eps has the
    slope `relu`, which no R bounds.

Proof idea
    Each second derivative is a polynomial or a quotient in one variable, say T = tanh(t), whose
    largest value is attained.  Growth is the triangle inequality.

Checked numerically
    Chords of sigma' by arithmetic of power series in balls, and sigma'' at the place where it is
    largest.  Parts (b) and (c) of the assumption, on the data and on the kernel matrix, have no
    formula to check.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import arb, fmpq

from numeric.activation_slopes import BOX, TwoPoints, derivative, member, two_points
from symbolic.evaluate import FloatArray
from symbolic.exact import Number
from symbolic.step import Step, identity, inequality
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.notation import (
    R_11_18,
    beta_sharp,
    chord_relu,
    epsilon,
    lip_arctan,
    lip_sigmoid,
    lip_sigmoid_slope,
    lip_softplus,
    lip_tanh,
    size_sigma_t,
    t_point,
)

# Formulas

GROWTH = Slot(
    "growth",
    size_sigma_t,
    "<=",
    R_11_18 * (1 + sp.Abs(t_point)),
    over=(R_11_18, t_point),
    role="conclusion",
    meaning="a bound for |sigma(t)|",
    fails_if=("smaller",),
)


def constant(
    name: str, quantity: sp.Symbol, formula: sp.Expr, meaning: str, over: tuple[sp.Symbol, ...] = ()
) -> Slot:
    both = ("smaller", "larger")
    return Slot(name, quantity, "=", formula, over, "conclusion", meaning, fails_if=both)


ROOT = sp.sqrt(3)
TANH = constant("tanh", lip_tanh, 4 / (3 * ROOT), "the Lipschitz constant of tanh'")
ARCTAN = constant("arctan", lip_arctan, 3 * ROOT / 8, "the Lipschitz constant of arctan'")
SIGMOID = constant(
    "sigmoid", lip_sigmoid, sp.Rational(1, 4), "the Lipschitz constant of the sigmoid"
)
SIGMOID_SLOPE = constant(
    "sigmoid_slope", lip_sigmoid_slope, ROOT / 18, "the Lipschitz constant of the sigmoid's slope"
)
SOFTPLUS = constant(
    "softplus",
    lip_softplus,
    beta_sharp / 4,
    "the Lipschitz constant of the slope of softplus",
    over=(beta_sharp,),
)
RELU = constant(
    "relu", chord_relu, 1 / (2 * epsilon), "the chord of ReLU' across its jump", over=(epsilon,)
)

# Derivation

t = sp.Symbol("t", real=True)
T, p = sp.symbols("T p", nonnegative=True)
size, at_zero, moved = sp.symbols("size at_zero moved", nonnegative=True)


def sigmoid(t: sp.Expr) -> sp.Expr:
    return 1 / (1 + sp.exp(-t))


def derivation(at: Formulas) -> Iterator[Step]:
    below_one = facts((p, "<=", 1))
    by_a = facts(
        (at_zero, "<=", R_11_18),
        (moved, "<=", R_11_18 * sp.Abs(t_point)),
        (size, "<=", at_zero + moved),
    )
    of_tanh, of_arctan = 2 * T * (1 - T**2), 2 * T / (1 + T**2) ** 2
    of_slope = p * (1 - p) * (1 - 2 * p)
    top = (3 - ROOT) / 6

    yield inequality("sigma(0), and from there on to t", size, "<=", at[GROWTH], by_a)
    yield identity(
        "T = tanh(t) has T' = 1 - T^2, so",
        sp.Derivative(sp.tanh(t), t, 2),
        -2 * sp.tanh(t) * (1 - sp.tanh(t) ** 2),
    )
    yield inequality("for T >= 0, as tanh is odd", of_tanh, "<=", at[TANH])
    yield identity("with equality", of_tanh.subs(T, 1 / ROOT), at[TANH])
    yield identity(
        "the slope of arctan falls by",
        -sp.Derivative(sp.atan(t), t, 2),
        2 * t / (1 + t**2) ** 2,
    )
    yield inequality("which for t >= 0 is", of_arctan, "<=", at[ARCTAN])
    yield identity("with equality", of_arctan.subs(T, 1 / ROOT), at[ARCTAN])
    yield identity(
        "p = sigmoid(t) has p' = p (1 - p)",
        sp.Derivative(sigmoid(t), t),
        sigmoid(t) * (1 - sigmoid(t)),
    )
    yield inequality("which for p <= 1 is", p * (1 - p), "<=", at[SIGMOID], below_one)
    yield identity("with equality", sp.Subs(p * (1 - p), p, sp.Rational(1, 2)), at[SIGMOID])
    yield identity("and the derivative", sp.Derivative(p * (1 - p), p) * p * (1 - p), of_slope)
    yield inequality(
        "which is, by symmetry about p = 1/2,", of_slope, "<=", at[SIGMOID_SLOPE], below_one
    )
    yield identity("with equality", of_slope.subs(p, top), at[SIGMOID_SLOPE])
    yield identity(
        "the slope of softplus is sigmoid(beta t)",
        sp.Derivative(sp.log(1 + sp.exp(beta_sharp * t)) / beta_sharp, t),
        sigmoid(beta_sharp * t),
    )
    yield identity(
        "whose slope at 0 is", beta_sharp * (p * (1 - p)).subs(p, sp.Rational(1, 2)), at[SOFTPLUS]
    )
    yield inequality("and never more", beta_sharp * p * (1 - p), "<=", at[SOFTPLUS], below_one)
    yield identity("ReLU' jumps by 1", 1 / (epsilon + epsilon), at[RELU])


# Numerical check

CHORDS = (
    (TANH, "tanh", 1),
    (ARCTAN, "arctan", 1),
    (SIGMOID, "sigmoid", 0),
    (SIGMOID_SLOPE, "sigmoid", 1),
    (SOFTPLUS, "softplus", 1),
)
"""Each slot with the activation and the derivative whose Lipschitz constant it is."""


def margins(case: TwoPoints, at: Formulas) -> Iterator[Margin]:
    if not case.is_valid:
        return
    R = max(abs(case.a), abs(case.b))
    growth = at(GROWTH, R_11_18=R, t_point=case.t)
    yield Margin("growth", abs(case.a + case.b * case.t), growth)
    yield Margin("chord of ReLU'", at(RELU, epsilon=case.apart), case.relu_chord(), "=")
    third = arb(3).sqrt() / 3
    steepest = {"tanh": third.atanh(), "arctan": third, "sigmoid_slope": (2 + arb(3).sqrt()).log()}
    for slot, name, order in CHORDS:
        known: dict[str, Number] = {"beta_sharp": case.beta} if slot is SOFTPLUS else {}
        beta = case.beta if slot is SOFTPLUS else fmpq(1)
        place = steepest.get(slot.name, arb(0))
        claimed = at(slot, **known)
        largest = abs(derivative(name, order + 1, place, beta))
        part = f"steepest chord of {name}" + "'" * order
        yield Margin(part, case.steepness(name, order), claimed)
        yield Margin(f"{part}, in the limit", claimed, largest, "=")


def hard_cases(at: Formulas) -> Iterator[TwoPoints]:
    yield two_points("1", "0")
    yield two_points("2/3", "5/8", a="-1", b="-1")
    yield two_points("4/7", "3/5", beta="4", a="2", b="2")
    yield two_points("1/100", "-1/100", beta="100")
    yield two_points("13/10", "4/3", beta="1/2", a="3", b="0")


LARGEST = {
    "tanh": 0.7698003589195010,
    "arctan": 0.6495190528383290,
    "sigmoid": 0.25,
    "sigmoid_slope": 0.0962250448649376,
}


def slack(p: Parameters, at: Formulas) -> FloatArray:
    R = np.maximum(np.abs(p["a"]), np.abs(p["b"]))
    growth = at.on_arrays(GROWTH, R_11_18=R, t_point=p["t"])
    worst = relative(np.abs(p["a"] + p["b"] * p["t"]), growth)
    apart = np.abs(p["s"] - p["t"])
    pairs = [(at.on_arrays(RELU, epsilon=apart), 0.5 / apart)]
    pairs += [(at.on_arrays(SOFTPLUS, beta_sharp=p["beta"]), p["beta"] / 4)]
    for slot in (TANH, ARCTAN, SIGMOID, SIGMOID_SLOPE):
        pairs.append((at.on_arrays(slot) + 0 * apart, LARGEST[slot.name] + 0 * apart))
    for claimed, true in pairs:
        off = np.abs(relative(claimed, true))
        worst = np.minimum(worst, np.where(off < 1e-12, 0.0, -off))
    return worst


# Other ways of stating it

ALSO_TRUE = {
    "growth written out": {GROWTH: R_11_18 + R_11_18 * sp.Abs(t_point)},
    "tanh with the root on top": {TANH: 4 * ROOT / 9},
    "arctan with the root below": {ARCTAN: 9 / (8 * ROOT)},
    "sigmoid with the root below": {SIGMOID_SLOPE: 1 / (6 * ROOT)},
}
FALSE = {
    "growth without the constant": {GROWTH: R_11_18 * sp.Abs(t_point)},
    "bounded": {GROWTH: R_11_18},
    "R not in front of |t|": {GROWTH: R_11_18 + sp.Abs(t_point)},
    "growth squared": {GROWTH: R_11_18 * (1 + t_point**2)},
    "growth without absolute value": {GROWTH: R_11_18 * (1 + t_point)},
    "tanh' is 1-Lipschitz": {TANH: sp.S.One},
    "tanh'' without its 2": {TANH: 2 / (3 * ROOT)},
    "tanh as arctan": {TANH: 3 * ROOT / 8},
    "arctan' is 1-Lipschitz": {ARCTAN: sp.S.One},
    "arctan as tanh": {ARCTAN: 4 / (3 * ROOT)},
    "arctan'' at t = 1": {ARCTAN: sp.Rational(1, 2)},
    "the sigmoid is 1-Lipschitz": {SIGMOID: sp.S.One},
    "the value for the slope": {SIGMOID: sp.Rational(1, 2)},
    "the sigmoid's slope as steep as itself": {SIGMOID_SLOPE: sp.Rational(1, 4)},
    "the sigmoid's slope as for tanh": {SIGMOID_SLOPE: 4 / (3 * ROOT)},
    "softplus without its sharpness": {SOFTPLUS: sp.Rational(1, 4)},
    "softplus with it squared": {SOFTPLUS: beta_sharp**2 / 4},
    "softplus like its slope's slope": {SOFTPLUS: beta_sharp * ROOT / 18},
    "ReLU' is 1-Lipschitz": {RELU: sp.S.One},
    "ReLU' from 0": {RELU: 1 / epsilon},
    "ReLU' with its jump of 2": {RELU: 2 / epsilon},
}

THEOREM = Theorem(
    label="Assumption 11.18",
    statement=__doc__,
    slots=(GROWTH, TANH, ARCTAN, SIGMOID, SIGMOID_SLOPE, SOFTPLUS, RELU),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
