"""Formulas typed on one line: precedence, whitelist, hostile strings."""

import time
from pathlib import Path

import pytest
import sympy as sp

from audit.latex import ReadError
from audit.plain import read_plain

a, b, c = OVER = sp.symbols("a b c", positive=True)


def refusal(text: str) -> ReadError:
    started = time.perf_counter()
    with pytest.raises(ReadError) as caught:
        read_plain(text, OVER)
    assert time.perf_counter() - started < 1
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2^2", -4),
        ("(-2)^2", 4),
        ("2^3^2", 512),
        ("2**3**2", 512),
        ("(2^3)^2", 64),
        ("2^-1", sp.Rational(1, 2)),
        ("2^-1^2", sp.Rational(1, 2)),
        ("8/4/2", 1),
        ("8/4*2", 4),
        ("7-3-2", 2),
        ("1-2+3", 2),
        ("2+3*4", 14),
        ("2*3^2", 18),
        ("--3", 3),
        ("1.5", sp.Rational(3, 2)),
        ("0.1", sp.Rational(1, 10)),
        (" 1 +\t2\n", 3),
    ],
)
def test_numbers_and_precedence(text: str, value: sp.Expr) -> None:
    assert read_plain(text, OVER) == value


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("-a*b", -(a * b)),
        ("-a^2", -(a**2)),
        ("a/b/c", a / (b * c)),
        ("a/b*c", a * c / b),
        ("a/(b*c)", a / (b * c)),
        ("a^b^c", None),
        ("a^(1/2)", sp.sqrt(a)),
        ("2*sqrt(a)/(sqrt(b)*c)", 2 * sp.sqrt(a) / (sp.sqrt(b) * c)),
        ("exp(-a*b)", sp.exp(-a * b)),
        ("ln(a)+log(b)", sp.log(a) + sp.log(b)),
        ("max(a, b, c)", sp.Max(a, b, c)),
        ("min(a)", a),
        ("abs(-a)", a),
        ("acos(a)+arccos(b)", sp.acos(a) + sp.acos(b)),
        ("sin(pi*a)", sp.sin(sp.pi * a)),
    ],
)
def test_symbols_and_functions(text: str, formula: sp.Expr | None) -> None:
    if formula is None:
        assert refusal(text).message == "a power in an exponent"
        return
    assert read_plain(text, OVER) == formula


def test_the_symbols_of_a_formula_are_those_given() -> None:
    symbols = read_plain("a*b + c", OVER).free_symbols

    assert all(any(symbol is known for known in OVER) for symbol in symbols)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 0),
        ("   ", 3),
        ("a +", 3),
        ("a b", 2),
        ("2a", 1),
        ("(a", 2),
        ("a)", 1),
        ("()", 1),
        ("a,b", 1),
        ("sqrt", 4),
        ("sqrt()", 5),
        ("sqrt(a,b)", 0),
        ("a + q", 4),
        ("e", 0),
        ("E", 0),
        ("I", 0),
        ("oo", 0),
        ("a//b", 2),
        ("a % b", 2),
        ("a = b", 2),
        ("a == b", 2),
        ("1e5", 1),
        ("1_000", 1),
        ("a!", 1),
        ("a²", 1),
        ("a\u2013b", 1),  # a dash
        ("1/0", 1),
        ("a/(b-b)", 1),
        ("0^0", 1),
    ],
)
def test_anything_else_is_refused_with_its_place(text: str, place: int) -> None:
    assert refusal(text).start == place


def test_an_unknown_symbol_is_answered_with_those_there_are() -> None:
    assert refusal("q").message == "unknown symbol 'q'; this slot may use a, b, c"


RUN = "open('{0}','w')"


@pytest.mark.parametrize(
    "hostile",
    [
        "__import__('os').system('touch {0}')",
        "exec(\"open('{0}','w')\")",
        f'eval("{RUN}")',
        RUN,
        "a.__class__.__base__.__subclasses__()",
        "[f for f in (lambda: open('{0}','w'),)][0]()",
        "a if open('{0}','w') else b",
        "a; import os",
        "sympify(\"__import__('os').system('touch {0}')\")",
        "(lambda: open('{0}','w'))()",
        "globals()",
        "`touch {0}`",
        "$(touch {0})",
        "f'{{open(1)}}'",
        "a\0b",
    ],
)
def test_code_is_refused_and_nothing_runs(hostile: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace"

    refused = refusal(hostile.format(trace))

    assert not trace.exists()
    assert 0 <= refused.start < refused.end


@pytest.mark.parametrize(
    ("text", "why", "place"),
    [
        ("(" * 10_000, "longer than 400 characters", 0),
        ("(" * 5_000 + "a" + ")" * 5_000, "longer than 400 characters", 0),
        ("1+" * 500_000, "longer than 400 characters", 0),
        ("9" * 1_000_000, "longer than 400 characters", 0),
        (" " * 1_000_000, "longer than 400 characters", 0),
        ("(" * 200 + "a" + ")" * 199, "nested deeper than 40", 41),
        ("-" * 300 + "a", "nested deeper than 40", 41),
        ("2^" * 150 + "2", "nested deeper than 40", 82),
        ("sqrt(" * 70, "nested deeper than 40", 205),
        ("9" * 41, "more than 40 digits", 0),
        ("9^9^9^9", "an exponent beyond 64", 3),
        ("a^65", "an exponent beyond 64", 1),
        ("a^-65", "an exponent beyond 64", 1),
        ("a^b^c", "a power in an exponent", 1),
        ("(9^64)^64", "a number too long to compute", 6),
        ("9999999999999999999999999^64", "a number too long to compute", 25),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else None,
)
def test_formulas_too_large_to_work_with_are_refused_at_once(
    text: str, why: str, place: int
) -> None:
    refused = refusal(text)

    assert why in refused.message
    assert refused.start == place


@pytest.mark.parametrize("text", ["((1+a)^64)^64", "((a^64)^64)^64"])
def test_powers_of_powers_do_not_get_around_the_limit(text: str) -> None:
    refusal(text)


@pytest.mark.parametrize(
    "text", ["max(sqrt(-1), a)", "min(log(0), a)", "max(exp(exp(exp(exp(9)))), 2)"]
)
def test_the_largest_of_numbers_that_cannot_be_compared_is_refused(text: str) -> None:
    refusal(text)
