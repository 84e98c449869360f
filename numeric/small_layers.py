"""Small networks with one hidden layer, whose derivatives need no calculus.

The network is Phi(x, w) = output_scale v . sigma(input_scale U x + b) + c with sigma(t) = t^p, p at
most 3.  Along a line that moves one or two parameters it is a polynomial of degree at most 4, so
five values determine its first two derivatives exactly.  That gives a second route to every
gradient and Hessian.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import acb, arb, fmpq, fmpq_mat

from numeric.finite_laws import dot
from numeric.ridge_models import ONE, ZERO, fractions
from symbolic.exact import Number, as_text, rational_below

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Layer:
    """A network sigma(t) = t^power with its parameters, and an input."""

    power: int
    U: tuple[tuple[fmpq, ...], ...]
    b: tuple[fmpq, ...]
    v: tuple[fmpq, ...]
    c: fmpq
    x: tuple[fmpq, ...]

    @property
    def size(self) -> int:
        """The number of parameters."""
        return len(self.parameters)

    @property
    def n(self) -> int:
        """The width."""
        return len(self.U)

    @property
    def d(self) -> int:
        """The number of inputs."""
        return len(self.x)

    @property
    def parameters(self) -> list[fmpq]:
        """All parameters: U row by row, b, v, c."""
        return [*(entry for row in self.U for entry in row), *self.b, *self.v, self.c]

    def insides(self, input_scale: Number = ONE) -> list[Number]:
        """Return the arguments of sigma."""
        return [input_scale * dot(u, self.x) + b for u, b in zip(self.U, self.b, strict=True)]

    def sigma(self, t: Number, derivative: int = 0) -> Number:
        """Return sigma or one of its derivatives at `t`."""
        factor, power = ONE, self.power
        for _ in range(derivative):
            factor, power = factor * power, power - 1
        return factor * t ** max(power, 0)

    def output(self, input_scale: Number = ONE, output_scale: Number = ONE) -> Number:
        """Return Phi(x, w)."""
        insides = self.insides(input_scale)
        hidden = sum((v * self.sigma(t) for v, t in zip(self.v, insides, strict=True)), ZERO)
        return output_scale * hidden + self.c

    def moved(self, step: Mapping[int, fmpq]) -> "Layer":
        """Return the network with some parameters moved."""
        w = [entry + step.get(i, ZERO) for i, entry in enumerate(self.parameters)]
        rows = [tuple(w[i : i + self.d]) for i in range(0, self.n * self.d, self.d)]
        b, v, c = (w[self.n * self.d :][i * self.n : (i + 1) * self.n] for i in range(3))
        return Layer(self.power, tuple(rows), tuple(b), tuple(v), c[0], self.x)

    def slope(self, i: int, input_scale: Number = ONE, output_scale: Number = ONE) -> Number:
        """Return the derivative by parameter i, from values alone.

        For a polynomial p of degree up to 4, 12 p'(0) = 8 (p(1) - p(-1)) - (p(2) - p(-2)).
        """
        far, near, behind, back = (
            self.moved({i: fmpq(t)}).output(input_scale, output_scale) for t in (2, 1, -1, -2)
        )
        return (8 * (near - behind) - (far - back)) / 12

    def curvature(self, i: int, j: int) -> fmpq:
        """Return the second derivative by parameters i and j, both scales being 1."""
        if i == j:
            return self._bend({i: ONE})
        both = self._bend({i: ONE, j: ONE})
        return (both - self._bend({i: ONE}) - self._bend({j: ONE})) / 2

    def _bend(self, along: Mapping[int, fmpq]) -> fmpq:
        """Return the second derivative along a direction.

        For a polynomial of degree up to 5, 12 p'' = 16 (p(1) + p(-1)) - p(2) - p(-2) - 30 p(0).
        """
        two, one, here, minus_one, minus_two = (
            rational_below(self.moved({i: t * entry for i, entry in along.items()}).output())
            for t in (2, 1, 0, -1, -2)
        )
        return (16 * (one + minus_one) - two - minus_two - 30 * here) / 12

    def places(self, neuron: int) -> list[int]:
        """Return where the parameters of a neuron are: its row of U, its b and its v."""
        first = self.n * self.d + neuron
        return [*range(neuron * self.d, (neuron + 1) * self.d), first, first + self.n]

    def hessian_norm(self, neuron: int) -> arb:
        """Return the spectral norm of the Hessian by the parameters of one neuron."""
        places = self.places(neuron)
        rows = [[self.curvature(i, j) for j in places] for i in places]
        return spectral_norm(rows)

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        rows = ["; ".join(", ".join(map(as_text, row)) for row in self.U)]
        rows += [", ".join(map(as_text, row)) for row in (self.b, self.v, (self.c,), self.x)]
        named = dict(zip(("U", "b", "v", "c", "x"), rows, strict=True))
        return {"sigma": f"t^{self.power}", **named}


def spectral_norm(symmetric: Sequence[Sequence[fmpq]]) -> arb:
    """Return the largest absolute value of an eigenvalue, as a ball."""
    polynomial = fmpq_mat([list(row) for row in symmetric]).charpoly()
    roots: list[tuple[acb, int]] = polynomial.complex_roots()  # type: ignore[assignment]  (its stub forgets the multiplicities)
    largest = arb(0)
    for root, _ in roots:
        largest = largest.max(abs(root.real))
    return largest


def layer(power: int, U: str, b: str, v: str, x: str, c: str = "0") -> Layer:
    """Return the network with these parameters, the rows of U written `1 0; 0 1/2`."""
    rows = tuple(fractions(*row.split()) for row in U.split(";"))
    return Layer(
        power,
        rows,
        fractions(*b.split()),
        fractions(*v.split()),
        fractions(c)[0],
        fractions(*x.split()),
    )


# A random family


def box(n: int, d: int) -> dict[str, tuple[float, float]]:
    """Return the ranges of the parameters of a network of this shape."""
    vectors = {f"{name}_{i}": (-2.0, 2.0) for name in ("b", "v") for i in range(n)}
    matrix = {f"U_{i}_{j}": (-2.0, 2.0) for i in range(n) for j in range(d)}
    point = {f"x_{j}": (-2.0, 2.0) for j in range(d)}
    return {"power": (1.0, 4.0), "c": (-2.0, 2.0), **matrix, **vectors, **point}


def member(p: Mapping[str, fmpq], n: int, d: int) -> Layer:
    """Return the network with these parameters, exactly."""
    U = tuple(tuple(p[f"U_{i}_{j}"] for j in range(d)) for i in range(n))
    b, v = (tuple(p[f"{name}_{i}"] for i in range(n)) for name in "bv")
    x = tuple(p[f"x_{j}"] for j in range(d))
    return Layer(min(3, max(1, int(p["power"]))), U, b, v, p["c"], x)


@dataclass(frozen=True)
class Lanes:
    """Many networks in doubles."""

    power: FloatArray
    """Shape (cases, 1)."""
    U: FloatArray
    """Shape (cases, n, d)."""
    b: FloatArray
    v: FloatArray
    """Shape (cases, n)."""
    c: FloatArray
    x: FloatArray
    """Shape (cases, d)."""

    def insides(self, input_scale: float = 1.0) -> FloatArray:
        """Return the arguments of sigma, shape (cases, n)."""
        return input_scale * np.einsum("cnd,cd->cn", self.U, self.x) + self.b

    def sigma(self, t: FloatArray, derivative: int = 0) -> FloatArray:
        """Return sigma or one of its derivatives, entry by entry."""
        factor, power = np.ones_like(self.power), self.power
        for _ in range(derivative):
            factor, power = factor * power, power - 1
        return factor * np.where(factor != 0, t ** np.maximum(power, 0), 0.0)


def members(p: Mapping[str, FloatArray], n: int, d: int) -> Lanes:
    """Return many networks."""
    U = np.stack([[p[f"U_{i}_{j}"] for j in range(d)] for i in range(n)])
    b, v = (np.stack([p[f"{name}_{i}"] for i in range(n)], axis=1) for name in "bv")
    x = np.stack([p[f"x_{j}"] for j in range(d)], axis=1)
    return Lanes(np.floor(p["power"])[:, None], np.moveaxis(U, 2, 0), b, v, p["c"], x)
