"""Imports point down only, and nothing heavy is imported before it is needed."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"sympy", "numpy", "numba", "z3", "hypothesis", "flint"}


@pytest.fixture
def imports() -> ModuleType:
    spec = importlib.util.spec_from_file_location("imports", Path(__file__).parent / "imports.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_import_points_up(imports: ModuleType) -> None:
    assert list(imports.wrong_imports()) == []


@pytest.mark.parametrize(
    ("name", "code", "complaint"),
    [
        (
            "symbolic/a.py",
            "import theorems.base",
            "symbolic/a.py:1: symbolic must not import theorems",
        ),
        (
            "symbolic/a.py",
            "\nfrom numeric import b",
            "symbolic/a.py:2: symbolic must not import numeric",
        ),
        (
            "numeric/a.py",
            "def f():\n import audit",
            "numeric/a.py:2: numeric must not import audit",
        ),
        (
            "theorems/sub/a.py",
            "from audit.judge import judge",
            "theorems/sub/a.py:1: theorems must",
        ),
        ("audit/cli.py", "import sympy as sp", "audit/cli.py:1: sympy is imported before"),
    ],
)
def test_an_import_that_points_up_is_reported(
    imports: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    code: str,
    complaint: str,
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(code)
    monkeypatch.setattr(imports, "ROOT", tmp_path)

    (found,) = imports.wrong_imports()

    assert found.startswith(complaint)


def loaded_by(*command: str) -> set[str]:
    """Return the packages that a Python command loads."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize(
    "command", [["-m", "audit.cli", "--help"], ["-c", "import audit.pytest_plugin"]], ids=str
)
def test_what_starts_with_every_command_is_light(command: list[str]) -> None:
    loaded = loaded_by(*command)

    assert "argparse" in loaded
    assert loaded & HEAVY == set()


def test_a_claim_that_is_the_books_needs_neither_a_compiler_nor_a_solver() -> None:
    loaded = loaded_by("-m", "audit.cli", "claim", "11.3", r"h < \frac{1}{2 s_{\max}^2}")

    assert "sympy" in loaded
    assert loaded & {"numba", "z3", "hypothesis"} == set()
