"""Linear networks of large width: in the limit, and exactly at a width."""

from itertools import islice

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from numeric.ridge_models import fractions
from numeric.wide_linear_networks import BOX, at_start, member, members, trained, wide_linear
from symbolic.exact import exact

rationals = st.fractions(-2, 2, max_denominator=8).map(exact)
steps = st.fractions(0, "1/4", max_denominator=16).map(exact)


def by_hand(
    v: list[fmpq], u: list[fmpq], x: fmpq, y: fmpq, h: fmpq, number: int
) -> list[tuple[fmpq, fmpq]]:
    """Return output and |grad Phi|^2 after 0, 1, ... steps on every single parameter."""
    b, c, found = [fmpq(0)] * len(v), fmpq(0), []
    for _ in range(number):
        inside = [p * x + q for p, q in zip(u, b, strict=True)]
        output = sum((p * q for p, q in zip(v, inside, strict=True)), c)
        squares = sum((q * q + p * p * (x * x + 1) for p, q in zip(v, inside, strict=True)), c - c)
        found.append((output, squares + 1))
        t = 2 * h * (output - y)
        u, b, v = (
            [p - t * q * x for p, q in zip(u, v, strict=True)],
            [p - t * q for p, q in zip(b, v, strict=True)],
            [p - t * q for p, q in zip(v, inside, strict=True)],
        )
        c -= t
    return found


@given(rationals, rationals, steps, st.integers(0, 4))
def test_four_numbers_know_the_whole_training_of_a_network_of_width_4(
    x: fmpq, y: fmpq, h: fmpq, plus: int
) -> None:
    signs = fractions(*[1] * plus, *[-1] * (4 - plus))
    expected = by_hand([fmpq(1, 2)] * 4, list(signs), x, y, h, 4)

    networks = islice(trained(at_start(4, plus), x, y, h), 4)

    assert [(w.output(x), w.kernel(x)) for w in networks] == expected


@given(rationals, rationals, steps, st.integers(0, 9))
def test_the_first_error_by_a_formula(x: fmpq, y: fmpq, h: fmpq, plus: int) -> None:
    """E_1 = E_0 (1 - 2 h K + 4 h^2 (1 + x^2) E_0 (E_0 + y)) with K = 2 + x^2 (n + 1)."""
    start, after = islice(trained(at_start(9, plus), x, y, h), 2)
    K, E = 2 + 10 * x * x, start.output(x) - y

    assert start.kernel(x) == K
    assert after.output(x) - y == E * (1 - 2 * h * K + 4 * h * h * (1 + x * x) * E * (E + y))


@pytest.mark.parametrize("n", [100, 10_000, 1_000_000])
def test_one_step_tends_to_that_of_the_limit_as_the_width_grows(n: int) -> None:
    x, hn = fmpq(1, 2), fmpq(1)
    limit = wide_linear("1/2", hn="1")

    start, after = islice(trained(at_start(n, n // 2), x, fmpq(1), hn / n), 2)
    ratio = (after.output(x) - 1) / (start.output(x) - 1)

    assert limit.factors(hn) == [fmpq(1, 2)]
    assert abs(ratio - fmpq(1, 2)) < fmpq(5) / n


def test_the_limit_of_two_points_by_hand() -> None:
    """d = 2 and points 1 e_1, 2 e_2: eigenvalues 1/2 and 2; h n = 1/8 keeps 7/8 and 1/2."""
    case = wide_linear("1 2", errors="4 2")

    assert case.eigenvalues == [fmpq(1, 2), fmpq(2)]
    assert case.factors(fmpq(1, 8)) == [fmpq(7, 8), fmpq(1, 2)]
    assert case.loss(fmpq(1, 8), 1) == fmpq(49, 4) + 1
    assert case.way**2 - 34 < fmpq(1, 10**12)


def test_random_networks_are_the_same_exactly_and_in_doubles() -> None:
    rng = np.random.default_rng(0)
    p = {name: rng.uniform(low, high, 5) for name, (low, high) in BOX.items()}
    values, errors = members(p)

    for i in range(5):
        case = member({name: exact(column[i]) for name, column in p.items()})
        assert [float(v.p) / float(v.q) for v in case.eigenvalues] == pytest.approx(list(values[i]))
        assert [float(e.p) / float(e.q) for e in case.errors] == pytest.approx(list(errors[i]))
        assert case.is_valid
