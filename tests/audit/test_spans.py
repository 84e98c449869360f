"""The scanner of write-ups: which characters are formula, code, heading or prose."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.latex import Macro
from audit.spans import Document, Kind, scan


def formulas(text: str, kind: Kind = "markdown") -> list[str]:
    return [text[span.start : span.end] for span in scan(text, kind).spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("let $x>0$ and $y$", ["x>0", "y"]),
        ("so $$a=b$$ inside a paragraph", ["a=b"]),
        ("$$\na=b\n$$", ["\na=b\n"]),
        (r"let \(x>0\) and \[y\]", ["x>0", "y"]),
        ("$$a$$ $b$ $$c$$", ["a", "b", "c"]),
        ("$a$$b$", ["a", "b"]),
        (r"\begin{align*}a&=b\end{align*}", ["a&=b"]),
        (r"$$\begin{aligned}a&=b\end{aligned}$$", [r"\begin{aligned}a&=b\end{aligned}"]),
        ("it costs $5 and $6", []),
        ("between $100-$200", []),
        (r"a price of 5\$ and $x$", ["x"]),
        ("$ x $ and $ a+b $", [" x ", " a+b "]),
        ("`$a$` and ``$b$ ` $c$`` and $d$", ["d"]),
        ("```\n$a$\n```\n$b$", ["b"]),
        ("~~~python\n$a$\n```\n$b$\n~~~\n$c$", ["c"]),
        ("a <!-- $a$ \n\n $b$ --> $c$", ["c"]),
        ("---\ntitle: $a$\n---\n$b$", ["b"]),
        ("an open $a \n\n and $b$", ["b"]),
        ("an open $$a \n\n and $$b$$", ["b"]),
        (r"an open \(a and $b$", ["b"]),
        (r"an open \begin{align} and $b$", ["b"]),
        ("$$$$ and $$ $$", []),
        (r"\\(x\\) is a line break", []),
    ],
)
def test_markdown_formulas(text: str, expected: list[str]):
    assert formulas(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("let $x>0$ % and $y$\n and $z$", ["x>0", "z"]),
        (r"100\% of $x$", ["x"]),
        (r"\begin{equation}a=b\end{equation}", ["a=b"]),
        (r"\begin{multline*}a=b\end{multline*}", ["a=b"]),
        (r"\begin{verbatim}$a$\end{verbatim} \verb|$b$| $c$", ["c"]),
        (r"\begin{lstlisting}$a$\end{lstlisting}$c$", ["c"]),
        (r"$a$\begin{document}$b$\end{document}$c$", ["b"]),
        (r"\newcommand{\x}{$a$} $b$", ["b"]),
        (r"a \\[2pt] b $c$", ["c"]),
    ],
)
def test_latex_formulas(text: str, expected: list[str]):
    assert formulas(text, "latex") == expected


def test_span_knows_its_display_environment_heading_and_label():
    text = (
        "# Setting\n$x$\n\nResult\n======\n\n$$a=b\\tag{7}$$\n\n$$c$$\n (11.2)\n\n"
        "## Proof ##\n\\begin{align}d\\label{eq:d}\\end{align}"
    )
    found = scan(text, "markdown").spans
    assert [(s.display, s.environment, s.heading, s.label) for s in found] == [
        (False, "", "Setting", None),
        (True, "", "Result", "7"),
        (True, "", "Result", "11.2"),
        (True, "align", "Proof", "eq:d"),
    ]


def test_latex_headings():
    text = r"\section*{One}$a$\subsection[s]{Two \emph{b}}$c$\paragraph{Three.}$d$"
    assert [span.heading for span in scan(text, "latex").spans] == [
        "One",
        r"Two \emph{b}",
        "Three.",
    ]


def test_macros_come_from_the_preamble_and_from_formulas():
    text = r"""
