"""Random initial weights: the published bits, the right laws, the same whatever the pieces."""

import math
from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.initial_laws import LAWS, PAIRS, draw, rademacher_patterns, two_rounds

SAMPLE = 1_000_000
ULP = 2.0**-53


def philox(counter: tuple[int, ...], key: tuple[int, int]) -> tuple[int, ...]:
    """Return Philox4x32-10 as published, in integers of any size."""
    a, b, c, d = counter
    k, j = key
    for _ in range(10):
        p, q = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (q >> 32) ^ b ^ k, q % 2**32, (p >> 32) ^ d ^ j, p % 2**32
        k, j = (k + 0x9E3779B9) % 2**32, (j + 0xBB67AE85) % 2**32
    return a, b, c, d


def words(seed: int, stream: int, pair: int) -> tuple[int, int]:
    """Return the 128 bits of a pair of entries as two numbers of 64 bits."""
    counter = (pair % 2**32, pair >> 32, stream, 0)
    a, b, c, d = philox(counter, (seed % 2**32, seed >> 32))
    return b << 32 | a, d << 32 | c


def unit(word: int) -> Any:
    """Return the middle of one of 2^52 equal parts of [0, 1]."""
    return (mp.mpf(word % 2**64 >> 12) + 0.5) / 2**52


KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**32 - 1,) * 4, (2**32 - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
"""Counter, key and output, from the file kat_vectors of the library Random123."""


@pytest.mark.parametrize(("counter", "key", "output"), KNOWN_ANSWERS)
def test_ten_rounds_give_the_published_answers(
    counter: tuple[int, ...], key: tuple[int, int], output: tuple[int, ...]
) -> None:
    state = tuple(np.uint64(word) for word in counter)
    k0, k1 = (np.uint64(word) for word in key)
    for done in range(0, 10, 2):
        state = two_rounds(*(np.uint64(word) for word in state), k0, k1, done)

    assert tuple(map(int, state)) == output
    assert philox(counter, key) == output


@settings(max_examples=60)
@given(st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**62 - 2))
def test_an_entry_depends_on_seed_stream_and_place_as_documented(
    seed: int, stream: int, pair: int
) -> None:
    signs = draw("rademacher", seed, stream, 2 * pair, 2)
    numbers = draw("uniform", seed, stream, 2 * pair, 2)

    both = words(seed, stream, pair)
    assert signs.tolist() == [1.0 if word >> 63 else -1.0 for word in both]
    with mp.workprec(120):
        for computed, word in zip(numbers, both, strict=True):
            assert abs(computed / (mp.sqrt(3) * (2 * unit(word) - 1)) - 1) <= 2.1 * ULP


def test_normal_entries_are_the_transform_of_box_and_muller() -> None:
    """r = sqrt(-2 log u), and an angle of a quarter turn more or less: relative error 6e-16."""
    seed, stream, pairs = 2**63 + 11, 3, 2000
    computed = draw("gaussian", seed, stream, 0, 2 * pairs)

    worst = mp.mpf(0)
    with mp.workprec(120):
        for pair in range(pairs):
            a, b = words(seed, stream, pair)
            r = mp.sqrt(-2 * mp.log(unit(a)))
            t = (unit(b << 2) - 0.5) / 2
            x, y = r * mp.cospi(t), r * mp.sinpi(t)
            x, y = (y, x) if b >> 62 & 1 else (x, y)
            x, y = (-x, -y) if b >> 63 else (x, y)
            for got, exact in zip(computed[2 * pair : 2 * pair + 2], (x, y), strict=True):
                worst = max(worst, abs(got / exact - 1))
    assert worst < 6e-16


@pytest.mark.parametrize("law", LAWS)
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3 * PAIRS), st.integers(0, 5 * PAIRS), st.integers(0, 2 * PAIRS + 3))
def test_pieces_put_together_are_the_whole(law: str, first: int, size: int, cut: int) -> None:
    whole = draw(law, 5, 2, 0, 11 * PAIRS)

    np.testing.assert_array_equal(draw(law, 5, 2, first, size), whole[first : first + size])
    pieces = [draw(law, 5, 2, first, cut), draw(law, 5, 2, first + cut, size)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole[first : first + cut + size])


@pytest.mark.parametrize("law", LAWS)
def test_moments_are_those_of_the_law(law: str) -> None:
    """Means of powers are within five standard errors; fair draws fail once in a million times.

    The variance of x^4 is E x^8 - mu4^2, with E x^8 = 105, 9 and 1.
    """
    x = draw(law, 2024, 0, 0, SAMPLE)
    fourth, eighth = LAWS[law].fourth_moment, {"gaussian": 105, "uniform": 9, "rademacher": 1}[law]
    sixth = {"gaussian": 15, "uniform": 27 / 7, "rademacher": 1}[law]
    expected = [(1, 0, 1), (2, 1, fourth - 1), (3, 0, sixth), (4, fourth, eighth - fourth**2)]

    for power, mean, variance in expected:
        error = abs(np.mean(x**power) - mean)
        assert error <= 5 * math.sqrt(variance / SAMPLE) + 1e-15 * mean


