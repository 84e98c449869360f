"""One contender: prepares its task, then runs it once for each line it reads.  See `harness.py`."""

import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

SHORTEST = 0.1
"""Seconds a measurement takes at least: what is quicker is run several times."""


def main() -> None:
    """Read the order from the command line and obey."""
    order = json.loads(sys.argv[1])
    if order["cores"] == 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints must not be taken for an answer
    prepare = getattr(importlib.import_module(order["module"]), order["task"])
    run: Callable[[], Any] = prepare(**order["parameters"])
    before = _peak()
    start = time.perf_counter()
    result = run()
    first = time.perf_counter() - start
    fact = {"first": first, "megabytes": _peak() - before, "result": _numbers(result)}
    print(json.dumps(fact), file=answers, flush=True)
    for _ in sys.stdin:
        wall, cpu, times = time.perf_counter(), time.process_time(), 0
        while times == 0 or time.perf_counter() - wall < SHORTEST:
            run()
            times += 1
        fact = {
            "wall": (time.perf_counter() - wall) / times,
            "cpu": (time.process_time() - cpu) / times,
            "all": time.perf_counter() - wall,
            "all_cpu": time.process_time() - cpu,
        }
        print(json.dumps(fact), file=answers, flush=True)


def _numbers(result: Any) -> list[float]:
    """Return up to a thousand numbers of a result, to compare contenders by."""
    import numpy as np

    flat = np.concatenate([np.ravel(np.asarray(part, dtype=float)) for part in result])
    return flat[:: max(1, flat.size // 1000)].tolist()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
