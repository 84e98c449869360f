"""Derivations as LaTeX."""

import dataclasses
import re
from typing import Any

import pytest
import sympy as sp

import theorems
from audit.derivation import derivation_as_latex
from audit.latex import clauses
from symbolic.latex import relation_to_latex
from symbolic.step import cited
from theorems.base import Theorem
from theorems.ch11_12_smooth_models import RADIUS
from theorems.ch11_13_gd_near_linearization import THEOREM
from theorems.notation import PRINTED, U, f0, m

each_theorem = pytest.mark.parametrize("theorem", theorems.ALL, ids=lambda t: t.label)


def displays(text: str) -> list[str]:
    """Return what is displayed, long lines joined again."""
    return [flat(line) for line in re.findall(r"\\\[ (.*) \\\]", text)]


def flat(line: str) -> str:
    """Return a formula without what only arranges it."""
    layout = r"\\(begin|end)\{aligned\}|&|\\\\(?= )|\\quad"
    return " ".join(re.sub(layout, "", line).split())


def document(theorem: Theorem[Any]) -> str:
    return "\n".join(derivation_as_latex(theorem))


@each_theorem
def test_it_is_a_whole_document(theorem: Theorem[Any]) -> None:
    text = document(theorem)
    opened = re.findall(r"\\begin\{(\w+)\}", text)
    closed = re.findall(r"\\end\{(\w+)\}", text)

    assert text.startswith(r"\documentclass")
    assert text.endswith(r"\end{document}")
    assert sorted(opened) == sorted(closed)
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    assert len(re.findall(r"(?<!\\)\$", text)) % 2 == 0


@each_theorem
def test_every_step_is_shown_once_with_its_prover(theorem: Theorem[Any]) -> None:
    text = document(theorem)
    steps = list(theorem.derivation(theorem.formulas()))
    expected = [relation_to_latex(s.left, s.relation, s.right, PRINTED) for s in steps]

    assert displays(text)[-len(steps) :] == [flat(line) for line in expected]
    assert text.count(r"\emph{Proved (") == sum(step.by != "cited" for step in steps)
    assert text.count(r"\emph{Cited, not proved here.}") == sum(s.by == "cited" for s in steps)
    assert r"\textbf{" not in text


@each_theorem
def test_every_displayed_line_is_a_formula_the_reader_reads(theorem: Theorem[Any]) -> None:
    shown = re.findall(r"\\\[ (.*) \\\]", document(theorem))

    errors = [clause.error for line in shown for clause in clauses(line) if clause.error]
    assert errors == []


@each_theorem
def test_every_slot_is_stated(theorem: Theorem[Any]) -> None:
    shown = displays(document(theorem))

    for slot in theorem.slots:
        stated = relation_to_latex(slot.quantity, slot.relation, slot.formula, PRINTED)
        assert stated in shown


def test_a_wording_that_breaks_the_proof_is_shown_broken() -> None:
    wording = {RADIUS: 2 * sp.sqrt(f0) / (sp.sqrt(m) * U)}
    text = "\n".join(derivation_as_latex(THEOREM, wording))

    (broken,) = re.findall(r"\\item (.*):\n.*\n\\textbf\{Broken: (.*)\.\}", text)
    assert broken[0] == "the ball reaches that far"
    assert broken[1].startswith("z3: false at U = ")


def test_what_is_special_in_latex_is_escaped() -> None:
    reason = r"a_b & 50 % of $x^2 #{~} \y <z>"
    strange = dataclasses.replace(THEOREM, derivation=lambda at: (cited(reason, m, "=", m),))
    text = document(strange)

    assert (
        r"\item a\_b \& 50 \% of \$x\^{}2 \#\{\~{}\} \textbackslash{}y $<$z$>$:"
        in text.splitlines()
    )


def test_the_document_is_the_same_every_time() -> None:
    assert document(THEOREM) == document(THEOREM)
