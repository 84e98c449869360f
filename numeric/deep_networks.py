"""Fully connected networks with any number of hidden layers and one output.

    x_0 = x,    z_l = s_l W_l x_l + b_l,    x_{l+1} = sigma(z_l),    Phi(x) = z_L

with L hidden layers, weights W_l (n_{l+1}, n_l) and biases b_l (n_{l+1},), where n_0 = d is the
dimension of the inputs and n_{L+1} = 1.  In the LeCun form all scales s_l are 1; in the normalised
form s_l = n_l^(-1/2).  With one hidden layer these are the networks of `numeric.networks`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from numeric.activations import Activation
from numeric.initial_laws import LAWS, draw, seed_key
from numeric.inputs import FloatArray, count, finite, number, one_of


@dataclass(frozen=True)
class DeepNetwork:
    """A fully connected network; see the module for the formula."""

    activation: Activation
    weights: tuple[FloatArray, ...]
    """W_0, ..., W_L, the last with one row."""
    biases: tuple[FloatArray, ...]
    """b_0, ..., b_L, the last with one entry."""
    scales: tuple[float, ...]
    """s_0, ..., s_L."""

    @property
    def depth(self) -> int:
        """The number L of hidden layers."""
        return len(self.weights) - 1

    @property
    def dimension(self) -> int:
        """The dimension d of the inputs."""
        return self.weights[0].shape[1]

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths n_1, ..., n_L of the hidden layers."""
        return tuple(len(b) for b in self.biases[:-1])

    @property
    def size(self) -> int:
        """The number of parameters."""
        return sum(W.size + b.size for W, b in zip(self.weights, self.biases, strict=True))

    def parameters(self) -> FloatArray:
        """Return all parameters in one vector: W_0 row by row, b_0, W_1, b_1, ..."""
        pairs = zip(self.weights, self.biases, strict=True)
        return np.concatenate([part for W, b in pairs for part in (W.ravel(), b)])

    def outputs(self, X: npt.ArrayLike) -> FloatArray:
        """Return Phi(x) for each row x of X: (m, d) gives (m,).  Memory O(m max width)."""
        values = finite("X", X, ("m", self.dimension))
        for layer in range(self.depth):
            values = self.activation.value(self._arguments(layer, values))
        return self._arguments(self.depth, values)[:, 0]

    def jacobian(self, X: npt.ArrayLike) -> FloatArray:
        """Return the gradients by all parameters as rows, in the order of `parameters`.

        Shape (m, size), so for small networks; `deep_tangent_kernel` needs no Jacobian.
        """
        values, slopes = self.forward(X)
        blocks = []
        for layer, B in self.backward(slopes):
            by_W = self.scales[layer] * B[:, :, None] * values[layer][:, None, :]
            blocks.append(np.concatenate([by_W.reshape(len(B), -1), B], axis=1))
        return np.concatenate(blocks[::-1], axis=1)

    def _arguments(self, layer: int, values: FloatArray) -> FloatArray:
        return self.scales[layer] * (values @ self.weights[layer].T) + self.biases[layer]

    def forward(
        self, X: npt.ArrayLike, name: str = "X"
    ) -> tuple[list[FloatArray], list[FloatArray]]:
        """Return x_0, ..., x_L and sigma'(z_0), ..., sigma'(z_{L-1}), points as rows."""
        values, slopes = [finite(name, X, ("m", self.dimension))], []
        for layer in range(self.depth):
            z = self._arguments(layer, values[-1])
            values.append(self.activation.value(z))
            slopes.append(self.activation.slope(z))
        return values, slopes

    def backward(self, slopes: list[FloatArray]) -> Iterator[tuple[int, FloatArray]]:
        """Yield l and dPhi/dz_l from the last layer to the first, points as rows."""
        B = np.ones((len(slopes[0]), 1))
        yield self.depth, B
        for layer in reversed(range(self.depth)):
            B = self.scales[layer + 1] * (B @ self.weights[layer + 1]) * slopes[layer]
            yield layer, B


