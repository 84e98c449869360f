"""Reading what a caller gives: finite doubles of the right shape, or a ValueError that says why."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def finite(name: str, value: npt.ArrayLike, shape: Sequence[int | str]) -> FloatArray:
    """Return `value` as a contiguous array of doubles of the given shape.

    A shape is written with numbers and names, as in (3, "d"); a name stands for any size from one
    up.  Raises ValueError, naming the argument, its shape and the first offending entry, for what
    is not real numbers, of another shape, or not finite.
    """
    try:
        given = np.asarray(value)
        if given.dtype.kind not in "biuf":
            raise TypeError
        array = np.ascontiguousarray(given, dtype=np.float64).reshape(given.shape)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is not an array of real numbers: {_short(value)}") from None
    fits = len(shape) == array.ndim and all(
        size > 0 if isinstance(wanted, str) else size == wanted
        for wanted, size in zip(shape, array.shape, strict=True)
    )
    if not fits:
        wanted = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
        raise ValueError(f"{name} has shape {array.shape}, where ({wanted}) is needed")
    if not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        where = f"{name}[{', '.join(map(str, place))}]" if place else name
        raise ValueError(f"{where} = {array[place]}, where a finite number is needed")
    return array


def number(
    name: str, value: float, *, above: float | None = None, least: float | None = None
) -> float:
    """Return `value` as a finite double; raise ValueError if it is none or out of range."""
    result = float(finite(name, value, ()))
    if above is not None and not result > above:
        raise ValueError(f"{name} = {result}, where a number above {above} is needed")
    if least is not None and not result >= least:
        raise ValueError(f"{name} = {result}, where a number from {least} up is needed")
    return result


def count(name: str, value: int | np.integer[Any], *, least: int = 1) -> int:
    """Return `value` as an integer of at least `least`; raise ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} = {_short(value)}, where an integer from {least} up is needed")
    return int(value)


def one_of(name: str, value: str, choices: Mapping[str, Any]) -> Any:
    """Return the choice with this name; raise ValueError, listing them, if there is none."""
    try:
        return choices[value]
    except (KeyError, TypeError):
        listed = ", ".join(choices)
        raise ValueError(f"{name} = {_short(value)}, where one of {listed} is needed") from None


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
