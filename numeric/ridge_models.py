"""Models whose constants are known exactly: sums of curves along directions.

A model with m outputs and N parameters is

    Phi_i(w) = sum over t of curve_t(<direction_t, w>),      i = 1, ..., m,

so its gradient, its Hessian, and bounds for both on a ball around w = 0 are finite formulas in
rationals.  Linear models, quadratic forms, traps made of straight slopes, and single neurons are
all of this kind.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Protocol, TypeAlias

from flint import acb, arb, fmpq, fmpq_poly

from symbolic.exact import Number, as_text, exact, rational_above, shorten, sqrt

Interval: TypeAlias = tuple[Number, Number]
Vector: TypeAlias = list[Number]
ZERO, ONE = fmpq(0), fmpq(1)


class Imprecise(ArithmeticError):  # noqa: N818 (not an error: computing goes on with more bits)
    """A ball is too wide to tell on which piece of a curve it lies."""


class Curve(Protocol):
    """A continuously differentiable function of one variable with value 0 at 0."""

    def value(self, t: Number) -> Number:
        """Return the value at `t`."""
        ...

    def slope(self, t: Number) -> Number:
        """Return the first derivative at `t`."""
        ...

    def slopes(self, reach: Number) -> Interval:
        """Return bounds for the slope on [-reach, reach]."""
        ...

    def curvatures(self, reach: Number) -> Interval:
        """Return bounds for the second derivative, where it exists, inside (-reach, reach)."""
        ...


@dataclass(frozen=True)
class Polynomial:
    """The polynomial `coefficients[0] t + coefficients[1] t^2 + ...`."""

    coefficients: tuple[fmpq, ...]

    def value(self, t: Number) -> Number:
        return _horner((ZERO, *self.coefficients), t)

    def slope(self, t: Number) -> Number:
        return _horner(_derivative((ZERO, *self.coefficients)), t)

    def slopes(self, reach: Number) -> Interval:
        return _range(_derivative((ZERO, *self.coefficients)), reach)

    def curvatures(self, reach: Number) -> Interval:
        return _range(_derivative(_derivative((ZERO, *self.coefficients))), reach)

    def __str__(self) -> str:
        return _sum(
            (c, "t" if p == 1 else f"t^{p}") for p, c in enumerate(self.coefficients, start=1)
        )


@dataclass(frozen=True)
class Profile:
    """The curve whose slope joins the given (place, slope) points by straight lines.

    Left of the first and right of the last point the slope is constant.  Places ascend.
    """

    points: tuple[tuple[fmpq, fmpq], ...]

    def slope(self, t: Number) -> Number:
        if t <= self.points[0][0]:
            return self.points[0][1]
        for (p, a), (q, b) in pairwise(self.points):
            if t >= p and t <= q:
                return a + (b - a) * (t - p) / (q - p)
        if t >= self.points[-1][0]:
            return self.points[-1][1]
        raise Imprecise(f"{t} lies on two pieces")

    def value(self, t: Number) -> Number:
        """Return the area under the slope from 0 to `t`, piece by piece."""
        if t == ZERO:
            return ZERO
        forward = t > ZERO
        if not forward and not t < ZERO:
            raise Imprecise(f"{t} may be on either side of 0")
        breaks = [p for p, _ in self.points if (ZERO < p < t if forward else t < p < ZERO)]
        stops = [ZERO, *(breaks if forward else reversed(breaks)), t]
        return sum(
            ((self.slope(p) + self.slope(q)) * (q - p) / 2 for p, q in pairwise(stops)),
            ZERO,
        )

    def slopes(self, reach: Number) -> Interval:
        reach = rational_above(reach)  # a ball may lie across the end of a piece
        inside = [a for p, a in self.points if -reach <= p <= reach]
        return _hull([*inside, self.slope(reach), self.slope(-reach)])

    def curvatures(self, reach: Number) -> Interval:
        pieces = pairwise(self.points)
        met = [(b - a) / (q - p) for (p, a), (q, b) in pieces if not (p >= reach or q <= -reach)]
        return _hull([*met, ZERO])

    def __str__(self) -> str:
        return "slope " + ", ".join(f"{as_text(a)} at t = {as_text(p)}" for p, a in self.points)


@dataclass(frozen=True)
class Tanh:
    """`tanh(scale t)`."""

    scale: fmpq

    def value(self, t: Number) -> Number:
        return ZERO if t == ZERO else arb(self.scale * t).tanh()

    def slope(self, t: Number) -> Number:
        return self.scale * (1 - self.value(t) ** 2)

    def slopes(self, reach: Number) -> Interval:
        return _hull([ZERO, self.scale])

    def curvatures(self, reach: Number) -> Interval:
        largest = self.scale**2 * 4 / (3 * arb(3).sqrt())
        return -largest, largest

    def __str__(self) -> str:
        return f"tanh({as_text(self.scale)} t)"


@dataclass(frozen=True)
class Sine:
    """`amplitude * sin(t)`."""

    amplitude: fmpq

    def value(self, t: Number) -> Number:
        return ZERO if t == ZERO else self.amplitude * arb(t).sin()

    def slope(self, t: Number) -> Number:
        return self.amplitude if t == ZERO else self.amplitude * arb(t).cos()

    def slopes(self, reach: Number) -> Interval:
        return -abs(self.amplitude), abs(self.amplitude)

    def curvatures(self, reach: Number) -> Interval:
        return self.slopes(reach)

    def __str__(self) -> str:
        return f"{as_text(self.amplitude)} sin(t)"


@dataclass(frozen=True)
class Ridge:
    """A curve along a direction of parameter space."""

    direction: tuple[fmpq, ...]
    curve: Curve

    def along(self, w: Sequence[Number]) -> Number:
        return dot(self.direction, w)

    def reach(self, radius: Number) -> Number:
        """Return how far `along` gets from 0 on the ball of this radius."""
        return sqrt(dot(self.direction, self.direction)) * radius


@dataclass(frozen=True)
class Model:
    """`outputs[i]` lists the ridges that add up to Phi_i."""

    outputs: tuple[tuple[Ridge, ...], ...]

    @property
    def parameters(self) -> int:
        """The number N of parameters."""
        return len(self.outputs[0][0].direction)

    def values(self, w: Sequence[Number]) -> Vector:
        """Return (Phi_1(w), ..., Phi_m(w))."""
        return [sum((r.curve.value(r.along(w)) for r in out), ZERO) for out in self.outputs]

    def jacobian(self, w: Sequence[Number]) -> list[Vector]:
        """Return the m x N matrix of the gradients."""
        return [_combine([(r.curve.slope(r.along(w)), r) for r in out]) for out in self.outputs]

    def gradient_bound(self, radius: Number) -> Number:
        """Bound |grad Phi_i(w)| over all i and all |w| <= radius."""
        return _largest([self._gradient_bound(out, radius) for out in self.outputs])

    def lipschitz_bound(self, radius: Number) -> Number:
        """Bound the Lipschitz constant of every grad Phi_i on the ball |w| <= radius.

        The spectral norm of a symmetric matrix is at most its largest absolute row sum.
        """
        return _largest([self._hessian_bound(out, radius) for out in self.outputs])

    def _gradient_bound(self, out: tuple[Ridge, ...], radius: Number) -> Number:
        ranges = [(r.curve.slopes(r.reach(radius)), r) for r in out]
        entries = [
            _size([_scale(span, r.direction[j]) for span, r in ranges])
            for j in range(self.parameters)
        ]
        at_start = _combine([(r.curve.slope(ZERO), r) for r in out])
        by_entries = sqrt(dot(entries, entries))
        by_growth = sqrt(dot(at_start, at_start)) + radius * self._hessian_bound(out, radius)
        return by_growth if by_growth < by_entries else by_entries

    def _hessian_bound(self, out: tuple[Ridge, ...], radius: Number) -> Number:
        ranges = [(r.curve.curvatures(r.reach(radius)), r.direction) for r in out]
        size = range(self.parameters)
        return _largest(
            [
                sum((_size([_scale(span, a[j] * a[k]) for span, a in ranges]) for k in size), ZERO)
                for j in size
            ]
        )

    def __str__(self) -> str:
        return "; ".join(f"Phi_{i} = {_output(out)}" for i, out in enumerate(self.outputs, start=1))


def separable(*curves: Curve) -> Model:
    """Return the model Phi_i(w) = curves[i](w_i), one parameter for each output."""
    m = len(curves)
    axes = [tuple(ONE if j == i else ZERO for j in range(m)) for i in range(m)]
    return Model(tuple((Ridge(axis, curve),) for axis, curve in zip(axes, curves, strict=True)))


@dataclass(frozen=True)
class Iterate:
    """Where gradient descent stands after k steps: parameters and errors Phi_i(w) - y_i."""

    k: int
    w: Vector
    errors: Vector

    @property
    def loss(self) -> Number:
        """The sum of the squared errors."""
        return dot(self.errors, self.errors)

    @property
    def squared_distance(self) -> Number:
        """|w_k - w_0|^2, where w_0 = 0."""
        return dot(self.w, self.w)


def gradient_descent(model: Model, y: Sequence[fmpq], h: fmpq, steps: int) -> Iterator[Iterate]:
    """Yield w_0 = 0, w_1, ..., w_steps of w_{k+1} = w_k - h grad f(w_k), f = |Phi(w) - y|^2.

    Rationals stay exact until they get too long, and go on as balls.  The iteration stops early
    where a ball gets too wide to go on with.
    """
    w: Vector = [ZERO] * model.parameters
    for k in range(steps + 1):
        try:
            errors = [a - b for a, b in zip(model.values(w), y, strict=True)]
            yield Iterate(k, w, errors)
            jacobian = model.jacobian(w)
        except Imprecise:
            return
        gradient = [2 * dot(column, errors) for column in zip(*jacobian, strict=True)]
        w = [shorten(a - h * b) for a, b in zip(w, gradient, strict=True)]


def gram(jacobian: Sequence[Sequence[Number]]) -> list[Vector]:
    """Return J J^T, the matrix of the tangent kernel."""
    return [[dot(a, b) for b in jacobian] for a in jacobian]


def is_positive_semidefinite(matrix: Sequence[Sequence[Number]]) -> bool:
    """Whether a symmetric rational matrix is certainly positive semidefinite, by elimination."""
    rows = [list(row) for row in matrix]
    for i, pivot_row in enumerate(rows):
        pivot = pivot_row[i]
        if not pivot >= 0:
            return False
        for row in rows[i + 1 :]:
            if pivot == 0:
                if row[i] != 0:
                    return False
                continue
            factor = row[i] / pivot
            row[:] = [a - factor * b for a, b in zip(row, pivot_row, strict=True)]
    return True


def _output(out: tuple[Ridge, ...]) -> str:
    parts = [text for ridge in out if (text := _along(ridge)) != "0"]
    return " + ".join(parts).replace("+ -", "- ") or "0"


def _along(ridge: Ridge) -> str:
    argument = _sum((c, f"w_{j}") for j, c in enumerate(ridge.direction, start=1))
    text = str(ridge.curve)
    if isinstance(ridge.curve, Profile):
        return f"curve of {argument} with {text}"
    plain = argument if argument.startswith("w_") and " " not in argument else f"({argument})"
    return re.sub(r"\bt\b", lambda _: plain, text)


def _sum(terms: "Iterator[tuple[fmpq, str]]") -> str:
    parts = []
    for c, name in terms:
        if c != 0:
            sign = ("- " if c < 0 else "+ ") if parts else ("-" if c < 0 else "")
            parts.append(sign + ("" if abs(c) == 1 else as_text(abs(c)) + " ") + name)
    return " ".join(parts) or "0"


def _horner(coefficients: Sequence[fmpq], t: Number) -> Number:
    result: Number = coefficients[-1] if coefficients else ZERO
    for c in reversed(coefficients[:-1]):
        result = result * t + c
    return result


def _derivative(coefficients: Sequence[fmpq]) -> tuple[fmpq, ...]:
    return tuple(k * c for k, c in enumerate(coefficients))[1:]


def _range(coefficients: Sequence[fmpq], reach: Number) -> Interval:
    """Return the least and largest value on [-reach, reach]: at an end or a critical point."""
    critical = _real_roots(_derivative(coefficients))
    places = [reach, -reach, *(t for t in critical if not (t > reach or t < -reach))]
    return _hull([_horner(coefficients, t) for t in places])


def _real_roots(coefficients: Sequence[fmpq]) -> list[Number]:
    polynomial = fmpq_poly(list(coefficients))
    if polynomial.degree() < 1:
        return []
    rational = [root for root, _ in polynomial.roots()]
    if len(rational) == polynomial.degree():
        return list(rational)
    roots: list[tuple[acb, int]] = polynomial.complex_roots()  # type: ignore[assignment]  (its stub forgets the multiplicities)
    return [z.real for z, _ in roots if z.imag.contains(0)]


def _hull(numbers: Sequence[Number]) -> Interval:
    low = high = numbers[0]
    for x in numbers[1:]:
        low, high = _lesser(low, x), -_lesser(-high, -x)
    return low, high


def _lesser(a: Number, b: Number) -> Number:
    if a <= b:
        return a
    return b if b <= a else arb(a).min(arb(b))


def _largest(numbers: Sequence[Number]) -> Number:
    return _hull(numbers)[1]


def _scale(span: Interval, by: Number) -> Interval:
    ends = span[0] * by, span[1] * by
    return ends if by >= 0 else (ends[1], ends[0])


def _size(spans: Sequence[Interval]) -> Number:
    """Return the largest absolute value a sum of one number from each interval can have."""
    low, high = (sum((span[i] for span in spans), ZERO) for i in (0, 1))
    return _largest([abs(low), abs(high)])


def _combine(weighted: Sequence[tuple[Number, Ridge]]) -> Vector:
    columns = zip(*(r.direction for _, r in weighted), strict=True)
    weights = [c for c, _ in weighted]
    return [dot(weights, column) for column in columns]


def dot(a: Sequence[Number], b: Sequence[Number]) -> Number:
    """Return the inner product."""
    return sum((x * y for x, y in zip(a, b, strict=True) if x != 0), ZERO)


def fractions(*values: "int | str | Fraction") -> tuple[fmpq, ...]:
    """Return the values as rationals: `fractions(1, "2/3")`."""
    return tuple(exact(value) for value in values)
