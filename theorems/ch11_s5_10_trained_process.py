"""Equation (11.5.10): a random linear model before and after training.

Setting
    Phi_lin(x, p) = <phi(x), p> with kernel K(x, z) = <phi(x), phi(z)>.  The entries of p_0 are
    uncorrelated, have mean 0 and variance tau^2, so before training the model has mean 0 and
    covariance tau^2 K.  p_k is gradient descent for the sum of squares.  (A wide network with
    LeCun initialization and h of size 1 / n is of this kind in the limit, with tau = 1: its
    covariance c and its kernel K^LC are equal.)

Hypothesis
    `mean` and `covariance` are for one data point with K(x_1, x_1) > 0, `variance` is for two with
    a regular kernel matrix G.

Conclusion
    E[Phi_lin(x, p_k)] = `mean`, the covariance of Phi_lin(x, p_k) and Phi_lin(z, p_k) is
    `covariance`, and Phi_lin(x, p_k) has in the limit the variance `variance`, which is
    tau^2 (K(x, x) - k(x) G^-1 k(x)^T): the posterior variance of a Gaussian process without noise.
    If p_0 is Gaussian, so are all outputs.  (The book says that there is some mean and covariance
    and states neither.)

Proof idea
    Training is an affine map of p_0: along phi(x_1) it leaves the part (1 - 2 h K_11)^k of the
    start and adds the rest of the data.

Checked numerically
    Exactly, with up to three features, by listing all starts with entries +-tau.  Not checked:
    the limit from networks to this model.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp

from numeric.kernel_least_squares import product
from numeric.random_starts import (
    BOX,
    RandomStart,
    covariance,
    mean,
    member,
    members,
    random_start,
)
from symbolic.evaluate import FloatArray
from symbolic.exact import exact
from symbolic.step import Step, cited, identity, plus, times
from theorems.base import LOSSES, Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts
from theorems.notation import (
    K_11,
    K_12,
    K_22,
    K_x1,
    K_x2,
    K_xx,
    K_xz,
    K_z1,
    cov_xz,
    h,
    k,
    mean_x,
    tau,
    var_x,
    y_1,
)

# Formulas

MEAN = Slot(
    "mean",
    mean_x,
    "=",
    (1 - (1 - 2 * h * K_11) ** k) * K_x1 / K_11 * y_1,
    over=(h, k, tau, K_11, K_x1, K_xx, y_1),
    role="conclusion",
    meaning="the mean of the output at x after k steps on one data point",
    fails_if=("smaller", "larger"),
)
COVARIANCE = Slot(
    "covariance",
    cov_xz,
    "=",
    tau**2 * (K_xz - (1 - (1 - 2 * h * K_11) ** (2 * k)) * K_x1 * K_z1 / K_11),
    over=(h, k, tau, K_11, K_x1, K_z1, K_xz),
    role="conclusion",
    meaning="the covariance of two outputs after k steps on one data point",
    fails_if=("smaller", "larger"),
)
explained = (K_x1 * (K_22 * K_x1 - K_12 * K_x2) + K_x2 * (K_11 * K_x2 - K_12 * K_x1)) / (
    K_11 * K_22 - K_12**2
)
"""k(x) G^-1 k(x)^T, with the inverse written out."""
VARIANCE = Slot(
    "variance",
    var_x,
    "=",
    tau**2 * (K_xx - explained),
    over=(tau, K_11, K_12, K_22, K_x1, K_x2, K_xx),
    role="conclusion",
    meaning="the variance of the output at x after training on two data points to the end",
    fails_if=("smaller", "larger"),
)

# Derivation

P, q = sp.symbols("Phi q", real=True)


def derivation(at: Formulas) -> Iterator[Step]:
    kept = 1 - 2 * h * K_11
    after = kept**k * P + (1 - kept**k) * y_1
    further = plus(after, times(-2 * h * K_11, after - y_1))
    weight, other = K_x1 / K_11, K_z1 / K_11
    a, b = q * weight, q * other
    trained = (K_xz - a * K_z1 - b * K_x1 + a * b * K_11).subs(q, 1 - kept**k)
    G = sp.Matrix([[K_11, K_12], [K_12, K_22]])
    at_x = sp.Matrix([K_x1, K_x2])
    alpha = G.inv() * at_x
    variance = K_xx - 2 * alpha.dot(at_x) + (alpha.T * G * alpha)[0]

    yield identity("a step on the data point", further, after.subs(k, k + 1))
    yield identity("from the start", after.subs(k, 0), P)
    yield identity("so x, whose start has mean 0, gets", weight * after.subs(P, 0), at[MEAN])
    yield identity("and keeps its part across phi(x_1)", tau**2 * trained, at[COVARIANCE])
    yield identity("two points: the weights solve", (G * alpha - at_x)[0], sp.S.Zero)
    yield identity("the variance of Phi_0(x) - k(x) G^-1 Phi_0(X)", tau**2 * variance, at[VARIANCE])
    yield cited("affine maps of Gaussian vectors are Gaussian", var_x, "=", at[VARIANCE])


# Numerical check


def margins(case: RandomStart, at: Formulas) -> Iterator[Margin]:
    first, second = case.rows
    K11, K12, K22 = product(first, first), product(first, second), product(second, second)
    if not (K11 > 0 and case.h > 0 and case.tau > 0 and case.k >= 0):
        return
    known = {"K_11": K11, "K_x1": product(first, case.phi), "tau": case.tau}
    step = {**known, "h": case.h, "k": exact(case.k)}
    size, trained = product(case.phi, case.phi), [case.after_steps(p) for p in case.starts()]
    x, z = ([product(row, p) for p in trained] for row in (case.phi, case.psi))
    claimed = at(MEAN, **step, K_xx=size, y_1=case.y[0])
    yield Margin("mean", claimed, mean(x), "=", trivial=case.k == 0)
    at_z = {"K_z1": product(first, case.psi), "K_xz": product(case.phi, case.psi)}
    yield Margin("covariance", at(COVARIANCE, **step, **at_z), covariance(x, z), "=")
    if K11 * K22 == K12**2:
        return
    known |= {"K_12": K12, "K_22": K22, "K_x2": product(second, case.phi), "K_xx": size}
    x = [product(case.phi, case.limit(p)) for p in case.starts()]
    yield Margin("variance in the limit", at(VARIANCE, **known), covariance(x, x), "=")


def hard_cases(at: Formulas) -> Iterator[RandomStart]:
    yield random_start("1 0; 0 1", "1 1", "1 0", "1 0")
    yield random_start("1 0; 0 1", "1 1", "1 1", "2 1", k=1)
    yield random_start("2 0; 1 1", "1 3", "1 2", "0 1", tau="2", h="1/16", k=3)
    yield random_start("1 0 0; 1 1 0", "1 -1", "1 2 3", "1 -1 1", tau="1/2", k=2)
    yield random_start("1 2 0; 0 1 2", "2 1", "1 1 1", "3 0 1", tau="3", h="1/20", k=4)
    yield random_start("3 1 1; 1 1 0", "1/2 1", "1 0 2", "0 1 1", h="1/11", k=1)


def slack(p: Parameters, at: Formulas) -> FloatArray:
    lanes = members(p)
    K11, K12, K22 = lanes.kernel(0, 0), lanes.kernel(0, 1), lanes.kernel(1, 1)
    K_xx, K_zz = lanes.kernel(2, 2), lanes.kernel(3, 3)
    known = {"K_11": K11, "K_x1": lanes.kernel(0, 2), "tau": p["tau"]}
    step = {**known, "h": lanes.h, "k": lanes.k}
    x, z = (lanes.outputs(lanes.after_steps, i) for i in (2, 3))
    by_mean = at.on_arrays(MEAN, **step, K_xx=K_xx, y_1=p["y_1"]) - x.mean(axis=1)
    at_z = {"K_z1": lanes.kernel(0, 3), "K_xz": lanes.kernel(2, 3)}
    off = x - x.mean(axis=1, keepdims=True)
    by_covariance = at.on_arrays(COVARIANCE, **step, **at_z) - (off * z).mean(axis=1)
    known |= {"K_12": K12, "K_22": K22, "K_x2": lanes.kernel(1, 2), "K_xx": K_xx}
    variance = lanes.outputs(lanes.limit, 2).var(axis=1)
    by_variance = at.on_arrays(VARIANCE, **known) - variance
    units = (p["tau"] + np.abs(p["y_1"]) / np.sqrt(K11)) * np.sqrt(K_xx)
    squared = p["tau"] ** 2 * np.sqrt(K_xx)
    worst = np.maximum(np.abs(by_mean) / units, np.abs(by_covariance) / squared / np.sqrt(K_zz))
    worst = np.maximum(worst, np.abs(by_variance) / squared / np.sqrt(K_xx))
    return np.where(K11 * K22 - K12**2 > 1e-3 * K11 * K22, -worst, np.nan)


# Other ways of stating it

kept, rest = (1 - 2 * h * K_11) ** k, (1 - 2 * h * K_11) ** (2 * k)
det = K_11 * K_22 - K_12**2
two = (K_22 * K_x1**2 - 2 * K_12 * K_x1 * K_x2 + K_11 * K_x2**2) / det
ALSO_TRUE = {
    "the data minus what is left of them": {MEAN: K_x1 / K_11 * (y_1 - kept * y_1)},
    "prior and posterior mixed": {
        COVARIANCE: tau**2 * (rest * K_xz + (1 - rest) * (K_xz - K_x1 * K_z1 / K_11))
    },
    "one point after the other": {
        VARIANCE: tau**2
        * (K_xx - K_x1**2 / K_11 - (K_x2 - K_12 * K_x1 / K_11) ** 2 / (K_22 - K_12**2 / K_11))
    },
}
FALSE = {
    "trained to the end": {MEAN: K_x1 / K_11 * y_1},
    "what is forgotten for what is learned": {MEAN: kept * K_x1 / K_11 * y_1},
    "the gradient's 2 lost": {MEAN: (1 - (1 - h * K_11) ** k) * K_x1 / K_11 * y_1},
    "the kernel not inverted": {MEAN: (1 - kept) * K_x1 * y_1},
    "normalised at x": {MEAN: (1 - kept) * K_x1 / K_xx * y_1},
    "a mean that depends on the start": {MEAN: (1 - kept) * K_x1 / K_11 * y_1 * tau},
    "k for 2 k": {COVARIANCE: tau**2 * (K_xz - (1 - kept) * K_x1 * K_z1 / K_11)},
    "(1 - B^k)^2 for 1 - B^(2k)": {
        COVARIANCE: tau**2 * (K_xz - (1 - kept) ** 2 * K_x1 * K_z1 / K_11)
    },
    "the posterior before the end": {COVARIANCE: tau**2 * (K_xz - K_x1 * K_z1 / K_11)},
    "the prior": {COVARIANCE: tau**2 * K_xz},
    "tau not squared": {COVARIANCE: tau * (K_xz - (1 - rest) * K_x1 * K_z1 / K_11)},
    "tau forgotten": {COVARIANCE: K_xz - (1 - rest) * K_x1 * K_z1 / K_11},
    "data add variance": {COVARIANCE: tau**2 * (K_xz + (1 - rest) * K_x1 * K_z1 / K_11)},
    "as if both points were unrelated": {
        VARIANCE: tau**2 * (K_xx - K_x1**2 / K_11 - K_x2**2 / K_22)
    },
    "the cross term once": {VARIANCE: tau**2 * (K_xx - two - K_12 * K_x1 * K_x2 / det)},
    "G for its inverse": {
        VARIANCE: tau**2 * (K_xx - K_11 * K_x1**2 - 2 * K_12 * K_x1 * K_x2 - K_22 * K_x2**2)
    },
    "the diagonal of the inverse not swapped": {
        VARIANCE: tau**2 * (K_xx - (K_11 * K_x1**2 - 2 * K_12 * K_x1 * K_x2 + K_22 * K_x2**2) / det)
    },
    "the variance of the start": {VARIANCE: tau**2 * K_xx},
    "tau not squared in the limit": {VARIANCE: tau * (K_xx - two)},
}

THEOREM = Theorem(
    label="Equation (11.5.10)",
    statement=__doc__,
    slots=(MEAN, COVARIANCE, VARIANCE),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
    conventions=LOSSES[:1],
)
