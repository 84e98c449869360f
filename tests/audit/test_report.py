"""Findings and checks as text and as data, and what a terminal shows of them."""

import io
import json
import sys

import pytest

import theorems
from audit.checkup import check
from audit.document import Audit, audit_text
from audit.report import (
    CHECK_HEADINGS,
    audit_as_json,
    audit_as_text,
    checkup_as_json,
    checkup_row,
    theorem_as_json,
)
from audit.terminal import Painter, Progress, painter, table
from theorems.ch11_13_gd_near_linearization import THEOREM
from theorems.ch11_s3_1_linearization import THEOREM as LINEARIZATION

TEXT = r"""First $h\le\frac{1}{\lambda_{\min}+\lambda_{\max}}$.

Then $$r=
\frac{2\sqrt{f(w_0)}}{\sqrt{m}U}$$ and $\frac{a}{$.
"""
FINDING_KEYS = [
    *("line", "end_line", "column", "formula", "verdict", "grade", "theorem", "slot"),
    *("correct_form", "counterexample", "message"),
]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture(scope="module")
def audit() -> Audit:
    return audit_text(TEXT, "essay.md", theorems.ALL)


def test_the_data_of_an_audit_has_the_documented_keys(audit: Audit) -> None:
    data = audit_as_json(audit)

    assert list(data) == ["document", "findings", "coverage"]
    assert [list(finding) for finding in data["findings"]] == [FINDING_KEYS] * 3
    assert data["coverage"] == {"formulas": 3, "read": 2, "matched": 2, "decided": 2}
    assert json.loads(json.dumps(data)) == data


def test_the_data_of_a_claim_that_holds(audit: Audit) -> None:
    holds = audit_as_json(audit)["findings"][0]

    assert holds == {
        "line": 1,
        "end_line": 1,
        "column": 8,
        "formula": r"h\le\frac{1}{\lambda_{\min}+\lambda_{\max}}",
        "verdict": "matches",
        "grade": "C",
        "theorem": "Theorem 11.13",
        "slot": "step_max",
        "correct_form": None,
        "counterexample": None,
        "message": "as in the book",
    }


def test_the_data_of_a_refuted_claim_holds_its_counterexample(audit: Audit) -> None:
    """Two linear outputs of slopes 1 and 1/2 leave the ball of radius sqrt(2) for 196/125."""
    refuted = audit_as_json(audit)["findings"][1]
    found = refuted["counterexample"]

    assert (refuted["line"], refuted["end_line"], refuted["verdict"]) == (3, 4, "refuted")
    assert found["case"]["model"] == "Phi_1 = w_1; Phi_2 = 1/2 w_2"
    assert (found["fails"], found["at"]) == ("the iterates stay in the ball", "k = 3")
    assert (found["value"], found["relation"], found["bound"]) == ("196/125", "<=", "1.41421")
    assert found["exact"] is False
    assert "it shrinks as U grows" in refuted["message"]
    assert "the proof breaks at 'the ball reaches that far'" in refuted["message"]


def test_the_data_of_an_unread_formula_names_no_theorem(audit: Audit) -> None:
    unread = audit_as_json(audit)["findings"][2]

    assert (unread["verdict"], unread["theorem"], unread["slot"]) == ("unread", None, None)
    assert unread["message"].startswith("could not be read: ")


def test_the_text_of_an_audit_names_place_verdict_and_correction(audit: Audit) -> None:
    lines = list(audit_as_text(audit, Painter(on=False)))

    assert lines[0] == "essay.md:1:8: matches [C] Theorem 11.13, step_max"
    assert "essay.md:3:8: refuted [I] Theorem 11.13, radius" in lines
    assert r"    r= \frac{2\sqrt{f(w_0)}}{\sqrt{m}U}" in lines
    assert "      y = 0, 1" in lines
    assert r"  correct: r = \frac{2 U \sqrt{f(w_0)} \sqrt{m}}{\lambda_{\min}}" in lines
    assert lines[-1] == (
        "essay.md: 3 formulas, 2 read, 2 matched, 2 decided: 1 matches, 1 refuted, 1 unread"
    )


def test_quiet_leaves_out_everything_but_mistakes(audit: Audit) -> None:
    lines = list(audit_as_text(audit, Painter(on=False), quiet=True))

    assert [line for line in lines if line.startswith("essay.md:")][:-1] == [
        "essay.md:3:8: refuted [I] Theorem 11.13, radius"
    ]
    assert "1 matches" in lines[-1]


def test_a_long_formula_is_cut_in_the_text_but_not_in_the_data() -> None:
    terms = [r"\frac{1}{\lambda_{\min}+\lambda_{\max}}"] * 20
    found = audit_text(rf"$h\le {'+'.join(terms)}$", "essay.md", theorems.ALL)
    (quote,) = [s for s in audit_as_text(found, Painter(on=False)) if s.startswith(r"    h\le")]

    assert len(quote.strip()) == 100
    assert quote.endswith("...")
    assert len(audit_as_json(found)["findings"][0]["formula"]) > 400


def test_colours_change_nothing_but_colours(audit: Audit) -> None:
    coloured = "\n".join(audit_as_text(audit, Painter(on=True)))
    for code in ("0", "1", "2", "31", "32", "33", "36", "31;1"):
        coloured = coloured.replace(f"\x1b[{code}m", "")

    assert coloured == "\n".join(audit_as_text(audit, Painter(on=False)))


def test_colours_are_for_terminals_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)

    assert painter("auto", Terminal()).on
    assert not painter("auto", io.StringIO()).on
    assert painter("always", io.StringIO()).on
    assert not painter("never", Terminal()).on


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    assert not painter("auto", Terminal()).on
    assert painter("always", Terminal()).on


def test_columns_are_aligned_and_the_last_one_is_not_padded() -> None:
    assert list(table([["a", "bb"], ["ccc", "d"]])) == ["a    bb", "ccc  d"]


def test_a_progress_bar_shows_up_on_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        progress = Progress(total=2, started=-1e9)
        progress.step("one")
        progress.step("two")
        progress.clear()
        assert ("[############............] 1/2 two" in stream.getvalue()) is shown
        assert bool(stream.getvalue()) is shown


def test_a_quick_command_shows_no_progress_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)

    Progress(total=2).step("one")

    assert stream.getvalue() == ""


def test_a_theorem_as_data() -> None:
    data = theorem_as_json(THEOREM)

    assert data["label"] == "Theorem 11.13"
    assert [slot["name"] for slot in data["slots"]] == [slot.name for slot in THEOREM.slots]
    step = data["slots"][2]
    assert step["latex"] == r"h \le \frac{1}{\lambda_{\max} + \lambda_{\min}}"
    assert step["safe_direction"] == "smaller"
    assert data["false_wordings"] == sorted(THEOREM.false)
    assert json.loads(json.dumps(data)) == data


def test_a_checkup_as_a_row_and_as_data() -> None:
    checkup = check(LINEARIZATION)
    row, data = checkup_row(checkup), checkup_as_json(checkup)

    assert len(row) == len(CHECK_HEADINGS)
    assert row[:2] == ["Equation (11.3.1)", "3 + 1 cited"]
    assert row[3:5] == ["10/10", "2/2"]
    assert [step["status"] for step in data["steps"]] == ["cited", "proved", "proved", "proved"]
    assert all(wording["as_expected"] for wording in data["wordings"])
    fallen = [wording for wording in data["wordings"] if wording["must_fall"]]
    assert all(wording["counterexample"] is not None for wording in fallen)
    assert data["problems"] == []
    assert json.loads(json.dumps(data)) == data
