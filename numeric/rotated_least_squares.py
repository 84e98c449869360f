"""Least squares whose singular vectors are rational: A = sum over i of s_i u_i v_i^T.

The u_i and v_i are the columns of two reflections I - 2 a a^T / |a|^2, so that a matrix without
zeros has its singular values, its singular vectors and everything else in rationals.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric.instances import describe_step
from numeric.kernel_least_squares import Row, minimum_norm, product
from numeric.ridge_models import ONE, ZERO, Vector, dot, fractions
from symbolic.exact import as_text, exact, shorten

FloatArray = npt.NDArray[np.float64]


def reflection(a: Sequence[fmpq]) -> list[Row]:
    """Return the columns of I - 2 a a^T / |a|^2, an orthonormal basis; I itself for a = 0."""
    size, places = product(a, a), range(len(a))
    scale = 2 / size if size > 0 else ZERO
    return [tuple((ONE if i == j else ZERO) - scale * a[i] * a[j] for i in places) for j in places]


@dataclass(frozen=True)
class Rotated:
    """f(w) = |A w - y|^2 with A given by its singular values and two reflections."""

    s: tuple[fmpq, ...]
    left: Row
    right: Row
    y: Row

    @property
    def size(self) -> int:
        """The number of entries of A."""
        return len(self.left) * len(self.right)

    @property
    def triples(self) -> list[tuple[fmpq, Row, Row]]:
        """The nonzero singular values s_i with u_i and v_i."""
        pairs = zip(self.s, reflection(self.left), reflection(self.right), strict=False)
        return [(s, u, v) for s, u, v in pairs if s > 0]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows x_1, ..., x_m of A."""
        inputs = range(len(self.right))
        return tuple(
            tuple(sum((s * u[j] * v[i] for s, u, v in self.triples), ZERO) for i in inputs)
            for j in range(len(self.left))
        )

    @property
    def solution(self) -> Row:
        """The minimum-norm solution w_*."""
        return minimum_norm(self.rows, self.y)

    def unseen(self, w: Sequence[fmpq]) -> Row:
        """Return the part of w that is orthogonal to the rows of A."""
        inside = [(product(v, w), v) for _, _, v in self.triples]
        return tuple(c - sum((a * v[i] for a, v in inside), ZERO) for i, c in enumerate(w))

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        matrix = "; ".join(", ".join(map(as_text, row)) for row in self.rows)
        values, data = (", ".join(map(as_text, row)) for row in (self.s, self.y))
        return {"A": matrix, "singular values": values, "y": data}


@dataclass(frozen=True)
class Descent:
    """A gradient descent for such a problem, and a vector phi(x) to test its limit with."""

    problem: Rotated
    w0: Row
    phi: Row
    h: fmpq | None = None
    """The step size; without one, `fraction` of the threshold."""
    fraction: fmpq = ONE
    steps: int = 12

    @property
    def size(self) -> int:
        """The number of entries of A."""
        return self.problem.size

    def iterates(self, h: fmpq) -> Iterator[Vector]:
        """Yield w_0, w_1, ..., w_steps of w <- w - h grad f(w)."""
        rows, w = self.problem.rows, [*self.w0]
        columns = list(zip(*rows, strict=True))
        for _ in range(self.steps + 1):
            yield [*w]
            errors = [dot(row, w) - y for row, y in zip(rows, self.problem.y, strict=True)]
            w = [shorten(c - 2 * h * dot(a, errors)) for c, a in zip(w, columns, strict=True)]

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        w0, phi = (", ".join(map(as_text, row)) for row in (self.w0, self.phi))
        step = describe_step(self.h, self.fraction)
        return {**self.problem.describe(), "w_0": w0, "phi(x)": phi, "h": step}


def rotated(s: str, left: str, right: str, y: str) -> Rotated:
    """Return the problem with these singular values and reflections, written `1 1/2 0`."""
    return Rotated(*(fractions(*text.split()) for text in (s, left, right, y)))


def descent(
    problem: Rotated, w0: str, phi: str, h: str | None = None, fraction: str = "99/100"
) -> Descent:
    """Return the descent from w_0, tested with phi, both written `1 1/2 0`."""
    start, probe = (fractions(*text.split()) for text in (w0, phi))
    return Descent(problem, start, probe, exact(h) if h is not None else None, exact(fraction))


# A random family: two equations in three unknowns, the second singular value sometimes zero

BOX = {
    "s_0": (0.25, 4.0),
    "s_1": (-2.0, 4.0),
    **{f"{name}_{i}": (-1.0, 1.0) for name in "ay" for i in range(2)},
    **{f"b_{i}": (-1.0, 1.0) for i in range(3)},
}
DESCENT_BOX = {
    **BOX,
    **{f"{name}_{i}": (-1.0, 1.0) for name in ("w", "phi") for i in range(3)},
    "fraction": (0.01, 0.999),
}


def member(p: Mapping[str, fmpq]) -> Rotated:
    """Return the problem with these parameters, exactly; a negative s_1 counts as zero."""
    a, y = ((p[f"{name}_0"], p[f"{name}_1"]) for name in "ay")
    return Rotated((p["s_0"], max(p["s_1"], ZERO)), a, (p["b_0"], p["b_1"], p["b_2"]), y)


def descent_member(p: Mapping[str, fmpq]) -> Descent:
    """Return the descent with these parameters, exactly."""
    w0, phi = (tuple(p[f"{name}_{i}"] for i in range(3)) for name in ("w", "phi"))
    return Descent(member(p), w0, phi, None, p["fraction"])


@dataclass(frozen=True)
class Batch:
    """Many problems in doubles; the first axis runs over them."""

    s: FloatArray
    """Shape (cases, 2)."""
    u: FloatArray
    """The vectors u_i, shape (cases, 2, 2)."""
    v: FloatArray
    """The vectors v_i, shape (cases, 2, 3)."""
    y: FloatArray
    """Shape (cases, 2)."""

    @property
    def matrix(self) -> FloatArray:
        """A, shape (cases, 2, 3)."""
        return np.einsum("ci,cij,cik->cjk", self.s, self.u, self.v)

    @property
    def solution(self) -> FloatArray:
        """The minimum-norm solution, shape (cases, 3), by NumPy's singular value decomposition."""
        return np.einsum("cij,cj->ci", np.linalg.pinv(self.matrix, rcond=1e-12), self.y)


def members(p: Mapping[str, FloatArray]) -> Batch:
    """Return many problems of the family in doubles."""
    s = np.stack([p["s_0"], np.maximum(p["s_1"], 0)], axis=1)
    a, y = (np.stack([p[f"{name}_{i}"] for i in range(2)], axis=1) for name in "ay")
    b = np.stack([p[f"b_{i}"] for i in range(3)], axis=1)
    return Batch(s, _reflections(a), _reflections(b)[:, :2], y)


def _reflections(a: FloatArray) -> FloatArray:
    unit = a / np.linalg.norm(a, axis=1, keepdims=True)
    return np.eye(a.shape[1]) - 2 * unit[:, :, None] * unit[:, None, :]
