"""How fast the gradients of a network change around its parameters: sharp constants, proved bounds.

Write s_i for |(input_scale x_i, 1)|, a for output_scale, and B1, B2 for the suprema of |sigma'| and
|sigma''|.  The Hessian of w -> Phi(x_i, w) is block diagonal.  The block of neuron j, for
(U_j, b_j) and v_j, is

    a ( v_j sigma''(z) q q^T   sigma'(z) q )
      ( sigma'(z) q^T          0           ),      q = (input_scale x_i, 1),  |q| = s_i,

with norm a/2 (|v_j sigma''| s_i^2 + sqrt(v_j^2 sigma''^2 s_i^4 + 4 sigma'^2 s_i^2)).  In the ball
of radius rho around the parameters |v_j| is at most V = max |v_j| + rho.  This gives the sharp
version of Lemma 11.21,

    L_i = a/2 (V B2 s_i^2 + sqrt(V^2 B2^2 s_i^4 + 4 B1^2 s_i^2)),
    U = max over i of |grad Phi(x_i, w_0)| + rho L_i.

For the Jacobian J of all outputs, |J(w) - J(w')| <= Lambda |w - w'|, where Lambda bounds the norm
of sum_i c_i Hessian_i over unit vectors c.  The upper left block of a neuron is then
v_j sum_i c_i sigma''_i q_i q_i^T, whose Frobenius norm is at most A = V B2 |G o G|^(1/2), where
G = Q Q^T and (G o G)_ik = G_ik^2; the upper right one is Q^T (c o sigma'), of norm at most
B = B1 |Q|.  So

    Lambda = a/2 (A + sqrt(A^2 + 4 B^2)).

All is computed in balls and rounded up.  The network meant is the one with exactly these doubles as
parameters and scales.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy.typing as npt
from flint import arb, arb_mat

from numeric import activations as names
from numeric.activations import Activation
from numeric.eigenvalues import Extremes, around, extreme_eigenvalues_of_balls
from numeric.inputs import finite, number
from numeric.networks import Network
from symbolic.exact import precision

BITS = 96
"""Of the balls in which networks are evaluated."""


@dataclass(frozen=True)
class Smoothness:
    """Bounds that hold on every ball around the parameters of a network, and its kernel there."""

    outputs: list[arb]
    """Phi(x_i, w_0), m balls."""
    kernel: Extremes
    """Where the smallest and the largest eigenvalue of the tangent kernel (m, m) at w_0 lie."""
    gradient_norms: list[arb]
    """|grad Phi(x_i, w_0)|, m balls."""
    lengths: list[arb]
    """s_i, m balls."""
    largest_weight: float
    """The maximum of |v_j|."""
    slope_bound: float
    curvature_bound: float
    output_scale: float
    points_norm: arb
    """An upper bound for |Q|, where Q has the rows (input_scale x_i, 1)."""
    squares_norm: arb
    """An upper bound for |Q Q^T o Q Q^T|^(1/2)."""

    def gradient_lipschitz(self, radius: float) -> float:
        """Return L: for all i, |grad Phi_i(w) - grad Phi_i(w')| <= L |w - w'| within the radius.

        inf where B1 or B2 is infinite, as for ReLU.
        """
        return max(_above(self._lipschitz, radius, s, s * s) for s in self.lengths)

    def gradient_bound(self, radius: float) -> float:
        """Return U: for all i, |grad Phi_i(w)| <= U within the radius; inf where L is."""

        def bound(rho: arb, norm: arb, s: arb) -> arb:
            return norm + rho * self._lipschitz(rho, s, s * s)

        if radius == 0:
            return max(around(norm).hi for norm in self.gradient_norms)
        pairs = zip(self.gradient_norms, self.lengths, strict=True)
        return max(_above(bound, radius, norm, s) for norm, s in pairs)

    def jacobian_lipschitz(self, radius: float) -> float:
        """Return Lambda: |J(w) - J(w')| <= Lambda |w - w'| within the radius; inf where L is."""
        return _above(self._lipschitz, radius, self.points_norm, self.squares_norm)

    def _lipschitz(self, radius: arb, first: arb, second: arb) -> arb:
        if math.isinf(self.slope_bound) or math.isinf(self.curvature_bound):
            return arb.pos_inf()
        A = (self.largest_weight + radius) * self.curvature_bound * second
        B = self.slope_bound * first
        return abs(arb(self.output_scale)) * (A + (A * A + 4 * B * B).sqrt()) / 2


def smoothness(network: Network, X: npt.ArrayLike) -> Smoothness:
    """Return the bounds for a network and the points X (m, d), from which all radii are served.

    Cost about 5 microseconds for each neuron and point, and 0.3 for each pair of points more.
    Raises ValueError for points of another dimension or not finite.
    Source: see the module; Lemma 11.21 with its constants made sharp.
    """
    points = finite("X", X, ("m", network.dimension))
    m = len(points)
    with precision(BITS):
        scale, ones = arb(network.input_scale), arb_mat(m, m, [1] * (m * m))
        inner = arb_mat(points.tolist()) * scale
        values, slopes = _hidden(network, inner)
        v = arb_mat([[x] for x in network.v.tolist()])
        outputs = network.output_scale * (values * v)
        weighted = arb_mat(
            [[s * x for s, x in zip(row, network.v.tolist(), strict=True)] for row in slopes]
        )
        G = inner * inner.transpose() + ones
        kernel = values * values.transpose() + _entrywise(G, weighted * weighted.transpose())
        kernel = kernel * (arb(network.output_scale) ** 2) + ones
        return Smoothness(
            outputs=[outputs[i, 0] + network.c for i in range(m)],
            kernel=extreme_eigenvalues_of_balls(kernel),
            gradient_norms=[kernel[i, i].sqrt() for i in range(m)],
            lengths=[G[i, i].sqrt() for i in range(m)],
            largest_weight=float(abs(network.v).max()),
            slope_bound=network.activation.slope_bound,
            curvature_bound=network.activation.curvature_bound,
            output_scale=network.output_scale,
            points_norm=_root_of_largest(G),
            squares_norm=_root_of_largest(_entrywise(G, G)),
        )


def _above(bound: Callable[..., arb], radius: float, *arguments: arb) -> float:
    """Return a double at least bound(radius, *arguments)."""
    with precision(BITS):
        return around(bound(arb(number("radius", radius, least=0.0)), *arguments)).hi


def _hidden(network: Network, inner: arb_mat) -> tuple[arb_mat, list[list[arb]]]:
    """Return sigma and sigma' at all preactivations, both m rows of n."""
    Z = inner * arb_mat(network.U.T.tolist())
    at = _in_balls(network.activation)
    rows = [[at(z + b) for z, b in zip(row, network.b.tolist(), strict=True)] for row in Z.tolist()]
    return arb_mat([[s for s, _ in row] for row in rows]), [[d for _, d in row] for row in rows]


def _entrywise(A: arb_mat, B: arb_mat) -> arb_mat:
    products = [a * b for a, b in zip(A.entries(), B.entries(), strict=True)]
    return arb_mat(A.nrows(), A.ncols(), products)


def _root_of_largest(A: arb_mat) -> arb:
    """Return an upper bound for the root of the largest eigenvalue."""
    return arb(extreme_eigenvalues_of_balls(A).largest.hi).sqrt()


Branches = tuple[arb, arb]
"""sigma(t) and sigma'(t)."""


def _in_balls(activation: Activation) -> Callable[[arb], Branches]:
    """Return the activation and its slope as a function of balls.

    At a kink the slope is the one that `numeric.activations` takes; for a ball around it, both.
    """
    smooth: dict[int, Callable[[arb], Branches]] = {
        names.IDENTITY: lambda t: (t, arb(1)),
        names.TANH: lambda t: (t.tanh(), t.sech() ** 2),
        names.ARCTAN: lambda t: (t.atan(), 1 / (1 + t * t)),
        names.ERF: lambda t: (t.erf(), 2 * (-t * t).exp() / arb.pi().sqrt()),
        names.SIGMOID: lambda t: (_logistic(t), _logistic(t) * _logistic(-t)),
        names.SOFTPLUS: lambda t: (t.exp().log1p(), _logistic(t)),
        names.SIN: lambda t: (t.sin(), t.cos()),
        names.COS: lambda t: (t.cos(), -t.sin()),
        names.GELU: lambda t: (t * _normal(t), _normal(t) + t * _density(t)),
        names.GAUSSIAN: lambda t: ((-t * t).exp(), -2 * t * (-t * t).exp()),
    }
    if activation.code in smooth:
        return smooth[activation.code]
    if activation.code == names.POWER:
        k = int(activation.parameter)
        return lambda t: (t**k, k * t ** (k - 1))
    left = {names.RELU: 0.0, names.ABSOLUTE: -1.0}.get(activation.code, activation.parameter)
    at_zero = arb(0.0 if activation.code == names.ABSOLUTE else left)

    def kinked(t: arb) -> Branches:
        if t == 0:
            return t, at_zero
        if t > 0:
            return t, arb(1)
        return (left * t, arb(left)) if t < 0 else (t.union(left * t), arb(left).union(arb(1)))

    return kinked


def _logistic(t: arb) -> arb:
    return 1 / (1 + (-t).exp())


def _density(t: arb) -> arb:
    return (-t * t / 2).exp() / (2 * arb.pi()).sqrt()


def _normal(t: arb) -> arb:
    return (-t / arb(2).sqrt()).erfc() / 2
