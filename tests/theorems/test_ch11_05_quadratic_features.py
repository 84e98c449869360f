"""Example 11.5 on problems small enough to work out by hand."""

import pytest
import sympy as sp

from numeric.quadratic_features import rings
from theorems.ch11_05_quadratic_features import CONSTANT, THEOREM


@pytest.mark.parametrize(("d", "features"), [(1, 3), (2, 6), (3, 10), (4, 15)])
def test_the_number_of_quadratic_features(d: int, features: int) -> None:
    margin, *_ = THEOREM.judge(rings("1", "2", d=d))

    assert margin.value == margin.bound == features


def test_the_weight_1_separates_the_data_of_the_figure_and_not_every_disc_and_ring() -> None:
    theorem, one = THEOREM, sp.Integer(1)
    wording = {CONSTANT: one}

    assert not any(m.fails for m in theorem.judge(rings("1/2", "3/2", d=2), wording))
    assert theorem.judge(rings("2", "3", d=2), wording)[-1].fails
