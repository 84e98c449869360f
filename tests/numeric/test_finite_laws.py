"""Laws on four numbers: moments by hand, and listing."""

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from numeric.finite_laws import FiniteLaw, dot, law

small = st.integers(0, 8).map(lambda n: fmpq(n, 8))
large = st.integers(8, 40).map(lambda n: fmpq(n, 8))
laws = st.builds(FiniteLaw, large, small)


@given(laws)
def test_mean_0_variance_1_and_a_fourth_moment_in_closed_form(one: FiniteLaw) -> None:
    """With p a^2 + (1 - p) b^2 = 1, p a^4 + (1 - p) b^4 = a^2 + b^2 - a^2 b^2."""
    a2, b2 = one.a**2, one.b**2

    assert [one.moment(k) for k in range(4)] == [1, 0, 1, 0]
    assert one.moment(4) == a2 + b2 - a2 * b2


@pytest.mark.parametrize(("a", "b"), [("1", "1"), ("1", "0"), ("1", "1/2"), ("3", "1")])
def test_rademacher_where_a_or_b_is_one(a: str, b: str) -> None:
    assert sorted(law(a, b).vectors(1)) == [((fmpq(-1),), fmpq(1, 2)), ((fmpq(1),), fmpq(1, 2))]


def test_large_values_are_rare() -> None:
    """Variance 1 from +-2 and 0 needs 4 p = 1."""
    assert sorted(law("2", "0").vectors(1)) == [
        ((fmpq(-2),), fmpq(1, 8)),
        ((fmpq(0),), fmpq(3, 4)),
        ((fmpq(2),), fmpq(1, 8)),
    ]


@given(laws, st.integers(1, 3))
def test_the_law_of_the_squared_norm_is_that_of_the_listed_vectors(
    one: FiniteLaw, size: int
) -> None:
    listed: dict[fmpq, fmpq] = {}
    for vector, chance in one.vectors(size):
        square = dot(vector, vector)
        listed[square] = listed.get(square, fmpq(0)) + chance
    counted: dict[fmpq, fmpq] = {}
    for square, chance in one.square_sums(size):
        if chance > 0:
            counted[square] = counted.get(square, fmpq(0)) + chance

    assert counted == listed
    assert sum(listed.values(), fmpq(0)) == 1


@pytest.mark.parametrize(("a", "b"), [("1/2", "1/2"), ("2", "3/2"), ("2", "-1/2")])
def test_some_pairs_of_numbers_have_no_law_of_variance_1(a: str, b: str) -> None:
    assert not law(a, b).is_valid


def test_a_law_says_what_it_is() -> None:
    assert str(law()) == "Rademacher"
    assert str(law("2", "0")) == "+-2 with probability 1/4, else +-0"
