"""A model beside its linearization."""

import numpy as np
import pytest

from numeric.instances import linear
from numeric.ridge_models import Model, Ridge, Tanh, fractions
from numeric.side_by_side import (
    BOX,
    SideBySide,
    bent,
    linearized,
    member,
    members,
    rising,
    two_points,
)
from symbolic.exact import exact, precision


def test_the_linearization_keeps_the_slopes_and_loses_the_bends() -> None:
    model = Model(((Ridge(fractions(1, -2), Tanh(exact("1/3"))),),))

    flat = linearized(model)

    assert flat.jacobian(fractions(0, 0)) == [list(fractions("1/3", "-2/3"))]
    assert flat.values(fractions(9, 3)) == [1]
    assert flat.lipschitz_bound(exact(5)) == 0


def test_a_linear_model_is_its_own_linearization() -> None:
    data = linear("1 1/2", y="1 2")
    case = SideBySide(data, (Ridge(fractions(1, 1), linearized(data.model).outputs[0][0].curve),))

    seen = list(case.predictions(exact("1/4")))

    assert len(seen) == data.steps + 1
    assert all(now.network == now.tangent == now.linear for now in seen)


def test_a_rising_curve_has_the_slopes_it_is_asked_for() -> None:
    curve = rising(exact(2), exact("1/2"), exact(1))

    assert [curve.slope(exact(t)) for t in ("0", "1/2", "9")] == [exact("3/2"), 2, 2]
    assert curve.value(exact("1/2")) == exact("7/8")


def test_the_first_step_of_a_model_and_of_its_linearization_is_the_same() -> None:
    case = two_points(("1", "2"), ("1/2", "1"), "3", "1/1000")

    first = list(case.predictions(exact("1/10")))[1]

    assert first.tangent == first.linear
    assert first.network != first.linear


def test_bent_cases_are_as_curved_as_is_allowed() -> None:
    case = bent("2", "1/3", "5", "1")

    assert case.lipschitz_bound(exact("1/10")) == exact(2) ** 4 / (12 * 25 * exact("1/3"))


def test_doubles_agree_with_exact_arithmetic() -> None:
    rng = np.random.default_rng(5)
    p = {name: rng.uniform(low, high, 8) for name, (low, high) in BOX.items()}
    lanes = members(p)

    for row in range(8):
        case = member({name: exact(column[row]) for name, column in p.items()})
        with precision(300):
            h = case.data.fraction / (2 * case.data.lambda_min)
            for now in case.predictions(h):
                for name in ("network", "tangent", "linear"):
                    value = float(getattr(now, name))
                    assert lanes[name][row, now.k] == pytest.approx(value, rel=1e-9)
                assert lanes["w"][row, now.k] == pytest.approx(float(now.distance), rel=1e-9)
