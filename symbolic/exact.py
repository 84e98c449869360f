"""Exact rationals where possible, intervals that contain the truth otherwise.

A `Number` is an `fmpq` (a rational, exact) or an `arb` (a ball: midpoint and radius, certain to
contain the value meant).  A comparison is true only when it is certain, so with balls both
`a < b` and `b <= a` may be false.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, TypeAlias

from flint import arb, ctx, fmpq

Number: TypeAlias = fmpq | arb
LARGEST_HEIGHT = 8_192
"""A rational with more bits than this goes on as a ball."""


GRID_BITS = 8_192


class Undefined(ArithmeticError):  # noqa: N818 (a fact about a formula, not a mishap)
    """A formula has no real value at the point where it was to be evaluated."""


class Uncertain(ArithmeticError):  # noqa: N818 (a fact about a ball, not about a formula)
    """A ball is too wide to go on with; more bits might help."""


def exact(value: int | str | float | Fraction | fmpq) -> fmpq:
    """Return the rational that `value` is: an integer, "3/7", "0.25", or a double.

    >>> exact("0.25"), exact(0.5), exact("-3/7")
    (1/4, 1/2, -3/7)
    """
    if isinstance(value, fmpq):
        return value
    fraction = Fraction(value)
    return fmpq(fraction.numerator, fraction.denominator)


def sqrt(x: Number) -> Number:
    """Return the square root, a rational when it is one; raise Undefined below zero."""
    if x < 0:
        raise Undefined("the square root of a negative number")
    if isinstance(x, fmpq):
        top, bottom = x.numer().isqrt(), x.denom().isqrt()
        if top * top == x.numer() and bottom * bottom == x.denom():
            return fmpq(top, bottom)
    return arb(x).sqrt()


def power(base: Number, exponent: Number) -> Number:
    """Return `base ** exponent`, a rational when it is one; raise Undefined where it is not real.

    >>> power(exact("4/9"), exact("3/2"))
    8/27
    """
    if isinstance(exponent, fmpq):
        if exponent < 0 and base == 0:
            raise Undefined("division by zero")
        if exponent.denom() == 1:
            return _integer_power(base, int(exponent.numer()))
        if exponent.denom() == 2:
            return _integer_power(sqrt(base), int(exponent.numer()))
    if base < 0:
        raise Undefined("a negative number to a power that is not an integer")
    if base == 0 and exponent < 0:
        raise Undefined("division by zero")
    return arb(base) ** arb(exponent)


def _integer_power(base: Number, exponent: int) -> Number:
    if isinstance(base, fmpq) and height(base) * abs(exponent) <= LARGEST_HEIGHT:
        return base**exponent
    return arb(base) ** exponent


def height(x: fmpq) -> int:
    """Return the number of bits of the longer of numerator and denominator."""
    return max(int(x.numer()).bit_length(), int(x.denom()).bit_length())


def shorten(x: Number) -> Number:
    """Return `x`, as a ball if it is a rational too long to go on with."""
    return arb(x) if isinstance(x, fmpq) and height(x) > LARGEST_HEIGHT else x


def is_exact(*numbers: Number) -> bool:
    """Whether all of them are rationals."""
    return all(isinstance(x, fmpq) for x in numbers)


def rational_below(x: Number, digits: int = 12) -> fmpq:
    """Return a rational that is certainly at most `x`: `x` itself if it is one."""
    return x if isinstance(x, fmpq) else _grid(x, digits, down=True)


def rational_above(x: Number, digits: int = 12) -> fmpq:
    """Return a rational that is certainly at least `x`: `x` itself if it is one."""
    return x if isinstance(x, fmpq) else _grid(x, digits, down=False)


def _grid(x: arb, digits: int, *, down: bool) -> fmpq:
    scale = 10**digits
    with precision(GRID_BITS):  # the end of a ball is a number like any other, and exact
        end = (x.lower() if down else x.upper()) * scale
        whole = (end.floor() if down else end.ceil()).unique_fmpz()
    if whole is None:
        raise Uncertain("a value too uncertain to round")
    return fmpq(int(whole), scale)


def as_text(x: Number) -> str:
    """Return a short fraction, or a decimal, that a reader can check by hand."""
    if isinstance(x, fmpq) and height(x) <= 64:
        top, bottom = int(x.numer()), int(x.denom())
        text = str(top) if bottom == 1 else f"{top}/{bottom}"
        if len(text) <= 15:
            return text
    return arb(x).mid().str(6, radius=False)


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Compute with balls of this many bits inside the `with` block."""
    before: Any = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before
