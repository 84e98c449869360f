"""The polynomials of `numeric.elementary`: best approximations by the exchange algorithm of Remez.

Run it as `python benchmarks/minimax.py`.  It prints the coefficients as doubles, from the highest
power down, and what error of the final value they leave.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import mpmath as mp

from numeric import elementary as el

Number = Any
"""A number of mpmath."""
Real = Callable[[Number], Number]
GRID = 60
"""Points between two alternation points at which the error is looked at."""


def remez(f: Real, weight: Real, low: float, high: float, degree: int) -> list[Number]:
    """Return the polynomial q of this degree that minimises max weight |f - q| on [low, high]."""
    size = degree + 2
    middle, half = mp.mpf(low + high) / 2, mp.mpf(high - low) / 2
    points = [middle - half * mp.cos(mp.pi * j / (size - 1)) for j in range(size)]
    q: list[Number] = []
    for _ in range(20):
        rows = [[x**j for j in range(size - 1)] + [(-1) ** i / weight(x)]
                for i, x in enumerate(points)]  # fmt: skip
        *q, level = mp.lu_solve(mp.matrix(rows), mp.matrix([f(x) for x in points]))
        stops = [low, *points[1:-1], high]
        grid = [a + (b - a) * mp.mpf(j) / GRID for a, b in pairwise(stops) for j in range(GRID)]
        errors = [weight(x) * (f(x) - mp.polyval(q[::-1], x)) for x in [*grid, mp.mpf(high)]]
        points = _alternating([*grid, mp.mpf(high)], errors, size)
        if max(map(abs, errors)) < abs(level) * mp.mpf("1.01"):
            break
    return q


def _alternating(grid: list[Number], errors: list[Number], size: int) -> list[Number]:
    """Return `size` places of extreme errors of alternating signs."""
    best: list[tuple[Number, Number]] = []
    for x, error in zip(grid, errors, strict=True):
        if best and (error > 0) == (best[-1][1] > 0):
            if abs(error) > abs(best[-1][1]):
                best[-1] = (x, error)
        else:
            best.append((x, error))
    while len(best) > size:
        best.pop(0 if abs(best[0][1]) < abs(best[-1][1]) else -1)
    return [x for x, _ in best]


def quotient(f: Real, near_0: Real) -> Real:
    """Return f, replaced near 0, where it is 0/0, by the first terms of its series."""
    return lambda x: f(x) if abs(x) > mp.mpf(10) ** -8 else near_0(x)


def scaled_erfc(x: Number) -> Number:
    """Return exp(x^2) erfc(x)."""
    return mp.exp(x * x) * mp.erfc(x)


def folded(u: Number) -> Number:
    """Return the x with u = (x - 4) / (x + 4)."""
    return 4 * (1 + u) / (1 - u)


def fold(x: float) -> float:
    """Return (x - 4) / (x + 4)."""
    return (x - 4) / (x + 4)


@dataclass(frozen=True)
class Task:
    """One polynomial: what it approximates, and the weight that makes its error that of the value.

    Odd functions are approximated as functions of the square of their argument.
    """

    table: tuple[float, ...]
    """The coefficients in use, from the highest power down."""
    f: Real
    weight: Real
    low: float
    high: float


root = mp.sqrt
SMALL = mp.mpf(10) ** -14
HALF_LN2 = 0.5 * math.log(2) * 1.0001
SQUARE_OF_QUARTER_PI = (math.pi / 4) ** 2 * 1.001
TASKS = {
    "EXP": Task(
        el.EXP,
        quotient(lambda r: (mp.expm1(r) - r) / r**2, lambda r: mp.mpf(1) / 2 + r / 6),
        quotient(lambda r: abs(r**2 / mp.expm1(r)), lambda r: SMALL),
        -HALF_LN2,
        HALF_LN2,
    ),
    "ARCTAN": Task(
        el.ARCTAN,
        quotient(lambda z: (mp.atan(root(z)) / root(z) - 1) / z, lambda z: z / 5 - mp.mpf(1) / 3),
        quotient(lambda z: z * root(z) / mp.atan(root(z)), lambda z: SMALL),
        0.0,
        math.tan(math.pi / 8) ** 2 * 1.0001,
    ),
    "LOG1P": Task(
        el.LOG1P,
        quotient(
            lambda z: (2 * mp.atanh(root(z)) / root(z) - 2) / z,
            lambda z: mp.mpf(2) / 3 + 2 * z / 5,
        ),
        quotient(lambda z: z * root(z) / (2 * mp.atanh(root(z))), lambda z: SMALL),
        0.0,
        1 / 9,
    ),
    "SIN": Task(
        el.SIN,
        quotient(lambda z: (mp.sin(root(z)) / root(z) - 1) / z, lambda z: z / 120 - mp.mpf(1) / 6),
        quotient(lambda z: z * root(z) / mp.sin(root(z)), lambda z: SMALL),
        0.0,
        SQUARE_OF_QUARTER_PI,
    ),
    "COS": Task(
        el.COS,
        quotient(
            lambda z: (mp.cos(root(z)) - 1 + z / 2) / z**2,
            lambda z: mp.mpf(1) / 24 - z / 720,
        ),
        lambda z: z**2 / mp.cos(root(z)) + SMALL,
        0.0,
        SQUARE_OF_QUARTER_PI,
    ),
    "ERF": Task(
        el.ERF,
        quotient(lambda z: mp.erf(root(z)) / root(z), lambda z: 2 / root(mp.pi) * (1 - z / 3)),
        quotient(lambda z: root(z) / mp.erf(root(z)), lambda z: root(mp.pi) / 2),
        0.0,
        el.SMALL_ERF**2,
    ),
    "ERF_TAIL": Task(
        el.ERF_TAIL,
        lambda u: (folded(u) + 4) * scaled_erfc(folded(u)),
        lambda u: mp.exp(-(folded(u) ** 2)) / (folded(u) + 4),
        fold(0.5),
        fold(6.0),
    ),
    "ERFCX": Task(
        tuple(c for pair in zip(el.ERFCX_ODD, el.ERFCX_EVEN, strict=True) for c in pair),
        lambda u: (1 + 1.125 * folded(u)) * scaled_erfc(folded(u)),
        lambda u: 1 / ((1 + 1.125 * folded(u)) * scaled_erfc(folded(u))),
        fold(0.0),
        fold(27.5),
    ),
}


def error(task: Task, coefficients: Sequence[float]) -> Number:
    """Return the weighted error of a polynomial, given from the highest power down."""
    grid = [task.low + (task.high - task.low) * mp.mpf(j) / 1000 for j in range(1001)]
    exact = [mp.mpf(c) for c in coefficients]
    return max(task.weight(x) * abs(task.f(x) - mp.polyval(exact, x)) for x in grid)


def main() -> None:
    """Compute every polynomial anew and print it with its error and that of the one in use."""
    for name, task in TASKS.items():
        q = remez(task.f, task.weight, task.low, task.high, len(task.table) - 1)
        found = tuple(float(c) for c in reversed(q))
        ours, theirs = (mp.nstr(mp.log(error(task, c), 2), 4) for c in (found, task.table))
        same = sum(a == b for a, b in zip(found, task.table, strict=True))
        print(f"{name}: error 2^{ours}, of the one in use 2^{theirs}, {same} coefficients the same")
        print("    " + ", ".join(map(repr, found)))


if __name__ == "__main__":
    with mp.workdps(45):
        main()
