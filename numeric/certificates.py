"""Proofs that gradient descent from a concrete network converges, made of numbers only.

The loss is f(w) = sum_i (Phi(x_i, w) - y_i)^2, equation (11.0.1b).  Gradient descent is
w_{k+1} = w_k - h grad f(w_k) in exact arithmetic, from the parameters w_0 given, which are doubles
and hence exact.  Nothing is said about the rounding of a run in doubles.  Everything that enters is
rounded in the direction in which the conclusion stays proved: a certificate that holds is a proof,
one that does not hold says nothing.

The network may be any, also one that gradient descent has reached: the loss is small there, and so
a certificate becomes possible at widths where none is at the start.
"""

import math
from dataclasses import dataclass

import numpy.typing as npt
from flint import arb

from numeric.eigenvalues import Interval, around
from numeric.inputs import finite, number
from numeric.networks import Network
from numeric.smoothness import BITS, Smoothness, smoothness
from symbolic.exact import precision

ITERATIONS = 60


@dataclass(frozen=True)
class LinearizationCertificate:
    """Assumption 11.12 for one network and data, whence Theorem 11.13 follows.

    If it `holds`, then for every step size h in (0, step_size] and all k >= 0

        |w_k - w_0| <= radius   and   f(w_k) <= (1 - h lambda_min)^(2 k) f(w_0).
    """

    constant: float
    lambda_min: float
    """At most the smallest eigenvalue of the tangent kernel."""
    lambda_max: float
    """At least its largest eigenvalue."""
    start_loss: float
    """At least f(w_0)."""
    gradient_bound: float
    """U, on the ball of `radius`; inf if there is no such radius."""
    gradient_lipschitz: float
    """L, on the same ball."""
    radius: float
    """r, at least 2 sqrt(m) U sqrt(f(w_0)) / lambda_min."""
    needed: float
    """At least constant m^(3/2) U^2 L sqrt(f(w_0))."""
    available: float
    """At most lambda_min^2, which must not be smaller than `needed`."""
    step_size: float
    """At most 1 / (lambda_min + lambda_max); 0 if the certificate does not hold."""
    holds: bool

    @property
    def used(self) -> float:
        """The part of what is available that is needed; at most 1 if the certificate holds."""
        return self.needed / self.available if self.available > 0 else math.inf


@dataclass(frozen=True)
class DescentCertificate:
    """A proof of linear convergence by an inequality of Polyak and Lojasiewicz.

    If it `holds`, then for every step size h in (0, step_size] and all k >= 0

        |w_k - w_0| < radius,   sum_k |w_{k+1} - w_k| <= path,
        f(w_{k+1}) <= (1 - 4 h eta singular_value^2) f(w_k).
    """

    eta: float
    lambda_min: float
    """At most the smallest eigenvalue of the tangent kernel."""
    lambda_max: float
    """At least its largest eigenvalue."""
    start_loss: float
    """At least f(w_0)."""
    radius: float
    """rho, about the smallest for which eta rho sigma' > `needed`, as that allows larger steps."""
    jacobian_lipschitz: float
    """Lambda, on the ball of this radius."""
    singular_value: float
    """sigma', at most sqrt(lambda_min) - Lambda rho: below the singular values of J in the ball."""
    needed: float
    """At least sqrt(f(w_0))."""
    available: float
    """At most the largest eta rho sigma' over all radii rho, which must be above `needed`."""
    path: float
    """At least sqrt(f(w_0)) / (eta sigma')."""
    step_size: float
    """At most (1 - eta) / ((sqrt(lambda_max) + Lambda rho)^2 + Lambda sqrt(f(w_0))); or 0."""
    holds: bool

    @property
    def used(self) -> float:
        """The part of what is available that is needed; below 1 if the certificate holds."""
        return self.needed / self.available if self.available > 0 else math.inf


def assumption_11_12(
    network: Network, X: npt.ArrayLike, y: npt.ArrayLike, *, constant: float = 12.0
) -> LinearizationCertificate:
    """Return whether Assumption 11.12 holds, with all its numbers.

    X (m, d), y (m,).  `constant` is the one of (11.4.3): 12 in the book, and 8 is proved too; below
    that ValueError is raised.  The radius r depends on U, which depends on r: the smallest such
    pair is sought by iteration, and what counts is that it satisfies both.

    Cost about 5 microseconds for each neuron and point; see `numeric.smoothness.smoothness`.
    Raises ValueError, naming the argument, for shapes that do not fit or entries not finite.
    Source: Assumption 11.12 and Theorem 11.13; U and L from `numeric.smoothness`.
    """
    constant = number("constant", constant, least=8.0)
    bounds = smoothness(network, X)
    m = len(bounds.outputs)
    low, high, loss = _start(bounds, y)
    U, r = _gradient_bound_and_radius(bounds, low, loss)
    with precision(BITS):
        L = bounds.gradient_lipschitz(r) if r < math.inf else math.inf
        needed = around(constant * arb(m) ** 1.5 * arb(U) ** 2 * L * arb(loss).sqrt()).hi
        available = around(arb(max(low, 0.0)) ** 2).lo
        holds = r < math.inf and needed <= available
        step = around(1 / (arb(low) + high)).lo if holds else 0.0
    return LinearizationCertificate(
        constant, low, high, loss, U, L, r, needed, available, step, holds
    )


