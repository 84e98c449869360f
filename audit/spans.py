r"""Finding the mathematics in a write-up: what is formula, what is prose, and under which heading.

The text is never changed, only masked: code, comments and formulas become blanks of the same
length, so that every offset stays an offset into the writer's own file.  Each pass is linear:
what was once searched in vain up to some place is not searched again before it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from audit.latex import Macro
from audit.latex_tokens import closing_braces

Kind: TypeAlias = Literal["markdown", "latex"]

LONGEST_MACRO = 2_000
LONGEST_HEADING = 300
LONGEST_VERB = 500
MOST_MACROS = 500


@dataclass(frozen=True)
class Span:
    r"""A formula: `start` and `end` enclose what stands between its delimiters.

    `environment` is "align", "equation", ... without the star, or "" for dollar signs and
    brackets.  `label` comes from `\label`, `\tag` or a number such as (11.4) right behind.
    """

    start: int
    end: int
    display: bool
    environment: str = ""
    heading: str = ""
    label: str | None = None


@dataclass(frozen=True)
class Document:
    """A write-up with its formulas in order, its own commands and the prose between them.

    `prose` is the text with everything else masked by blanks; line breaks stay.
    """

    text: str
    kind: Kind
    spans: tuple[Span, ...]
    macros: dict[str, Macro]
    prose: str
    line_starts: tuple[int, ...] = field(repr=False)

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of an offset, both counted from 1."""
        line = max(bisect_right(self.line_starts, offset), 1)
        return line, offset - self.line_starts[line - 1] + 1


def scan(text: str, kind: Kind) -> Document:
    """Find the formulas of a write-up.  Never raises; what is not closed is prose.

    >>> [len(scan(text, "markdown").spans) for text in ("let $x>0$", "it costs $5 and $6")]
    [1, 0]
    """
    code = _markdown_code(text) if kind == "markdown" else _latex_code(text)
    visible = _mask(text, code)
    macros, definitions = _macros(visible)
    if kind == "latex":
        definitions += _outside_document(visible)
    plain = _mask(visible, sorted(definitions))
    found = _formulas(plain, kind)
    return Document(
        text=text,
        kind=kind,
        spans=_described([span for span, _ in found], plain, _headings(plain, kind)),
        macros=macros,
        prose=_mask(plain, [whole for _, whole in found]),
        line_starts=(0, *(match.end() for match in re.finditer("\n", text))),
    )


_Range: TypeAlias = tuple[int, int]
_NOT_BREAK = re.compile(r"[^\n]")


def _mask(text: str, ranges: Iterable[_Range]) -> str:
    """Blank out ranges, given in order; line breaks stay."""
    parts: list[str] = []
    at = 0
    for start, end in ranges:
        if end > at:
            start = max(start, at)
            parts += [text[at:start], _NOT_BREAK.sub(" ", text[start:end])]
            at = end
    return "".join([*parts, text[at:]])


# --- what is not mathematics ----------------------------------------------------------------

