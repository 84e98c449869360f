"""Derivations as LaTeX documents in which every displayed line was checked."""

from collections.abc import Iterator
from typing import Any

import sympy as sp

from symbolic.latex import RELATIONS, relation_to_latex, to_latex
from symbolic.step import Outcome, Step, discharge
from theorems.base import Theorem, Wording
from theorems.notation import PRINTED

PREAMBLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[margin=25mm]{geometry}
\usepackage{amsmath,amssymb}
\begin{document}
"""
MARKS = {
    "C": "certificate",
    "S": "computer algebra or solver",
}
LONGEST_LINE = 160
"""In characters of LaTeX, which are some three times as many as are printed."""
SPECIAL = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}", "<": "$<$", ">": "$>$"}


def derivation_as_latex(theorem: Theorem[Any], wording: Wording | None = None) -> Iterator[str]:
    """Yield the lines of a document: what the theorem states, and each step with its prover."""
    at = theorem.formulas(wording)
    yield PREAMBLE
    yield rf"\section*{{{_escaped(theorem.label)}: {_escaped(theorem.title)}}}"
    for role, heading in (("hypothesis", "Hypotheses"), ("conclusion", "Conclusions")):
        slots = [slot for slot in theorem.slots if slot.role == role]
        if slots:
            yield rf"\subsection*{{{heading}}}"
            yield r"\begin{itemize}"
            for slot in slots:
                yield rf"\item {_escaped(slot.meaning)}:"
                yield _display(slot.quantity, slot.relation, at[slot])
            yield r"\end{itemize}"
    yield r"\subsection*{Derivation}"
    yield r"\begin{enumerate}"
    for step in theorem.derivation(at):
        yield from _step(step, discharge(step))
    yield r"\end{enumerate}"
    yield r"\end{document}"


def _step(step: Step, outcome: Outcome) -> Iterator[str]:
    yield rf"\item {_escaped(step.reason)}:"
    yield _display(step.left, step.relation, step.right)
    yield _mark(outcome)


def _display(left: sp.Basic, relation: str, right: sp.Basic) -> str:
    """Return a displayed relation, on two lines if one would be too long."""
    if len(relation_to_latex(left, relation, right, PRINTED)) <= LONGEST_LINE:
        return rf"\[ {relation_to_latex(left, relation, right, PRINTED)} \]"
    first, second = to_latex(left, PRINTED), to_latex(right, PRINTED)
    broken = rf"& {first} \\ & \quad {RELATIONS[relation]} {second}"
    return rf"\[ \begin{{aligned}} {broken} \end{{aligned}} \]"


def _mark(outcome: Outcome) -> str:
    if outcome.status == "proved":
        return rf"\emph{{Proved ({MARKS[outcome.grade]}): {_escaped(outcome.detail)}.}}"
    if outcome.status == "cited":
        return r"\emph{Cited, not proved here.}"
    word = "Broken" if outcome.status == "broken" else "Open"
    return rf"\textbf{{{word}: {_escaped(outcome.detail)}.}}"


def _escaped(text: str) -> str:
    return "".join(SPECIAL.get(c, f"\\{c}" if c in "&%$#_{}" else c) for c in text)
