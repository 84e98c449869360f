"""One step of gradient descent beside one of the linearization."""

import numpy as np
import pytest
from flint import arb

from numeric.descent_steps import BOX, descent_step, member, members
from numeric.instances import polynomial
from numeric.ridge_models import separable
from symbolic.exact import exact

CASE = descent_step(
    separable(polynomial("0 1"), polynomial("1")), w0="2 0", w="1 1", y="0 0", h="1/8"
)
"""Phi = (w_1^2, w_2), linearized at (2, 0)."""


def test_a_step_by_hand() -> None:
    assert CASE.outputs == [1, 1]
    assert CASE.after == [exact("1/2"), exact("3/4")]
    assert CASE.outputs_after == [exact("1/4"), exact("3/4")]


def test_a_step_of_the_linearization_by_hand() -> None:
    # At (2, 0) the first output is 4 + 4 (p_1 - 2), which is 0 at p_1 = 1.
    assert CASE.linear_outputs == [0, 1]
    assert CASE.linear_outputs_after == [0, exact("3/4")]


def test_pulls_by_hand() -> None:
    # J_k = diag(2, 1), the errors are (1, 1), and the mean slope of w_1^2 on [1/2, 1] is 3/2.
    assert CASE.pulls["pull_bar"] == [3, 1]
    assert CASE.pulls["pull_mid"] == [3, 1]
    assert CASE.pulls["pull_k"] == [4, 1]
    assert CASE.pulls["pull_next"] == [2, 1]
    assert CASE.pull_0 == [16, 1]
    assert CASE.pull_lin == [0, 1]


def test_doubles_agree_with_exact_arithmetic() -> None:
    rng = np.random.default_rng(7)
    p = {name: rng.uniform(low, high, 20) for name, (low, high) in BOX.items()}
    lanes = members(p)

    for row in range(20):
        case = member({name: exact(column[row]) for name, column in p.items()})
        exactly = {
            **case.pulls,
            "pull_0": case.pull_0,
            "pull_lin": case.pull_lin,
            "Phi_k": case.outputs,
            "Phi_next": case.outputs_after,
            "Phi_lin_k": case.linear_outputs,
            "Phi_lin_next": case.linear_outputs_after,
        }
        for name, values in exactly.items():
            for i in range(2):
                expected = float(arb(values[i]).mid())
                assert lanes[name][i, row] == pytest.approx(expected, rel=1e-7, abs=1e-7)
