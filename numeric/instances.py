"""Instances of a least-squares problem: a model that starts at w = 0, data, claimed constants."""

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq

from numeric.ridge_models import (
    ONE,
    ZERO,
    Curve,
    Model,
    Polynomial,
    Profile,
    Ridge,
    Vector,
    fractions,
    gram,
    is_positive_semidefinite,
    separable,
)
from symbolic.exact import as_text, exact, rational_above, rational_below, sqrt


@dataclass(frozen=True)
class Instance:
    """A model with w_0 = 0, data, and the constants somebody claims for it."""

    model: Model
    y: tuple[fmpq, ...]
    U: fmpq
    lambda_min: fmpq
    lambda_max: fmpq
    h: fmpq | None = None
    """The step size; without one, `fraction` of the largest step that is allowed."""
    fraction: fmpq = ONE
    steps: int = 40

    @property
    def size(self) -> int:
        """The number of data points."""
        return len(self.y)

    @property
    def initial_loss(self) -> fmpq:
        """|Phi(0) - y|^2, where Phi(0) = 0."""
        return sum((y * y for y in self.y), ZERO)

    def spectrum_is_within(self) -> bool:
        """Whether the tangent kernel matrix at w_0 has its eigenvalues between the two claimed."""
        kernel = gram(self.model.jacobian([ZERO] * self.model.parameters))
        above = [_minus_on_diagonal(row, i, self.lambda_min) for i, row in enumerate(kernel)]
        below = [_minus_on_diagonal(row, i, self.lambda_max) for i, row in enumerate(kernel)]
        negated = [[-entry for entry in row] for row in below]
        return is_positive_semidefinite(above) and is_positive_semidefinite(negated)

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        step = describe_step(self.h, self.fraction)
        return {
            "model": str(self.model),
            "w_0": "0",
            "y": ", ".join(map(as_text, self.y)),
            "lambda_min": as_text(self.lambda_min),
            "lambda_max": as_text(self.lambda_max),
            "U": as_text(self.U),
            "h": step,
        }


def describe_step(h: fmpq | None, fraction: fmpq) -> str:
    """Return a step size in words, where it may be a fraction of the largest one."""
    if h is not None:
        return as_text(h)
    return "the largest" if fraction == 1 else f"{as_text(fraction)} of the largest"


def instance(
    model: Model,
    y: Sequence[fmpq],
    U: fmpq | None = None,
    h: fmpq | None = None,
    steps: int = 40,
    fraction: fmpq = ONE,
) -> Instance:
    """Return the instance of a model whose tangent kernel matrix at 0 is diagonal.

    Its eigenvalues are the diagonal.  Without a bound U for the gradients, it is their largest
    norm at 0.
    """
    kernel = gram(model.jacobian([ZERO] * model.parameters))
    eigenvalues = [rational_below(kernel[i][i]) for i in range(len(y))]
    bound = U if U is not None else rational_above(sqrt(max(eigenvalues)))
    extremes = min(eigenvalues), max(eigenvalues)
    return Instance(model, tuple(y), bound, *extremes, h, fraction, steps)


def one(curve: Curve, y: str, U: str, h: str, steps: int = 40) -> Instance:
    """Return the instance with one parameter and one data point."""
    return instance(separable(curve), fractions(y), exact(U), exact(h), steps)


def axis(curve: Curve) -> Ridge:
    """Return the curve along the only parameter of a model."""
    return Ridge((ONE,), curve)


def linear(slopes: str, y: str, h: str | None = None) -> Instance:
    """Return Phi_i(w) = slopes[i] w_i with these data; both are written `1 1/2`."""
    model = separable(*(polynomial(slope) for slope in slopes.split()))
    step = exact(h) if h is not None else None
    return instance(model, fractions(*y.split()), h=step)


def polynomial(coefficients: str) -> Polynomial:
    """Return the polynomial with these coefficients of t, t^2, ..., written `1 0 -1/3`."""
    return Polynomial(fractions(*coefficients.split()))


def profile(points: str) -> Profile:
    """Return the curve whose slope joins these points, written `place:slope place:slope`."""
    pairs = (point.split(":") for point in points.split())
    return Profile(tuple((exact(place), exact(slope)) for place, slope in pairs))


def falling(slope: fmpq, start: fmpq, bend: fmpq) -> Curve:
    """Return the curve whose slope falls from `slope` to its negative, from `start` on."""
    if not bend > 0:
        return Polynomial((slope,))
    return Profile(((start, slope), (start + 2 * slope / bend, -slope)))


def aligned(root: int, bend: fmpq, U: fmpq) -> Instance:
    """Return m = root^2 outputs w_i + g(w) that bend together, where it hurts most.

    g is a curve along the unit vector u = (1, ..., 1) / root; its slope falls from 0 to
    -2 / root at the rate `bend`.  The data y = u ask for a unit step along u.
    """
    m = root * root
    unit = (fmpq(1, root),) * m
    if not bend > 0:
        return instance(separable(*[Polynomial((ONE,))] * m), unit, U)
    g = Profile(((ZERO, ZERO), (2 / (root * bend), fmpq(-2, root))))
    axes = separable(*[Polynomial((ONE,))] * m)
    model = Model(tuple((*out, Ridge(unit, g)) for out in axes.outputs))
    return instance(model, unit, U, steps=30)


def _minus_on_diagonal(row: Vector, i: int, value: fmpq) -> Vector:
    return [entry - value if i == j else entry for j, entry in enumerate(row)]
