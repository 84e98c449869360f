"""Auditing one document: from its bytes to findings."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import sympy as sp

from audit.claims import Claim, claims_in, loss_convention
from audit.judge import Judgement, Verdict, judge
from audit.latex import Clause, clauses
from audit.spans import Document, Kind, scan
from audit.tree import Node
from audit.worker import Exhausted, limited
from symbolic.latex import relation_to_latex
from theorems.base import Convention, Slot, Theorem, Wording
from theorems.notation import PRINTED

LARGEST = 5_000_000
KINDS: Mapping[str, Kind] = {".tex": "latex", ".latex": "latex", ".ltx": "latex"}


class DocumentError(ValueError):
    """A file cannot be audited; the message says why and where, for whoever named it."""


@dataclass(frozen=True)
class Finding:
    """What is said about one formula of a document."""

    line: int
    end_line: int
    column: int
    formula: str
    judgement: Judgement
    claim: Claim | None = None
    """None for a formula that could not be read."""
    correct: str | None = None
    """The book's formula in the writer's convention, as LaTeX, if the writer's is not it."""


@dataclass(frozen=True)
class Coverage:
    """How much of a document was looked at, so that silence cannot pass for agreement."""

    formulas: int
    read: int
    matched: int
    decided: int


@dataclass(frozen=True)
class Audit:
    """The findings in one document, in its order, claims that hold included."""

    document: str
    findings: tuple[Finding, ...]
    coverage: Coverage

    @property
    def accuses(self) -> bool:
        """Whether any finding says that the writer made a mistake."""
        return any(finding.judgement.verdict.accuses for finding in self.findings)


Judge: TypeAlias = Callable[..., Judgement]
Progress: TypeAlias = Callable[[int, int], None]


def judge_in_child(
    theorem: Theorem[Any],
    wording: Wording,
    *,
    convention: Convention | None,
    convention_known: bool,
) -> Judgement:
    """Judge in a process that can be stopped: nobody can bound the cost of a strange formula."""
    try:
        return limited(
            judge, theorem, wording, convention=convention, convention_known=convention_known
        )
    except Exhausted as error:
        return Judgement(Verdict.UNDECIDED, "", f"not decided: {error}")
    except ArithmeticError as error:  # such as a number too large for a double
        return Judgement(Verdict.UNDECIDED, "", f"not decided: {error}")


def audit_file(
    path: Path,
    theorems: Iterable[Theorem[Any]],
    *,
    judging: Judge = judge_in_child,
    progress: Progress = lambda done, total: None,
) -> Audit:
    """Audit a Markdown or LaTeX file; raise DocumentError if it is not text."""
    return audit_text(read_text(path), str(path), theorems, judging=judging, progress=progress)


def read_text(path: Path) -> str:
    """Return the text of a file, or raise DocumentError in words its owner understands."""
    try:
        if path.is_dir():
            raise DocumentError(f"{path}: this is a directory; name the files to audit")
        if path.stat().st_size > LARGEST:
            raise DocumentError(f"{path}: larger than {LARGEST // 1_000_000} MB")
        data = path.read_bytes()
    except FileNotFoundError:
        raise DocumentError(f"{path}: no such file") from None
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror or error}") from None
    if b"\0" in data:
        line, column = _place(data, data.index(b"\0"))
        raise DocumentError(f"{path}:{line}:{column}: a zero byte; this is not a text file")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line, column = _place(data, error.start)
        message = f"{path}:{line}:{column}: byte 0x{data[error.start]:02x} is not UTF-8"
        raise DocumentError(f"{message}; save the file as UTF-8") from None


def _place(data: bytes, offset: int) -> tuple[int, int]:
    before = data[:offset]
    start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[start:].decode("utf-8", "replace")) + 1


