"""Gradient descent of many networks at once, on the same data.

Each network is trained by one thread from its first step to its last; threads share the networks
between them.  So results do not depend on the number of threads, and no thread waits for another.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from numeric.activations import Activation
from numeric.descent import (
    aligned_copy,
    descend,
    empty_record,
    packed,
    setting,
    unpacked,
    workspace,
)
from numeric.inputs import FloatArray, count, finite, number
from numeric.losses import loss as named_loss
from numeric.networks import Network
from numeric.threads import barrier, in_parts
from numeric.trajectories import SLICE, Progress


@dataclass(frozen=True)
class Ensemble:
    """N networks of the same form, and what gradient descent did to them.

    Where a network diverged, its losses and distances from that step on are inf, and its
    parameters need not be finite.
    """

    activation: Activation
    U: FloatArray
    """Inner weights after the last step, (N, n, d)."""
    b: FloatArray
    """Inner biases, (N, n)."""
    v: FloatArray
    """Outer weights, (N, n)."""
    c: FloatArray
    """Outer biases, (N,)."""
    input_scale: float
    output_scale: float
    losses: FloatArray
    """f(w_k) of each network, (N, steps + 1)."""
    distances: FloatArray
    """|w_k - w_0| of each network, (N, steps + 1)."""

    def network(self, index: int) -> Network:
        """Return the network with this index."""
        return Network(
            self.activation,
            self.U[index],
            self.b[index],
            self.v[index],
            float(self.c[index]),
            self.input_scale,
            self.output_scale,
        )

    def outputs(self, X: npt.ArrayLike) -> FloatArray:
        """Return Phi(x) of every network for each row x of X: (m, d) gives (N, m)."""
        return np.array([self.network(index).outputs(X) for index in range(len(self.c))])


def ensemble_gradient_descent(
    activation: Activation,
    U: npt.ArrayLike,
    b: npt.ArrayLike,
    v: npt.ArrayLike,
    c: npt.ArrayLike,
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    step_size: float,
    steps: int,
    *,
    loss: str = "sum",
    normalised: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Ensemble:
    """Train N networks by gradient descent with the same step size on the same data.

    Shapes: U (N, n, d), b (N, n), v (N, n), c (N,), X (m, d), y (m,).  `loss` is a name known to
    `numeric.losses`.  The networks have the LeCun form (11.5.1), or the normalised form (11.6.1).
    `progress` is called now and then with the networks done and their number.

    Cost O(N n m d) a step, memory O(N (n d + steps)).  Each network goes the way
    `trajectories.gradient_descent` takes it, to the last bit, and the error is described there.

    Raises ValueError, naming the argument, for shapes that do not fit, entries not finite, and
    labels that the loss does not know.
    """
    inner = finite("U", U, ("N", "n", "d"))
    N, n, d = inner.shape
    biases, outer = finite("b", b, (N, n)), finite("v", v, (N, n))
    constants = finite("c", c, (N,)).copy()
    points = finite("X", X, ("m", d))
    chosen = named_loss(loss, len(points))
    targets = chosen.targets(y, len(points))
    rate, steps = number("step_size", step_size), count("steps", steps, least=0)
    input_scale, output_scale = (d**-0.5, n**-0.5) if normalised else (1.0, 1.0)
    fixed = setting(activation, chosen, points, targets, rate, input_scale, output_scale)

    W = packed(inner, biases, outer)
    losses = np.full((N, steps + 1), np.inf)
    distances = np.full((N, steps + 1), np.inf)
    live, gate = n - (W.shape[1] - 1) * W.shape[3], barrier()
    work_each = n * (d + 2) * targets.size * (steps + 1)
    slice_length = max(1, SLICE // work_each)
    for done in range(0, N, slice_length):
        now = min(slice_length, N - done)

        def train(first: int, last: int, done: int = done) -> None:
            work = workspace(activation, fixed, W.shape[1:], 0.0, 1)
            rest = empty_record(steps, targets.size)
            for index in range(done + first, done + last):
                work.c[0, 0] = constants[index]
                record = rest._replace(losses=losses[index], distances=distances[index])
                start, c0 = aligned_copy(W[index]), float(constants[index])
                descend(0, steps + 1, 0, 1, gate, fixed, W[index], start, c0, live, work, record)
                constants[index] = work.c[0, 0]

        in_parts(train, now, threads)
        if progress is not None:
            progress(done + now, N)
    return Ensemble(
        activation,
        *unpacked(W, n),
        constants,
        input_scale,
        output_scale,
        losses,
        distances,
    )
