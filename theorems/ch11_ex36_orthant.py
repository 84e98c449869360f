"""Exercise 11.36: the probability that two Gaussian numbers are both nonnegative.

Setting
    u has independent standard Gaussian entries; x and z in R^d are not zero, and theta is the
    angle between them.

Conclusion
    theta = `angle`, and P[u.x >= 0 and u.z >= 0] = `probability`.  (The book prints x z^T in the
    arc cosine, which is a matrix for column vectors; it means the inner product x^T z.)

Proof idea
    The half-spaces {u.x >= 0} and {u.z >= 0} meet in a wedge of angle pi - theta, and the
    direction of u in the plane of x and z is uniform.

Checked numerically
    Against the Gaussian integral, with certified quadrature; exactly for parallel vectors.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq

from numeric.finite_laws import dot
from numeric.half_spaces import BOX, Normals, member, members, normals
from symbolic.evaluate import FloatArray
from symbolic.exact import sqrt
from symbolic.step import Step, identity, plus
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import INPUTS, P_both, angle_xz, d, norm_x, norm_z, theta, xz

# Formulas

ANGLE = Slot(
    "angle",
    angle_xz,
    "=",
    sp.acos(xz / (norm_x * norm_z)),
    over=(xz, norm_x, norm_z),
    role="conclusion",
    meaning="the angle between x and z",
    fails_if=("smaller", "larger"),
)
PROBABILITY = Slot(
    "probability",
    P_both,
    "=",
    (sp.pi - theta) / (2 * sp.pi),
    over=(theta, norm_x, norm_z, d),
    role="conclusion",
    meaning="the probability that u.x and u.z are both nonnegative",
    fails_if=("smaller", "larger"),
)

# Derivation

rho, t, a = sp.symbols("rho t a", positive=True)


def derivation(at: Formulas) -> Iterator[Step]:
    planar = sp.exp(-(rho**2) / 2) / (2 * sp.pi) * rho
    wedge = sp.Integral(1 / (2 * sp.pi), (t, theta - sp.pi / 2, sp.pi / 2))
    cosine = (1 - a**2) / (1 + a**2)  # with a > 0, every number from -1 to 1
    angle = at[ANGLE].subs(xz, norm_x * norm_z * cosine)

    yield identity("x.z = |x| |z| c has |c| <= 1, and c is", cosine, sp.cos(angle))
    yield identity(
        "lengths integrate out of the Gaussian density in the plane",
        sp.Integral(planar, (rho, 0, sp.oo)),
        1 / (2 * sp.pi),
    )
    yield identity("the wedge |t| <= pi/2 and |t - theta| <= pi/2", wedge, at[PROBABILITY])
    at_supplement = sp.Subs(at[PROBABILITY], theta, sp.pi - theta)
    yield identity(
        "with -z for z, the half-space", plus(at[PROBABILITY], at_supplement), sp.Rational(1, 2)
    )


# Numerical check


def margins(case: Normals, at: Formulas) -> Iterator[Margin]:
    if not case.is_valid:
        return
    x, z = case.x, case.z
    known = {"norm_x": sqrt(dot(x, x)), "norm_z": sqrt(dot(z, z)), "d": fmpq(case.size)}
    angle = case.angle
    yield Margin("angle", at(ANGLE, **known, xz=dot(x, z)), angle, "=")
    yield Margin("probability", at(PROBABILITY, **known, theta=angle), case.both, "=")


def hard_cases(at: Formulas) -> Iterator[Normals]:
    yield normals("1", "2")
    yield normals("2", "-1")
    yield normals("1 0", "0 1")
    yield normals("2 0", "1 1")
    yield normals("3 4", "-4 -3")
    yield normals("1 2 2", "2 1 0")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    batch = members(p)
    known = {"norm_x": batch.norm_x, "norm_z": batch.norm_z, "d": 3.0}
    of_angle = np.abs(at.on_arrays(ANGLE, **known, xz=batch.inner) - batch.angle)
    both = at.on_arrays(PROBABILITY, **known, theta=batch.angle)
    return -np.maximum(np.where(batch.angle < 1e-3, 0, of_angle), np.abs(both - batch.both))


# Other ways of stating it

cosine = xz / (norm_x * norm_z)
ALSO_TRUE = {
    "by the opposite vector": {ANGLE: sp.pi - sp.acos(-cosine)},
    "half of the share that is left": {PROBABILITY: (1 - theta / sp.pi) / 2},
    "a quarter and a correction": {
        PROBABILITY: sp.Rational(1, 4) + (sp.pi / 2 - theta) / (2 * sp.pi)
    },
}
FALSE = {
    "not normalised": {ANGLE: sp.acos(xz)},
    "the cosine": {ANGLE: cosine},
    "only one norm": {ANGLE: sp.acos(xz / norm_x)},
    "squared norms": {ANGLE: sp.acos(xz / (norm_x**2 * norm_z**2))},
    "the angle between lines": {ANGLE: sp.acos(sp.Abs(cosine))},
    "the angle to -z": {ANGLE: sp.acos(-cosine)},
    "one is positive, the other negative": {PROBABILITY: theta / (2 * sp.pi)},
    "the signs agree": {PROBABILITY: (sp.pi - theta) / sp.pi},
    "the signs differ": {PROBABILITY: theta / sp.pi},
    "as if independent": {PROBABILITY: sp.Rational(1, 4)},
    "a full turn": {PROBABILITY: (2 * sp.pi - theta) / (2 * sp.pi)},
    "with the lengths": {PROBABILITY: norm_x * norm_z * (sp.pi - theta) / (2 * sp.pi)},
    "the kernel of ReLU": {
        PROBABILITY: (sp.sin(theta) + (sp.pi - theta) * sp.cos(theta)) / (2 * sp.pi)
    },
    "linear in the cosine": {PROBABILITY: (1 + sp.cos(theta)) / 4},
}

THEOREM = Theorem(
    label="Exercise 11.36",
    statement=__doc__,
    slots=(ANGLE, PROBABILITY),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
    vectors=INPUTS,
)
