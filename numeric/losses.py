"""Loss functions of the outputs on the data: f = weight times the sum over i of l(Phi_i, y_i).

The chapter's f, equation (11.0.1b), is the plain sum of squares.  Other texts halve it or divide
it by m, which rescales every step size; so a loss is always named.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from numeric.inputs import FloatArray, count, finite, one_of
from numeric.jit import kernel

SQUARES, LOGISTIC = range(2)


@dataclass(frozen=True)
class Loss:
    """One loss function for a given number m of samples."""

    name: str
    code: int
    """SQUARES for l = (Phi - y)^2, LOGISTIC for l = log(1 + exp(-y Phi))."""
    weight: float
    """The factor before the sum."""

    def value(self, outputs: npt.ArrayLike, y: npt.ArrayLike) -> FloatArray:
        """Return f for outputs (..., m) and targets (m,), as an array of shape (...)."""
        if self.code == SQUARES:
            return self.weight * np.square(np.subtract(outputs, y)).sum(axis=-1)
        return self.weight * np.logaddexp(0.0, -np.multiply(outputs, y)).sum(axis=-1)

    def slopes(self, outputs: npt.ArrayLike, y: npt.ArrayLike) -> FloatArray:
        """Return the derivatives of f by the outputs, of the shape of `outputs`."""
        if self.code == SQUARES:
            return 2 * self.weight * np.subtract(outputs, y)
        margins = np.multiply(outputs, y)
        return -self.weight * np.asarray(y) * np.exp(-np.logaddexp(0.0, margins))

    def targets(self, y: npt.ArrayLike, m: int) -> FloatArray:
        """Return `y` as m targets of this loss.

        Raises ValueError for a wrong shape, an entry not finite, or, where the loss is logistic,
        a label other than 1 and -1.
        """
        array = finite("y", y, (m,))
        if self.code == LOGISTIC and not np.all(np.abs(array) == 1):
            i = int(np.argmax(np.abs(array) != 1))
            raise ValueError(f"y[{i}] = {array[i]}, where a label 1 or -1 is needed")
        return array


def loss(name: str, m: int) -> Loss:
    """Return the loss with this name for m samples.

    "sum" is the sum of squares (11.0.1b), "half" one half of it, "mean" and "half mean" these two
    divided by m; "logistic" is the sum of log(1 + exp(-y Phi)) for labels 1 and -1.
    Raises ValueError, listing the names, for any other.
    """
    m = count("m", m)
    known = (
        Loss("sum", SQUARES, 1.0),
        Loss("half", SQUARES, 0.5),
        Loss("mean", SQUARES, 1 / m),
        Loss("half mean", SQUARES, 0.5 / m),
        Loss("logistic", LOGISTIC, 1.0),
    )
    return one_of("loss", name, {each.name: each for each in known})


@kernel
def evaluate(
    code: int, weight: float, outputs: FloatArray, y: FloatArray, slopes: FloatArray
) -> float:
    """Return f and fill in its derivatives by the outputs; sums run in order."""
    total = 0.0
    for i in range(y.size):
        if code == SQUARES:
            error = outputs[i] - y[i]
            slopes[i] = 2 * weight * error
            total += error * error
        else:
            margin = y[i] * outputs[i]
            slopes[i] = -weight * y[i] / (1 + math.exp(margin))
            total += max(-margin, 0.0) + math.log1p(math.exp(-abs(margin)))
    return weight * total
