"""All benchmarks against the peers in one run: `make bench`.

Writes `results/<task>.json` with every number and `results/README.md` with the tables.  Give
names of tasks to run only those; the other tables stay as they were.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness import HERE, ROOT, Contender, Timing, compare, machine

sys.path.insert(0, str(ROOT))
from limits import measured

RESULTS = HERE / "results"
OURS = Contender("this project", "ours")
OURS_ALONE = Contender("this project, 1 core", "ours", cores=1)
NUMPY = Contender("NumPy", "peers.numpy_")


def jax(name: str, cores: int = 2, **options: Any) -> Contender:
    """Return a contender by JAX; with one core if that is faster for it."""
    return Contender(name, "peers.jax_", "peers", cores, options)


def torch(name: str, cores: int = 2, **options: Any) -> Contender:
    """Return a contender by PyTorch."""
    return Contender(name, "peers.torch_", "peers", cores, options)


def neural_tangents(implementation: int) -> Contender:
    """Return neural-tangents with one of its implementations."""
    name = f"neural-tangents, implementation {implementation}"
    options = {"implementation": implementation}
    return Contender(name, "peers.neural_tangents_", "neural-tangents", 2, options)


@dataclasses.dataclass(frozen=True)
class Task:
    """One table: the same work for all contenders, at several sizes."""

    name: str
    title: str
    sizes: tuple[dict[str, Any], ...]
    contenders: tuple[Contender, ...]
    rounds: int = 7
    per: str = ""
    """The size that counts the work, if a contender may be given less of it."""

    def contenders_for(self, size: dict[str, Any]) -> Iterator[Contender]:
        """Leave out who would need more memory or patience than there is."""
        for contender in self.contenders:
            if not (size.get("n", 0) > 1e6 and contender.name in TOO_BIG):
                yield contender


TOO_BIG = {"JAX, whole width", "PyTorch", *(f"neural-tangents, implementation {i}" for i in (1, 3))}
"""Whole Jacobians or activations of ten million neurons do not fit."""

TASKS = (
    Task(
        "tangent_kernel",
        "Empirical tangent kernel of a wide network, m = 32, d = 8",
        tuple(
            {"activation": activation, "n": n}
            for activation in ("tanh", "relu")
            for n in (10**5, 10**6, 10**7)
        ),
        (
            OURS,
            OURS_ALONE,
            NUMPY,
            jax("JAX, scan over blocks"),
            jax("JAX, scan over blocks, 1 core", 1),
            jax("JAX, whole width", block=0),
            torch("PyTorch"),
            torch("PyTorch, blocks", block=8192),
            torch("PyTorch, blocks, compiled", block=8192, compiled=True),
            neural_tangents(1),
            neural_tangents(3),
        ),
        rounds=5,
    ),
    Task(
        "trajectory",
        "1000 steps of gradient descent with loss and distance at every step, m = 8, d = 2",
        tuple(
            {"activation": activation, "n": n, "steps": 1000}
            for n in (10**4, 10**5)
            for activation in ("tanh", "arctan", "relu")
        ),
        (
            OURS,
            OURS_ALONE,
            NUMPY,
            jax("JAX scan"),
            jax("JAX scan, 1 core", 1),
            torch("PyTorch"),
            torch("PyTorch, compiled", compiled=True),
            torch("PyTorch, compiled, 1 core", 1, compiled=True),
        ),
        rounds=3,
    ),
    Task(
        "ensemble",
        "80 networks of width 250, 1000 steps, arctan, m = 3 (Figure 11.3)",
        ({"count": 80, "n": 250, "steps": 1000},),
        (
            OURS,
            OURS_ALONE,
            NUMPY,
            jax("JAX vmap"),
            jax("JAX vmap, 1 core", 1),
            torch("PyTorch"),
            torch("PyTorch, compiled", compiled=True),
            torch("PyTorch, compiled, 1 core", 1, compiled=True),
        ),
        rounds=5,
    ),
    Task(
        "small_networks",
        "Checking small networks: kernel, spectrum, 200 steps against two bounds (m = 4, n = 8)",
        ({"cases": 32_768, "steps": 200},),
        (
            OURS,
            OURS_ALONE,
            Contender("NumPy, batch of 1024", "peers.numpy_", options={"cases": 1024}),
            jax("JAX vmap, batch of 4096", cases=4096),
            jax("JAX vmap, batch of 4096, 1 core", 1, cases=4096),
            Contender("Hypothesis and NumPy", "peers.hypothesis_", options={"cases": 60}),
        ),
        rounds=5,
        per="cases",
    ),
    Task(
        "limit_kernel",
        "Tangent kernel of infinite networks, d = 8",
        tuple(
            {"activation": a, "m": 100, "depth": depth}
            for a in ("relu", "erf")
            for depth in (1, 10)
        ),
        (
            OURS,
            OURS_ALONE,
            Contender("neural-tangents", "peers.neural_tangents_", "neural-tangents"),
        ),
    ),
    Task(
        "extreme_eigenvalues",
        "Both extreme eigenvalues of a tangent kernel matrix: ours are proved, LAPACK's are not",
        tuple({"m": m} for m in (16, 64, 100, 200)),
        (OURS_ALONE, Contender("NumPy eigvalsh, 1 core", "peers.numpy_", cores=1)),
    ),
)


def main() -> None:
    """Run the tasks asked for and rewrite the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", metavar="task", help=", ".join(t.name for t in TASKS))
    names = parser.parse_args().tasks
    if unknown := set(names) - {"limits", *(task.name for task in TASKS)}:
        parser.error(f"no such task: {', '.join(sorted(unknown))}")
    RESULTS.mkdir(exist_ok=True)
    facts = machine()
    if not names or "limits" in names:
        found = {"limits": measured(), "machine": facts}
        _write(RESULTS / "limits.json", json.dumps(found, indent=1) + "\n")
    for task in TASKS:
        if not names or task.name in names:
            _write(RESULTS / f"{task.name}.json", json.dumps(_run(task, facts), indent=1) + "\n")
    _write(RESULTS / "README.md", report())


