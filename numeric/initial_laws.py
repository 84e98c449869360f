"""The laws D(0, 1) from which initial weights are drawn, entry by entry from counters.

Every law has mean 0, variance 1 and finite moments of all orders (Assumption 11.14).  Entry k of
stream t of seed s is a function of (s, t, k) alone: it does not matter in which pieces, in which
order or by how many threads the entries are made, and a neuron can be made again instead of stored.

The bits come from Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as
1, 2, 3, SC 2011), which passes every test of TestU01's BigCrush.  The seed is the key, the stream
and the pair number k // 2 are the counter.  Under one seed, Philox permutes the 2^128 counters, so
that no two pairs share their bits; between seeds, independence rests on those tests.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from numeric.inputs import FloatArray, count, one_of
from numeric.intrinsics import bits, fma, from_bits
from numeric.jit import elementary, kernel

GAUSSIAN, UNIFORM, RADEMACHER = range(3)


@dataclass(frozen=True)
class Law:
    """A law with mean 0 and variance 1."""

    name: str
    code: int
    """Its number inside kernels."""
    fourth_moment: float
    """mu4, the expectation of the fourth power."""


LAWS: Mapping[str, Law] = {
    law.name: law
    for law in (
        Law("gaussian", GAUSSIAN, 3.0),
        Law("uniform", UNIFORM, 1.8),
        Law("rademacher", RADEMACHER, 1.0),
    )
}
"""The standard normal law, the uniform law on [-sqrt 3, sqrt 3], and the fair signs +-1."""

LARGEST_PATTERN = 20
"""The largest number of signs that are listed in full."""

SQRT_3 = 3.0**0.5
MAGIC = 1.5 * 2.0**52
"""Added to a small integer k, it leaves k in the last bits of the sum."""
BITS_OF_MAGIC = 0x4338000000000000
BITS_OF_SQRT_HALF = 0x3FE6A09E667F3BCD
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""Their sum is log 2; products of LN2_HIGH with integers below 2^20 are exact."""

PAIRS = 256
"""How many pairs of entries are made at a time."""
MULTIPLIER_0, MULTIPLIER_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
BUMP_0, BUMP_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
"""The constants of Philox4x32."""
SHIFT, LOW = np.uint64(32), np.uint64(2**32 - 1)
ZERO, TWO, TWELVE = np.uint64(0), np.uint64(2), np.uint64(12)
HALF, QUARTER = np.uint64(2**63), np.uint64(2**62)
ONE_TO_TWO = np.uint64(0x3FF0000000000000)
"""The bits of 1.0; with other bits after the first twelve, those of a number in [1, 2)."""


def draw(law: str, seed: int, stream: int, first: int, size: int) -> FloatArray:
    """Return the entries first, ..., first + size - 1 of a stream, shape (size,).

    Normal entries are the Box-Muller transform of two uniform numbers with 52 bits, each within a
    relative error of 6e-16 (measured); they reach 8.57, and the tail has the right probability to
    1e-7 relatively at 6, to 3 % at 8.  Uniform entries have 52 bits and are symmetric about 0.
    Cost about 2 ns an entry.

    Raises ValueError for an unknown law, a seed outside 0, ..., 2^64 - 1, a stream outside
    0, ..., 2^32 - 1, or entries outside 0, ..., 2^63 - 2.
    """
    code = one_of("law", law, LAWS).code
    key = seed_key(seed)
    if count("stream", stream, least=0) >= 2**32:
        raise ValueError(f"stream = {stream}, where an integer below 2^32 is needed")
    if count("first", first, least=0) + count("size", size, least=0) >= 2**63:
        raise ValueError(f"first + size = {first + size}, where an integer below 2^63 is needed")
    entries = np.empty(size)
    fill(code, key, stream, first, entries)
    return entries


