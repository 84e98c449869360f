"""Remark 11.11 on problems small enough to work out by hand."""

from numeric.kernel_matrices import two_points
from theorems.ch11_11_feature_map import THEOREM


def test_a_kernel_that_is_not_continuous_has_features_too() -> None:
    """K(x, z) = 1 if x = z and 0 otherwise: any two points get orthonormal features."""
    margins = THEOREM.judge(two_points("1 0 1"))

    assert [margin.value for margin in margins] == [0, 1]


def test_values_that_are_no_kernel_say_nothing() -> None:
    assert THEOREM.judge(two_points("1 2 1")) == ()
