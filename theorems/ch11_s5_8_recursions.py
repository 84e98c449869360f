"""Equation (11.5.8): how a step of gradient descent changes the outputs.

Setting
    Phi(X, w) are the outputs at m data points, J_k the Jacobian at w_k, and
    w_{k+1} = w_k - h grad f(w_k) for f(w) = |Phi(X, w) - y|^2.  Jbar_k is the mean of the
    Jacobians on the segment from w_k to w_{k+1}.  p_k is gradient descent for the linearization
    at w_0, whose Jacobian is J_0 everywhere.  Formulas hold for each of the m outputs.

Conclusion
    Phi(X, w_{k+1}) = `network` and, (11.5.9), Phi_lin(X, p_{k+1}) = `linearization`.
    (The book has the Jacobian at one point between w_k and w_{k+1} for Jbar_k.  There is such a
    point for one output, not for two: from 0 to 1, (t^2, t^3) needs t = 1/2 and t = 1/sqrt(3).)

Proof idea
    The fundamental theorem of calculus along the step, with the step inserted.

Checked numerically
    Exactly, with two outputs and two parameters, on polynomials of degree up to 5; the mean of
    the Jacobians by a quadrature that is exact for them.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp

from numeric.cubic_models import cubic
from numeric.descent_steps import BOX, DescentStep, descent_step, member, members
from numeric.instances import polynomial
from numeric.ridge_models import separable
from symbolic.evaluate import FloatArray
from symbolic.step import Step, cited, identity, plus, times
from theorems.base import LOSSES, Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import (
    E_k,
    E_next,
    J_bar,
    J_k_t,
    Phi_k,
    Phi_lin_k,
    Phi_lin_next,
    Phi_next,
    h,
    move,
    pull_0,
    pull_bar,
    pull_k,
    pull_lin,
    pull_mid,
    pull_next,
)

# Formulas

NETWORK = Slot(
    "network",
    Phi_next,
    "=",
    Phi_k - 2 * h * pull_bar,
    over=(h, Phi_k, pull_bar, pull_mid, pull_k, pull_next, pull_0),
    role="conclusion",
    meaning="the outputs after one more step",
    fails_if=("smaller", "larger"),
)
LINEARIZATION = Slot(
    "linearization",
    Phi_lin_next,
    "=",
    Phi_lin_k - 2 * h * pull_lin,
    over=(h, Phi_lin_k, pull_lin, pull_0),
    role="conclusion",
    meaning="the outputs of the linearization after one more step",
    fails_if=("smaller", "larger"),
)

# Derivation

t = sp.Symbol("t", real=True)


def derivation(at: Formulas) -> Iterator[Step]:
    inserted = plus(E_k, times(J_bar, -2 * h * J_k_t * E_k))
    mean = sp.Integral(3 * t**2, (t, 0, 1))

    yield cited("fundamental theorem of calculus on the step", E_next, "=", E_k + J_bar * move)
    yield identity("the step is -h times the gradient", inserted, E_k - 2 * h * J_bar * J_k_t * E_k)
    yield identity("so for each output", Phi_k + times(-2 * h, pull_bar), at[NETWORK])
    yield identity("the mean slope of t^3 on [0, 1] is what it gains", mean, sp.S.One)
    yield identity(
        "with a constant Jacobian", Phi_lin_k + times(-2 * h, pull_lin), at[LINEARIZATION]
    )


# Numerical check


def margins(case: DescentStep, at: Formulas) -> Iterator[Margin]:
    if not case.h > 0:
        return
    pulls, at_start = case.pulls, case.pull_0
    outputs, after = case.outputs, case.outputs_after
    linear, linear_after, pulled = case.linear_outputs, case.linear_outputs_after, case.pull_lin
    for i, output in enumerate(outputs):
        where = f"output {i + 1}"
        known = {name: values[i] for name, values in pulls.items()}
        claimed = at(NETWORK, **known, Phi_k=output, pull_0=at_start[i], h=case.h)
        yield Margin("outputs after the step", claimed, after[i], "=", where)
        known = {"Phi_lin_k": linear[i], "pull_lin": pulled[i], "pull_0": at_start[i]}
        claimed = at(LINEARIZATION, **known, h=case.h)
        yield Margin("outputs of the linearization", claimed, linear_after[i], "=", where)


def hard_cases(at: Formulas) -> Iterator[DescentStep]:
    powers = separable(polynomial("0 1"), polynomial("0 0 1"))
    fifth = separable(polynomial("1 0 0 0 -1/5"), polynomial("1"))
    yield descent_step(powers, w0="0 0", w="1 1", y="0 0", h="1/8")
    yield descent_step(fifth, w0="0 0", w="1/2 0", y="1 1", h="1/4")
    yield descent_step(fifth, w0="1 0", w="0 0", y="1 1", h="1/2")
    both = cubic("1 0 1 0", "0 1 2 1/3", w0="1 2", w="3 5").model
    yield descent_step(both, w0="0 0", w="1 0", y="1 2", h="1/8")
    yield descent_step(both, w0="1 1", w="0 1/2", y="3 1", h="1/16")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    lanes = members(p)
    network = at.on_arrays(NETWORK, **{s.name: lanes[s.name] for s in NETWORK.over})
    linear = at.on_arrays(LINEARIZATION, **{s.name: lanes[s.name] for s in LINEARIZATION.over})
    pairs = ((network, "Phi_k", "Phi_next"), (linear, "Phi_lin_k", "Phi_lin_next"))
    off = [
        np.abs(claimed - lanes[after]) / (1 + np.abs(lanes[before]) + np.abs(lanes[after]))
        for claimed, before, after in pairs
    ]
    return -np.max(off, axis=(0, 1))


# Other ways of stating it

ALSO_TRUE = {
    "the gradient's 2 with the pull": {NETWORK: Phi_k - h * (pull_bar + pull_bar)},
    "for the linearization as well": {LINEARIZATION: Phi_lin_k - h * (pull_lin + pull_lin)},
}
FALSE = {
    "the Jacobian in the middle": {NETWORK: Phi_k - 2 * h * pull_mid},
    "the Jacobian at w_k": {NETWORK: Phi_k - 2 * h * pull_k},
    "the Jacobian at the end": {NETWORK: Phi_k - 2 * h * pull_next},
    "the mean of both ends": {NETWORK: Phi_k - h * (pull_k + pull_next)},
    "Simpson's rule": {NETWORK: Phi_k - h * (pull_k + 4 * pull_mid + pull_next) / 3},
    "the kernel at w_0": {NETWORK: Phi_k - 2 * h * pull_0},
    "2 lost": {NETWORK: Phi_k - h * pull_bar},
    "upwards": {NETWORK: Phi_k + 2 * h * pull_bar},
    "the linearization: 2 lost": {LINEARIZATION: Phi_lin_k - h * pull_lin},
    "the linearization: upwards": {LINEARIZATION: Phi_lin_k + 2 * h * pull_lin},
    "the linearization: the network's errors": {LINEARIZATION: Phi_lin_k - 2 * h * pull_0},
    "the linearization: h squared": {LINEARIZATION: Phi_lin_k - 2 * h**2 * pull_lin},
}

THEOREM = Theorem(
    label="Equation (11.5.8)",
    statement=__doc__,
    slots=(NETWORK, LINEARIZATION),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
    conventions=LOSSES[:1],
)
