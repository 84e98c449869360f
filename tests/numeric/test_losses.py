"""Loss functions: their values, their slopes, and which labels they take."""

import numpy as np
import pytest
from mpmath import exp, log1p, mp, mpf

from numeric.losses import LOGISTIC, SQUARES, evaluate, loss

NAMES = ("sum", "half", "mean", "half mean", "logistic")


@pytest.mark.parametrize(
    ("name", "expected"), [("sum", 13.0), ("half", 6.5), ("mean", 3.25), ("half mean", 1.625)]
)
def test_squares_by_hand(name: str, expected: float) -> None:
    """Errors 2, 0, -3, 0 have the squares 4 + 9 = 13, and m = 4."""
    chosen = loss(name, 4)

    assert chosen.value([3.0, 1.0, -2.0, 0.0], [1.0, 1.0, 1.0, 0.0]) == expected


@pytest.mark.parametrize("margin", [-1000.0, -40.0, -1.0, -1e-9, 0.0, 1e-9, 2.0, 40.0, 700.0])
def test_logistic_loss_agrees_with_50_digits(margin: float) -> None:
    """Each of the few operations has an error of an ulp or so, and none cancels."""
    chosen, label, slopes = loss("logistic", 1), np.array([-1.0]), np.zeros(1)
    outputs = np.array([-margin])
    with mp.workdps(50):
        value = float(log1p(exp(-mpf(margin))))
        slope = float(1 / (1 + exp(mpf(margin))))

    compiled = evaluate(LOGISTIC, 1.0, outputs, label, slopes)

    assert compiled == pytest.approx(value, rel=1e-14, abs=0)
    assert slopes[0] == pytest.approx(slope, rel=1e-14, abs=0)
    assert chosen.value(outputs, label) == pytest.approx(value, rel=1e-14, abs=0)
    assert chosen.slopes(outputs, label)[0] == pytest.approx(slope, rel=2e-13, abs=0)


@pytest.mark.parametrize("name", NAMES)
def test_slopes_are_derivatives(name: str) -> None:
    """Central differences with step 1e-5 are right to 1e-9 here."""
    chosen, y, outputs = loss(name, 3), np.array([1.0, -1.0, 1.0]), np.array([0.3, 1.7, -2.0])
    steps = 1e-5 * np.eye(3)
    differences = (chosen.value(outputs + steps, y) - chosen.value(outputs - steps, y)) / 2e-5

    np.testing.assert_allclose(chosen.slopes(outputs, y), differences, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_compiled_and_plain_agree(name: str) -> None:
    chosen, y, outputs = loss(name, 3), np.array([1.0, -1.0, 1.0]), np.array([0.3, 1.7, -2.0])
    slopes = np.zeros(3)

    value = evaluate(chosen.code, chosen.weight, outputs, y, slopes)

    assert value == pytest.approx(chosen.value(outputs, y), rel=1e-15)
    np.testing.assert_allclose(slopes, chosen.slopes(outputs, y), rtol=1e-15)


def test_values_keep_leading_axes() -> None:
    values = loss("mean", 2).value([[1.0, 1.0], [0.0, 3.0]], [0.0, 1.0])

    np.testing.assert_array_equal(values, [0.5, 2.0])


def test_unknown_name_and_wrong_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="'squared', where one of sum, half, mean"):
        loss("squared", 2)
    with pytest.raises(ValueError, match=r"y\[1\] = 0.0, where a label 1 or -1 is needed"):
        loss("logistic", 2).targets([1.0, 0.0], 2)
    with pytest.raises(ValueError, match=r"y has shape \(2,\), where \(3,\) is needed"):
        loss("sum", 3).targets([1.0, 0.0], 3)
    assert loss("sum", 2).code == SQUARES
