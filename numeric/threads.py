"""Running compiled kernels on several cores.

Kernels release Python's lock, so ordinary threads suffice: nothing needs a threading layer of
Numba's, which would be one more library, would not survive a fork, and would spin while idle.
What is computed never depends on the number of threads: work is cut into pieces by its own size,
and the results of the pieces are combined in the order of the pieces.
"""

import os
import threading
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from numeric.intrinsics import atomic_add, let_others_run
from numeric.jit import kernel

WORTH_A_THREAD = 10_000
"""How many cheap parts, such as entries of a kernel in closed form, a thread should get."""
SPINS = 2000
"""How often a waiting thread looks again before it lets others run."""


def available() -> int:
    """Return the number of cores this process may use; THEOREMS_THREADS can lower it."""
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    asked = os.environ.get("THEOREMS_THREADS", "")
    return min(cores, int(asked)) if asked.isdecimal() and int(asked) > 0 else cores


def together(work: Callable[[int], None], threads: int) -> None:
    """Run work(0), ..., work(threads - 1) at the same time and wait for all of them.

    If one raises, the first exception is raised here, after the others have ended.
    """
    errors: list[BaseException] = []

    def guarded(index: int) -> None:
        try:
            work(index)
        except BaseException as error:
            errors.append(error)

    others = [threading.Thread(target=guarded, args=(index,)) for index in range(1, threads)]
    for thread in others:
        thread.start()
    guarded(0)
    for thread in others:
        thread.join()
    if errors:
        raise errors[0]


def in_parts(
    work: Callable[[int, int], None], parts: int, threads: int | None = None, *, least: int = 1
) -> None:
    """Run work(first, last) over consecutive ranges that cover 0, ..., parts - 1, one a thread.

    A thread gets at least `least` parts: starting one takes a tenth of a millisecond.
    """
    threads = max(1, min(threads or available(), parts // least))
    bounds = [parts * index // threads for index in range(threads + 1)]
    together(lambda index: work(bounds[index], bounds[index + 1]), threads)


def barrier() -> npt.NDArray[np.int64]:
    """Return the state of a barrier for `meet`, fresh for each parallel run."""
    return np.zeros(16, dtype=np.int64)  # a cache line of its own


@kernel
def meet(state: npt.NDArray[np.int64], round_: int, threads: int) -> None:
    """Wait until all threads have come to this point.  Rounds are numbered 1, 2, 3, ...

    Only inside compiled functions that cannot raise between two meetings: a thread that never
    comes is waited for without end.
    """
    if threads > 1:
        atomic_add(state, 1)
        spins = 0
        while atomic_add(state, 0) < round_ * threads:
            spins += 1
            if spins > SPINS:
                let_others_run()
                spins = 0