def deep_tangent_kernel(
    network: DeepNetwork, X: npt.ArrayLike, Z: npt.ArrayLike | None = None
) -> FloatArray:
    """Return the tangent kernel <grad Phi(x), grad Phi(z)> for the rows x of X and z of Z.

    With points as rows and B_l = dPhi/dz_l, * standing for the entrywise product, it is

        K = sum over l of (s_l^2 X_l Z_l^T + 1) * (B_l(X) B_l(Z)^T).

    Shapes: X (m, d) and Z (m', d) give (m, m'); Z is X if not given.  Cost: one pass forward and
    one backward for each point, and m m' products for each neuron.  Memory: what the passes leave,
    2 (m + m') numbers for each neuron, and no Jacobian.  Error: each product obeys the usual bound,
    the number of its terms times 2^-53 of the sum of their absolute values; how much the next
    layers enlarge such errors depends on the network and is not bounded here.

    Raises ValueError for X or Z of a wrong shape, empty, or not finite, and OverflowError if the
    kernel is too large for doubles.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        values, slopes = network.forward(X)
        others, other_slopes = (values, slopes) if Z is None else network.forward(Z, "Z")
        K = np.zeros((len(values[0]), len(others[0])))
        backward = network.backward(slopes)
        other_backward = network.backward(other_slopes)
        for (layer, B), (_, C) in zip(backward, other_backward, strict=True):
            scale = network.scales[layer]
            K += ((scale * values[layer]) @ (scale * others[layer]).T + 1.0) * (B @ C.T)
    if not np.isfinite(K).all():
        raise OverflowError("the tangent kernel is too large for doubles")
    return K


def deep_network(
    activation: Activation,
    weights: Sequence[npt.ArrayLike],
    biases: Sequence[npt.ArrayLike],
    *,
    normalised: bool = False,
) -> DeepNetwork:
    """Return the network with these weights and biases, in the LeCun or the normalised form.

    Raises ValueError, naming the layer, for shapes that do not fit or entries not finite, and for
    fewer than one hidden layer.
    """
    if len(weights) < 2 or len(weights) != len(biases):
        raise ValueError(
            f"{len(weights)} weights and {len(biases)} biases, where as many of both are needed, "
            "at least two"
        )
    matrices: list[FloatArray] = []
    vectors: list[FloatArray] = []
    columns: int | str = "d"
    last = len(weights) - 1
    for layer, (W, b) in enumerate(zip(weights, biases, strict=True)):
        rows = 1 if layer == last else "n"
        matrices.append(finite(f"weights[{layer}]", W, (rows, columns)))
        columns = len(matrices[-1])
        vectors.append(finite(f"biases[{layer}]", b, (columns,)))
    scales = tuple(W.shape[1] ** -0.5 if normalised else 1.0 for W in matrices)
    return DeepNetwork(activation, tuple(matrices), tuple(vectors), scales)


def initial_deep_network(
    activation: Activation,
    d: int,
    widths: Sequence[int],
    law: str = "gaussian",
    seed: int = 0,
    *,
    normalised: bool = False,
    weight_variance: float = 1.0,
    bias_variance: float = 0.0,
) -> DeepNetwork:
    """Return a random network with hidden layers of these widths over inputs of dimension d.

    Weights of layer l are drawn from D(0, weight_variance / n_l) in the LeCun form, and from
    D(0, weight_variance) in the normalised form, biases from D(0, bias_variance); D is gaussian,
    uniform or rademacher.  Both forms with the same law and seed are the same function, up to
    rounding; with one hidden layer, it is that of `initial_network`.

    Raises ValueError for d or a width below 1, no widths, an unknown law, a seed outside
    0, ..., 2^64 - 1, or a variance that is negative or not finite.
    """
    one_of("law", law, LAWS)
    seed_key(seed)
    for name, variance in (("weight_variance", weight_variance), ("bias_variance", bias_variance)):
        number(name, variance, least=0)
    if not widths:
        raise ValueError("widths is empty, where at least one hidden layer is needed")
    hidden = [count(f"widths[{i}]", width) for i, width in enumerate(widths)]
    weights, biases = [], []
    for layer, (columns, rows) in enumerate(pairwise([count("d", d), *hidden, 1])):
        deviation = math.sqrt(weight_variance / (1 if normalised else columns))
        W = deviation * draw(law, seed, 2 * layer, 0, rows * columns)
        weights.append(W.reshape(rows, columns))
        biases.append(math.sqrt(bias_variance) * draw(law, seed, 2 * layer + 1, 0, rows))
    return deep_network(activation, weights, biases, normalised=normalised)
