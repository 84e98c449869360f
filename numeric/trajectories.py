"""Gradient descent of a network with one hidden layer, watched at every step.

How it is computed is described in `numeric.descent`; here are the ways to call it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from numeric.descent import (
    FAR,
    Record,
    Workspace,
    aligned_copy,
    descend,
    empty_record,
    packed,
    setting,
    unpacked,
    workspace,
)
from numeric.inputs import FloatArray, count, finite, number
from numeric.losses import Loss
from numeric.losses import loss as named_loss
from numeric.networks import Network
from numeric.tangent_kernel import tangent_kernel
from numeric.threads import available, barrier, together

Progress = Callable[[int, int], None]

SERIAL = 30_000
"""With fewer neurons times samples than this, a second thread costs more than it brings."""
SLICE = 2**30
"""Parameters times samples times steps between two looks at the world outside: 0.1 to 0.5 s."""


@dataclass(frozen=True)
class Trajectory:
    """What gradient descent did: one entry for each of the steps k = 0, 1, ..., steps.

    If it diverged, every entry from that step on is inf.
    """

    losses: FloatArray
    """f(w_k), (steps + 1,)."""
    distances: FloatArray
    """|w_k - w_0|, the Euclidean norm over all parameters, (steps + 1,)."""
    distance_parts: FloatArray
    """The same for U, b, v and c apart, (steps + 1, 4)."""
    outputs: FloatArray
    """Phi(x_i, w_k), (steps + 1, m)."""
    network: Network
    """The network after the last step; after a divergence its parameters need not be finite."""
    diverged_at: int | None
    """The first step whose loss or distance is not finite or whose loss is above 1e150."""
    kernel_drifts: dict[int, float]
    """|K(w_k) - K(w_0)| in the Frobenius norm, for the steps k that were asked for."""


def gradient_descent(
    network: Network,
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    step_size: float,
    steps: int,
    *,
    loss: str = "sum",
    kernel_drift_at: Iterable[int] = (),
    threads: int | None = None,
    progress: Progress | None = None,
) -> Trajectory:
    """Follow w_{k+1} = w_k - step_size grad f(w_k), k = 0, ..., steps - 1, f being over all data.

    X is (m, d) and y (m,).  `loss` is a name known to `numeric.losses`; "sum" is the chapter's f,
    equation (11.0.1b).  `progress` is called now and then with the steps done and their number.

    Cost O(n m d) a step, memory O(n (m + d)).  Looking at the kernel costs O(n m^2) each time.
    The result does not depend on `threads`.

    Error of one step, to first order in u = 2^-53 and against exact arithmetic from the same
    parameters and, for the second half, the same outputs.  Let e u be the relative error of sigma
    and sigma' as computed; for tanh with d <= 2 the slope is 1 - sigma^2, off by 10 u.  Both are
    taken at preactivations that are off by at most (d + 2) u times the sum of their absolute
    terms.  Beside that, an output is off by at most (n/100 + e + 400) u times
    |c| + sum_j |output_scale v_j sigma_j|, and a parameter w of the next step by at most u |w| +
    (m + e + 10) u step_size sum_i |l_i dPhi_i/dw|, with l_i the derivative of the loss by output
    i.  A trajectory may amplify these errors from step to step; nothing is claimed about that.

    Raises ValueError, naming the argument, for shapes that do not fit, entries not finite, and
    labels that the loss does not know.
    """
    points, targets, chosen = problem(network, X, y, loss)
    rate, steps = number("step_size", step_size), count("steps", steps, least=0)
    looks = sorted({count("kernel_drift_at", k, least=0) for k in kernel_drift_at})
    if looks and looks[-1] > steps:
        raise ValueError(f"kernel_drift_at = {looks[-1]}, where a step up to {steps} is needed")
    scales = network.input_scale, network.output_scale
    fixed = setting(network.activation, chosen, points, targets, rate, *scales)
    W = packed(network.U, network.b, network.v)
    W0 = aligned_copy(W)
    blocks, _, lanes = W.shape
    live = network.width - (blocks - 1) * lanes
    if threads is None:
        threads = available() if network.width * targets.size >= SERIAL else 1
    threads = min(count("threads", threads), blocks)
    work = workspace(network.activation, fixed, W.shape, network.c, threads)
    record = empty_record(steps, targets.size)

    start_kernel = tangent_kernel(network, points) if looks else np.zeros(0)
    drifts = dict.fromkeys(looks, np.inf)
    reached = np.zeros(threads, dtype=np.int64)
    slice_length = max(1, SLICE // (network.size * targets.size))
    done = 0
    while done <= steps:
        last = min([done + slice_length, steps + 1, *(k + 1 for k in looks if k >= done)])
        gate = barrier()

        def share(
            thread: int, first: int = done, last: int = last, gate: npt.NDArray[np.int64] = gate
        ) -> None:
            reached[thread] = descend(
                first, last, thread, threads, gate, fixed, W, W0, network.c, live, work, record
            )

        together(share, threads)
        done = int(reached[0])
        if done < last:
            break
        if done - 1 in drifts:
            here = tangent_kernel(_with_packed(network, W, work), points)
            drifts[done - 1] = float(np.linalg.norm(here - start_kernel))
        if progress is not None:
            progress(done - 1, steps)
    return _trajectory(record, _with_packed(network, W, work), drifts)


def stochastic_gradient_descent(
    network: Network,
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    step_size: float,
    steps: int,
    *,
    batch_size: int,
    seed: int = 0,
    with_replacement: bool = False,
    loss: str = "sum",
) -> Trajectory:
    """Follow w_{k+1} = w_k - step_size g_k, where g_k estimates grad f(w_k) from a random batch.

    Each step draws a batch of its own, `batch_size` of the m samples, all subsets being equally
    likely, or, with replacement, all sequences.  g_k is m / batch_size times the batch's part of
    the gradient, so its expectation is grad f(w_k), and a batch of m without replacement gives
    gradient descent.  Losses and outputs are those on all data.  The batches depend on `seed`
    only.  No momentum.

    Cost and memory O(n m d) a step, in NumPy: for small networks.
    Raises ValueError as `gradient_descent` does, and for a batch larger than the data without
    replacement.
    """
    points, targets, chosen = problem(network, X, y, loss)
    rate, steps = number("step_size", step_size), count("steps", steps, least=0)
    m, n, d = targets.size, network.width, network.dimension
    size = count("batch_size", batch_size)
    if size > m and not with_replacement:
        raise ValueError(f"batch_size = {size}, where at most m = {m} is needed")
    generator = np.random.default_rng(count("seed", seed, least=0))
    record = empty_record(steps, m)
    start = w = network.parameters()
    groups = [0, n * d, n * (d + 1), n * (d + 2)]
    now = network
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(steps + 1):
            if k > 0:
                batch = np.sort(generator.choice(m, size, replace=with_replacement))
                slopes = m / size * chosen.slopes(record.outputs[k - 1, batch], targets[batch])
                w = w - rate * (now.jacobian(points[batch]).T @ slopes)
                now = _with_vector(network, w)
            outputs = now.outputs(points)
            f = chosen.value(outputs, targets)
            squares = np.add.reduceat(np.square(w - start), groups)
            if not (f <= FAR and squares.sum() < np.inf):
                break
            record.losses[k], record.distances[k] = f, np.sqrt(squares.sum())
            record.squares[k], record.outputs[k] = squares, outputs
    return _trajectory(record, now, {})


def problem(
    network: Network, X: npt.ArrayLike, y: npt.ArrayLike, loss: str
) -> tuple[FloatArray, FloatArray, Loss]:
    """Return data, targets and loss, or raise ValueError if they do not fit the network."""
    points = finite("X", X, ("m", network.dimension))
    chosen = named_loss(loss, len(points))
    return points, chosen.targets(y, len(points)), chosen


def _trajectory(record: Record, network: Network, drifts: dict[int, float]) -> Trajectory:
    diverged = np.isinf(record.losses)
    return Trajectory(
        record.losses,
        record.distances,
        np.sqrt(record.squares),
        record.outputs,
        network,
        int(np.argmax(diverged)) if diverged.any() else None,
        drifts,
    )


def _with_vector(network: Network, w: FloatArray) -> Network:
    n, d = network.U.shape
    U, b, v, c = np.split(w, [n * d, n * (d + 1), n * (d + 2)])
    return replace(network, U=U.reshape(n, d), b=b, v=v, c=float(c[0]))


def _with_packed(network: Network, W: FloatArray, work: Workspace) -> Network:
    U, b, v = unpacked(W, network.width)
    return replace(network, U=U, b=b, v=v, c=float(work.c[0, 0]))
