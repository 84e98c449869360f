"""The command: exit codes, one-line errors, output for people and machines."""

import dataclasses
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import theorems
from audit import derivation, errata, mutants
from audit.cli import main
from theorems.ch11_s3_1_linearization import TANGENT_KERNEL as KERNEL
from theorems.ch11_s3_1_linearization import THEOREM as LINEARIZATION
from theorems.errata import ERRATA

ROOT = Path(__file__).parent.parent.parent
SUMMARY = ROOT / "examples" / "summary.pt.md"
TRUE = r"$h\le\frac{1}{\lambda_{\min}+\lambda_{\max}}$"
FALSE = r"$r=\frac{2\sqrt{f(w_0)}}{\sqrt{m}U}$"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command; return its exit code and what it wrote to both streams."""

    def of(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return of


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def command(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "audit.cli", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


# Exit codes


def test_list_and_show(run: Run) -> None:
    code, out, err = run("list")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 1 + len(theorems.ALL)

    code, out, err = run("show", "11.13")
    assert (code, err) == (0, "")
    assert out.startswith("Theorem 11.13: ")
    assert "step_max: h <= 1/(lambda_max + lambda_min)" in out


@pytest.mark.parametrize("label", ["11.13", "Theorem 11.13", "theorem 11.13", " 11.13 "])
def test_a_theorem_is_found_by_its_number_or_label(run: Run, label: str) -> None:
    assert json.loads(run("show", label, "--json")[1])["label"] == "Theorem 11.13"


def test_list_as_json_has_one_object_a_theorem(run: Run) -> None:
    labels = [json.loads(line)["label"] for line in run("list", "--json")[1].splitlines()]

    assert labels == [theorem.label for theorem in theorems.ALL]


def test_check_of_a_sound_theorem_is_fine(run: Run) -> None:
    code, out, err = run("check", "11.3.1")

    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "1 theorems derived, attacked and defended"


def test_check_of_an_unsound_theorem_finds_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = dataclasses.replace(
        LINEARIZATION, false={}, also_true={"twice": {KERNEL: 2 * KERNEL.formula}}
    )
    monkeypatch.setattr(theorems, "ALL", (wrong,))
    problem = "wording 'twice' did not survive"

    code, out, _ = run("check")
    assert code == 1
    assert f"Equation (11.3.1): {problem}" in out.splitlines()

    code, out, _ = run("check", "--json")
    assert code == 1
    assert json.loads(out)["problems"] == [problem]


@pytest.mark.parametrize(
    ("formulas", "code", "verdict"),
    [
        (["step_max=1/(lambda_min+lambda_max)"], 0, "matches [C]"),
        (["step_max = 1/(2*lambda_max)"], 0, "weaker [S]"),
        ([r"h \le \frac{1}{2\lambda_{\max}}"], 0, "weaker [S]"),
        (["step_max=2/(lambda_min+lambda_max)"], 1, "refuted [E]"),
        ([r"r=\frac{2\sqrt{f(w_0)}}{\sqrt{m}U}"], 1, "refuted [I]"),
        (["step_max=2/(lambda_min+lambda_max)", "--loss", "half"], 0, "matches [C]"),
        (["step_max=m/(lambda_min+lambda_max)", "--loss", "mean"], 0, "matches [C]"),
        (["step_max=2*m/(lambda_min+lambda_max)", "--loss", "half-mean"], 0, "matches [C]"),
        (
            ["radius=3*sqrt(m)*U*sqrt(f0)/lambda_min", "step_max=1/(2*lambda_max)"],
            0,
            "weaker [S]",
        ),
    ],
)
def test_claim(run: Run, formulas: list[str], code: int, verdict: str) -> None:
    found, out, err = run("claim", "11.13", *formulas)

    assert (found, err) == (code, "")
    assert out.splitlines()[0] == f"Theorem 11.13: {verdict}"


def test_claim_as_json(run: Run) -> None:
    code, out, _ = run("claim", "11.13", "step_max=2/(lambda_min+lambda_max)", "--json")
    data = json.loads(out)

    assert code == 1
    assert list(data) == [
        *("theorem", "verdict", "grade", "counterexample", "message", "correct_form"),
    ]
    assert data["verdict"] == "refuted"
    assert data["correct_form"] == {"step_max": r"h \le \frac{1}{\lambda_{\max} + \lambda_{\min}}"}


def test_derive_writes_to_standard_output_or_to_a_file(run: Run, tmp_path: Path) -> None:
    code, out, err = run("derive", "11.3.1")
    assert (code, err) == (0, "")
    assert out.rstrip().endswith(r"\end{document}")

    path = tmp_path / "proof.tex"
    assert run("derive", "11.3.1", "-o", path) == (0, "", "")
    assert path.read_text(encoding="utf-8") == out
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("text", "code"), [(TRUE, 0), (FALSE, 1), ("no formula", 0), ("", 0)])
def test_audit(run: Run, tmp_path: Path, text: str, code: int) -> None:
    found, out, err = run("audit", write(tmp_path, "essay.md", text))

    assert (found, err) == (code, "")
    assert f"{len(re.findall(r'[$].*?[$]', text))} formulas" in out.splitlines()[-1]


def test_an_unreadable_file_outweighs_findings_and_does_not_stop_the_others(
    run: Run, tmp_path: Path
) -> None:
    good, none = write(tmp_path, "essay.md", FALSE), tmp_path / "none.md"

    code, out, err = run("audit", none, good)

    assert code == 2
    assert err == f"theorems: {none}: no such file\n"
    assert "refuted" in out


# JSON of audit


def test_audit_as_json_has_exactly_the_documented_keys(run: Run) -> None:
    code, out, err = run("audit", SUMMARY, "--format", "json")
    data = json.loads(out)

    assert (code, err) == (1, "")
    assert set(data) == {"document", "findings", "coverage"}
    assert set(data["coverage"]) == {"formulas", "read", "matched", "decided"}
    documented = {
        *("line", "end_line", "column", "formula", "verdict", "grade", "theorem", "slot"),
        *("correct_form", "counterexample", "message"),
    }
    assert all(set(finding) == documented for finding in data["findings"])
    assert [finding["line"] for finding in data["findings"]] == [15, 19, 30, 30, 32, 51]
    assert run("audit", SUMMARY, "--json")[1] == out


def test_each_document_gets_one_line_of_json(run: Run, tmp_path: Path) -> None:
    files = [write(tmp_path, "a.md", TRUE), write(tmp_path, "b.md", "ü")]

    lines = run("audit", "--json", *files)[1].splitlines()

    assert [json.loads(line)["document"] for line in lines] == [str(path) for path in files]


def test_the_report_does_not_depend_on_the_process(run: Run) -> None:
    """Sets of symbols are ordered by hashes of names, which differ from one process to the next."""
    here = run("audit", SUMMARY, "--json")

    there = command("audit", SUMMARY, "--json", PYTHONHASHSEED="1")

    assert (there.returncode, there.stdout, there.stderr) == here


# Errors


def complaint(outcome: tuple[int, str, str]) -> str:
    """Return the message of a command that failed in the proper way."""
    code, out, err = outcome
    assert code == 2
    assert out == ""
    assert err.startswith("theorems: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    return err.removeprefix("theorems: ").rstrip("\n")


@pytest.mark.parametrize("name", ["show", "check", "derive"])
def test_an_unknown_label_is_answered_with_those_there_are(run: Run, name: str) -> None:
    expected = "no theorem is called '99'; there are 11.1, "

    assert complaint(run(name, "99")).startswith(expected)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("nosuch=1", "Theorem 11.13 has no slot 'nosuch'; it has smoothness, radius, step_max"),
        ("step_max=q", "formula:1:10: unknown symbol 'q'; this slot may use m, U, lambda_min"),
        ("step_max=1/h", "formula:1:12: unknown symbol 'h'"),
        ("step_max=1/", "formula:1:12: expected a number"),
        ("step_max=", "formula:1:10: expected a number"),
        ("step_max=\n1 +* 2", "formula:2:4: expected a number"),
        ("step_max=sqrt(-1)", "the formula in slot step_max is not a real number"),
        ("step_max=log(0)", "the formula in slot step_max is not a real number"),
        ("step_max=9^9^9^9", "formula:1:13: an exponent beyond 64"),
        ("step_max=" + "(" * 10_000, "formula:1:1: the formula is longer than 400 characters"),
        ("step_max=" + "1" * 1_000_000, "formula:1:1: the formula is longer than 400 characters"),
        (r"h \le \frac{1}{2", "formula:1:15: { is never closed"),
        (r"h \le \frac{1}{x}", "formula:1:16: this has no meaning here"),
        (r"h \le 9^{9^{9^9}}", "formula:1:10: an exponent beyond 64"),
        (r"h \le \frac{U}{m-m}", "formula:1:16: this divides by zero"),
        (r"h \le " + "{" * 10_000, "formula:1:"),
        (r"h \le " + "{" * 5_000 + "1" + "}" * 5_000, "formula:1:"),
        (r"h \le " + "1+" * 500_000 + "1", "formula:1:1: the formula is longer than"),
        ("h", "this states nothing about Theorem 11.13, which speaks of smoothness (L)"),
        ("", "this states nothing about Theorem 11.13, which speaks of smoothness (L)"),
        (r"\rho = 1 - h\lambda_{\min}", "this states nothing about Theorem 11.13"),
    ],
    ids=lambda text: text[:20],
)
def test_a_formula_that_cannot_be_used_is_answered_with_one_line(
    run: Run, formula: str, message: str
) -> None:
    assert complaint(run("claim", "11.13", formula)).startswith(message)


@pytest.mark.parametrize(
    "formula",
    [
        "step_max=max(sqrt(-1),m)",
        "step_max=min(log(0),m)",
        "step_max=max(exp(exp(exp(exp(9)))),2)",
        r"h\le\max\{\sqrt{-1},m\}",
    ],
)
def test_a_formula_without_a_value_is_answered_with_one_line(run: Run, formula: str) -> None:
    complaint(run("claim", "11.13", formula))


def test_a_formula_too_large_to_compute_is_no_crash(run: Run) -> None:
    code, out, err = run("claim", "11.13", "step_max=exp(exp(exp(exp(9))))/lambda_max")

    assert code in (0, 1) if out else complaint((code, out, err))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, ": no such file"),
        (b"a\nb\xff", ":2:2: byte 0xff is not UTF-8; save the file as UTF-8"),
        (b"\x7fELF\0\1", ":1:5: a zero byte; this is not a text file"),
    ],
)
def test_a_file_that_cannot_be_audited_is_answered_with_one_line(
    run: Run, tmp_path: Path, data: bytes | None, message: str
) -> None:
    path = tmp_path / "essay.md"
    if data is not None:
        path.write_bytes(data)

    assert complaint(run("audit", path)) == f"{path}{message}"


def test_a_directory_is_not_audited(run: Run, tmp_path: Path) -> None:
    assert complaint(run("audit", tmp_path)).endswith(
        "this is a directory; name the files to audit"
    )


@pytest.mark.parametrize("arguments", [[], ["nosuch"], ["claim", "11.13"], ["audit"], ["show"]])
def test_a_command_that_is_not_understood_exits_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    assert caught.value.code == 2
    assert "error: " in capsys.readouterr().err.splitlines()[-1]


def test_a_real_process_fails_without_a_traceback() -> None:
    done = command("claim", "11.13", "step_max=9^9^9^9")

    assert complaint((done.returncode, done.stdout, done.stderr)).startswith("formula:1:13: ")


# Files are written whole or not at all


def test_a_derivation_that_fails_leaves_the_old_file_alone(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(theorem: Any) -> Iterator[str]:
        yield "a beginning"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(derivation, "derivation_as_latex", half)
    path = write(tmp_path, "proof.tex", "what was there")

    assert complaint(run("derive", "11.3.1", "-o", path)) == f"{path}: No space left on device"
    assert path.read_text() == "what was there"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_derivation_leaves_nothing_behind(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(theorem: Any) -> Iterator[str]:
        yield "a beginning"
        raise KeyboardInterrupt

    monkeypatch.setattr(derivation, "derivation_as_latex", interrupted)

    assert run("derive", "11.3.1", "-o", tmp_path / "proof.tex")[0] == 130
    assert list(tmp_path.iterdir()) == []


def test_a_derivation_for_nowhere_or_for_a_directory_is_refused(run: Run, tmp_path: Path) -> None:
    nowhere = tmp_path / "none" / "proof.tex"

    assert complaint(run("derive", "11.3.1", "-o", nowhere)).startswith(f"{nowhere}: No such file")
    assert complaint(run("derive", "11.3.1", "-o", tmp_path)).startswith(f"{tmp_path}: Is a dir")
    assert list(tmp_path.iterdir()) == []


def test_a_derivation_of_an_unknown_theorem_leaves_the_old_file_alone(
    run: Run, tmp_path: Path
) -> None:
    path = write(tmp_path, "proof.tex", "what was there")

    complaint(run("derive", "99", "-o", path))

    assert path.read_text() == "what was there"


# Colours


@pytest.mark.parametrize("choice", ["auto", "never", "always"])
def test_colours_only_when_asked_for_on_a_pipe(run: Run, tmp_path: Path, choice: str) -> None:
    path = write(tmp_path, "essay.md", FALSE)
    for arguments in (["audit", path], ["show", LINEARIZATION.number]):
        out = run(*arguments, "--color", choice)[1]
        assert ("\x1b[" in out) is (choice == "always")


def test_json_is_never_coloured(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path, "essay.md", FALSE)

    assert "\x1b" not in run("audit", path, "--json", "--color", "always")[1]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals here")
def test_colours_on_a_terminal() -> None:
    ours, theirs = os.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    show = [sys.executable, "-m", "audit.cli", "show", "11.3.1"]

    subprocess.run(show, cwd=ROOT, env=environment, stdout=theirs, timeout=60, check=True)
    os.close(theirs)
    out = os.read(ours, 1 << 16)
    os.close(ours)

    assert b"\x1b[1mDerivation\x1b[0m" in out


def test_sharpness_brackets_the_step_of_theorem_11_3(run: Run) -> None:
    code, out, err = run("sharpness", "11.3", "--json", "-j", "1")
    step = json.loads(out.splitlines()[0])

    assert (code, err) == (0, "")
    assert (step["theorem"], step["slot"], step["proved"]) == ("Theorem 11.3", "step_max", "2")
    assert step["witness"]["case"]["A"] == "diag(1)"


def test_mutants_of_the_linearization_are_all_killed(run: Run) -> None:
    code, out, _ = run("check", "11.3.1", "--mutants")
    slips, killed, true, survived = out.splitlines()[1].split()[2:]

    assert code == 0
    assert slips == killed
    assert (true, survived) == ("0", "0")


def test_a_slip_that_survives_unexplained_is_a_finding(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The constant of Theorem 11.13 may be doubled as far as anybody knows."""
    theorem = next(t for t in theorems.ALL if t.number == "11.13")
    slots = theorem.slots[:1]
    monkeypatch.setattr(theorems, "ALL", (dataclasses.replace(theorem, unsettled={}),))
    monkeypatch.setattr(mutants, "try_mutants", partial(mutants.try_mutants, slots=slots))

    code, out, _ = run("check", "--mutants", "-j", "1")

    assert code == 1
    assert "smoothness: doubled" in out
    assert "unexplained" in out


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1.5"])
def test_a_number_of_processes_is_a_positive_integer(jobs: str) -> None:
    done = command("check", "11.3.1", f"--jobs={jobs}")

    assert done.returncode == 2
    assert f"'{jobs}' is not a number of processes" in done.stderr


def test_the_errata_are_printed_in_every_format(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errata, "ERRATA", ERRATA[:3])

    for form, start in (
        ("text", "1. introduction (misprint)"),
        ("markdown", "| | where | sort |"),
        ("latex", r"\documentclass{article}"),
        ("json", '{"number": 1, '),
    ):
        code, out, err = run("errata", "--format", form)
        assert (code, err) == (0, "")
        assert out.startswith(start)