def seed_key(seed: int) -> np.uint64:
    """Return the seed as `fill` takes it; raise ValueError if it is not in 0, ..., 2^64 - 1."""
    if count("seed", seed, least=0) >= 2**64:
        raise ValueError(f"seed = {seed}, where an integer below 2^64 is needed")
    return np.uint64(seed)


def rademacher_patterns(size: int) -> FloatArray:
    """Return all vectors of `size` signs as rows, shape (2^size, size): the law itself.

    An expectation over `size` independent signs is the mean over the rows.  Row r has a -1 where
    the binary digit of r is 1, the first entry being the last digit.  Raises ValueError if `size`
    is not in 1, ..., LARGEST_PATTERN.
    """
    if count("size", size) > LARGEST_PATTERN:
        raise ValueError(f"size = {size}, where at most {LARGEST_PATTERN} signs can be listed")
    rows = np.arange(2**size)[:, None]
    return 1.0 - 2.0 * ((rows >> np.arange(size)) & 1)


@kernel
def fill(code: int, key: np.uint64, stream: int, first: int, out: FloatArray) -> None:
    """Set out[i] to entry first + i of a stream, i < out.size.  Arguments are not checked."""
    a, b = np.empty(PAIRS, np.uint64), np.empty(PAIRS, np.uint64)
    x, y = np.empty(PAIRS), np.empty(PAIRS)
    entries = np.empty(2 * PAIRS)
    done = 0
    while done < out.size:
        pair = (first + done) >> 1
        skipped = (first + done) & 1
        size = min(2 * PAIRS - skipped, out.size - done)
        pairs = (skipped + size + 1) >> 1
        _random_words(key, stream, pair, a[:pairs], b[:pairs])
        _transform(code, a[:pairs], b[:pairs], x, y)
        for i in range(pairs):
            entries[2 * i] = x[i]
            entries[2 * i + 1] = y[i]
        for i in range(size):
            out[done + i] = entries[skipped + i]
        done += size


@kernel
def _transform(
    code: int,
    a: npt.NDArray[np.uint64],
    b: npt.NDArray[np.uint64],
    x: FloatArray,
    y: FloatArray,
) -> None:
    """Turn the random words a[i], b[i] into the entries x[i], y[i]."""
    if code == GAUSSIAN:
        for i in range(a.size):  # Box and Muller: r^2 / 2 is exponential, the angle uniform
            r = _radius(a[i])
            cosine, sine = _direction(b[i])
            x[i] = r * cosine
            y[i] = r * sine
    elif code == UNIFORM:
        for i in range(a.size):
            x[i] = SQRT_3 * (2.0 * _unit(a[i]) - 1.0)
            y[i] = SQRT_3 * (2.0 * _unit(b[i]) - 1.0)
    else:
        for i in range(a.size):
            x[i] = math.copysign(1.0, _unit(a[i]) - 0.5)
            y[i] = math.copysign(1.0, _unit(b[i]) - 0.5)


@elementary
def _radius(word: np.uint64) -> float:
    return math.sqrt(-2.0 * _log(_unit(word)))


@elementary
def _direction(word: np.uint64) -> tuple[float, float]:
    """Return a point of the unit circle: the first two bits choose the quarter turn."""
    t = _unit(word << TWO) - 0.5
    z = t * t
    sine = t * _sine_over(z)
    cosine = fma(z, _cosine_over(z), 1.0)
    x, y = (sine, cosine) if word & QUARTER else (cosine, sine)
    return (-x if word & HALF else x), (-y if word & HALF else y)


# Bits


