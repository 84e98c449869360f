"""Looking for the worst cases of a claim, in batches of compiled work.

A case is a point of a box.  Its slack is negative where the claim fails, and nan where a hypothesis
does not hold, so that the case says nothing.  First come cases known to be hard, then random ones;
the worst are then driven further by small random steps that are kept when the slack falls.  What is
found is a suspicion in doubles: it counts after an exact check only.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from numeric.inputs import FloatArray, count, finite

BATCH = 8192
"""How many random cases are evaluated at once."""
BROOD = 256
"""How many neighbours of each of the worst cases are tried in a step of the ascent."""
WIDEST, NARROWER = 0.1, 0.5
"""Neighbours are this far off, as a part of the box; so much closer when none of them was worse."""


@dataclass(frozen=True)
class Range:
    """The range of one parameter of a case: a number, or an array of numbers of this shape."""

    low: float
    high: float
    shape: tuple[int, ...] = ()
    log: bool = False
    """Whether to draw uniformly in the logarithm; the ends are then positive."""

    def __post_init__(self) -> None:
        finite("low", self.low, ())
        finite("high", self.high, ())
        if not self.low <= self.high or (self.log and self.low <= 0):
            needed = "0 < low <= high" if self.log else "low <= high"
            raise ValueError(f"low = {self.low}, high = {self.high}, where {needed} is needed")

    @property
    def size(self) -> int:
        """How many numbers it takes."""
        return int(np.prod(self.shape, dtype=np.int64))

    def values(self, unit: FloatArray) -> FloatArray:
        """Return the values at these parts of the way from low to high."""
        if self.log:
            return self.low * (self.high / self.low) ** unit
        return self.low + (self.high - self.low) * unit

    def parts(self, values: FloatArray) -> FloatArray:
        """Return the inverse of `values`; 0 for a range of one point."""
        if self.low == self.high:
            return np.zeros_like(values)
        if self.log:
            return np.log(values / self.low) / np.log(self.high / self.low)
        return (values - self.low) / (self.high - self.low)


Box: TypeAlias = Mapping[str, Range | tuple[float, float]]
Columns: TypeAlias = Mapping[str, FloatArray]
Slack: TypeAlias = Callable[[Columns], FloatArray]


@dataclass(frozen=True)
class Found:
    """A case among the worst."""

    case: Mapping[str, FloatArray]
    """Its parameters; arrays of shape () for numbers."""
    slack: float
    origin: str
    """`hard case` or `random`, with `, improved` if the ascent has changed it."""


@dataclass(frozen=True)
class Progress:
    """How far a search has come."""

    tried: int
    admitted: int
    """Cases that satisfied the hypotheses."""
    least: float
    """The least slack so far; inf if no case was admitted."""


def worst_cases(
    slack: Slack,
    box: Box,
    *,
    seed: int,
    hard: Sequence[Mapping[str, npt.ArrayLike]] = (),
    samples: int = 100_000,
    keep: int = 8,
    ascent_steps: int = 20,
    progress: Callable[[Progress], None] | None = None,
) -> list[Found]:
    """Return up to `keep` cases with the least slack, the worst first.

    `slack` takes columns, arrays of shape (cases, *shape) by name, and returns (cases,).  It must
    treat each case alone; then a found case has the same slack when evaluated by itself.  `hard`
    cases, which may lie outside the box, come first; then `samples` random ones; then every step
    of the ascent tries BROOD neighbours of each of the worst.  The list is empty if no case
    satisfied the hypotheses.  The same arguments give the same list.

    Cost: samples + keep ascent_steps BROOD evaluations.  Raises ValueError for a box, a hard case
    or a result of `slack` of the wrong shape.
    """
    ranges = {name: _range(name, given) for name, given in box.items()}
    samples, keep = count("samples", samples, least=0), count("keep", keep)
    seed, ascent_steps = count("seed", seed, least=0), count("ascent_steps", ascent_steps, least=0)
    now = Progress(0, 0, float("inf"))

    def evaluate(columns: Columns, cases: int) -> FloatArray:
        nonlocal now
        with np.errstate(all="ignore"):
            slacks = np.asarray(slack(columns), dtype=np.float64)
        if slacks.shape != (cases,):
            raise ValueError(f"slack has shape {slacks.shape}, where ({cases},) is needed")
        valid = slacks[~np.isnan(slacks)]
        least = float(valid.min(initial=now.least))
        now = Progress(now.tried + cases, now.admitted + valid.size, least)
        if progress is not None:
            progress(now)
        return slacks

    worst = _Worst(_stack(ranges, ()), np.empty(0), [])
    if hard:
        columns = _stack(ranges, hard)
        slacks = evaluate(columns, len(hard))
        worst = _Worst(columns, slacks, ["hard case"] * len(hard)).first(keep)
    for number, first in enumerate(range(0, samples, BATCH)):
        cases = min(BATCH, samples - first)
        rng = np.random.default_rng((seed, 0, number))
        columns = _columns(ranges, rng.random((cases, _size(ranges))))
        slacks = evaluate(columns, cases)
        worst = worst.joined(_Worst(columns, slacks, ["random"] * cases).first(keep)).first(keep)
    widths = np.full(len(worst.slacks), WIDEST)
    for step in range(ascent_steps if len(widths) else 0):
        rng = np.random.default_rng((seed, 1, step))
        columns = _neighbours(ranges, worst.columns, widths, rng)
        slacks = evaluate(columns, len(widths) * BROOD)
        worst, improved = _improved(worst, columns, slacks)
        widths = np.where(improved, widths, widths * NARROWER)
    return list(worst.first(keep).found())


@dataclass(frozen=True)
class _Worst:
    """Cases with their slacks."""

    columns: Columns
    slacks: FloatArray
    origins: list[str]

    def first(self, keep: int) -> "_Worst":
        """Return the admitted cases with the least slack; the earlier ones among equals."""
        order = np.argsort(self.slacks, kind="stable")[:keep]  # nan comes last
        order = order[~np.isnan(self.slacks[order])]
        columns = {name: column[order] for name, column in self.columns.items()}
        return _Worst(columns, self.slacks[order], [self.origins[row] for row in order])

    def joined(self, other: "_Worst") -> "_Worst":
        columns = {
            name: np.concatenate([column, other.columns[name]])
            for name, column in self.columns.items()
        }
        slacks = np.concatenate([self.slacks, other.slacks])
        return _Worst(columns, slacks, self.origins + other.origins)

    def found(self) -> Iterator[Found]:
        for row, origin in enumerate(self.origins):
            case = {name: np.array(column[row]) for name, column in self.columns.items()}
            yield Found(case, float(self.slacks[row]), origin)


def _range(name: str, given: Range | tuple[float, float]) -> Range:
    try:
        return given if isinstance(given, Range) else Range(*given)
    except ValueError as error:
        raise ValueError(f"box[{name!r}]: {error}") from None


def _size(ranges: Mapping[str, Range]) -> int:
    return sum(one.size for one in ranges.values())


def _columns(ranges: Mapping[str, Range], unit: FloatArray) -> Columns:
    columns, at = {}, 0
    for name, one in ranges.items():
        part = unit[:, at : at + one.size].reshape(len(unit), *one.shape)
        columns[name] = one.values(part)
        at += one.size
    return columns


def _stack(ranges: Mapping[str, Range], cases: Sequence[Mapping[str, npt.ArrayLike]]) -> Columns:
    columns = {}
    for name, one in ranges.items():
        column = np.empty((len(cases), *one.shape))
        for row, case in enumerate(cases):
            if set(case) != set(ranges):
                listed = ", ".join(ranges)
                raise ValueError(f"hard[{row}] has not the names of the box, {listed}")
            column[row] = finite(f"hard[{row}][{name!r}]", case[name], one.shape)
            if one.log and not (column[row] > 0).all():
                raise ValueError(f"hard[{row}][{name!r}] = {case[name]}, where > 0 is needed")
        columns[name] = column
    return columns


def _neighbours(
    ranges: Mapping[str, Range], columns: Columns, widths: FloatArray, rng: np.random.Generator
) -> Columns:
    """Return BROOD neighbours of each case: half move in every number, half in a single one."""
    parents = np.concatenate(
        [one.parts(columns[name]).reshape(len(widths), -1) for name, one in ranges.items()], axis=1
    )
    moves = rng.standard_normal((len(widths), BROOD, parents.shape[1])) * widths[:, None, None]
    chosen = rng.integers(parents.shape[1], size=(len(widths), BROOD // 2))
    single = np.arange(parents.shape[1]) == chosen[:, :, None]
    moves[:, : BROOD // 2] *= single
    low, high = np.minimum(parents, 0.0)[:, None], np.maximum(parents, 1.0)[:, None]
    moved = np.clip(parents[:, None] + moves, low, high)
    return _columns(ranges, moved.reshape(-1, parents.shape[1]))


def _improved(
    worst: _Worst, columns: Columns, slacks: FloatArray
) -> tuple[_Worst, npt.NDArray[np.bool_]]:
    """Replace each case by its worst neighbour if that is worse; return also where it was."""
    broods = np.where(np.isnan(slacks), np.inf, slacks).reshape(-1, BROOD)
    best = broods.argmin(axis=1)
    least = broods[np.arange(len(best)), best]
    improved = least < worst.slacks
    rows = np.arange(len(best)) * BROOD + best
    origins = [
        f"{origin.removesuffix(', improved')}, improved" if better else origin
        for origin, better in zip(worst.origins, improved, strict=True)
    ]
    merged = {
        name: np.where(improved.reshape(-1, *[1] * (column.ndim - 1)), columns[name][rows], column)
        for name, column in worst.columns.items()
    }
    return _Worst(merged, np.where(improved, least, worst.slacks), origins), improved