def _run(task: Task, facts: dict[str, Any]) -> dict[str, Any]:
    tables = []
    for size in task.sizes:
        contenders = tuple(task.contenders_for(size))
        print(f"{task.title}: {_size(size)}", file=sys.stderr, flush=True)
        timings = compare(task.name, size, contenders, rounds=task.rounds)
        timings = [_for_all(t, c, size, task.per) for t, c in zip(timings, contenders, strict=True)]
        for timing in timings:
            print(f"  {_line(timing, timings)}", file=sys.stderr, flush=True)
        tables.append({"size": size, "timings": [dataclasses.asdict(t) for t in timings]})
    return {"task": task.name, "title": task.title, "machine": facts, "tables": tables}


def _for_all(timing: Timing, contender: Contender, size: dict[str, Any], per: str) -> Timing:
    """Return what all the work would take a contender who did a part of it."""
    factor = size[per] / contender.options[per] if per in contender.options else 1
    scaled = {name: factor * getattr(timing, name) for name in ("seconds", "best", "cpu")}
    return dataclasses.replace(timing, **scaled)


def report() -> str:
    """Return the Markdown of all results there are."""
    parts = [
        "# Benchmarks",
        "Written by `make bench`. Medians of interleaved rounds; each contender in a process of its"
        " own. `ratio` is its time divided by ours on all cores; `difference` compares its result"
        " with ours; `extra MB` is the peak of the first call, compiler included, beyond the peak"
        " while the inputs were made, so it hides what is smaller than that; `foreign` is the share"
        " of the machine that other work took meanwhile.",
    ]
    for path in sorted(RESULTS.glob("*.json")):
        result = json.loads(path.read_text(encoding="utf-8"))
        parts += _section(result) if "tables" in result else _limits(result)
    return "\n\n".join(parts) + "\n"


def _limits(result: dict[str, Any]) -> Iterator[str]:
    yield "## What the machine can do"
    yield f"{result['machine']['processor']}, {result['machine']['cores']} cores."
    rows = (f"| {fact} | {value:.2f} |" for fact, value in result["limits"].items())
    yield "\n".join(["| | |", "|---|---:|", *rows])


def _section(result: dict[str, Any]) -> Iterator[str]:
    yield f"## {result['title']}"
    yield f"{result['machine']['processor']}, {result['machine']['cores']} cores."
    for table in result["tables"]:
        timings = [Timing(**timing) for timing in table["timings"]]
        peers = [t for t in timings if not t.name.startswith("this project") and not t.failed]
        best = min(peers, key=lambda timing: timing.seconds)
        ratio = best.seconds / timings[0].seconds
        lead = (
            f"{ratio:.1f} times as fast as" if ratio > 1 else f"{1 / ratio:.1f} times the time of"
        )
        yield f"**{_size(table['size'])}**: {lead} the best peer, {best.name}."
        head = (
            "| | ms | ratio | CPU ms | first call ms | extra MB | difference | foreign |\n"
            "|---|---:|---:|---:|---:|---:|---:|---:|\n"
        )
        yield head + "\n".join(_row(timing, timings[0]) for timing in timings)


def _row(timing: Timing, ours: Timing) -> str:
    if timing.failed:
        return f"| {timing.name} | failed: {timing.failed} | | | | | | |"
    difference = "" if timing.difference is None else f"{timing.difference:.0e}"
    return (
        f"| {timing.name} | {timing.seconds * 1e3:.2f} | {timing.seconds / ours.seconds:.1f} "
        f"| {timing.cpu * 1e3:.2f} | {timing.first * 1e3:.0f} | {timing.megabytes:.0f} "
        f"| {difference} | {timing.foreign:.0%} |"
    )


def _line(timing: Timing, timings: list[Timing]) -> str:
    if timing.failed:
        return f"{timing.name:40s} failed: {timing.failed}"
    ratio = timing.seconds / timings[0].seconds
    return (
        f"{timing.name:40s} {timing.seconds * 1e3:11.2f} ms {ratio:7.1f}x "
        f"(best {timing.best * 1e3:.2f}, foreign {timing.foreign:.0%})"
    )


def _size(size: dict[str, Any]) -> str:
    return ", ".join(
        f"{key} = {value:,}".replace(",", " ") if isinstance(value, int) else str(value)
        for key, value in size.items()
    )


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(".tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    main()
