"""Kernels of one-hidden-layer networks of infinite width with Gaussian weights.

For a random neuron sigma(u . x + b), u ~ N(0, v / d) and b ~ N(0, beta), with v the weight
variance and beta the bias variance, (u . x + b, u . z + b) is a Gaussian pair with covariances

    p = v |x|^2 / d + beta,   q = v |z|^2 / d + beta,   r = v x . z / d + beta.

Everything starts from the points, as exact doubles: the angle between nearly parallel points is
lost in p, q and r, but `numeric.point_pairs` finds it from the points.

Names of activations: "identity", "relu", "leaky relu" (parameter: slope on the left), "abs",
"step", "sign", "relu squared", "power" (parameter: exponent from 1 to 8), "erf", "normal cdf",
"gaussian" (exp(-t^2)), "sin", "cos", "exp" and "gelu" in closed form; "tanh", "arctan", "sigmoid"
and "softplus" by quadrature with a proved error.

All functions raise ValueError, naming the argument, for an unknown name, wrong shapes, entries that
are not finite, negative variances, or covariances above 1e100 (1e5 by quadrature).
"""

from dataclasses import dataclass

import numpy.typing as npt

from numeric import quadrature
from numeric.gaussian_pairs import (
    CLOSED_FORMS,
    ClosedForm,
    closed_form,
    pairs_from_covariances,
    smallest_eigenvalues,
)
from numeric.inputs import FloatArray, one_of
from numeric.point_pairs import point_pairs

NAMES = tuple(CLOSED_FORMS | quadrature.NAMES)
"""All activations."""


