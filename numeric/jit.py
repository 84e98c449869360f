"""The one place where compiler options are chosen.

Three sorts of compiled function, from the strictest to the freest:

    kernel       IEEE arithmetic as written, the same to the last bit on every machine;
    elementary   the same, for scalar functions that a loop of a kernel calls and vectorises;
    reduction    for sums over many terms: the compiler may choose the order of the additions and
                 fuse a product with a sum.  Any order obeys the bound gamma_n sum |terms|, and
                 infinities and nan are respected.  The same to the last bit on one machine.

Division by zero gives inf or nan instead of raising.  Python's lock is released while they run.
"""

import contextlib
import functools
import hashlib
import inspect
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])
LOCK = threading.Lock()
"""Held while a kernel is set up, so that threads that call it first at once share one."""


def kernel(function: Function) -> Function:
    """Compile a function when it is first called."""
    return cast(Function, Kernel(function, fastmath=False))


def elementary(function: Function) -> Function:
    """Compile a scalar function for use inside kernels; the loop that calls it vectorises.

    It is always put in place of the call: LLVM would leave a long function out of line, and the
    loop around it scalar.
    """
    return cast(Function, Kernel(function, fastmath=False, forceinline=True))


def reduction(function: Function) -> Function:
    """Compile a function made of sums over many terms, letting them be reordered and fused."""
    return cast(Function, Kernel(function, fastmath={"contract", "reassoc", "nsz"}))


def interpreted(function: Function) -> Function:
    """Return the Python function behind a kernel, for debugging and for coverage."""
    return cast(Function, getattr(function, "py_func", function))


class Kernel:
    """A function that Numba compiles when it is first called, or loads from its cache on disk.

    Numba itself is not loaded before: a command that calls no kernel does not wait for it.  The
    cache lies where Numba finds a place for it; without one, each process compiles anew.
    """

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        functools.update_wrapper(self, function)
        self.py_func = function
        self._dispatcher: Any = None
        self._options = {"error_model": "numpy", "nogil": True, **options}

    def __call__(self, *arguments: Any) -> Any:  # noqa: D102 (what the function does)
        return self.dispatcher(*arguments)

    @property
    def dispatcher(self) -> Any:
        """Numba's own object, with `signatures`, `inspect_asm` and so on."""
        if self._dispatcher is None:
            with LOCK:
                self._dispatcher = self._dispatcher or self._make()
        return self._dispatcher

    def _make(self) -> Any:
        import numba

        try:
            dispatcher: Any = numba.njit(cache=True, **self._options)(self.py_func)
        except RuntimeError:  # nowhere to write a cache
            return numba.njit(**self._options)(self.py_func)
        stamp = _stamp(Path(inspect.getfile(self.py_func)))
        with contextlib.suppress(AttributeError):  # a private place: without it, Numba's own stamp
            dispatcher._cache._cache_file._source_stamp = stamp
        return dispatcher

    @property
    def _numba_type_(self) -> Any:
        """What Numba asks for when another kernel calls this one."""
        return self.dispatcher._numba_type_


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
            imported = sorted(
                set(re.findall(rb"^(?:from|import) numeric[. ]\w.*", text, re.MULTILINE))
            )
            names = [name for line in imported for name in re.findall(r"\w+", line.decode())]
            waiting += [Path(__file__).with_name(f"{name}.py") for name in names]
    return digest.hexdigest()
