"""The slips of the book as a list: for a terminal, in Markdown, in LaTeX."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from audit.search import hunt
from theorems import ALL
from theorems.errata import ERRATA, Erratum


@dataclass(frozen=True)
class Entry:
    """An erratum with its number and what shows it."""

    number: int
    erratum: Erratum
    example: str
    """A smallest case: from the search where a theorem has the formula, else in words."""
    checked: bool
    """Whether a machine has checked it: the case, or the proof of the sharper form."""


def entries(progress: Callable[[str], None] = lambda where: None) -> Iterator[Entry]:
    """Yield all errata in the order of the book's inventory, looking for their counterexamples."""
    for number, erratum in enumerate(ERRATA, start=1):
        progress(erratum.where)
        if not erratum.wording:
            yield Entry(number, erratum, erratum.example, checked=False)
            continue
        theorem = next(t for t in ALL if t.number == erratum.theorem)
        if erratum.wording not in theorem.false:
            yield Entry(number, erratum, "", checked=True)
            continue
        found = hunt(theorem, theorem.false[erratum.wording]).counterexample
        assert found is not None  # a test of the catalogue
        case = found.case.describe().items()
        parts = [value if "=" in value else f"{name} = {value}" for name, value in case]
        yield Entry(number, erratum, f"{'; '.join(parts)}: {found.margin.failure}", checked=True)


def as_data(entry: Entry) -> dict[str, object]:
    """Return an entry as plain data."""
    return {
        "number": entry.number,
        "where": entry.erratum.where,
        "sort": entry.erratum.sort,
        "printed": entry.erratum.printed,
        "correct": entry.erratum.correct,
        "example": entry.example,
        "checked": entry.checked,
        "theorem": entry.erratum.theorem,
    }


def as_text(entry: Entry) -> Iterator[str]:
    """Yield the lines for a terminal, formulas as they are in LaTeX."""
    erratum = entry.erratum
    yield f"{entry.number}. {erratum.where} ({erratum.sort})"
    yield f"   printed: {_plain(erratum.printed)}"
    yield f"   correct: {_plain(erratum.correct)}"
    if entry.example:
        yield f"   shown by{' machine' if entry.checked else ''}: {_plain(entry.example)}"
    elif entry.checked:
        yield f"   proved by machine: `theorems check {erratum.theorem}`, {erratum.wording!r}"


def as_markdown(entry: Entry) -> str:
    """Return a row of a table, formulas between dollar signs."""
    erratum = entry.erratum
    cells = (str(entry.number), erratum.where, erratum.sort, erratum.printed, erratum.correct)
    row = [_dollars(cell) for cell in (*cells, _shown(entry, "`", "`"))]
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |"


MARKDOWN_HEAD = "| | where | sort | printed | correct | shown by |\n|---:|---|---|---|---|---|"


def as_latex(entry: Entry) -> Iterator[str]:
    """Yield the lines of an item of an enumeration."""
    erratum = entry.erratum
    yield rf"\item \textbf{{{erratum.where}}} ({erratum.sort}). Printed: {erratum.printed}."
    yield rf"  Correct: {erratum.correct}."
    if shown := _shown(entry, r"\verb+", "+"):
        yield rf"  Shown by: {shown}."


LATEX_HEAD = (
    r"\documentclass{article}",
    r"\usepackage{amsmath,amssymb}",
    r"\usepackage[margin=25mm]{geometry}",
    r"\sloppy",
    r"\begin{document}",
    r"\section*{Errata of the chapter on wide neural networks}",
    r"\begin{enumerate}",
)
LATEX_FOOT = (r"\end{enumerate}", r"\end{document}")


def _shown(entry: Entry, left: str, right: str) -> str:
    if not entry.erratum.wording:
        return entry.example
    if entry.example:
        return " ".join(
            f"{left}{part}{right}" for part in re.findall(r".{1,60}(?:\s|$)", entry.example)
        )
    return f"proof by machine: {left}{entry.erratum.wording}{right}"


def _plain(text: str) -> str:
    return text.replace(r"\(", "").replace(r"\)", "")


def _dollars(text: str) -> str:
    return text.replace(r"\(", "$").replace(r"\)", "$")