@dataclass(frozen=True)
class Moments:
    """Gaussian expectations of an activation."""

    name: str
    form: ClosedForm | None
    """The closed form; None if there is quadrature only."""

    def values(self, pairs: FloatArray) -> FloatArray:
        """Return E[sigma(a) sigma(b)] for pairs (5, k) of `numeric.gaussian_pairs`: (k,)."""
        if self.form is None:
            return quadrature.of_pairs(self.name, pairs)[0]
        return self.form.value.second_moments(pairs)[2]

    def slopes(self, pairs: FloatArray) -> FloatArray:
        """Return E[sigma'(a) sigma'(b)]: (5, k) gives (k,)."""
        return self.both(pairs)[1] if self.form is None else self._slope(pairs)

    def both(self, pairs: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return values and slopes; by quadrature they cost no more than one of them."""
        if self.form is None:
            result = quadrature.of_pairs(self.name, pairs)
            return result[0], result[2]
        return self.values(pairs), self._slope(pairs)

    def _slope(self, pairs: FloatArray) -> FloatArray:
        if self.form is None or self.form.slope is None:
            raise ValueError(f"{self.name} jumps: E[sigma' sigma'] has no meaning for it")
        return self.form.slope.second_moments(pairs)[2]


def moments(name: str, parameter: float | None = None) -> Moments:
    """Return the Gaussian expectations of the activation with this name."""
    one_of("name", name, dict.fromkeys(NAMES))
    if name in CLOSED_FORMS:
        return Moments(name, closed_form(name, parameter))
    if parameter is not None:
        raise ValueError(f"parameter = {parameter}, but {name} has no parameter")
    return Moments(name, None)


def expectations(
    name: str,
    p: npt.ArrayLike,
    q: npt.ArrayLike,
    r: npt.ArrayLike,
    *,
    parameter: float | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return E[sigma(a) sigma(b)] and E[sigma'(a) sigma'(b)], (a, b) ~ N(0, [[p, r], [r, q]]).

    The arguments are broadcast, and taken as exact.  Errors as for `gaussian_kernel`.

    >>> value, slope = expectations("relu", 1.0, 1.0, 0.5)
    >>> round(float(value), 12), round(float(slope), 12)
    (0.304498890522, 0.333333333333)
    """
    pairs = pairs_from_covariances(p, q, r)
    shape = pairs.shape[1:]
    values, slopes = moments(name, parameter).both(pairs.reshape(5, -1))
    return values.reshape(shape), slopes.reshape(shape)


def gaussian_kernel(
    name: str,
    X: npt.ArrayLike,
    Z: npt.ArrayLike | None = None,
    *,
    weight_variance: float = 1.0,
    bias_variance: float = 0.0,
    parameter: float | None = None,
) -> FloatArray:
    """Return E[sigma(u . x + b) sigma(u . z + b)] for rows x of X and z of Z: (m, m').

    Shapes: X (m, d), Z (m', d); without Z, all pairs of rows of X, and a symmetric result.
    Relative errors, measured: 2e-15 for ReLU and its relatives at every angle (ReLU: 2 ulp at
    acute angles, 7 ulp at obtuse ones), 4e-15 for other closed forms, plus 2^-52 times the exponent
    for sin, cos and exp.  GELU and leaky ReLU with a
    slope above 0 have a zero at an obtuse angle: there 1e-15 of sqrt(K(x, x) K(z, z)).  Quadrature:
    at most 1e-13 of sqrt(K(x, x) K(z, z)), proved.
    Cost on one core: 50 to 200 ns a pair and 40 + 5 d ns for its angle; by quadrature 40
    microseconds while p, q <= 1, growing like sqrt(p q) up to 0.2 s at p = q = 1e4.
    """
    pairs = point_pairs(X, Z, weight_variance=weight_variance, bias_variance=bias_variance)
    return pairs.matrix(moments(name, parameter).values(pairs.numbers))


def derivative_kernel(
    name: str,
    X: npt.ArrayLike,
    Z: npt.ArrayLike | None = None,
    *,
    weight_variance: float = 1.0,
    bias_variance: float = 0.0,
    parameter: float | None = None,
) -> FloatArray:
    """Return E[sigma'(u . x + b) sigma'(u . z + b)]; shapes, cost and errors as `gaussian_kernel`.

    At a kink sigma' is the derivative from the left, and 0 for |t|; it matters for p q = 0 only.
    Raises ValueError also for "step" and "sign", whose derivative is a measure.
    """
    pairs = point_pairs(X, Z, weight_variance=weight_variance, bias_variance=bias_variance)
    return pairs.matrix(moments(name, parameter).slopes(pairs.numbers))


def lecun_kernel(
    name: str,
    X: npt.ArrayLike,
    Z: npt.ArrayLike | None = None,
    *,
    bias_variance: float = 0.0,
    parameter: float | None = None,
) -> FloatArray:
    """Return K^LC(x, z) = E[sigma(u . x + b) sigma(u . z + b)], u ~ N(0, I / d): Theorem 11.16.

    It is the limit of the tangent kernel divided by the width, for LeCun initialisation (11.5.3);
    b is 0 there, and N(0, bias_variance) in Exercise 11.37.  Otherwise as `gaussian_kernel`.
    """
    return gaussian_kernel(name, X, Z, bias_variance=bias_variance, parameter=parameter)


def normalised_tangent_kernel(
    name: str,
    X: npt.ArrayLike,
    Z: npt.ArrayLike | None = None,
    *,
    bias_variance: float = 0.0,
    parameter: float | None = None,
) -> FloatArray:
    """Return the limit of the tangent kernel of the normalised network (11.6.1): Theorem 11.30.

        K^NTK(x, z) = (1 + x . z / d) E[sigma' sigma'] + E[sigma sigma] + 1

    with u ~ N(0, I / d); all of U, b, v, c are trained.  Biases b start at 0, or as
    N(0, bias_variance) in Exercise 11.37.  Otherwise as `gaussian_kernel` and `derivative_kernel`.
    """
    pairs = point_pairs(X, Z, bias_variance=bias_variance)
    values, slopes = moments(name, parameter).both(pairs.numbers)
    r = pairs.numbers[2] if bias_variance == 0 else point_pairs(X, Z).numbers[2]
    return pairs.matrix((1 + r) * slopes + values + 1)


def smallest_eigenvalues_of_pairs(
    name: str,
    X: npt.ArrayLike,
    Z: npt.ArrayLike | None = None,
    *,
    weight_variance: float = 1.0,
    bias_variance: float = 0.0,
    parameter: float | None = None,
) -> FloatArray:
    """Return the smallest eigenvalue of [[K(x, x), K(x, z)], [K(z, x), K(z, z)]] for x, z: (m, m').

    K is `gaussian_kernel`, and shapes are as there.  No entries are subtracted from one another:
    the relative error is below 1e-14 at every angle, however close x and z are, where

    * the activation is homogeneous, or one of exp, cos, gaussian, normal cdf;
    * or p = q, as for points of equal length.

    For erf and sin with p != q it is that divided by min(1, p, q)^2, as both are nearly linear near
    0.  For the tangent kernel see `numeric.deep_kernels`.  Raises ValueError also for GELU and what
    needs quadrature: for those no such formula is known here.
    """
    form = moments(name, parameter).form
    if form is None or not form.has_determinant:
        raise ValueError(f"no formula is known for the smallest eigenvalue for {name}")
    pairs = point_pairs(X, Z, weight_variance=weight_variance, bias_variance=bias_variance)
    return pairs.matrix(smallest_eigenvalues(form.value.second_moments(pairs.numbers)))