def descent_certificate(
    network: Network, X: npt.ArrayLike, y: npt.ArrayLike, *, eta: float = 0.5
) -> DescentCertificate:
    """Return whether linear convergence can be certified from the Jacobian's Lipschitz constant.

    X (m, d), y (m,), 0 < eta < 1.  A larger eta certifies more networks, a smaller one allows
    larger steps.  Much weaker than Assumption 11.12: about 4 Lambda sqrt(f(w_0)) < eta lambda_min.

    Cost and errors as for `assumption_11_12`.

    Source.  Let |J(w) - J(w')| <= Lambda |w - w'| on the ball of radius rho around w_0, let
    sigma' = sqrt(lambda_min) - Lambda rho > 0 and s = sqrt(lambda_max) + Lambda rho, so that on the
    ball the singular values of J lie in [sigma', s].  With E = Phi - y, f = |E|^2 and
    |E(w + p) - E(w) - J(w) p| <= Lambda |p|^2 / 2,

        f(w + p) <= f(w) + grad f(w) . p + (s^2 + Lambda sqrt(f(w))) |p|^2,

    and p = -h grad f gives f - f_next >= eta h |grad f|^2, where |grad f| = 2 |J^T E| is at least
    2 sigma' sqrt(f).  Hence the decay, and sqrt(f) - sqrt(f_next) >= eta sigma' |p|.  Were the ball
    left, then on some segment; up to the point of leaving the last inequality holds for the part
    of the step, and the whole path would be at most sqrt(f(w_0)) / (eta sigma') < rho.
    """
    eta = number("eta", eta, above=0.0)
    if not eta < 1:
        raise ValueError(f"eta = {eta}, where a number below 1 is needed")
    bounds = smoothness(network, X)
    low, high, loss = _start(bounds, y)
    needed = _root(loss).hi
    roomiest = _roomiest(bounds, low)
    available, left = _room(bounds, low, eta, roomiest)
    if not (left > 0 and needed < available):
        Lambda = bounds.jacobian_lipschitz(roomiest)
        return DescentCertificate(
            eta, low, high, loss, roomiest, Lambda, left, needed, available, math.inf, 0.0, False
        )
    below, rho = 0.0, roomiest
    for _ in range(ITERATIONS):
        middle = (below + rho) / 2
        enough = needed < _room(bounds, low, eta, middle)[0]
        below, rho = (below, middle) if enough else (middle, rho)
    left, Lambda = _room(bounds, low, eta, rho)[1], bounds.jacobian_lipschitz(rho)
    with precision(BITS):
        path = around(arb(loss).sqrt() / (arb(eta) * left)).hi
        largest = arb(high).sqrt() + arb(Lambda) * rho
        step = around((1 - arb(eta)) / (largest**2 + arb(Lambda) * arb(loss).sqrt())).lo
    return DescentCertificate(
        eta, low, high, loss, rho, Lambda, left, needed, available, path, step, True
    )


def _room(bounds: Smoothness, low: float, eta: float, rho: float) -> tuple[float, float]:
    """Return lower bounds for eta rho sigma' and for sigma' = sqrt(low) - Lambda(rho) rho."""
    Lambda = bounds.jacobian_lipschitz(rho)
    if low <= 0 or Lambda == math.inf:
        return 0.0, 0.0
    with precision(BITS):
        left = around(arb(low).sqrt() - arb(Lambda) * rho).lo
        return around(arb(eta) * rho * left).lo, left


def _roomiest(bounds: Smoothness, low: float) -> float:
    """Return about the rho for which rho sigma' is largest; nothing proved depends on it.

    rho (sqrt(low) - Lambda(rho) rho) rises and then falls, as Lambda is increasing and convex; it
    is 0 where Lambda(rho) rho = sqrt(low), and so beyond sqrt(low) / Lambda(0).
    """
    flattest = bounds.jacobian_lipschitz(0.0)
    if low <= 0 or flattest == math.inf:
        return 0.0
    below, above = 0.0, math.sqrt(low) / max(flattest, 1e-100)
    for _ in range(ITERATIONS):
        a, b = below + (above - below) / 3, above - (above - below) / 3
        rises = _room(bounds, low, 1.0, a)[0] < _room(bounds, low, 1.0, b)[0]
        below, above = (a, above) if rises else (below, b)
    return above


def _start(bounds: Smoothness, y: npt.ArrayLike) -> tuple[float, float, float]:
    """Return bounds for the spectrum of the kernel, and an upper bound for the loss."""
    labels = finite("y", y, (len(bounds.outputs),))
    with precision(BITS):
        errors = [a - b for a, b in zip(bounds.outputs, labels.tolist(), strict=True)]
        loss = around(sum((e * e for e in errors), arb(0))).hi
    return bounds.kernel.smallest.lo, bounds.kernel.largest.hi, loss


def _gradient_bound_and_radius(bounds: Smoothness, low: float, loss: float) -> tuple[float, float]:
    """Return U and r with r >= 2 sqrt(m) U sqrt(loss) / low such that U holds for r; or inf, inf.

    From the smallest U thinkable, U and r are made larger in turn until they fit.
    """
    U, m = bounds.gradient_bound(0.0), len(bounds.outputs)
    for _ in range(ITERATIONS if low > 0 else 0):
        with precision(BITS):
            r = around(2 * arb(m).sqrt() * U * arb(loss).sqrt() / low).hi
        wanted = bounds.gradient_bound(r) if r < math.inf else math.inf
        if wanted <= U:
            return U, r
        if wanted == math.inf:
            break
        U = wanted * (1 + 1e-12)
    return math.inf, math.inf


def _root(x: float) -> Interval:
    with precision(BITS):
        return around(arb(x).sqrt())
