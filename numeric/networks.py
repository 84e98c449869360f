"""Networks with one hidden layer, as the chapter writes them.

    Phi(x) = output_scale v . sigma(input_scale U x + b) + c

with U (n, d), b (n,), v (n,) and c the parameters.  The LeCun form (11.5.1) has both scales 1; the
normalised form (11.6.1) has input_scale = d^(-1/2) and output_scale = n^(-1/2).
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from numeric.activations import Activation
from numeric.initial_laws import LAWS, draw, seed_key
from numeric.inputs import FloatArray, count, finite, number, one_of

STREAM_U, STREAM_B, STREAM_V, STREAM_C = range(4)
"""The streams of random numbers from which the four groups of parameters are drawn."""


@dataclass(frozen=True)
class Network:
    """One hidden layer of width n over inputs of dimension d; see the module for the formula."""

    activation: Activation
    U: FloatArray
    """Inner weights, (n, d)."""
    b: FloatArray
    """Inner biases, (n,)."""
    v: FloatArray
    """Outer weights, (n,)."""
    c: float
    input_scale: float = 1.0
    output_scale: float = 1.0

    @property
    def width(self) -> int:
        """The number n of neurons."""
        return self.U.shape[0]

    @property
    def dimension(self) -> int:
        """The dimension d of the inputs."""
        return self.U.shape[1]

    @property
    def size(self) -> int:
        """The number n (d + 2) + 1 of parameters."""
        return self.width * (self.dimension + 2) + 1

    def parameters(self) -> FloatArray:
        """Return all parameters in one vector, (U row by row, b, v, c)."""
        return np.concatenate([self.U.ravel(), self.b, self.v, [self.c]])

    def with_parameters(self, w: npt.ArrayLike) -> "Network":
        """Return the network of the same form with the parameters `w`, ordered as above."""
        array = finite("w", w, (self.size,))
        n, d = self.U.shape
        U, b, v, c = np.split(array, [n * d, n * (d + 1), n * (d + 2)])
        return replace(self, U=U.reshape(n, d), b=b, v=v, c=float(c[0]))

    def preactivations(self, X: npt.ArrayLike) -> FloatArray:
        """Return input_scale U x + b for each row x of X: (m, d) gives (m, n)."""
        points = finite("X", X, ("m", self.dimension))
        return self.input_scale * (points @ self.U.T) + self.b

    def outputs(self, X: npt.ArrayLike) -> FloatArray:
        """Return Phi(x) for each row x of X: (m, d) gives (m,).  Cost and memory O(m n)."""
        hidden = self.activation.value(self.preactivations(X))
        return self.output_scale * (hidden @ self.v) + self.c

    def jacobian(self, X: npt.ArrayLike) -> FloatArray:
        """Return the gradients by all parameters as rows, (m, n (d + 2) + 1): equation (11.5.2).

        Memory O(m n d): for small networks; `numeric.tangent_kernel` needs no Jacobian.
        """
        points = finite("X", X, ("m", self.dimension))
        Z = self.preactivations(points)
        by_bias = self.output_scale * self.v * self.activation.slope(Z)
        by_U = self.input_scale * by_bias[:, :, None] * points[:, None, :]
        by_v = self.output_scale * self.activation.value(Z)
        ones = np.ones((len(points), 1))
        return np.concatenate([by_U.reshape(len(points), -1), by_bias, by_v, ones], axis=1)


def network(
    activation: Activation,
    U: npt.ArrayLike,
    b: npt.ArrayLike,
    v: npt.ArrayLike,
    c: float = 0.0,
    *,
    normalised: bool = False,
) -> Network:
    """Return the network with these parameters, in the LeCun or in the normalised form.

    Raises ValueError, naming the argument, for shapes that do not fit or entries not finite.
    """
    inner = finite("U", U, ("n", "d"))
    n, d = inner.shape
    return Network(
        activation,
        inner,
        finite("b", b, (n,)),
        finite("v", v, (n,)),
        number("c", c),
        input_scale=d**-0.5 if normalised else 1.0,
        output_scale=n**-0.5 if normalised else 1.0,
    )


@dataclass(frozen=True)
class Variances:
    """The variances of the initial parameters, where the weights are those of a unit network.

    U_ij has variance U / d and v_j has variance v / n in the LeCun form, and U and v in the
    normalised form; b_j and c have variances b and c in both.
    """

    U: float = 1.0
    b: float = 0.0
    v: float = 1.0
    c: float = 0.0


STANDARD = Variances()
"""Equations (11.5.3) and (11.6.2): weights of variance one, no biases."""
FIGURE_11_3 = Variances(U=3.0, b=2.0, v=3.0, c=2.0)
"""Equation (11.5.11)."""


@dataclass(frozen=True)
class Initialisation:
    """How a network of width n over inputs of dimension d starts; made by `initialisation`."""

    n: int
    d: int
    law: str
    seed: int
    normalised: bool
    variances: Variances

    @property
    def input_scale(self) -> float:
        """The factor of U x."""
        return self.d**-0.5 if self.normalised else 1.0

    @property
    def output_scale(self) -> float:
        """The factor of v . sigma."""
        return self.n**-0.5 if self.normalised else 1.0

    def neurons(self, first: int, last: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the rows first, ..., last - 1 of U, b and v, whatever else is asked for."""
        size, d = last - first, self.d
        inner, outer = (1, 1) if self.normalised else (d, self.n)
        U = self._entries(STREAM_U, first * d, size * d, self.variances.U / inner)
        b = self._entries(STREAM_B, first, size, self.variances.b)
        v = self._entries(STREAM_V, first, size, self.variances.v / outer)
        return U.reshape(size, d), b, v

    def bias(self) -> float:
        """Return c."""
        return float(self._entries(STREAM_C, 0, 1, self.variances.c)[0])

    def _entries(self, stream: int, first: int, size: int, variance: float) -> FloatArray:
        if variance == 0:
            return np.zeros(size)
        entries = draw(self.law, self.seed, stream, first, size)
        entries *= math.sqrt(variance)
        return entries


def initialisation(
    n: int,
    d: int,
    *,
    law: str = "gaussian",
    seed: int = 0,
    normalised: bool = False,
    variances: Variances = STANDARD,
) -> Initialisation:
    """Return a way to draw the parameters of a network; see `initial_network`."""
    one_of("law", law, LAWS)
    seed_key(seed)
    for name, variance in vars(variances).items():
        number(f"variances.{name}", variance, least=0)
    return Initialisation(count("n", n), count("d", d), law, seed, normalised, variances)


def initial_network(
    activation: Activation,
    n: int,
    d: int,
    law: str = "gaussian",
    seed: int = 0,
    *,
    normalised: bool = False,
    variances: Variances = STANDARD,
) -> Network:
    """Return a random network of width n over inputs of dimension d.

    In the LeCun form (11.5.3), U_ij ~ D(0, 1/d), v_j ~ D(0, 1/n), b = 0 and c = 0; in the
    normalised form (11.6.2), U_ij and v_j ~ D(0, 1).  `law` is D: gaussian, uniform or rademacher;
    `variances` change the variances by factors and give the biases some.

    Both forms with the same law and seed are the same function, up to rounding.  In the normalised
    form, the neurons of a narrow network are the first ones of a wider one with the same seed.

    Raises ValueError for n or d below 1, an unknown law, a seed outside 0, ..., 2^64 - 1, or a
    variance that is negative or not finite.
    """
    start = initialisation(n, d, law=law, seed=seed, normalised=normalised, variances=variances)
    U, b, v = start.neurons(0, n)
    return Network(activation, U, b, v, start.bias(), start.input_scale, start.output_scale)
