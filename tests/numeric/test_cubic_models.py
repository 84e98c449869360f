"""Cubic models of two parameters: gradients by two routes."""

import numpy as np
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from numeric.cubic_models import BOX, cubic, member, members
from numeric.ridge_models import dot
from symbolic.exact import exact

quarters = st.integers(-8, 8).map(lambda n: fmpq(n, 4))
parameters = st.fixed_dictionaries(dict.fromkeys(BOX, quarters))


def test_a_gradient_by_hand() -> None:
    """Phi = w_1 - w_2 + w_1^2 / 2 + (w_1 + w_2)^3 at w_0 = (2, -1): value 6, gradient (6, 2)."""
    case = cubic("1 -1 1/2 1", "0 1 0 0", w0="2 -1", w="3 1")

    assert case.start == 6
    assert case.gradient == [6, 2]
    assert case.gradient_2 == [0, 1]
    assert case.step == (1, 2)
    assert case.slopes(case.step) == [10, 2]
    assert case.size == 2


@given(parameters, st.tuples(quarters, quarters))
def test_slopes_from_values_alone_are_those_of_the_gradient(
    p: dict[str, fmpq], direction: tuple[fmpq, fmpq]
) -> None:
    case = member(p)

    assert case.slopes(direction) == [
        dot(gradient, direction) for gradient in (case.gradient, case.gradient_2)
    ]


@given(parameters)
def test_the_exact_and_the_fast_form_of_a_case_agree_to_the_last_bit(p: dict[str, fmpq]) -> None:
    """Quarters below 2, their sums and products of degree 4, fit into 53 bits."""
    case = member(p)

    start, gradient, gradient_2, w0, w = members(
        {name: np.array([int(c.p) / int(c.q)]) for name, c in p.items()}
    )

    assert exact(float(start[0])) == case.start
    assert [exact(float(x)) for x in gradient[:, 0]] == case.gradient
    assert [exact(float(x)) for x in gradient_2[:, 0]] == case.gradient_2
    assert [exact(float(x)) for x in w0[:, 0]] == list(case.w0)
    assert [exact(float(x)) for x in w[:, 0]] == list(case.w)


def test_a_case_says_everything_needed_to_rebuild_it() -> None:
    case = cubic("1 0 0 0", "0 1/2 0 0", w0="0 0", w="1 2")

    assert case.describe() == {"model": "Phi_1 = w_1; Phi_2 = 1/2 w_2", "w_0": "0, 0", "w": "1, 2"}
