"""Remark 11.1: linear regression with a bias.

Setting
    Phi(x, (w, b)) = w.x + b, the inner product of (1, x) and (b, w).

Conclusion
    The bias adds 1 to the inner product of two inputs, which becomes `kernel`.  The minimum-norm
    solution of Section 11.1 treats b like any entry of w, so for a single datum (x, y) its bias
    is `bias` and not y.  (The book says that a bias can be treated analogously, and leaves it
    open that this penalises the bias too.)

Proof idea
    The shortest of all (b, w) with b + w.x = y is a multiple of (1, x).

Checked numerically
    Exactly, against the solution by elimination.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.kernel_least_squares import Fit, fit, product
from numeric.ridge_models import ONE
from symbolic.evaluate import FloatArray
from symbolic.exact import sqrt
from symbolic.step import Step, identity, inequality
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import INPUTS, K_bias, bias, norm_x, xz, y

# Formulas

KERNEL = Slot(
    "kernel",
    K_bias,
    "=",
    1 + xz,
    over=(xz,),
    role="conclusion",
    meaning="the inner product of (1, x) and (1, z)",
    fails_if=("smaller", "larger"),
)
BIAS = Slot(
    "bias",
    bias,
    "=",
    y / (1 + norm_x**2),
    over=(y, norm_x),
    role="conclusion",
    meaning="the bias of the minimum-norm solution for one datum",
    fails_if=("smaller", "larger"),
)

# Derivation

a, b, w = (sp.symbols(f"{name}_1 {name}_2", real=True) for name in "abw")
free = sp.Symbol("b", real=True)


def derivation(at: Formulas) -> Iterator[Step]:
    inputs = [sp.Matrix([1, *names]) for names in (a, b)]
    inner = sp.Matrix(a).dot(sp.Matrix(b))
    along = (y - free) / norm_x  # the part of w along x that fits the datum with the bias b
    length = free**2 + along**2
    least = length.subs(free, at[BIAS])

    yield identity("two inputs in the plane", inputs[0].dot(inputs[1]), at[KERNEL].subs(xz, inner))
    yield identity("b fits y if w.x = y - b", free + norm_x * along, y)
    yield identity(
        "the length is stationary", sp.Subs(sp.Derivative(length, free), free, at[BIAS]), sp.S.Zero
    )
    yield inequality("and no other b is shorter", least, "<=", length)


# Numerical check


def margins(case: Fit, at: Formulas) -> Iterator[Margin]:
    one, *x = case.rows[0]
    another, *z = case.phi
    if one != 1 or another != 1 or len(case.rows) != 1 or not any(x):
        return
    claimed = at(KERNEL, xz=product(x, z))
    yield Margin("kernel", claimed, product(case.rows[0], case.phi), "=")
    claimed = at(BIAS, y=case.y[0], norm_x=sqrt(product(x, x)))
    yield Margin("bias", claimed, case.solution[0], "=")


def hard_cases(at: Formulas) -> Iterator[Fit]:
    yield fit("1 1", y="2", phi="1 1")
    yield fit("1 2", y="5", phi="1 -1")
    yield fit("1 -1/2", y="1", phi="1 3")
    yield fit("1 3 4", y="13", phi="1 1 2")
    yield fit("1 1/3 2/3 2/3", y="-1", phi="1 0 1 0")


BOX = {f"{name}_{i}": (-2.0, 2.0) for name in "xz" for i in range(2)} | {"y": (-2.0, 2.0)}


def member(p: Mapping[str, fmpq]) -> Fit:
    x, z = ((ONE, p[f"{name}_0"], p[f"{name}_1"]) for name in "xz")
    return Fit((x,), (p["y"],), z)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    x, z = (np.stack([np.ones_like(p["y"]), p[f"{name}_0"], p[f"{name}_1"]]) for name in "xz")
    solution = np.linalg.pinv(x.T[:, None, :])[:, 0, 0] * p["y"]
    known = {"xz": (x[1:] * z[1:]).sum(axis=0), "norm_x": np.linalg.norm(x[1:], axis=0)}
    by_kernel = np.abs(at.on_arrays(KERNEL, **known) - (x * z).sum(axis=0))
    return -np.maximum(by_kernel, np.abs(at.on_arrays(BIAS, **known, y=p["y"]) - solution))


# Other ways of stating it

ALSO_TRUE = {
    "the bias from the kernel": {BIAS: y / (norm_x**2 + 2 - 1)},
    "the kernel, doubled and halved": {KERNEL: (2 * xz + 2) / 2},
}
FALSE = {
    "no bias": {KERNEL: xz},
    "the bias doubled": {KERNEL: 2 + xz},
    "the bias subtracted": {KERNEL: xz - 1},
    "a factor for the bias": {KERNEL: 2 * xz},
    "a bias that costs nothing": {BIAS: y},
    "w alone": {BIAS: sp.Integer(0)},
    "the length for its square": {BIAS: y / (1 + norm_x)},
    "without the 1": {BIAS: y / norm_x**2},
    "the norm of (1, x) for its square": {BIAS: y / sp.sqrt(1 + norm_x**2)},
}

THEOREM = Theorem(
    label="Remark 11.1",
    statement=__doc__,
    slots=(KERNEL, BIAS),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
    vectors=INPUTS,
)
