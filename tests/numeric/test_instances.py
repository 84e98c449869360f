"""Instances: what they claim of their spectrum is decided exactly."""

from dataclasses import replace

import pytest
from flint import arb, fmpq

from numeric.instances import (
    aligned,
    describe_step,
    falling,
    instance,
    linear,
    one,
    polynomial,
    profile,
)
from numeric.ridge_models import Model, Polynomial, Profile, Ridge, dot, fractions, gram, separable
from symbolic.exact import exact

LINE = Polynomial(fractions(1))
COUPLED = Model(((Ridge(fractions(1, 0), LINE),), (Ridge(fractions(1, 1), LINE),)))
"""Phi = (w_1, w_1 + w_2): the kernel is (1 1; 1 2), with eigenvalues (3 -+ sqrt 5) / 2."""


def test_constants_of_a_linear_model() -> None:
    """Slopes 1 and 1/2: eigenvalues 1 and 1/4, gradients of length up to 1, loss 3^2 + 4^2."""
    case = linear("1 1/2", y="3 4")

    assert (case.lambda_min, case.lambda_max, case.U) == fractions("1/4", 1, 1)
    assert case.initial_loss == 25
    assert case.size == 2
    assert case.spectrum_is_within()


@pytest.mark.parametrize(
    ("low", "high", "within"),
    [
        ("1/4", "1", True),
        ("0", "2", True),
        ("251/1000", "1", False),
        ("1/4", "999/1000", False),
        ("1", "1/4", False),
    ],
)
def test_the_spectrum_is_within_its_bounds_and_not_within_others(
    low: str, high: str, within: bool
) -> None:
    case = replace(linear("1 1/2", y="0 1"), lambda_min=exact(low), lambda_max=exact(high))

    assert case.spectrum_is_within() is within


@pytest.mark.parametrize(
    ("low", "high", "within"),
    [
        ("0.381966", "2.618034", True),
        ("0.381967", "2.618034", False),
        ("0.381966", "2.618033", False),
        ("1", "2", False),
    ],
)
def test_the_spectrum_of_a_matrix_is_not_its_diagonal(low: str, high: str, within: bool) -> None:
    """(3 - sqrt 5) / 2 = 0.3819660 and (3 + sqrt 5) / 2 = 2.6180340, both rounded up in there."""
    case = replace(
        instance(COUPLED, fractions(0, 1)), lambda_min=exact(low), lambda_max=exact(high)
    )

    assert case.spectrum_is_within() is within


def test_constants_may_be_claimed() -> None:
    case = one(polynomial("1 -1/40"), y="1", U="10/9", h="1/4", steps=7)

    assert (case.U, case.h, case.steps) == (fmpq(10, 9), fmpq(1, 4), 7)
    assert case.lambda_min == case.lambda_max == 1


def test_an_irrational_bound_is_rounded_up() -> None:
    """Phi = (w_1, w_1 + w_2): the second gradient has length sqrt(2)."""
    bound = instance(COUPLED, fractions(0, 1)).U

    assert bound**2 > 2
    assert bound < exact("1.4142136")


def test_curves_are_written_as_they_are_read() -> None:
    assert polynomial("1 0 -1/3") == Polynomial(fractions(1, 0, "-1/3"))
    assert profile("0:1 2:-1/2") == Profile(((fmpq(0), fmpq(1)), (fmpq(2), fmpq(-1, 2))))


@pytest.mark.parametrize(
    ("t", "slope"), [("-9", 2), ("1", 2), ("2", 1), ("3", 0), ("5", -2), ("9", -2)]
)
def test_a_slope_falls_to_its_negative_at_the_given_rate(t: str, slope: int) -> None:
    """From 2 at t = 1, at rate 1, to -2 at t = 5."""
    assert falling(fmpq(2), fmpq(1), fmpq(1)).slope(exact(t)) == slope


def test_a_slope_that_does_not_fall_is_that_of_a_line() -> None:
    line = falling(fmpq(2), fmpq(1), fmpq(0))

    assert [line.slope(fmpq(t)) for t in (-9, 1, 9)] == [2, 2, 2]


@pytest.mark.parametrize("root", [1, 2, 3])
def test_aligned_outputs_bend_together(root: int) -> None:
    """At 0 the kernel is I and the loss |u|^2 = 1; at t u each output is t / root - bend t^2 / 2.

    Each Hessian is -bend u u^T, of norm bend.
    """
    bend, t, m = fmpq(1, 4), fmpq(1, 3), root * root

    case = aligned(root, bend, fmpq(2))
    values = case.model.values([t / root] * m)

    assert case.size == case.model.parameters == m
    assert gram(case.model.jacobian([fmpq(0)] * m)) == [
        [fmpq(i == j) for j in range(m)] for i in range(m)
    ]
    assert (case.lambda_min, case.lambda_max, case.initial_loss) == fractions(1, 1, 1)
    assert values == [t / root - bend * t * t / 2] * m
    assert case.model.lipschitz_bound(fmpq(1)) == bend


def test_aligned_outputs_without_a_bend_are_the_parameters() -> None:
    case = aligned(2, fmpq(0), fmpq(2))

    assert case.model.values(fractions(1, 2, 3, 4)) == list(fractions(1, 2, 3, 4))
    assert dot(case.y, case.y) == 1


@pytest.mark.parametrize(
    ("h", "fraction", "words"),
    [
        ("1/4", "1", "1/4"),
        (None, "1", "the largest"),
        (None, "9/10", "9/10 of the largest"),
    ],
)
def test_a_step_size_in_words(h: str | None, fraction: str, words: str) -> None:
    assert describe_step(exact(h) if h else None, exact(fraction)) == words


def test_an_instance_says_everything_needed_to_rebuild_it() -> None:
    case = one(polynomial("1/9 -1/432"), y="1", U="4/9", h="40")

    assert case.describe() == {
        "model": "Phi_1 = 1/9 w_1 - 1/432 w_1^2",
        "w_0": "0",
        "y": "1",
        "lambda_min": "1/81",
        "lambda_max": "1/81",
        "U": "4/9",
        "h": "40",
    }


def test_an_instance_may_have_a_large_gradient() -> None:
    """Phi = a (w_1 + w_2) with a = 10^9: the length of the gradient is 10^9 sqrt(2)."""
    steep = Model(((Ridge(fractions(1, 1), Polynomial((fmpq(10**9),))),),))

    bound = instance(steep, fractions(1)).U

    assert bound**2 > 2 * 10**18
    assert arb(bound) < 1.4142136e9


def test_separable_models_have_a_diagonal_kernel() -> None:
    case = instance(separable(polynomial("3"), profile("0:2 1:0")), fractions(1, 1))

    assert (case.lambda_min, case.lambda_max, case.U) == fractions(4, 9, 3)