NORMAL = np.vectorize(lambda t: math.erfc(-t / math.sqrt(2)) / 2)
DISTRIBUTIONS: dict[str, Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]] = {
    "gaussian": NORMAL,
    "uniform": lambda t: (t / math.sqrt(3) + 1) / 2,
}


@pytest.mark.parametrize("law", DISTRIBUTIONS)
@pytest.mark.parametrize("stream", [0, 1, 7])
def test_the_empirical_distribution_is_the_law(law: str, stream: int) -> None:
    """Kolmogorov: the distance times sqrt(size) exceeds 2.5 with probability 2 exp(-12.5)."""
    size = 50_000
    at = DISTRIBUTIONS[law](np.sort(draw(law, 7, stream, 0, size)))

    below, above = np.arange(size) / size, np.arange(1, size + 1) / size
    assert math.sqrt(size) * max(np.max(at - below), np.max(above - at)) < 2.5


def test_normal_tails_have_the_right_weight() -> None:
    """Of 2e7 entries, those beyond t are Poisson; five standard deviations and one are allowed."""
    x = np.abs(draw("gaussian", 3, 0, 0, 20_000_000))

    for t in (3.0, 4.0, 4.5, 5.0):
        expected = x.size * math.erfc(t / math.sqrt(2))
        assert abs(np.count_nonzero(x > t) - expected) <= 5 * math.sqrt(expected) + 1
    assert x.max() > 5
    assert x.min() > 0


def test_the_smallest_uniform_number_gives_the_largest_normal_one() -> None:
    """sqrt(2 * 53 log 2) = 8.571... bounds every normal entry."""
    assert np.abs(draw("gaussian", 1, 0, 0, SAMPLE)).max() < math.sqrt(2 * 53 * math.log(2))


def test_signs_are_signs_and_uniform_numbers_stay_inside() -> None:
    assert set(draw("rademacher", 0, 0, 0, 1000)) == {-1.0, 1.0}
    x = draw("uniform", 0, 0, 0, SAMPLE)
    assert np.abs(x).max() < math.sqrt(3)
    assert np.abs(x).max() > math.sqrt(3) * (1 - 20 / SAMPLE)


@pytest.mark.parametrize("law", LAWS)
def test_seeds_streams_and_neighbours_are_uncorrelated(law: str) -> None:
    """Products of independent entries have mean 0 and variance 1."""
    size = 200_000
    sequences = [draw(law, seed, stream, 0, size) for seed in (0, 1, 2**32) for stream in (0, 1)]
    sequences += [draw(law, 0, 0, 1, size), draw(law, 0, 0, 2, size), draw(law, 0, 0, size, size)]

    for i, x in enumerate(sequences):
        for y in sequences[:i]:
            assert abs(np.mean(x * y)) * math.sqrt(size) < 5
            assert abs(np.mean((x * x - 1) * (y * y - 1))) * math.sqrt(size) < 5 * 8


def test_the_record_of_a_law_names_its_fourth_moment() -> None:
    assert {name: law.fourth_moment for name, law in LAWS.items()} == {
        "gaussian": 3,
        "uniform": 9 / 5,
        "rademacher": 1,
    }


@pytest.mark.parametrize("size", [1, 2, 5])
def test_patterns_are_all_vectors_of_signs(size: int) -> None:
    patterns = rademacher_patterns(size)

    assert patterns.shape == (2**size, size)
    assert len({tuple(row) for row in patterns}) == 2**size
    assert set(patterns.ravel()) == {-1.0, 1.0}
    np.testing.assert_array_equal(patterns.T @ patterns, 2**size * np.eye(size))


def test_row_one_has_minus_one_first() -> None:
    np.testing.assert_array_equal(rademacher_patterns(3)[1], [-1, 1, 1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw("cauchy", 0, 0, 0, 1), "one of gaussian, uniform, rademacher is needed"),
        (lambda: draw("uniform", -1, 0, 0, 1), "seed = -1, where an integer from 0 up"),
        (lambda: draw("uniform", 2**64, 0, 0, 1), "below 2.64 is needed"),
        (lambda: draw("uniform", 0, 2**32, 0, 1), "stream = 4294967296"),
        (lambda: draw("uniform", 0, 0, -2, 1), "first = -2"),
        (lambda: draw("uniform", 0, 0, 0, -1), "size = -1"),
        (lambda: draw("uniform", 0, 0, 2**63 - 1, 1), "first . size"),
        (lambda: rademacher_patterns(21), "size = 21, where at most 20 signs"),
        (lambda: rademacher_patterns(0), "size = 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_no_entries_are_no_entries() -> None:
    assert draw("gaussian", 0, 0, 5, 0).shape == (0,)
