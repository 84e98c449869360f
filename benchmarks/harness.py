"""Timing contenders against each other in one run.

Each contender lives in a process of its own, with its own interpreter, cores and thread pools, so
that nobody's idle threads slow down somebody else.  Rounds are interleaved: every contender runs
once a round, in turn.  The median over the rounds is reported, and so is how busy the machine was
with other things meanwhile.
"""

import dataclasses
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
INTERPRETERS = {
    "project": Path(sys.executable),
    "peers": ROOT / ".venv-peers" / "bin" / "python",
    "neural-tangents": ROOT / ".venv-neural-tangents" / "bin" / "python",
}
PAUSE = 0.3
"""Seconds before each measurement: idle threads of the one before may still be spinning."""


@dataclasses.dataclass(frozen=True)
class Contender:
    """One way of doing a task: a function of a module in this folder that prepares it."""

    name: str
    module: str
    """`ours` or `peers.jax_` and so on; its function named after the task makes the callable."""
    interpreter: str = "project"
    cores: int = 2
    options: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Timing:
    """How one contender did."""

    name: str
    seconds: float
    """Median wall time of a round."""
    best: float
    cpu: float
    """Median CPU time, over all threads."""
    first: float
    """The first call, compilation included."""
    megabytes: float
    """Peak memory of the first call, compiler included, beyond the peak while inputs were made."""
    difference: float | None
    """The largest difference from the first contender's result, relative to its largest entry."""
    foreign: float
    """The share of the machine that other processes used meanwhile, median."""
    rounds: int
    failed: str = ""


class Worker:
    """A contender's process, waiting for orders."""

    def __init__(self, task: str, parameters: dict[str, Any], contender: Contender) -> None:
        self.contender = contender
        order = {
            "task": task,
            "module": contender.module,
            "parameters": {**parameters, **contender.options},
            "cores": contender.cores,
        }
        quiet = {name: str(contender.cores) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        self.process = subprocess.Popen(
            [INTERPRETERS[contender.interpreter], HERE / "worker.py", json.dumps(order)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=HERE,
            env={**os.environ, **quiet, "PYTHONPATH": f"{HERE}{os.pathsep}{ROOT}"},
        )

    def answer(self) -> dict[str, Any]:
        """Return what the worker says next, or {"failed": why}."""
        assert self.process.stdout
        assert self.process.stderr
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        complaint = self.process.stderr.read().strip().splitlines()
        return {"failed": complaint[-1][:200] if complaint else "ended without a word"}

    def run(self) -> dict[str, Any]:
        """Let it run once and return its times."""
        assert self.process.stdin
        try:
            print("run", file=self.process.stdin, flush=True)
        except BrokenPipeError:
            return {"failed": "ended"}
        return self.answer()

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.communicate()


def compare(
    task: str, parameters: dict[str, Any], contenders: Sequence[Contender], *, rounds: int = 7
) -> list[Timing]:
    """Run all contenders `rounds` times in turn; the first one is ours and the reference."""
    workers, firsts = [], []
    for contender in contenders:
        worker = Worker(task, parameters, contender)
        workers.append(worker)
        firsts.append(worker.answer())
    answers: list[list[dict[str, Any]]] = [[] for _ in workers]
    for _ in range(rounds):
        for worker, first, seen in zip(workers, firsts, answers, strict=True):
            if "failed" not in first:
                time.sleep(PAUSE)
                before = _busy()
                answer = worker.run()
                if "failed" in answer:
                    first["failed"] = answer["failed"]
                    continue
                busy = _busy() - before
                cores = os.cpu_count() or 1
                spare = max(0.0, busy - answer["all_cpu"]) / (cores * answer["all"])
                seen.append({**answer, "foreign": spare})
    for worker in workers:
        worker.stop()
    reference = firsts[0].get("result")
    return [
        _timing(contender, first, seen, reference)
        for contender, first, seen in zip(contenders, firsts, answers, strict=True)
    ]


def _timing(
    contender: Contender,
    first: dict[str, Any],
    seen: list[dict[str, Any]],
    reference: list[float] | None,
) -> Timing:
    if "failed" in first or not seen:
        why = first.get("failed", "no answer")
        nan = float("nan")
        return Timing(contender.name, nan, nan, nan, nan, nan, None, nan, 0, why)
    return Timing(
        name=contender.name,
        seconds=statistics.median(answer["wall"] for answer in seen),
        best=min(answer["wall"] for answer in seen),
        cpu=statistics.median(answer["cpu"] for answer in seen),
        first=first["first"],
        megabytes=first["megabytes"],
        difference=_difference(first["result"], reference),
        foreign=statistics.median(answer["foreign"] for answer in seen),
        rounds=len(seen),
    )


def _difference(result: list[float], reference: list[float] | None) -> float | None:
    if not reference or len(result) != len(reference):
        return None
    size = max(abs(value) for value in reference) or 1.0
    return max(abs(a - b) for a, b in zip(result, reference, strict=True)) / size


def _busy() -> float:
    """Return the seconds all cores together have worked since the machine started."""
    try:
        fields = Path("/proc/stat").read_text(encoding="utf-8").split("\n", 1)[0].split()[1:9]
    except OSError:
        return 0.0
    ticks = [int(field) for field in fields]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def machine() -> dict[str, Any]:
    """Return what a reader needs to know of the machine and of the versions."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: _versions(path) for name, path in INTERPRETERS.items()},
    }


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    lines = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    facts = {key.strip(): value.strip() for key, value in lines.items()}
    vectors = [flag for flag in ("avx2", "avx512f") if flag in facts.get("flags", "").split()]
    return f"{facts.get('model name', '?')}, model {facts.get('model', '?')}, {' '.join(vectors)}"


def _versions(interpreter: Path) -> dict[str, str]:
    script = (
        "import importlib.metadata as m, json; names = "
        "'numpy scipy numba llvmlite hypothesis python-flint jax torch neural-tangents'.split();"
        "print(json.dumps({n: m.version(n) for n in names "
        "if any(d.name == n for d in m.distributions())}))"
    )
    try:
        done = subprocess.run(
            [interpreter, "-c", script], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return {}
    return json.loads(done.stdout)