def audit_text(
    text: str,
    name: str,
    theorems: Iterable[Theorem[Any]],
    *,
    judging: Judge = judge_in_child,
    progress: Progress = lambda done, total: None,
) -> Audit:
    """Audit a text; `name` says what it is called and, by its ending, in which format it is.

    `progress` is told how many of how many formulas are done.
    """
    theorems = tuple(theorems)
    document = scan(text, KINDS.get(Path(name).suffix.lower(), "markdown"))
    read = [
        (span.start, clause)
        for span in document.spans
        for clause in clauses(text[span.start : span.end], document.macros)
    ]
    convention, known = loss_convention(clause for _, clause in read)
    findings: list[Finding] = []
    matched: set[int] = set()
    for number, (start, clause) in enumerate(read):
        progress(number, len(read))
        if clause.tree is None:
            findings.append(_unread(document, text, start, clause))
            continue
        for claim, applies, judgement in _decided(
            (claim, applies, _judged(judging, claim, applies, known))
            for claim, applies in _claims(clause.tree, theorems, convention)
        ):
            if judgement.verdict.accuses and not claim.sure:
                continue
            matched.add(number)
            matches = judgement.verdict is Verdict.MATCHES
            correct = None if matches else correct_form(claim.slot, applies)
            findings.append(_finding(document, text, start, clause, judgement, claim, correct))
    findings.sort(key=lambda finding: (finding.line, finding.column))
    decided = sum(
        f.claim is not None and f.judgement.verdict is not Verdict.UNDECIDED for f in findings
    )
    parsed = sum(clause.tree is not None for _, clause in read)
    return Audit(name, tuple(findings), Coverage(len(read), parsed, len(matched), decided))


Judged: TypeAlias = tuple[Claim, Convention | None, Judgement]


def _decided(judged: Iterable[Judged]) -> list[Judged]:
    """Return the kindest judgement about each quantity.

    Several theorems speak of a step size, and a writer means one of them: a formula that is true
    in one is not held against the writer because it is false in another.
    """
    best: dict[sp.Symbol, Judged] = {}
    for one in judged:
        known = best.get(one[0].slot.quantity)
        if known is None or _rank(one) < _rank(known):
            best[one[0].slot.quantity] = one
    return list(best.values())


def _rank(judged: Judged) -> int:
    return list(Verdict).index(judged[2].verdict) + 100 * judged[2].verdict.accuses


def _claims(
    tree: Node, theorems: tuple[Theorem[Any], ...], convention: Convention | None
) -> Iterator[tuple[Claim, Convention | None]]:
    """Yield the claims that can be judged, each with the convention that applies to it."""
    for claim in claims_in(tree, theorems):
        restatable = claim.theorem.conventions
        if claim.slot.over and not claim.formula.free_symbols:
            continue  # a number for a letter: h = 1/10 is a choice, not a claim
        if convention and restatable and convention not in restatable:
            continue  # nobody can say what the formula would be in the book's loss
        yield claim, convention if restatable else None


def _judged(judging: Judge, claim: Claim, convention: Convention | None, known: bool) -> Judgement:
    """Judge one claim; whatever goes wrong with it must not stop the others."""
    wording = {claim.slot: claim.formula}
    try:
        return judging(claim.theorem, wording, convention=convention, convention_known=known)
    except Exception as error:
        message = f"not decided: judging it failed ({type(error).__name__}), a mistake of ours"
        return Judgement(Verdict.UNDECIDED, "", message)


def _unread(document: Document, text: str, start: int, clause: Clause) -> Finding:
    assert clause.error is not None
    message = f"could not be read: {clause.error.message}"
    return _finding(document, text, start, clause, Judgement(Verdict.UNREAD, "", message))


def correct_form(slot: Slot, convention: Convention | None = None) -> str:
    """Return what the book says in this slot, in a writer's convention, as LaTeX."""
    formula = convention.restate(slot) if convention else slot.formula
    relation = "=" if slot.relation == ">=" else slot.relation
    return relation_to_latex(slot.quantity, relation, formula, PRINTED)


def _finding(
    document: Document,
    text: str,
    start: int,
    clause: Clause,
    judgement: Judgement,
    claim: Claim | None = None,
    correct: str | None = None,
) -> Finding:
    place, end = start + clause.start, start + clause.end
    line, column = document.position(place)
    end_line, _ = document.position(max(place, end - 1))
    return Finding(line, end_line, column, text[place:end], judgement, claim, correct)
