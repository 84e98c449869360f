"""The list of the book's slips: complete, tied to the catalogue, and printable everywhere."""

import pytest

import theorems
from audit import errata
from audit.errata import Entry, as_data, as_latex, as_markdown, as_text
from theorems.errata import ERRATA, Erratum

THEOREMS = {theorem.number: theorem for theorem in theorems.ALL}
IN_WORDS = Entry(
    1, Erratum("(1.1)", "wrong", r"\(\|x\|<1\)", r"\(\|x\|\le1\)", r"\(x=1\)"), r"\(x=1\)", False
)


def test_there_are_forty_four_and_none_comes_twice() -> None:
    assert len({(erratum.where, erratum.printed) for erratum in ERRATA}) == len(ERRATA) == 44


@pytest.mark.parametrize("erratum", [e for e in ERRATA if e.wording], ids=lambda e: e.where)
def test_a_wording_that_is_false_must_fall_and_one_that_is_sharper_must_survive(
    erratum: Erratum,
) -> None:
    theorem = THEOREMS[erratum.theorem]
    expected = theorem.also_true if erratum.sort == "not sharp" else theorem.false

    assert erratum.wording in expected
    assert not erratum.example


def test_nothing_that_is_wrong_is_without_an_example() -> None:
    assert [e.where for e in ERRATA if e.sort == "wrong" and not (e.example or e.wording)] == []


def test_dollars_braces_and_parentheses_of_formulas_are_balanced() -> None:
    for erratum in ERRATA:
        for text in (erratum.printed, erratum.correct, erratum.example):
            assert text.count(r"\(") == text.count(r"\)")
            assert text.count("{") == text.count("}")
            assert "$" not in text


def test_a_false_wording_comes_with_a_counterexample_of_the_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = tuple(e for e in ERRATA if e.where == "Example 11.17")
    monkeypatch.setattr(errata, "ERRATA", chosen)

    (entry,) = errata.entries()

    assert entry.checked
    assert entry.example.startswith("|x| = 1; |z| = 1; theta = 0")
    assert as_data(entry)["theorem"] == "11.17"


def test_formulas_are_written_as_each_format_wants_them() -> None:
    assert list(as_text(IN_WORDS)) == [
        "1. (1.1) (wrong)",
        r"   printed: \|x\|<1",
        r"   correct: \|x\|\le1",
        "   shown by: x=1",
    ]
    assert as_markdown(IN_WORDS).startswith(r"| 1 | (1.1) | wrong | $\\|x\\|<1$ |")
    (line, *_) = as_latex(IN_WORDS)
    assert line == r"\item \textbf{(1.1)} (wrong). Printed: \(\|x\|<1\)."


def test_a_sharper_form_is_said_to_be_proved() -> None:
    sharper = Erratum("(1.1)", "not sharp", "2", "1", theorem="1.1", wording="the 1")
    entry = Entry(1, sharper, "", checked=True)

    assert "proved by machine" in "\n".join(as_text(entry))
    assert as_markdown(entry).endswith("| proof by machine: `the 1` |")
