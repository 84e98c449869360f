"""Gaussian process and tangent kernels of deep fully connected networks of infinite width.

The network with L hidden layers of width n and NTK parametrisation (Jacot et al. 2018),

    z_1 = sqrt(v / d) W_1 x + b_1,   z_{l+1} = sqrt(v / n) W_{l+1} sigma(z_l) + b_{l+1},

has the scalar output z_{L+1}.  The entries of all W_l are N(0, 1), those of all b_l are
N(0, beta); v is the weight variance, beta the bias variance.  As n grows, outputs at
initialisation become Gaussian with covariance S_{L+1} (Lee et al. 2018),

    S_1 = v x . z / d + beta,   S_{l+1} = v E[sigma(a) sigma(b)] + beta,
    with (a, b) centred Gaussian of covariances S_l,

and the tangent kernel becomes T_{L+1},

    T_1 = v x . z / d + c,      T_{l+1} = v E[sigma(a) sigma(b)] + c + T_l v E[sigma'(a) sigma'(b)],

where c is the square of the factor that training applies to biases: the W_l and b_l are trained,
and moving b_l by t moves z_l by sqrt(c) t.  In the chapter c = 1: with L = 1, v = 1 and beta = 0
T is K^NTK of Theorem 11.30.  neural-tangents writes biases as sqrt(beta) b, so c = beta there;
c = 0 if biases are frozen.

The kernels of a pair of points are carried with their determinants (`numeric.gaussian_pairs`), so
the smallest eigenvalue of a pair's 2x2 matrix stays accurate for points however close.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from numeric import quadrature
from numeric.gaussian_pairs import (
    ClosedForm,
    added,
    fill_second_moments,
    multiplied,
    scaled,
    smallest_eigenvalues,
    with_constant,
)
from numeric.inputs import FloatArray, count, number
from numeric.jit import kernel
from numeric.limit_kernels import moments
from numeric.point_pairs import PointPairs, point_pairs
from numeric.threads import WORTH_A_THREAD, in_parts

BLOCK = 1024
"""So many pairs pass through all layers before the next ones, so that they stay in the cache."""


@dataclass(frozen=True)
class DeepKernels:
    """What belongs to the two kernels of a deep network, one entry for each pair of points."""

    gaussian_process: FloatArray
    """From S_{L+1}, the covariance of the outputs; (m, m')."""
    tangent: FloatArray
    """From T_{L+1}, the tangent kernel; (m, m')."""


def deep_kernels(
    name: str,
    X: npt.ArrayLike,
    Z: npt.ArrayLike | None = None,
    *,
    depth: int,
    weight_variance: float = 1.0,
    bias_variance: float = 0.0,
    trained_bias: float = 1.0,
    parameter: float | None = None,
) -> DeepKernels:
    """Return S_{L+1} and T_{L+1} for L = depth hidden layers, as (m, m') matrices.

    Shapes: X (m, d), Z (m', d); without Z, all pairs of rows of X.  `trained_bias` is c.  Names of
    activations and their parameters are those of `numeric.limit_kernels`.
    Relative errors for ReLU, measured: at most 2e-15 for L <= 10 and every angle.  By quadrature
    each layer adds at most 1e-13 of sqrt(K(x, x) K(z, z)).
    Cost: about 100 ns for each pair and layer with ReLU; by quadrature as `gaussian_kernel`.
    Raises ValueError, naming the argument, for an unknown name, wrong shapes, entries not finite,
    depth < 1, negative variances, and if kernels overflow.
    """
    pairs, found = _layers(
        name, X, Z, depth, weight_variance, bias_variance, trained_bias, parameter
    )
    return DeepKernels(pairs.matrix(found[2]), pairs.matrix(found[7]))


def deep_smallest_eigenvalues_of_pairs(
    name: str,
    X: npt.ArrayLike,
    Z: npt.ArrayLike | None = None,
    *,
    depth: int,
    weight_variance: float = 1.0,
    bias_variance: float = 0.0,
    trained_bias: float = 1.0,
    parameter: float | None = None,
) -> DeepKernels:
    """Return the smallest eigenvalues of [[K(x, x), K(x, z)], [K(z, x), K(z, z)]] for both kernels.

    Arguments are those of `deep_kernels`.  Relative errors for ReLU, measured: at most 2e-14 for
    L <= 10 and every angle.  Restrictions and errors are those of
    `numeric.limit_kernels.smallest_eigenvalues_of_pairs`.
    """
    form = moments(name, parameter).form
    if form is None or not form.has_determinant:
        raise ValueError(f"no formula is known for the smallest eigenvalue for {name}")
    pairs, found = _layers(
        name, X, Z, depth, weight_variance, bias_variance, trained_bias, parameter
    )
    return DeepKernels(
        *(pairs.matrix(smallest_eigenvalues(part)) for part in (found[:5], found[5:]))
    )


def _layers(
    name: str,
    X: npt.ArrayLike,
    Z: npt.ArrayLike | None,
    depth: int,
    weight_variance: float,
    bias_variance: float,
    trained_bias: float,
    parameter: float | None,
) -> tuple[PointPairs, FloatArray]:
    """Return the pairs and the five numbers of S_{L+1}, then those of T_{L+1}: (10, k)."""
    depth = count("depth", depth)
    trained_bias = number("trained_bias", trained_bias, least=0.0)
    form = moments(name, parameter).form
    pairs = point_pairs(X, Z, weight_variance=weight_variance, bias_variance=bias_variance)
    tangent = point_pairs(X, Z, weight_variance=weight_variance, bias_variance=trained_bias)
    numbers = np.concatenate([pairs.numbers, tangent.numbers])
    constants = float(weight_variance), float(bias_variance), trained_bias
    if form is None:
        for _ in range(depth):
            _quadrature_layer(name, *constants, numbers)
    else:
        _closed_layers(name, form, depth, *constants, numbers)
    if not np.isfinite(numbers).all():
        raise ValueError(f"the kernels of {name} overflow within {depth} layers")
    return pairs, numbers


def _closed_layers(
    name: str,
    form: ClosedForm,
    depth: int,
    weight_variance: float,
    bias_variance: float,
    trained_bias: float,
    numbers: FloatArray,
) -> None:
    if form.slope is None:
        raise ValueError(f"{name} jumps: E[sigma' sigma'] has no meaning for it")
    process = numbers[:5]
    f, df = form.value.numbers, form.slope.numbers
    values, slopes = np.empty_like(process), np.empty_like(process)

    constants = weight_variance, bias_variance, trained_bias

    def layers(first: int, last: int) -> None:
        for start in range(first, last, BLOCK):
            part = start, min(start + BLOCK, last)
            for _ in range(depth):
                fill_second_moments(*f, process, *part, values)
                fill_second_moments(*df, process, *part, slopes)
                _combine(values, slopes, *constants, *part, numbers)

    in_parts(layers, numbers.shape[1], least=max(1, WORTH_A_THREAD // depth))


@kernel
def _combine(
    values: FloatArray,
    slopes: FloatArray,
    weight_variance: float,
    bias_variance: float,
    trained_bias: float,
    first: int,
    last: int,
    numbers: FloatArray,
) -> None:
    v, w, n = values, slopes, numbers
    for c in range(first, last):
        value = scaled((v[0, c], v[1, c], v[2, c], v[3, c], v[4, c]), weight_variance)
        slope = scaled((w[0, c], w[1, c], w[2, c], w[3, c], w[4, c]), weight_variance)
        before = multiplied((n[5, c], n[6, c], n[7, c], n[8, c], n[9, c]), slope)
        process = with_constant(value, bias_variance)
        tangent = added(with_constant(value, trained_bias), before)
        n[0, c], n[1, c], n[2, c], n[3, c], n[4, c] = process
        n[5, c], n[6, c], n[7, c], n[8, c], n[9, c] = tangent


def _quadrature_layer(
    name: str,
    weight_variance: float,
    bias_variance: float,
    trained_bias: float,
    numbers: FloatArray,
) -> None:
    """Replace S_l and T_l by S_{l+1} and T_{l+1}.

    Their determinants are differences: expectations depend smoothly on p, q and r, so an absolute
    error of p q - r^2 does no harm to them.
    """
    variances, place = np.unique(numbers[:2], return_inverse=True)
    diagonal = np.zeros((5, variances.size))
    diagonal[:3] = variances
    of_each = quadrature.of_pairs(name, diagonal)[::2, place.reshape(2, -1)]
    of_pairs = quadrature.of_pairs(name, numbers[:5])[::2]
    values, slopes = weight_variance * np.concatenate([of_each, of_pairs[:, None]], axis=1)
    for rows, new in (
        (slice(0, 5), values + bias_variance),
        (slice(5, 10), values + trained_bias + numbers[5:8] * slopes),
    ):
        p, q, r = new
        numbers[rows] = p, q, r, np.sqrt(np.maximum(p * q - r * r, 0.0)), p - q
