"""The first step of ADAM for a small network and one data point, exactly.

ADAM keeps averages m and v of the gradient and of its squares, both 0 at first, and divides them
by 1 - beta_1^t and 1 - beta_2^t at step t; each coordinate then moves by -h m / (sqrt(v) + eps).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric import small_layers
from numeric.ridge_models import ZERO
from numeric.small_layers import Layer
from symbolic.exact import Number, as_text, exact, rational_below, sqrt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class AdamStep:
    """A network, the datum y for its input, and the numbers that ADAM depends on."""

    network: Layer
    y: fmpq
    h: fmpq
    beta_1: fmpq
    beta_2: fmpq
    eps: fmpq

    @property
    def size(self) -> int:
        """The number of parameters."""
        return self.network.size

    @property
    def is_valid(self) -> bool:
        """Whether ADAM is defined for these numbers."""
        decays = (self.beta_1, self.beta_2)
        return self.h > 0 and self.eps >= 0 and all(0 <= beta < 1 for beta in decays)

    def gradient(self) -> list[fmpq]:
        """Return the gradient of (Phi(x, w) - y)^2: U row by row, b, v, c."""
        error = rational_below(self.network.output()) - self.y
        return [2 * error * rational_below(self.network.slope(i)) for i in range(self.size)]

    def moves(self) -> list[Number]:
        """Return by how much each parameter moves; no derivative may be 0 if eps is."""
        return [self._move(g) for g in self.gradient()]

    def _move(self, g: fmpq) -> Number:
        m, v = (1 - self.beta_1) * g, (1 - self.beta_2) * g**2
        m_hat, v_hat = m / (1 - self.beta_1), v / (1 - self.beta_2)
        return -self.h * m_hat / (sqrt(v_hat) + self.eps)

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        names = ("y", "h", "beta_1", "beta_2", "eps")
        numbers = (self.y, self.h, self.beta_1, self.beta_2, self.eps)
        return {
            **self.network.describe(),
            **dict(zip(names, map(as_text, numbers), strict=True)),
        }


def adam(
    network: Layer, y: str, h: str, eps: str = "0", beta_1: str = "9/10", beta_2: str = "999/1000"
) -> AdamStep:
    """Return the step with these numbers, by default ADAM's usual ones and eps = 0."""
    numbers = (exact(text) for text in (y, h, beta_1, beta_2, eps))
    return AdamStep(network, *numbers)


# A random family; half of it has eps = 0

SHAPE = (3, 2)
BOX = {
    **small_layers.box(*SHAPE),
    "y": (-2.0, 2.0),
    "h": (0.01, 3.0),
    "beta_1": (0.0, 0.95),
    "beta_2": (0.0, 0.95),
    "eps": (-1.0, 1.0),
}


def member(p: Mapping[str, fmpq]) -> AdamStep:
    """Return the step with these parameters, exactly; a negative eps counts as 0."""
    network = small_layers.member(p, *SHAPE)
    return AdamStep(network, p["y"], p["h"], p["beta_1"], p["beta_2"], max(p["eps"], ZERO))


@dataclass(frozen=True)
class Lanes:
    """Many steps in doubles; columns are U row by row, b, v, c."""

    gradient: FloatArray
    moves: FloatArray
    """Shape (cases, n d + 2 n + 1)."""
    eps: FloatArray
    """Shape (cases,)."""


def members(p: Mapping[str, FloatArray]) -> Lanes:
    """Return many steps."""
    many = small_layers.members(p, *SHAPE)
    z = many.insides()
    value, slope = many.sigma(z), many.sigma(z, 1)
    error = (many.v * value).sum(axis=1) + many.c - p["y"]
    by_b = many.v * slope
    by_U = (by_b[:, :, None] * many.x[:, None, :]).reshape(len(error), -1)
    by_c = np.ones_like(error)[:, None]
    gradient = 2 * error[:, None] * np.concatenate([by_U, by_b, value, by_c], axis=1)
    beta_1, beta_2 = p["beta_1"][:, None], p["beta_2"][:, None]
    m_hat = (1 - beta_1) * gradient / (1 - beta_1)
    v_hat = (1 - beta_2) * gradient**2 / (1 - beta_2)
    eps = np.maximum(p["eps"], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        moves = -p["h"][:, None] * m_hat / (np.sqrt(v_hat) + eps[:, None])
    return Lanes(gradient, moves, eps)
