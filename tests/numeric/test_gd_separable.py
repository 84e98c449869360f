"""The compiled iteration against exact arithmetic on the same models, and its contract."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from flint import arb, fmpq
from hypothesis import assume, given
from hypothesis import strategies as st

from numeric.gd_separable import BLOWN_UP, gd_separable
from numeric.instances import falling
from numeric.jit import interpreted
from numeric.ridge_models import gradient_descent, separable
from symbolic.exact import exact

FloatArray = npt.NDArray[np.float64]
STEPS = 5

dyadic = st.integers(-32, 32).map(lambda n: fmpq(n, 8))
outputs = st.tuples(
    st.fractions(Fraction(1, 4), 1, max_denominator=12).map(exact),
    st.fractions(0, Fraction(1, 2), max_denominator=12).map(exact),
    st.just(fmpq(0)) | st.fractions(Fraction(1, 4), 4, max_denominator=12).map(exact),
    st.fractions(-1, 1, max_denominator=12).map(exact),
)
"""Slope, start, bend and datum of one output."""


def doubles(numbers: list[fmpq]) -> FloatArray:
    """Return the row of one case."""
    return np.array([[float(arb(x)) for x in numbers]])


def iterate(rows: Sequence[FloatArray], h: FloatArray, steps: int) -> tuple[FloatArray, FloatArray]:
    """Return losses and distances; the rows are slopes, starts, bends, y, w_0, targets."""
    slopes, starts, bends, y, w0, targets = rows
    return gd_separable(slopes, starts, bends, y, w0, targets, h, steps)


def run(
    slopes: str, starts: str, bends: str, y: str, w0: str, targets: str, h: float, steps: int
) -> tuple[FloatArray, FloatArray]:
    """Return the losses and distances of one case, whose rows are written `1 1/2`."""
    rows = (slopes, starts, bends, y, w0, targets)
    losses, distances = iterate(
        [doubles([exact(x) for x in row.split()]) for row in rows], np.array([h]), steps
    )
    return losses[0], distances[0]


def test_one_parameter_by_hand() -> None:
    """f = (2 w - 4)^2 with h = 1/16 halves the error 4, and the distance 2 to the solution."""
    losses, distances = run("2", "0", "0", "4", "0", "2", h=1 / 16, steps=3)

    np.testing.assert_array_equal(losses, [16, 4, 1, 1 / 4])
    np.testing.assert_array_equal(distances, [2, 1, 1 / 2, 1 / 4])


def test_losses_add_up_and_distances_are_euclidean() -> None:
    """Errors -3 and -4 at w = 0, which has distance 5 from (3, 4)."""
    losses, distances = run("1 1", "0 0", "0 0", "3 4", "0 0", "3 4", h=1 / 2, steps=1)

    np.testing.assert_array_equal(losses, [25, 0])
    np.testing.assert_array_equal(distances, [5, 0])


def test_a_trap_by_hand() -> None:
    """Slope 1 until t = 1/2, then falling at rate 2 to -1 at t = 3/2; y = 1 and h = 1/2.

    w_1 = 1 is the hump, where the value is 1/2 + 1/4 and the slope is 0: nothing moves any more.
    """
    losses, distances = run("1", "1/2", "2", "1", "0", "0", h=1 / 2, steps=3)

    np.testing.assert_array_equal(losses, [1, 1 / 16, 1 / 16, 1 / 16])
    np.testing.assert_array_equal(distances, [0, 1, 1, 1])


@given(dyadic, st.sampled_from(["1/4", "1/2", "1", "2"]), dyadic.map(abs), st.integers(-2, 2))
def test_values_are_exact_where_doubles_are(t: fmpq, slope: str, start: fmpq, power: int) -> None:
    """All numbers are multiples of 2^-12 below 2^8, so their squares fit into 53 bits."""
    bend = fmpq(2) ** power
    value = falling(exact(slope), start, bend).value(t)

    rows = [doubles([x]) for x in (exact(slope), start, bend, fmpq(0), t, fmpq(0))]
    losses, distances = iterate(rows, np.array([1.0]), 0)

    assert exact(losses[0, 0]) == value**2
    assert exact(distances[0, 0]) == abs(t)


@given(st.lists(outputs, min_size=1, max_size=3), st.sampled_from([16, 20, 33]))
def test_the_compiled_iteration_agrees_with_exact_arithmetic(
    model: list[tuple[fmpq, fmpq, fmpq, fmpq]], inverse_step: int
) -> None:
    """With h <= 1/16, slopes and data at most 1, |w_5| <= (9/8)^5 - 1 < 0.9 and errors < 2.

    A step multiplies an error in w by at most 1 + 2 h (slope^2 + bend error) <= 2.2, five steps by
    52, and makes a new one below 8 * 2^-52; so five steps stay below 10^-12 in w, and below three
    outputs times 2 * 2 * 10^-12 in the loss.
    """
    slopes, starts, bends, y = (list(row) for row in zip(*model, strict=True))
    h = fmpq(1, inverse_step)
    curves = [falling(*row[:3]) for row in model]
    exactly = list(gradient_descent(separable(*curves), y, h, STEPS))
    assume(len(exactly) == STEPS + 1)

    zero = [fmpq(0)] * len(y)
    rows = [doubles(row) for row in (slopes, starts, bends, y, zero, zero)]
    losses, distances = iterate(rows, np.array([1 / inverse_step]), STEPS)

    expected = [float(arb(i.loss)) for i in exactly]
    expected_distances = [float(arb(i.squared_distance).sqrt()) for i in exactly]
    np.testing.assert_allclose(losses[0], expected, rtol=0, atol=1.2e-11)
    np.testing.assert_allclose(distances[0], expected_distances, rtol=0, atol=2e-12)


def test_compiled_and_interpreted_agree() -> None:
    """To the last bit on multiples of powers of 2; the second case blows up in both."""
    (slopes, starts, bends, y, w0, targets), h = _two_cases()
    arguments = (slopes, starts, bends, y, w0, targets, h, 4)

    for compiled, plain in zip(
        gd_separable(*arguments), interpreted(gd_separable)(*arguments), strict=True
    ):
        np.testing.assert_array_equal(compiled, plain)


def test_each_case_is_computed_as_if_it_were_alone() -> None:
    rows, h = _two_cases()
    together = iterate(rows, h, 4)

    for c in range(2):
        alone = iterate([row[c : c + 1] for row in rows], h[c : c + 1], 4)
        np.testing.assert_array_equal(together[0][c : c + 1], alone[0])
        np.testing.assert_array_equal(together[1][c : c + 1], alone[1])


@pytest.mark.parametrize(
    ("slope", "bend", "h"), [("1", "0", 1e3), ("1000", "3", 1.0), ("1", "0", 1e300)]
)
def test_divergence_is_infinite_and_never_nan(slope: str, bend: str, h: float) -> None:
    losses, distances = run(slope, "0", bend, "1", "0", "0", h=h, steps=400)

    assert not np.isnan(losses).any()
    assert not np.isnan(distances).any()
    assert losses[-1] == distances[-1] == np.inf
    assert (losses[np.isfinite(losses)] <= BLOWN_UP).all()
    np.testing.assert_array_equal(np.isinf(losses), np.isinf(distances))
    assert (np.diff(np.isinf(losses).astype(int)) >= 0).all()


def test_the_case_after_one_that_diverged_is_not_affected() -> None:
    one, zero = np.ones((2, 1)), np.zeros((2, 1))

    losses, distances = iterate([one, zero, zero, one, zero, one], np.array([1e200, 1 / 4]), 2)

    assert np.isinf(losses[0, 1:]).all()
    np.testing.assert_array_equal(losses[1], [1, 1 / 4, 1 / 16])
    np.testing.assert_array_equal(distances[1], [1, 1 / 2, 1 / 4])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_step_that_is_not_a_number_is_recorded_as_divergence(bad: float) -> None:
    losses, distances = run("1", "0", "0", "1", "0", "0", h=bad, steps=3)

    np.testing.assert_array_equal(losses, [1, np.inf, np.inf, np.inf])
    np.testing.assert_array_equal(distances, [0, np.inf, np.inf, np.inf])


def test_arguments_are_left_alone() -> None:
    rows, h = _two_cases()
    before = [a.copy() for a in (*rows, h)]

    iterate(rows, h, 4)

    for a, b in zip((*rows, h), before, strict=True):
        np.testing.assert_array_equal(a, b)


def _two_cases() -> tuple[list[FloatArray], FloatArray]:
    """Return the rows of one that converges and one that blows up, and their step sizes."""
    rows = (
        [[1.0, 0.5], [4.0, 2.0]],  # slopes
        [[0.0, 0.25], [0.0, 0.0]],  # starts
        [[0.25, 0.5], [0.0, 1.0]],  # bends
        [[1.0, -1.0], [2.0, 1.0]],  # y
        [[0.0, 0.5], [1.0, 0.0]],  # w0
        [[1.0, 0.0], [0.0, 0.0]],  # targets
    )
    return [np.array(row) for row in rows], np.array([0.125, 2.0**60])
