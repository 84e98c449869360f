"""Documents, from bytes to findings."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

import theorems
from audit import document, worker
from audit.claims import Claim
from audit.document import Audit, Coverage, DocumentError, audit_file, audit_text, read_text
from audit.judge import Judgement, Verdict
from audit.report import audit_as_json
from theorems.ch11_03_gd_min_norm import STEP_MAX as STEP_11_3
from theorems.ch11_03_gd_min_norm import THEOREM as GD
from theorems.notation import s_max, s_min

SUMMARY = Path(__file__).parent.parent.parent / "examples" / "summary.pt.md"
HALF = r"$$f(w)=\frac12\sum_{i=1}^m(\Phi(x_i,w)-y_i)^2$$" + "\n"
PLAIN = r"$$f(w)=\sum_{i=1}^m(\Phi(x_i,w)-y_i)^2$$" + "\n"
STEP = r"$h\le\frac{%s}{\lambda_{\min}+\lambda_{\max}}$"
RADIUS = r"$r=\frac{2\sqrt{f(w_0)}}{\sqrt{m}U}$"


def audit(text: str, name: str = "essay.md") -> Audit:
    return audit_text(text, name, theorems.ALL)


def verdicts(text: str, name: str = "essay.md") -> list[tuple[int, str, str]]:
    return [
        (found.line, found.claim.slot.name if found.claim else "", found.judgement.verdict.value)
        for found in audit(text, name).findings
    ]


@pytest.fixture(scope="module")
def summary() -> Audit:
    return audit_file(SUMMARY, theorems.ALL)


def test_the_portuguese_summary_has_three_true_and_three_false_claims(summary: Audit) -> None:
    found = [
        (f.claim.theorem.number, f.claim.slot.name, f.judgement.verdict.value, f.line)
        for f in summary.findings
        if f.claim is not None
    ]

    assert found == [
        ("11.3.1", "linearization", "matches", 15),
        ("11.3.1", "tangent_kernel", "matches", 19),
        ("11.13", "smoothness", "refuted", 30),
        ("11.13", "radius", "refuted", 30),
        ("11.13", "step_max", "matches", 32),
        ("11.16", "limit", "refuted", 51),
    ]
    assert len(summary.findings) == len(found)
    assert summary.coverage == Coverage(formulas=29, read=29, matched=6, decided=6)
    assert summary.accuses


def test_a_finding_quotes_its_formula_from_its_place(summary: Audit) -> None:
    lines = SUMMARY.read_text(encoding="utf-8").split("\n")

    for finding in summary.findings:
        rest = "\n".join([lines[finding.line - 1][finding.column - 1 :], *lines[finding.line :]])
        assert rest.startswith(finding.formula)
        assert finding.end_line == finding.line + finding.formula.count("\n")


def test_what_is_false_comes_with_the_books_formula(summary: Audit) -> None:
    corrected = {f.claim.slot.name: f.correct for f in summary.findings if f.claim}

    assert [name for name, correct in corrected.items() if correct is None] == [
        "linearization",
        "tangent_kernel",
        "step_max",
    ]
    assert r"\lambda_{\min}^{2}" in (corrected["smoothness"] or "")
    assert corrected["limit"] == r"K^{LC}(x,z) = \mathbb{E}[\sigma(u^\top x)\sigma(u^\top z)]"


def test_the_same_text_gets_the_same_report(summary: Audit) -> None:
    again = audit_file(SUMMARY, theorems.ALL)

    assert json.dumps(audit_as_json(again)) == json.dumps(audit_as_json(summary))


@pytest.mark.parametrize(
    ("loss", "top", "verdict"),
    [
        (PLAIN, "1", "matches"),
        (PLAIN, "2", "refuted"),
        (HALF, "2", "matches"),
        (HALF, "1", "weaker"),
        (HALF, "4", "refuted"),
        ("", "1", "matches"),
        ("", "2", "other-convention"),
        (PLAIN + HALF, "2", "other-convention"),
    ],
)
def test_the_step_is_judged_in_the_writers_normalisation(loss: str, top: str, verdict: str) -> None:
    text = f"{loss}The step is {STEP % top}.\n"

    assert verdicts(text) == [(loss.count("\n") + 1, "step_max", verdict)]


def test_the_correct_form_is_in_the_writers_normalisation() -> None:
    (finding,) = audit(HALF + STEP % "4").findings

    assert finding.correct == r"h \le \frac{2}{\lambda_{\max} + \lambda_{\min}}"


def test_the_loss_may_be_defined_after_the_claim() -> None:
    assert verdicts(STEP % "2" + "\n\n" + HALF) == [(1, "step_max", "matches")]


def test_a_squared_distance_does_not_settle_the_normalisation_of_the_loss() -> None:
    text = r"Let $d=\|w-v\|^2$ and " + STEP % "2"

    assert verdicts(text) == [(1, "step_max", "other-convention")]


def test_a_claim_true_for_half_the_loss_is_not_refuted_while_the_loss_is_unknown() -> None:
    assert verdicts(HALF + STEP % "1.9") == [(2, "step_max", "weaker")]

    assert verdicts(STEP % "1.9") != [(1, "step_max", "refuted")]


def test_a_latex_document_is_read_from_its_body_with_its_macros() -> None:
    text = (
        "\\newcommand{\\lmin}{\\lambda_{\\min}}\n\\begin{document}\n"
        "\\begin{equation}\n h \\le \\frac{1}{\\lmin+\\lambda_{\\max}} % $r=U$\n\\end{equation}\n"
        "\\end{document}\n"
    )

    assert verdicts(text, "essay.tex") == [(4, "step_max", "matches")]


def test_a_formula_that_cannot_be_read_is_reported_and_not_counted_as_read() -> None:
    found = audit(r"Both $\frac{a}{$ and " + STEP % "1")

    assert [f.judgement.verdict for f in found.findings] == [Verdict.UNREAD, Verdict.MATCHES]
    assert (found.findings[0].line, found.findings[0].column) == (1, 7)
    assert found.coverage == Coverage(formulas=2, read=1, matched=1, decided=1)
    assert not found.accuses


def test_a_number_for_a_letter_is_a_choice_and_no_claim() -> None:
    assert verdicts(r"a step $h = \frac{1}{10}$ and $r = 5$") == []


def test_a_letter_that_may_be_about_something_else_accuses_nobody() -> None:
    assert verdicts("a step $h = m$, a radius $r = 3U$") == []


@pytest.mark.parametrize(
    "formula",
    [r"$h\le\max\{\sqrt{-1},m\}$", r"$h\le\min(\log(0),U)$", r"$h\le\max(e^{e^{e^{e^9}}},2)$"],
    ids=["not real", "infinite", "a tower"],
)
def test_a_strange_formula_does_not_stop_the_others(formula: str) -> None:
    assert (3, "step_max", "matches") in verdicts(f"{formula}\n\n{STEP % '1'}")


def test_a_claim_that_exhausts_its_judge_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def limited(function: Any, theorem: Any, wording: Any, **keywords: Any) -> Judgement:
        if any(slot.name == "radius" for slot in wording):
            raise worker.Exhausted("stopped after 30 s")
        return function(theorem, wording, **keywords)

    monkeypatch.setattr(document, "limited", limited)
    found = audit(f"{RADIUS}\n\n{STEP % '1'}")

    verdict = [f.judgement.verdict for f in found.findings]
    assert verdict == [Verdict.UNDECIDED, Verdict.MATCHES]
    assert found.findings[0].judgement.message == "not decided: stopped after 30 s"
    assert found.coverage == Coverage(formulas=2, read=2, matched=2, decided=1)


@pytest.mark.parametrize("error", [ValueError("odd"), RecursionError("deep"), MemoryError()])
def test_a_claim_on_which_judging_fails_does_not_stop_the_others(error: Exception) -> None:
    def judging(theorem: Any, wording: Any, **keywords: Any) -> Judgement:
        if any(slot.name == "radius" for slot in wording):
            raise error
        return Judgement(Verdict.MATCHES, "C", "fine")

    found = audit_text(f"{RADIUS}\n\n{STEP % '1'}", "essay.md", theorems.ALL, judging=judging)

    verdict = [f.judgement.verdict for f in found.findings]
    assert verdict == [Verdict.UNDECIDED, Verdict.MATCHES]
    assert found.coverage.decided == 1


def test_findings_come_in_the_order_of_the_document() -> None:
    text = f"{STEP % '1'} then {RADIUS}\n\n{STEP % '2'}"
    places = [(f.line, f.column) for f in audit(text).findings]

    assert places == sorted(places)
    assert len(places) == 3


def test_an_empty_document_has_no_findings(tmp_path: Path) -> None:
    path = tmp_path / "empty.md"
    path.write_bytes(b"")

    assert audit_file(path, theorems.ALL) == Audit(str(path), (), Coverage(0, 0, 0, 0))


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfa\nb $h$\n",
        b"a\r\nb $h$\r\n",
        b"\xef\xbb\xbfa\r\nb $h$\r\n",
    ],
    ids=["byte order mark", "CRLF", "both"],
)
def test_marks_and_line_ends_of_other_systems_do_not_matter(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "essay.md"
    path.write_bytes(data)

    assert read_text(path) == "a\nb $h$\n"


def refusal(path: Path) -> str:
    with pytest.raises(DocumentError) as caught:
        read_text(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"a\nbc\xe9d\n", "2:3: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        ("é\xe9".encode() + b"\xff", "1:3: byte 0xff is not UTF-8; save the file as UTF-8"),
        (b"a\r\nb\xe9", "2:2: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        (b"a\n\nb\0", "3:2: a zero byte; this is not a text file"),
        ("$h$".encode("utf-16-le"), "1:2: a zero byte; this is not a text file"),
    ],
)
def test_what_is_not_text_is_refused_with_line_and_column(
    data: bytes, complaint: str, tmp_path: Path
) -> None:
    path = tmp_path / "essay.md"
    path.write_bytes(data)

    assert refusal(path) == f"{path}:{complaint}"


def test_a_directory_a_missing_file_and_one_too_large_are_refused(tmp_path: Path) -> None:
    large = tmp_path / "large.md"
    large.touch()
    with large.open("wb") as file:
        file.truncate(5_000_001)

    assert refusal(tmp_path) == f"{tmp_path}: this is a directory; name the files to audit"
    assert refusal(tmp_path / "none.md") == f"{tmp_path / 'none.md'}: no such file"
    assert refusal(tmp_path / "none" / "x.md") == f"{tmp_path / 'none' / 'x.md'}: no such file"
    assert refusal(large) == f"{large}: larger than 5 MB"


def test_a_claim_keeps_the_writers_formula() -> None:
    (finding,) = audit(HALF + STEP % "2").findings

    assert isinstance(finding.claim, Claim)
    assert str(finding.claim.formula) == "2/(lambda_max + lambda_min)"


def test_a_loss_the_theorem_cannot_be_restated_for_accuses_nobody() -> None:
    """With the loss divided by m the threshold is m / (2 s_max^2), which Theorem 11.3 lacks."""
    step = r"It converges if $h<\frac{s_{\min}^2+1}{s_{\max}^2s_{\min}}$."
    mean = r"Let $f(w)=\frac1m\sum_{i=1}^m(\Phi(x_i,w)-y_i)^2$. "

    assert not audit_text(mean + step, "essay.md", theorems.ALL).findings
    assert audit_text(step, "essay.md", theorems.ALL).findings


def test_two_theorems_about_one_quantity_make_one_finding() -> None:
    """Theorem 11.3 and Remark 11.4 both bound the step by the largest singular value."""
    (finding,) = audit(r"Choose $h<\frac{1}{s_{\max}^2}$.").findings

    assert finding.judgement.verdict is Verdict.MATCHES
    assert finding.claim is not None
    assert finding.claim.theorem.label == "Remark 11.4"


def test_a_formula_that_is_true_in_one_theorem_is_not_held_against_the_writer() -> None:
    """With this step Theorem 11.3 is false; a theorem that allows it decides."""
    generous = dataclasses.replace(STEP_11_3, formula=2 / (s_min * s_max))
    other = dataclasses.replace(GD, label="Theorem 99.1", slots=(generous, *GD.slots[1:]))
    text = PLAIN + r"Choose $h<\frac{2}{s_{\min}s_{\max}}$."

    (alone,) = audit_text(text, "a.md", [GD]).findings
    (both,) = audit_text(text, "a.md", [GD, other]).findings

    assert alone.judgement.verdict is Verdict.REFUTED
    assert both.judgement.verdict is Verdict.MATCHES