\newcommand{\R}{\mathbb{R}} \newcommand\norm[1]{\|#1\|} \renewcommand*{\vec}[2][x]{#1_{#2}}
\def\ip#1#2{\langle #1,#2\rangle} \DeclareMathOperator*{\amin}{arg\,min}
\providecommand{\R}{R} % \newcommand{\gone}{x}
\begin{document}$\newcommand{\late}{y}$\end{document}
"""
    assert scan(text, "latex").macros == {
        "R": Macro(r"\mathbb{R}"),
        "norm": Macro(r"\|#1\|", 1),
        "vec": Macro("#1_{#2}", 2, "x"),
        "ip": Macro(r"\langle #1,#2\rangle", 2),
        "amin": Macro(r"\operatorname*{arg\,min}"),
        "late": Macro("y"),
    }


def test_prose_keeps_every_offset():
    text = "Let $x>0$ be `a` thing.\n\n$$\na\n$$ <!-- b -->\nThe end."
    prose = scan(text, "markdown").prose
    assert len(prose) == len(text)
    assert prose.split() == ["Let", "be", "thing.", "The", "end."]
    assert all(was == now for was, now in zip(text, prose, strict=True) if now != " ")
    assert [at for at, sign in enumerate(prose) if sign == "\n"] == [
        at for at, sign in enumerate(text) if sign == "\n"
    ]


def test_position_counts_from_one():
    document = scan("ab\n\nc", "markdown")
    assert [document.position(offset) for offset in range(6)] == [
        (1, 1),
        (1, 2),
        (1, 3),
        (2, 1),
        (3, 1),
        (3, 2),
    ]


LONG = {
    "dollars": "$a " * 50_000,
    "double dollars": "$$a " * 50_000,
    "parentheses": r"\( " * 50_000,
    "brackets": r"\[ " * 50_000,
    "environments": r"\begin{align}" * 20_000,
    "backticks": "` " * 50_000,
    "runs of backticks": " ".join("`" * size for size in range(1, 400)),
    "comments": "<!--" * 50_000,
    "hashes": "#\n" * 50_000,
    "rules": "---\n" * 50_000,
    "underlined": "a\n===\n" * 30_000,
    "definitions": r"\newcommand{\x}{" * 10_000,
    "headings": r"\section{" * 20_000,
    "labels": "$$" + r"\label{" * 20_000 + "$$",
    "verb": r"\verb|" * 30_000,
    "verbatim": r"\begin{verbatim}" * 20_000,
    "backslashes": "\\" * 100_001,
    "blanks": " " * 200_000,
    "line breaks": "\n" * 200_000,
}
SLOWEST = 5.0
"""Seconds; quadratic work on any of these would take minutes."""


@pytest.mark.parametrize("kind", ["markdown", "latex"])
@pytest.mark.parametrize("name", LONG)
def test_hostile_document_is_scanned_in_linear_time(name: str, kind: Kind):
    start = time.perf_counter()
    scan(LONG[name], kind)
    assert time.perf_counter() - start < SLOWEST


PIECES = [
    *"ab $%#`{}[]*\\\n-=~>1",
    *("$$", "\n\n", r"\(", r"\)", r"\[", r"\]", "```", "<!--", "-->", r"\$", "---\n", "# "),
    *(r"\begin{align}", r"\end{align}", r"\begin{document}", r"\end{document}", r"\verb|"),
    *(r"\begin{verbatim}", r"\end{verbatim}", r"\newcommand{\x}", r"\def\x#1", r"\section{"),
    *(r"\label{", "\0", "\ud800", "\r\n", "~~~"),
]


def well_formed(document: Document) -> None:
    assert len(document.prose) == len(document.text)
    ends = [0, *(span.end for span in document.spans)]
    starts = [*(span.start for span in document.spans), len(document.text)]
    assert all(end <= start for end, start in zip(ends, starts, strict=True))
    assert all(document.text[s.start : s.end].strip() for s in document.spans)
    for span in document.spans:
        assert not document.prose[span.start : span.end].strip()
        line, column = document.position(span.start)
        assert sum(len(x) + 1 for x in document.text.split("\n")[: line - 1]) + column == (
            span.start + 1
        )


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join), st.sampled_from(Kind.__args__))
def test_any_document_is_scanned(text: str, kind: Kind):
    well_formed(scan(text, kind))


@given(st.text(max_size=80), st.sampled_from(Kind.__args__))
def test_any_text_is_scanned(text: str, kind: Kind):
    well_formed(scan(text, kind))
