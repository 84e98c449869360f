"""Write-ups and theorems as tests."""

import pytest

import audit.document
import theorems

pytest_plugins = ["pytester"]

HEAVY = (audit.document, theorems)
"""Imported here once, since compiled modules cannot be imported again in one process."""
TRUE = r"$h\le\frac{1}{\lambda_{\min}+\lambda_{\max}}$"
FALSE = r"$r=\frac{2\sqrt{f(w_0)}}{\sqrt{m}U}$"
SURVIVES = r"$L\le\frac{\lambda_{\min}^2}{5m^{3/2}U^2\sqrt{f(w_0)}}$"


@pytest.fixture
def essay(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.path.joinpath("essay.md").write_text(f"# One\n\n{TRUE}\n\nand {FALSE}\n")
    return pytester


def items(result: pytest.RunResult) -> list[str]:
    return [line.partition("::")[2] for line in result.outlines if line.startswith("essay.md::")]


def test_a_named_document_gets_an_item_for_each_claim_and_one_for_coverage(
    essay: pytest.Pytester,
) -> None:
    result = essay.runpytest_inprocess("essay.md", "--collect-only", "-q")

    assert items(result) == ["L3:2:11.13:step_max", "L5:6:11.13:radius", "coverage"]


def test_a_claim_that_fails_shows_its_counterexample_and_the_correct_form(
    essay: pytest.Pytester,
) -> None:
    result = essay.runpytest_inprocess("essay.md")

    result.assert_outcomes(passed=2, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "essay.md:5:6: refuted",
            r"r=\frac{2\sqrt{f(w_0)}}{\sqrt{m}U}",
            "the iterates stay in the ball: false at k = 3, where it needs 196/125 <= 1.41421",
            "    Phi_1 = w_1; Phi_2 = 1/2 w_2",
            "    y = 0, 1",
            r"correct: r = \frac{2 U \sqrt{f(w_0)} \sqrt{m}}{\lambda_{\min}}",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_claim_is_located_by_path_and_line(essay: pytest.Pytester) -> None:
    found, _ = essay.inline_genitems("essay.md")

    assert [(str(item.location[0]), item.location[1]) for item in found[:2]] == [
        ("essay.md", 2),  # pytest counts from 0
        ("essay.md", 4),
    ]


def test_an_item_can_be_named(essay: pytest.Pytester) -> None:
    essay.runpytest_inprocess("essay.md::L3:2:11.13:step_max").assert_outcomes(passed=1)


def test_verdicts_are_properties_of_the_items(essay: pytest.Pytester) -> None:
    found, _ = essay.inline_genitems("essay.md")

    assert [dict(item.user_properties).get("verdict") for item in found] == [
        "matches",
        "refuted",
        None,
    ]


def test_the_coverage_is_shown(essay: pytest.Pytester) -> None:
    result = essay.runpytest_inprocess("essay.md", "-rP")

    result.stdout.fnmatch_lines(["2 formulas, 2 read, 2 matched, 2 decided"])


def test_a_formula_that_cannot_be_read_is_skipped_and_not_passed(
    pytester: pytest.Pytester,
) -> None:
    pytester.path.joinpath("essay.md").write_text(r"$\frac{a}{$")

    result = pytester.runpytest_inprocess("essay.md", "-rs")

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*could not be read*"])


@pytest.mark.parametrize("arguments", [[], ["."], ["test_one.py"]], ids=str)
def test_a_document_nobody_named_is_left_alone(
    essay: pytest.Pytester, arguments: list[str]
) -> None:
    essay.makepyfile(test_one="def test_one(): pass")

    result = essay.runpytest_inprocess(*arguments)

    result.assert_outcomes(passed=1)


def test_a_document_in_a_named_directory_is_left_alone(pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("docs")
    folder.joinpath("README.md").write_text(FALSE)

    assert pytester.runpytest_inprocess("docs").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_document_found_through_testpaths_is_left_alone(essay: pytest.Pytester) -> None:
    essay.makeini("[pytest]\ntestpaths = .")

    assert essay.runpytest_inprocess().ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_document_another_plugin_takes_is_left_to_it(pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("essay.md").write_text(f"{FALSE}\n\n>>> 1 + 1\n2\n")

    result = pytester.runpytest_inprocess("essay.md", "--doctest-glob=*.md")

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a\nb\xff", "*essay.md:2:2: byte 0xff is not UTF-8; save the file as UTF-8"),
        (b"a\0", "*essay.md:1:2: a zero byte; this is not a text file"),
    ],
)
def test_an_unreadable_document_is_a_clean_error(
    pytester: pytest.Pytester, data: bytes, message: str
) -> None:
    pytester.path.joinpath("essay.md").write_bytes(data)

    result = pytester.runpytest_inprocess("essay.md")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*document.py*")


def test_a_missing_document_is_an_error(pytester: pytest.Pytester) -> None:
    assert pytester.runpytest_inprocess("none.md").ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize(("options", "failed"), [([], 0), (["--audit-strict"], 1)], ids=str)
def test_a_claim_that_merely_survived_fails_only_when_strict(
    pytester: pytest.Pytester, options: list[str], failed: int
) -> None:
    pytester.path.joinpath("essay.md").write_text(SURVIVES)

    result = pytester.runpytest_inprocess("essay.md", *options)

    result.assert_outcomes(passed=2 - failed, failed=failed)


def test_the_catalogue_is_collected_and_selected(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--theorems", "-k", "11.3.1 and (step or 5)", "-v")

    passed, skipped = result.parseoutcomes()["passed"], result.parseoutcomes()["skipped"]
    assert (passed, skipped) == (3 + 4, 1)  # steps and nudges; the cited step
    result.stdout.fnmatch_lines(["*Equation (11.3.1)::step: the inner product is bilinear*PASSED*"])


def test_every_theorem_is_collected(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--theorems", "--collect-only", "-q")

    for theorem in theorems.ALL:
        assert any(f"{theorem.label}::survives" in line for line in result.outlines)


def test_the_catalogue_is_left_alone_unless_asked_for(pytester: pytest.Pytester) -> None:
    assert pytester.runpytest_inprocess().ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_documents_and_catalogue_together(essay: pytest.Pytester) -> None:
    result = essay.runpytest_inprocess("--theorems", "essay.md", "-k", "coverage or bilinear")

    assert result.parseoutcomes()["passed"] == 2
