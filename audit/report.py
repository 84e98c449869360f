"""Findings and checks, for people and for machines."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from audit.checkup import Checkup
from audit.document import Audit, Finding
from audit.judge import GRADES, Judgement, Verdict
from audit.mutants import Mutant
from audit.search import Counterexample
from audit.sharpness import Bracket
from audit.terminal import Painter
from symbolic.exact import as_text
from symbolic.latex import relation_to_latex
from theorems.base import Theorem
from theorems.notation import PRINTED

STYLES = {
    Verdict.REFUTED: ("red", "bold"),
    Verdict.INHOMOGENEOUS: ("red", "bold"),
    Verdict.VACUOUS: ("red", "bold"),
    Verdict.MATCHES: ("green",),
    Verdict.PROVED: ("green",),
    Verdict.WEAKER: ("green",),
}
LONGEST_QUOTE = 100


def audit_as_json(audit: Audit) -> dict[str, Any]:
    """Return an audit as plain data; claims that hold are among the findings."""
    coverage = audit.coverage
    return {
        "document": audit.document,
        "findings": [_finding_as_json(finding) for finding in audit.findings],
        "coverage": {
            "formulas": coverage.formulas,
            "read": coverage.read,
            "matched": coverage.matched,
            "decided": coverage.decided,
        },
    }


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    claim = finding.claim
    return {
        "line": finding.line,
        "end_line": finding.end_line,
        "column": finding.column,
        "formula": finding.formula,
        "verdict": finding.judgement.verdict.value,
        "grade": finding.judgement.grade,
        "theorem": claim.theorem.label if claim else None,
        "slot": claim.slot.name if claim else None,
        "correct_form": finding.correct,
        "counterexample": counterexample_as_json(finding.judgement.counterexample),
        "message": message(finding.judgement),
    }


def message(judgement: Judgement) -> str:
    """Return the message of a judgement with its notes and the step that breaks."""
    broken = [_broken(judgement)] if judgement.broken else []
    return "; ".join([judgement.message, *judgement.notes, *broken])


def judgement_as_json(judgement: Judgement) -> dict[str, Any]:
    """Return a judgement as plain data."""
    return {
        "verdict": judgement.verdict.value,
        "grade": judgement.grade,
        "counterexample": counterexample_as_json(judgement.counterexample),
        "message": message(judgement),
    }


def counterexample_as_json(found: Counterexample | None) -> dict[str, Any] | None:
    """Return a counterexample as plain data: the case, and the part of the claim that fails."""
    if found is None:
        return None
    margin = found.margin
    return {
        "case": found.case.describe(),
        "fails": margin.part,
        "at": margin.at,
        "value": as_text(margin.value),
        "relation": margin.relation,
        "bound": as_text(margin.bound),
        "exact": margin.grade == "E",
        "found_by": found.found_by,
    }


def audit_as_text(audit: Audit, paint: Painter, *, quiet: bool = False) -> Iterator[str]:
    """Yield the lines of a report for a terminal; `quiet` leaves out the claims that hold."""
    for finding in audit.findings:
        if quiet and not finding.judgement.verdict.accuses:
            continue
        yield from _finding_as_text(audit.document, finding, paint)
    c = audit.coverage
    counts = Counter(finding.judgement.verdict.value for finding in audit.findings)
    verdicts = ", ".join(f"{number} {word}" for word, number in sorted(counts.items()))
    looked_at = f"{c.formulas} formulas, {c.read} read, {c.matched} matched, {c.decided} decided"
    yield f"{paint(audit.document, 'bold')}: {looked_at}{': ' + verdicts if verdicts else ''}"


def _finding_as_text(document: str, finding: Finding, paint: Painter) -> Iterator[str]:
    place = f"{document}:{finding.line}:{finding.column}"
    where = f"{finding.claim.theorem.label}, {finding.claim.slot.name}" if finding.claim else ""
    judgement = finding.judgement
    yield f"{paint(place, 'bold')}: {_verdict(judgement, paint)} {where}".rstrip()
    yield "    " + _quote(finding.formula)
    if judgement.verdict is not Verdict.MATCHES:
        yield from (f"  {line}" for line in judgement_as_text(judgement, paint))
    if finding.correct:
        label = "correct" if judgement.verdict.accuses else "the book"
        yield f"  {label}: {paint(finding.correct, 'cyan')}"
    yield ""


def _verdict(judgement: Judgement, paint: Painter) -> str:
    grade = f" [{judgement.grade}]" if judgement.grade else ""
    word = judgement.verdict.value
    return paint(word + grade, *STYLES.get(judgement.verdict, ("yellow",)))


def judgement_as_text(judgement: Judgement, paint: Painter) -> Iterator[str]:
    """Yield what is to be said of a judgement after its verdict."""
    yield judgement.message
    yield from judgement.notes
    if judgement.counterexample is not None:
        yield f"counterexample ({GRADES[judgement.grade]}):"
        for name, value in judgement.counterexample.case.describe().items():
            yield f"    {name} = {value}" if "=" not in value else f"    {value}"
    if judgement.broken is not None:
        yield paint(_broken(judgement), "faint")


def _broken(judgement: Judgement) -> str:
    assert judgement.broken is not None
    step, outcome = judgement.broken
    fate = "breaks at" if outcome.status == "broken" else "is not decided at"
    return f"the proof {fate} {step.reason!r} ({outcome.detail})"


def _quote(formula: str) -> str:
    flat = " ".join(formula.split())
    return flat if len(flat) <= LONGEST_QUOTE else flat[: LONGEST_QUOTE - 3] + "..."


def checkup_row(checkup: Checkup) -> list[str]:
    """Return the cells of a theorem in the table of `theorems check`."""
    fallen = [tried for tried in checkup.tried if tried.must_fall]
    survived = [tried for tried in checkup.tried if not tried.must_fall]
    weakest = checkup.weakest
    attack = checkup.attack
    return [
        checkup.theorem.label,
        f"{checkup.derived}" + (f" + {checkup.cited} cited" if checkup.cited else ""),
        f"{attack.hard_cases} + {attack.sampled}",
        f"{sum(t.as_expected for t in fallen)}/{len(fallen)}",
        f"{sum(t.as_expected for t in survived)}/{len(survived)}",
        f"{weakest.slack + 0:.3g} {weakest.part}" if weakest else "-",
    ]


CHECK_HEADINGS = ["theorem", "steps", "cases", "false fell", "true held", "weakest margin"]


def checkup_as_json(checkup: Checkup) -> dict[str, Any]:
    """Return a checkup as plain data."""
    return {
        "theorem": checkup.theorem.label,
        "steps": [
            {
                "reason": step.reason,
                "latex": relation_to_latex(step.left, step.relation, step.right, PRINTED),
                "status": outcome.status,
                "grade": outcome.grade,
                "detail": outcome.detail,
            }
            for step, outcome in checkup.steps
        ],
        "hard_cases": checkup.attack.hard_cases,
        "random_cases": checkup.attack.sampled,
        "weakest_margin": checkup.weakest.slack if checkup.weakest else None,
        "wordings": [
            {
                "name": tried.name,
                "must_fall": tried.must_fall,
                "as_expected": tried.as_expected,
                "counterexample": counterexample_as_json(tried.hunt.counterexample),
            }
            for tried in checkup.tried
        ],
        "problems": checkup.problems,
    }


MUTANT_HEADINGS = ["theorem", "slips", "killed", "true after all", "survived"]


def mutants_row(theorem: Theorem[Any], tried: list[Mutant]) -> list[str]:
    """Return the cells of a theorem in the table of `theorems check --mutants`."""
    fates = Counter(mutant.fate for mutant in tried)
    counts = (len(tried), fates["killed"], fates["true"], fates["survived"])
    return [theorem.label, *map(str, counts)]


def mutants_as_json(theorem: Theorem[Any], tried: list[Mutant]) -> dict[str, Any]:
    """Return the systematic slips of a theorem as plain data."""
    by_fate: dict[str, list[dict[str, str]]] = {"killed": [], "true": [], "survived": []}
    for mutant in tried:
        by_fate[mutant.fate].append(
            {
                "slip": mutant.key,
                "formula": str(mutant.formula),
                "verdict": mutant.judgement.verdict.value,
                "message": mutant.judgement.message,
                "why": theorem.unsettled.get(mutant.key, ""),
            }
        )
    return {"theorem": theorem.label, **by_fate}


BRACKET_HEADINGS = ["theorem", "slot", "proved up to", "survives", "falls at", "witness"]


def bracket_row(theorem: Theorem[Any], bracket: Bracket) -> list[str]:
    """Return the cells of a slot in the table of `theorems sharpness`."""
    witness = bracket.witness.case.describe() if bracket.witness else {}
    return [
        theorem.label,
        bracket.slot.name,
        f"{float(bracket.proved):.4g}",
        f"{float(bracket.survives):.4g}",
        f"{float(bracket.falls):.4g}" if bracket.falls is not None else "-",
        "; ".join(v if "=" in v else f"{name} = {v}" for name, v in witness.items()),
    ]


def bracket_as_json(theorem: Theorem[Any], bracket: Bracket) -> dict[str, Any]:
    """Return the bracket of a slot as plain data; factors as fractions."""
    return {
        "theorem": theorem.label,
        "slot": bracket.slot.name,
        "direction": bracket.direction,
        "proved": str(bracket.proved),
        "survives": str(bracket.survives),
        "falls": str(bracket.falls) if bracket.falls is not None else None,
        "witness": counterexample_as_json(bracket.witness),
    }


def theorem_as_json(theorem: Theorem[Any]) -> dict[str, Any]:
    """Return a theorem as plain data."""
    return {
        "label": theorem.label,
        "title": theorem.title,
        "statement": theorem.statement,
        "slots": [
            {
                "name": slot.name,
                "role": slot.role,
                "meaning": slot.meaning,
                "latex": relation_to_latex(slot.quantity, slot.relation, slot.formula, PRINTED),
                "formula": str(slot.formula),
                "symbols": [symbol.name for symbol in slot.over],
                "safe_direction": slot.safe,
            }
            for slot in theorem.slots
        ],
        "false_wordings": sorted(theorem.false),
        "true_wordings": sorted(theorem.also_true),
    }
