"""The one place where compiler options are chosen.

Three sorts of compiled function, from the strictest to the freest:

    kernel       IEEE arithmetic as written, the same to the last bit on every machine;
    elementary   the same, for scalar functions that a loop of a kernel calls and vectorises;
    reduction    for sums over many terms: the compiler may choose the order of the additions and
                 fuse a product with a sum.  Any order obeys the bound gamma_n sum |terms|, and
                 infinities and nan are respected.  The same to the last bit on one machine.

`fma`, `bits` and `from_bits` are for use inside compiled functions only.
"""

import contextlib
import functools
import hashlib
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile `function` with Numba, keeping the result on disk if there is a place for it.

    Division by zero gives inf or nan instead of raising.  Python's lock is
    released meanwhile.
    """
    return _compiled(function, fastmath=False)


def elementary(function: Function) -> Function:
    """Compile a scalar function for use inside kernels; the loop that calls it vectorises."""
    return _compiled(function, fastmath=False)


def reduction(function: Function) -> Function:
    """Compile a function made of sums over many terms, letting them be reordered and fused."""
    return _compiled(function, fastmath={"contract", "reassoc", "nsz"})


def interpreted(function: Function) -> Function:
    """Return the Python function behind a kernel, for debugging and for coverage."""
    return cast(Function, getattr(function, "py_func", function))


def _fma(typing: Any, x: Any, y: Any, z: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), build


def _bits(typing: Any, x: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), build


def _from_bits(typing: Any, n: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), build


fma: Callable[[float, float, float], float] = cast(Any, intrinsic(_fma))
"""fma(x, y, z) is x y + z, rounded once."""
bits: Callable[[float], int] = cast(Any, intrinsic(_bits))
"""bits(x) is the integer with the 64 bits of the double x."""
from_bits: Callable[[int], float] = cast(Any, intrinsic(_from_bits))
"""from_bits(n) is the double with the 64 bits of the integer n."""


def _compiled(function: Function, *, fastmath: bool | set[str]) -> Function:
    options: dict[str, Any] = {"fastmath": fastmath, "error_model": "numpy", "nogil": True}
    try:
        dispatcher: Any = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # nowhere to write a cache: compile anew in each process
        return cast(Function, numba.njit(**options)(function))
    with contextlib.suppress(AttributeError):  # a private attribute: without it, Numba's own stamp
        dispatcher._cache._cache_file._source_stamp = _stamp(Path(inspect.getfile(function)))
    return cast(Function, dispatcher)


@functools.cache
def _stamp(path: Path) -> str:
    """Return a digest of a module and of all modules of this package that it imports.

    Numba looks only at the file a kernel is written in, so that a kernel would keep calling the
    old version of a function that was changed elsewhere.
    """
    digest, seen, waiting = hashlib.sha256(), set(), [path]
    while waiting:
        source = waiting.pop()
        if source not in seen and source.is_file():
            seen.add(source)
            text = source.read_bytes()
            digest.update(text)
            imported = sorted(re.findall(rb"^from numeric\.(\w+) import", text, re.MULTILINE))
            waiting += [Path(__file__).with_name(f"{name.decode()}.py") for name in imported]
    return digest.hexdigest()
