"""One step of gradient descent for a model and for its linearization, from arbitrary parameters.

The Jacobian averaged over the step is a quadrature, so nothing here presumes the recursion that
is to be checked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import fmpq

from numeric import cubic_models
from numeric.averaged_jacobians import Matrix, averaged_jacobian
from numeric.ridge_models import Model, Vector, dot, fractions
from symbolic.exact import Number, as_text, exact

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DescentStep:
    """A step of size h from w_k = p_k, for data y; w_0 is where the model is linearized."""

    model: Model
    w0: tuple[fmpq, ...]
    w: tuple[fmpq, ...]
    y: tuple[fmpq, ...]
    h: fmpq

    @property
    def size(self) -> int:
        """The number of parameters."""
        return len(self.w)

    @property
    def outputs(self) -> Vector:
        """Phi(X, w_k)."""
        return self.model.values(self.w)

    @property
    def linear_outputs(self) -> Vector:
        """Phi_lin(X, p_k)."""
        return self._linear(self.w)

    @property
    def after(self) -> Vector:
        """w_{k+1}, by the gradient of the loss."""
        return self._moved(self.model.jacobian(self.w), self.outputs)

    @property
    def outputs_after(self) -> Vector:
        """Phi(X, w_{k+1})."""
        return self.model.values(self.after)

    @property
    def linear_outputs_after(self) -> Vector:
        """Phi_lin(X, p_{k+1}), by the gradient of the loss of the linearization."""
        return self._linear(self._moved(self.model.jacobian(self.w0), self.linear_outputs))

    @property
    def pulls(self) -> dict[str, Vector]:
        """J J_k^T (Phi(X, w_k) - y) for the Jacobian J averaged, in the middle, at both ends."""
        middle = [(a + b) / 2 for a, b in zip(self.w, self.after, strict=True)]
        here = self.model.jacobian(self.w)
        by = {
            "pull_bar": averaged_jacobian(self.model, self.w, self.after),
            "pull_mid": self.model.jacobian(middle),
            "pull_k": here,
            "pull_next": self.model.jacobian(self.after),
        }
        return {name: _pull(rows, here, self._errors(self.outputs)) for name, rows in by.items()}

    @property
    def pull_0(self) -> Vector:
        """J_0 J_0^T (Phi(X, w_k) - y)."""
        start = self.model.jacobian(self.w0)
        return _pull(start, start, self._errors(self.outputs))

    @property
    def pull_lin(self) -> Vector:
        """J_0 J_0^T (Phi_lin(X, p_k) - y)."""
        start = self.model.jacobian(self.w0)
        return _pull(start, start, self._errors(self.linear_outputs))

    def _errors(self, outputs: Vector) -> Vector:
        return [a - b for a, b in zip(outputs, self.y, strict=True)]

    def _moved(self, rows: Matrix, outputs: Vector) -> Vector:
        errors, columns = self._errors(outputs), zip(*rows, strict=True)
        return [a - 2 * self.h * dot(c, errors) for a, c in zip(self.w, columns, strict=True)]

    def _linear(self, p: Sequence[Number]) -> Vector:
        way = [a - b for a, b in zip(p, self.w0, strict=True)]
        start, rows = self.model.values(self.w0), self.model.jacobian(self.w0)
        return [value + dot(row, way) for value, row in zip(start, rows, strict=True)]

    def describe(self) -> dict[str, str]:
        """Return everything needed to rebuild it."""
        places = {"w_0": self.w0, "w_k = p_k": self.w, "y": self.y}
        texts = {name: ", ".join(map(as_text, place)) for name, place in places.items()}
        return {"model": str(self.model), **texts, "h": as_text(self.h)}


def _pull(left: Matrix, right: Matrix, errors: Vector) -> Vector:
    gradient = [dot(column, errors) for column in zip(*right, strict=True)]
    return [dot(row, gradient) for row in left]


def descent_step(model: Model, *, w0: str, w: str, y: str, h: str) -> DescentStep:
    """Return the step with these places and data, written `1 0 1/2`."""
    start, now, data = (fractions(*text.split()) for text in (w0, w, y))
    return DescentStep(model, start, now, data, exact(h))


# A random family: the cubic models with two outputs and two parameters

BOX = {**cubic_models.BOX, "y_1": (-2.0, 2.0), "y_2": (-2.0, 2.0), "h": (0.001, 0.1)}


def member(p: Mapping[str, fmpq]) -> DescentStep:
    """Return the case with these parameters, exactly."""
    cubic = cubic_models.member(p)
    return DescentStep(cubic.model, cubic.w0, cubic.w, (p["y_1"], p["y_2"]), p["h"])


def members(p: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return outputs before and after the step and all pulls, shape (2, cases), in doubles."""
    w0, w = (np.stack([p[f"{name}_{i}"] for i in range(2)]) for name in "vw")
    c = np.stack([np.stack([p[f"{name}_{i}"] for i in range(4)]) for name in "ab"])
    y, h = np.stack([p["y_1"], p["y_2"]]), p["h"]

    def values(at: FloatArray) -> FloatArray:
        cube = (at[0] + at[1]) ** 3
        return c[:, 0] * at[0] + c[:, 1] * at[1] + c[:, 2] * at[0] ** 2 + c[:, 3] * cube

    def jacobian(at: FloatArray) -> FloatArray:
        bent = 3 * c[:, 3] * (at[0] + at[1]) ** 2
        return np.stack([c[:, 0] + 2 * c[:, 2] * at[0] + bent, c[:, 1] + bent], axis=1)

    def pull(left: FloatArray, right: FloatArray, errors: FloatArray) -> FloatArray:
        return np.einsum("ijc,kjc,kc->ic", left, right, errors)

    here, start = jacobian(w), jacobian(w0)
    errors = values(w) - y
    after = w - 2 * h * np.einsum("kjc,kc->jc", here, errors)
    middle, end = jacobian((w + after) / 2), jacobian(after)
    linear = values(w0) + np.einsum("ijc,jc->ic", start, w - w0)
    p_after = w - 2 * h * np.einsum("kjc,kc->jc", start, linear - y)
    bars = {"pull_bar": (here + 4 * middle + end) / 6, "pull_mid": middle}
    ends = {"pull_k": here, "pull_next": end}
    return {
        **{name: pull(rows, here, errors) for name, rows in (bars | ends).items()},
        "pull_0": pull(start, start, errors),
        "pull_lin": pull(start, start, linear - y),
        "Phi_k": errors + y,
        "Phi_next": values(after),
        "Phi_lin_k": linear,
        "Phi_lin_next": values(w0) + np.einsum("ijc,jc->ic", start, p_after - w0),
        "h": h,
    }
