"""Imports point down only: symbolic < numeric < theorems < audit.

Run as a script it lists every import that points up, and exits with 1 if there is one.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "symbolic": {"symbolic"},
    "numeric": {"numeric", "symbolic"},
    "theorems": {"theorems", "numeric", "symbolic"},
    "audit": {"audit", "theorems", "numeric", "symbolic"},
}
HEAVY = {"sympy", "numpy", "numba", "z3", "hypothesis", "flint", "theorems", "numeric", "symbolic"}
LIGHT = ("audit/cli.py", "audit/pytest_plugin.py", "audit/__init__.py")
"""Modules that are imported before it is known what is wanted."""


def wrong_imports() -> Iterator[str]:
    """Yield `file:line: complaint` for every import that points up, or is heavy too early."""
    for package, allowed in MAY_IMPORT.items():
        for path in sorted((ROOT / package).glob("**/*.py")):
            name = str(path.relative_to(ROOT))
            for line, top in _imports(ast.parse(path.read_text(encoding="utf-8"))):
                if top in MAY_IMPORT and top not in allowed:
                    yield f"{name}:{line}: {package} must not import {top}"
            if name in LIGHT:
                for line, top in _at_start(ast.parse(path.read_text(encoding="utf-8"))):
                    if top in HEAVY:
                        yield f"{name}:{line}: {top} is imported before it is needed"


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, (node.module or "").partition(".")[0]


def _at_start(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _imports(node)


if __name__ == "__main__":
    complaints = list(wrong_imports())
    print("\n".join(complaints) or "imports point down only")
    sys.exit(bool(complaints))
