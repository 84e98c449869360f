"""Writing to a terminal: colours, a progress bar, aligned tables."""

import os
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TextIO, TypeAlias

Colouring: TypeAlias = Literal["auto", "always", "never"]
CODES = {"bold": "1", "red": "31", "green": "32", "yellow": "33", "cyan": "36", "faint": "2"}
PATIENCE = 1.0
"""Seconds before a progress bar appears: what is quicker needs none."""
BAR = 24


@dataclass(frozen=True)
class Painter:
    """Colours text, or leaves it alone."""

    on: bool

    def __call__(self, text: str, *styles: str) -> str:
        """Return `text` in these styles."""
        if not self.on or not styles:
            return text
        codes = ";".join(CODES[style] for style in styles)
        return f"\x1b[{codes}m{text}\x1b[0m"


def painter(choice: Colouring, stream: TextIO | None = None) -> Painter:
    """Return a painter that colours for a terminal, unless told otherwise or NO_COLOR is set."""
    if choice != "auto":
        return Painter(choice == "always")
    return Painter((stream or sys.stdout).isatty() and "NO_COLOR" not in os.environ)


@dataclass
class Progress:
    """A bar on standard error that shows up after a while, on terminals only."""

    total: int
    done: int = 0
    started: float = field(default_factory=time.monotonic)

    def step(self, what: str) -> None:
        """Show that `what` is next."""
        self.show(what, self.done, self.total)
        self.done += 1

    def show(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` are done."""
        if sys.stderr.isatty() and time.monotonic() - self.started > PATIENCE:
            filled = BAR * done // max(total, 1)
            bar = "#" * filled + "." * (BAR - filled)
            print(
                f"\r{f'[{bar}] {done}/{total} {what}'[:78]:<78}",
                end="",
                file=sys.stderr,
                flush=True,
            )

    def clear(self) -> None:
        """Remove the bar."""
        if sys.stderr.isatty():
            print(f"\r{'':<78}\r", end="", file=sys.stderr, flush=True)


def table(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Yield the rows with their columns aligned; the last column is not padded."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join(cells).rstrip()
