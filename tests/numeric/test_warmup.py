"""After the warm-up nothing is compiled any more."""

import subprocess
import sys
from pathlib import Path

from numeric.warmup import problems

ROOT = Path(__file__).parent.parent.parent
SCRIPT = """
import gc
from numeric.jit import Kernel
from numeric.warmup import problems
for problem in problems().values():
    problem()
used = [k for k in gc.get_objects() if isinstance(k, Kernel) and k._dispatcher is not None]
stats = [kernel.dispatcher.stats for kernel in used]
print(sum(s.cache_hits.total() for s in stats), sum(s.cache_misses.total() for s in stats))
"""


def test_a_second_process_finds_every_kernel_in_the_cache() -> None:
    for problem in problems().values():
        problem()

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found, missed = map(int, done.stdout.split())

    assert found > 10  # some kernels serve several problems
    assert missed == 0