_FRONT_MATTER = re.compile(
    r"---[ \t\r]*\n(?>(?:(?!---|\.\.\.)[^\n]*\n)*)(?:---|\.\.\.)[ \t\r]*(?:\n|\Z)"
)
_FENCE = re.compile(r"^[ \t>]{0,12}(?:[-*+][ \t]{1,4})?(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)
_INLINE_MARK = re.compile(r"\\[\\`$]|(?P<ticks>`+)|(?P<comment><!--)|(?P<end>-->)")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")


def _markdown_code(text: str) -> list[_Range]:
    """Return where front matter, code and HTML comments stand."""
    front = _FRONT_MATTER.match(text)
    ranges = [front.span()] if front else []
    start, mark = 0, ""
    for fence in _FENCE.finditer(text, front.end() if front else 0):
        run, rest = fence[1], fence[2]
        if not mark and not (run[0] == "`" and "`" in rest):
            start, mark = fence.start(), run
        elif mark and run.startswith(mark) and not rest.strip():
            ranges.append((start, fence.end()))
            mark = ""
    if mark:
        ranges.append((start, len(text)))
    return sorted(ranges + _inline_code(_mask(text, ranges)))


def _inline_code(text: str) -> list[_Range]:
    """Return where HTML comments and code between backticks stand."""
    marks = [mark for mark in _INLINE_MARK.finditer(text) if mark.lastgroup]
    runs: dict[str, list[int]] = {}
    for mark in marks:
        runs.setdefault(mark[0], []).append(mark.start())
    blanks = [match.start() for match in _BLANK_LINE.finditer(text)] + [len(text)]
    found: list[_Range] = []
    at = 0
    for mark in marks:
        if mark.start() < at:
            continue
        closing = {"comment": "-->", "end": ""}.get(str(mark.lastgroup), mark[0])
        starts = runs.get(closing, [])
        following = bisect_left(starts, mark.end())
        if following == len(starts):
            continue
        end = starts[following]
        if closing == "-->" or end < blanks[bisect_right(blanks, mark.start())]:
            at = end + len(closing)
            found.append((mark.start(), at))
    return found


_LATEX_CODE = re.compile(
    r"\\begin\{(?P<block>[vV]erbatim\*?|lstlisting|minted|comment|alltt)\}"
    r"|\\(?:verb\*?|lstinline)(?P<verb>[^A-Za-z\s*])|\\.|(?P<comment>%)",
    re.DOTALL,
)


def _latex_code(text: str) -> list[_Range]:
    """Return where comments and verbatim text stand."""
    found: list[_Range] = []
    at = 0
    missing: set[str] = set()
    while mark := _LATEX_CODE.search(text, at):
        at = mark.end()
        end = -1
        if mark.lastgroup == "comment":
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
        elif mark.lastgroup == "verb":
            end = text.find(mark["verb"], at, at + LONGEST_VERB) + 1 or -1
        elif mark.lastgroup == "block" and mark["block"] not in missing:
            closing = f"\\end{{{mark['block']}}}"
            end = text.find(closing, at) + len(closing)
            if end < at:
                missing.add(mark["block"])
        if end >= at:
            found.append((mark.start(), end))
            at = end
    return found


def _outside_document(text: str) -> list[_Range]:
    start = text.find("\\begin{document}")
    if start < 0:
        return []
    end = text.find("\\end{document}", start)
    return [(0, start + len("\\begin{document}")), (end if end > 0 else len(text), len(text))]


# --- the writer's own commands --------------------------------------------------------------

_DEFINITION = re.compile(
    r"\\(?:(?P<command>newcommand|renewcommand|providecommand|DeclareMathOperator)(?P<star>\*?)"
    r"\s{0,9}(?:\{\s{0,9}\\(?P<braced>[A-Za-z]{1,40})\s{0,9}\}|\\(?P<bare>[A-Za-z]{1,40}))"
    r"\s{0,9}(?:\[(?P<count>[0-9])\]\s{0,9}(?:\[(?P<default>[^\]\n]{0,200})\]\s{0,9})?)?"
    r"|def\s{0,9}\\(?P<defined>[A-Za-z]{1,40})(?P<parameters>(?:\#[1-9]){0,9})\s{0,9})(?=\{)"
)


def _macros(text: str) -> tuple[dict[str, Macro], list[_Range]]:
    """Return the writer's own commands and where they are defined."""
    macros: dict[str, Macro] = {}
    ranges: list[_Range] = []
    closings = closing_braces(text)
    for match in _DEFINITION.finditer(text):
        end = closings.get(match.end(), len(text))
        if end - match.end() > LONGEST_MACRO or end == len(text) or len(macros) >= MOST_MACROS:
            continue
        ranges.append((match.start(), end + 1))
        name = match["braced"] or match["bare"] or match["defined"]
        body = text[match.end() + 1 : end]
        if match["command"] == "DeclareMathOperator":
            body = f"\\operatorname{match['star']}{{{body}}}"
        if match["command"] != "providecommand" or name not in macros:
            count = len(match["parameters"] or "") // 2 or int(match["count"] or 0)
            macros[name] = Macro(body, count, match["default"])
    return macros, ranges


# --- formulas -------------------------------------------------------------------------------

_ENVIRONMENTS = "equation|align|alignat|flalign|gather|multline|eqnarray|displaymath|math"
_OPENING = re.compile(
    rf"\\begin\{{(?P<name>{_ENVIRONMENTS})(?P<star>\*?)\}}|(?P<mark>\\[(\[]|\$\$?)|\\.", re.DOTALL
)
# Atomic groups, since possessive stars of groups do not match as they should before Python 3.11.5.
_CLOSING = {
    "$": re.compile(r"(?>(?:[^$\\\n]+|\\.|\n(?![ \t\r]*\n))*)(?P<end>\$)", re.DOTALL),
    "$$": re.compile(r"(?>(?:[^$\\]+|\\.|\$(?!\$))*)(?P<end>\$\$)", re.DOTALL),
    "\\(": re.compile(r"(?>(?:[^\\\n]+|\\[^)]|\n(?![ \t\r]*\n))*)(?P<end>\\\))"),
    "\\[": re.compile(r"(?>(?:[^\\]+|\\[^\]])*)(?P<end>\\\])"),
}
_MATHEMATICAL = re.compile(r"[\\^_=<>{}+]")


def _formulas(text: str, kind: Kind) -> list[tuple[Span, _Range]]:
    """Return the formulas, each with its range including the delimiters."""
    found: list[tuple[Span, _Range]] = []
    failed: dict[str, int] = {}
    at = 0
    while opening := _OPENING.search(text, at):
        at = opening.end()
        inside = _inside(text, opening, failed)
        if inside is None:
            continue
        start, end, whole = inside
        mark, name = opening["mark"], opening["name"] or ""
        if mark == "$" and kind == "markdown" and not _is_inline(text, start, end):
            continue
        if mark in ("$$", "\\[") and _BLANK_LINE.search(text[start:end].strip()):
            continue
        at = whole
        if text[start:end].strip():
            display = mark in ("$$", "\\[") or bool(name and name != "math")
            found.append((Span(start, end, display, name), (opening.start(), whole)))
    return found


def _inside(
    text: str, opening: re.Match[str], failed: dict[str, int]
) -> tuple[int, int, int] | None:
    """Return start and end of what an opening delimiter encloses, and the end of the closing one.

    `failed` remembers up to where a delimiter is known to be closed nowhere.
    """
    at, mark = opening.end(), opening["mark"] or opening[0]
    if at <= failed.get(mark, 0) or not (opening["mark"] or opening["name"]):
        return None
    if opening["name"]:
        end_mark = f"\\end{{{opening['name']}{opening['star']}}}"
        end = text.find(end_mark, at)
        if end >= 0:
            return at, end, end + len(end_mark)
    elif closing := _CLOSING[mark].match(text, at):
        return at, closing.start("end"), closing.end()
    blank = _BLANK_LINE.search(text, at) if mark in ("$", "\\(") else None
    failed[mark] = blank.start() if blank else len(text)
    return None


def _is_inline(text: str, start: int, end: int) -> bool:
    """Tell a formula from two prices, by the blanks and digits around the dollar signs."""
    content, after = text[start:end], text[end + 1 : end + 2]
    if not content.strip() or after.isdigit():
        return False
    if content[0].isspace() or content[-1].isspace():
        both = content[0].isspace() and content[-1].isspace()
        return both and (len(content.strip()) == 1 or bool(_MATHEMATICAL.search(content)))
    return True


# --- headings and labels --------------------------------------------------------------------

_MARKDOWN_HEADING = re.compile(
    r"^ {0,3}#{1,6}[ \t]+([^\n]*)$|^([^\s|>-][^\n]{0,300})\n(?:={3,}|-{3,})[ \t\r]*$", re.MULTILINE
)
_LATEX_HEADING = re.compile(
    r"\\(?:part|chapter|(?:sub){0,2}section|(?:sub)?paragraph)\*?(?:\[[^\]\n]{0,200}\])?(?=\{)"
)
_LABEL = re.compile(r"\\(?:label|tag\*?)\{([^{}]{1,200})\}")
_NUMBER_BEHIND = re.compile(r"(?:\$\$|\\\])?\s{0,3}\(([0-9]{1,3}(?:\.[0-9]{1,3}){1,3}[a-z]?)\)")


def _headings(text: str, kind: Kind) -> list[tuple[int, str]]:
    if kind == "markdown":
        found = ((match, match[1] or match[2] or "") for match in _MARKDOWN_HEADING.finditer(text))
        return [(match.start(), title.strip(" \t\r#")) for match, title in found]
    headings: list[tuple[int, str]] = []
    closings = closing_braces(text)
    for match in _LATEX_HEADING.finditer(text):
        end = closings.get(match.end())
        if end is not None and end - match.end() <= LONGEST_HEADING:
            headings.append((match.start(), text[match.end() + 1 : end].strip()))
    return headings


def _described(
    spans: Iterable[Span], text: str, headings: list[tuple[int, str]]
) -> tuple[Span, ...]:
    """Return the spans with the heading above and the label of each."""
    starts = [start for start, _ in headings]
    described: list[Span] = []
    for span in spans:
        above = bisect_right(starts, span.start)
        label = _LABEL.search(text, span.start, span.end)
        if label is None and span.display:
            label = _NUMBER_BEHIND.match(text, span.end)
        described.append(
            Span(
                span.start,
                span.end,
                span.display,
                span.environment,
                headings[above - 1][1] if above else "",
                label[1] if label else None,
            )
        )
    return tuple(described)
