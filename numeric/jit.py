"""The one place where compiler options are chosen."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile `function` with Numba, keeping the result on disk if there is a place for it.

    `fastmath` stays off: it may drop the checks for nan and inf that divergence relies on.
    Division by zero gives inf or nan instead of raising.
    """
    options = {"fastmath": False, "error_model": "numpy"}
    try:
        return cast(Function, numba.njit(cache=True, **options)(function))
    except RuntimeError:  # nowhere to write a cache: compile anew in each process
        return cast(Function, numba.njit(**options)(function))


def interpreted(function: Function) -> Function:
    """Return the Python function behind a kernel, for debugging and for coverage."""
    return cast(Function, getattr(function, "py_func", function))
