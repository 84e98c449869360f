"""Doing something that may take forever in a child that can be stopped.

Formulas from documents go through computer algebra and solvers, whose cost nobody can bound in
advance.  The child has a limit on its processor time and its memory; when it dies, the parent
learns that and goes on.
"""

import importlib
import io
import os
import pickle
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from flint import arb

Item = TypeVar("Item")
Result = TypeVar("Result")
SECONDS = 30
GIGABYTES = 4
CHUNK = 1 << 16


class Exhausted(RuntimeError):  # noqa: N818 (says what became of the child)
    """The child used up its time or its memory."""


def limited(function: Callable[..., Result], *arguments: Any, **keywords: Any) -> Result:
    """Return `function(...)`, computed in a child process of this one.

    Raises Exhausted if the child takes longer than SECONDS or more memory than GIGABYTES, and
    whatever the function raises otherwise.  Result and exception have to be picklable.  Where
    processes cannot be forked there are no limits.
    """
    if not hasattr(os, "fork"):
        return function(*arguments, **keywords)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(writing, function, arguments, keywords)
    os.close(writing)
    try:
        data = _receive(reading, time.monotonic() + SECONDS)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if not data:
        raise Exhausted(f"stopped after {SECONDS} s or {GIGABYTES} GiB")
    succeeded, value = pickle.loads(data)
    if not succeeded:
        raise value
    return value


def cores() -> int:
    """Return how many processes can run at the same time."""
    known = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1


def in_children(
    function: Callable[[Item], Result], items: Sequence[Item], jobs: int
) -> Iterator[tuple[int, Result]]:
    """Yield (i, function(items[i])) in the order in which they are done, `jobs` at a time.

    Each is computed in a child of its own, without limits; the result has to be picklable.  Raises
    what the function raises, and RuntimeError if a child dies.
    """
    if jobs <= 1 or not hasattr(os, "fork"):
        for index, item in enumerate(items):
            yield index, function(item)
        return
    running: dict[int, tuple[int, int, list[bytes]]] = {}  # pipe: index, child, what it sent
    waiting = iter(enumerate(items))
    try:
        while True:
            for index, item in islice(waiting, jobs - len(running)):
                reading, writing = os.pipe()
                child = os.fork()
                if child == 0:
                    os.close(reading)
                    _work(writing, function, (item,), {}, limits=False)
                os.close(writing)
                running[reading] = index, child, []
            if not running:
                return
            for reading in select.select(list(running), [], [])[0]:
                index, child, chunks = running[reading]
                if chunk := os.read(reading, CHUNK):
                    chunks.append(chunk)
                    continue
                del running[reading]
                os.close(reading)
                os.waitpid(child, 0)
                if not chunks:
                    raise RuntimeError("a child process died")
                succeeded, value = pickle.loads(b"".join(chunks))
                if not succeeded:
                    raise value
                yield index, value
    finally:
        for reading, (_, child, _) in running.items():
            os.close(reading)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _work(
    writing: int,
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    *,
    limits: bool = True,
) -> None:
    """Compute, send the pickled outcome, and leave without running anybody's exit handlers."""
    status = 1
    try:
        if limits:
            resource = importlib.import_module("resource")  # not everywhere
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            limit = GIGABYTES << 30
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        try:
            data = _packed((True, function(*arguments, **keywords)))
        except MemoryError:
            data = b""
        except Exception as error:
            data = _packed((False, error))
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(data)
        status = 0
    finally:
        os._exit(status)


class _Pickler(pickle.Pickler):
    """Pickles balls as well, as midpoint and radius."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, arb) and not obj.is_finite():
            return arb.nan, ()
        if isinstance(obj, arb):
            return _ball, tuple(
                (int(m), int(e)) for m, e in (obj.mid().man_exp(), obj.rad().man_exp())
            )
        return NotImplemented


def _ball(middle: tuple[int, int], radius: tuple[int, int]) -> arb:
    return arb(middle, arb(radius))


def _packed(outcome: tuple[bool, Any]) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer).dump(outcome)
    return buffer.getvalue()


def _receive(reading: int, deadline: float) -> bytes:
    """Return what the child sent, or nothing if it did not finish in time."""
    chunks = []
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return b""
        chunk = os.read(reading, CHUNK)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