@kernel
def _random_words(
    key: np.uint64,
    stream: int,
    first: int,
    a: npt.NDArray[np.uint64],
    b: npt.NDArray[np.uint64],
) -> None:
    """Set (a[i], b[i]) to the 128 bits of pair first + i of a stream.

    The rounds are called one after the other because LLVM puts only short functions into a loop.
    """
    k0, k1 = key & LOW, key >> SHIFT
    c2 = np.uint64(stream)
    for i in range(a.size):
        pair = np.uint64(first + i)
        words = two_rounds(pair & LOW, pair >> SHIFT, c2, ZERO, k0, k1, 0)
        words = two_rounds(*words, k0, k1, 2)
        words = two_rounds(*words, k0, k1, 4)
        words = two_rounds(*words, k0, k1, 6)
        r0, r1, r2, r3 = two_rounds(*words, k0, k1, 8)
        a[i] = (r1 << SHIFT) | r0
        b[i] = (r3 << SHIFT) | r2


@elementary
def two_rounds(
    c0: np.uint64,
    c1: np.uint64,
    c2: np.uint64,
    c3: np.uint64,
    k0: np.uint64,
    k1: np.uint64,
    done: int,
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the counter words c after two more rounds of Philox4x32 under the key words k.

    All words are below 2^32; `done` says how many rounds were made before.
    """
    n = np.uint64(done)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, (k0 + n * BUMP_0) & LOW, (k1 + n * BUMP_1) & LOW)
    n = np.uint64(done + 1)
    return _round(c0, c1, c2, c3, (k0 + n * BUMP_0) & LOW, (k1 + n * BUMP_1) & LOW)


@elementary
def _round(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    p = MULTIPLIER_0 * c0
    q = MULTIPLIER_1 * c2
    return (q >> SHIFT) ^ c1 ^ k0, q & LOW, (p >> SHIFT) ^ c3 ^ k1, p & LOW


@elementary
def _unit(word: np.uint64) -> float:
    """Return an odd multiple of 2^-53 between 0 and 1, from the first 52 bits, exactly."""
    return from_bits(int((word >> TWELVE) | ONE_TO_TWO)) - (1.0 - 2.0**-53)


# Elementary functions on the small ranges needed here.  The coefficients are Chebyshev fits
# computed with 60 digits; the fits are off by less than 1e-17 relatively.


@elementary
def _log(u: float) -> float:
    """Return log u for a normal number u, within a relative error of 2^-52 (measured)."""
    exponent = (bits(u) - BITS_OF_SQRT_HALF) >> 52
    m = from_bits(bits(u) - (exponent << 52))  # in [sqrt(1/2), sqrt(2))
    e = from_bits(exponent + BITS_OF_MAGIC) - MAGIC
    f = m - 1.0
    s = f / (m + 1.0)
    z = s * s
    p = fma(z, 0.14616449685043406, 0.15331721600556042)
    p = fma(z, p, 0.18182889125261723)
    p = fma(z, p, 0.2222221113479508)
    p = fma(z, p, 0.28571428625975487)
    p = fma(z, p, 0.39999999999899505)
    p = fma(z, p, 0.666666666666667)
    # log m = 2 s + s z p, and 2 s = f - s f because m + 1 = 2 + f.
    small = fma(e, LN2_LOW, s * fma(z, p, -f))
    return fma(e, LN2_HIGH, f + small)


@elementary
def _sine_over(z: float) -> float:
    """Return sin(pi t / 2) / t for z = t^2 <= 1/4."""
    p = fma(z, 5.633933781537854e-08, -3.59864335298231e-06)
    p = fma(z, p, 0.0001604411507421909)
    p = fma(z, p, -0.004681754132340976)
    p = fma(z, p, 0.07969262624604301)
    p = fma(z, p, -0.6459640975062443)
    return fma(z, p, 1.5707963267948966)


@elementary
def _cosine_over(z: float) -> float:
    """Return (cos(pi t / 2) - 1) / t^2 for z = t^2 <= 1/4."""
    p = fma(z, -6.329396344967424e-09, 4.710678405505227e-07)
    p = fma(z, p, -2.5202039028029178e-05)
    p = fma(z, p, 0.0009192602745468447)
    p = fma(z, p, -0.020863480763340773)
    p = fma(z, p, 0.2536695079010478)
    return fma(z, p, -1.2337005501361697)
