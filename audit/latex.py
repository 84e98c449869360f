"""Reading one LaTeX formula into a raw tree, without deciding what it means.

The work is bounded before it starts: the length of the source, the number of tokens, the depth
of nesting and the digits of a number all have limits, nothing is evaluated, and every pass over
the tokens is linear.  Whatever cannot be read is a `ReadError` that says what and where.

A formula goes through five passes: `tokenize`, `expand` (the writer's own macros), `normalise`
(commands become relations, signs, delimiters, ...), `pair` (which delimiter closes which) and
`parse`.  `clauses` cuts a display into statements between the third and the fourth.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from audit.latex_grammar import parse
from audit.latex_roles import arranges, nesting, normalise
from audit.latex_tokens import Macro, ReadError, Token, expand, is_damaged, tokenize
from audit.tree import Node


@dataclass(frozen=True)
class Clause:
    r"""One statement of a display, read (`tree`) or not (`error`).

    `lead` is the prose right before it, such as "for all"; `\forall` counts as these words.
    `repaired` says that a command had lost its first letters, as in `rac{1}{2}`.
    """

    start: int
    end: int
    tree: Node | None = None
    error: ReadError | None = None
    lead: str = ""
    repaired: bool = False


def read(source: str, macros: Mapping[str, Macro] | None = None) -> Node:
    r"""Read one formula, the text between its dollar signs.

    A gap (`\quad`) or prose between two statements becomes a `Text` between them.
    Raises ReadError, and nothing else, where the formula cannot be read.

    >>> from audit.tree import Name, Number, Script
    >>> read(r"\lambda_0") == Script(Name("lambda"), sub=Number("0"))
    True
    """
    rows = _join(_rows(_tokens(source, macros)))
    tokens = [token for row in rows for token in (*row, _gap(row))]
    return parse(_without_alignment(_trim(tokens)))


def clauses(source: str, macros: Mapping[str, Macro] | None = None) -> list[Clause]:
    r"""Cut a display into its statements and read each of them.

    Statements end at `\quad`, at prose, at `\forall`, at a new row that does not start with a
    relation or sign, and at a comma between two relations.  Never raises: what cannot be read
    is a clause with an error.
    """
    try:
        tokens = _tokens(source, macros)
    except ReadError as error:
        return [Clause(0, len(source), error=error)]
    return [
        _clause(lead, statement, source)
        for row in _join(_rows(tokens))
        for lead, statement in _statements(row)
    ]


def _tokens(source: str, macros: Mapping[str, Macro] | None) -> list[Token]:
    return normalise(expand(tokenize(source), macros or {}))


# --- cutting a display into statements ------------------------------------------------------

_NUMBERED = re.compile(r"\(\s*[A-Z]?[0-9]{1,3}(\.[0-9]{1,3}){0,3}\s*[a-z]?\s*\)")


def _rows(tokens: list[Token]) -> list[list[Token]]:
    """Cut at the row breaks of the display itself, and drop the environments that arrange it."""
    rows: list[list[Token]] = [[]]
    for token, depth in zip(tokens, nesting(tokens), strict=True):
        if depth == 0 and token.kind == "row":
            rows.append([])
        elif depth > 0 or not (arranges(token) or token.kind == "&"):
            rows[-1].append(token)
    return [row for row in rows if row]


def _join(rows: Iterable[list[Token]]) -> list[list[Token]]:
    """Join a row that starts with a relation or a sign to the one before it."""
    joined: list[list[Token]] = []
    for row in rows:
        first = next((t for t in row if t.kind not in ("gap", "text", "separator")), None)
        starts = first is not None and first.kind in ("relation", "sign", "times")
        ends = bool(joined) and joined[-1][-1].kind in ("relation", "sign", "times")
        if joined and (starts or ends):
            tail = _trim(joined.pop()) if first and first.kind == "relation" else joined.pop()
            joined.append(tail + [t for t in row if t.kind != "gap" or t is not row[0]])
        else:
            joined.append(row)
    return joined


def _statements(row: list[Token]) -> Iterator[tuple[str, list[Token]]]:
    """Yield the statements of one row, each with the words before it."""
    depths = nesting(row)
    lead, piece = "", _Piece()
    for i, token in enumerate(row):
        if depths[i] == 0 and token.kind in ("text", "forall", "gap"):
            for part in piece.parts():
                yield lead, part
                lead = ""
            piece = _Piece()
            if token.kind in ("text", "forall"):
                words = "for all" if token.kind == "forall" else token.text
                lead = f"{lead} {words.strip(' ,;.:~')}".strip()
        else:
            piece.add(token, depths[i])
    for part in piece.parts():
        yield lead, part
        lead = ""


class _Piece:
    """A stretch without prose, cut at commas where both sides have a relation."""

    def __init__(self) -> None:
        self.items: list[list[Token]] = [[]]
        self.related: list[bool] = [False]

    def add(self, token: Token, depth: int) -> None:
        if depth == 0 and token.kind in ("separator", "stop") and token.text in ",;.":
            self.items[-1].append(token)
            self.items.append([])
            self.related.append(False)
        else:
            self.items[-1].append(token)
            self.related[-1] |= depth == 0 and token.kind == "relation"

    def parts(self) -> list[list[Token]]:
        """Return the statements; `i = 1, ..., n` keeps its list, `a < b, c, d > 0` gives c away."""
        found: list[list[list[Token]]] = []
        waiting: list[list[Token]] = []
        related = False
        for item, has_relation in zip(self.items, self.related, strict=True):
            waiting.append(item)
            if not has_relation:
                continue
            if related:
                dots = [k for k, part in enumerate(waiting[:-1]) if _has_dots(part)]
                keep = min(dots[-1] + 2, len(waiting) - 1) if dots else 0
                found[-1].extend(waiting[:keep])
                waiting = waiting[keep:]
            found.append(waiting)
            waiting, related = [], True
        if found:
            found[-1].extend(waiting)
        else:
            found.append(waiting)
        trimmed = (_trim([token for part in parts for token in part]) for parts in found)
        return [part for part in trimmed if part]


def _has_dots(tokens: Sequence[Token]) -> bool:
    return any(token.kind == "command" and token.text.endswith("dots") for token in tokens)


def _trim(tokens: list[Token]) -> list[Token]:
    """Drop punctuation at both ends and the number of the equation at the end."""
    start, end = 0, len(tokens)
    while start < end and _is_punctuation(tokens[start]):
        start += 1
    while end > start and (size := _trailing(tokens[start:end][-12:])):
        end -= size
    return tokens[start:end]


def _is_punctuation(token: Token) -> bool:
    return token.kind in ("gap", "stop") or (token.kind == "separator" and token.text in ",;")


def _trailing(tokens: Sequence[Token]) -> int:
    """Return how many of the last tokens are not part of the statement."""
    if _is_punctuation(tokens[-1]) or tokens[-1].text == "&":
        return 1
    opening = next((i for i, token in enumerate(tokens) if token.text == "("), None)
    if opening is None or tokens[-1].text != ")" or len(tokens) - opening > 8:
        return 0
    number = "".join(token.text for token in tokens[opening:])
    if not _NUMBERED.fullmatch(number):
        return 0
    alone = opening == 0 or _is_punctuation(tokens[opening - 1])
    return len(tokens) - opening if alone or number.count(".") > 1 else 0


def _without_alignment(tokens: Iterable[Token]) -> list[Token]:
    """Drop `&` and row breaks outside matrices and the like."""
    result: list[Token] = []
    grids = 0
    for token in tokens:
        grids += {"begin": 1, "end": -1}.get(token.kind, 0)
        if grids > 0 or token.kind not in ("&", "row"):
            result.append(token)
    return result


def _gap(row: Sequence[Token]) -> Token:
    end = row[-1].end
    return Token("gap", " ", end, end)


def _clause(lead: str, tokens: list[Token], source: str) -> Clause:
    start = min(token.start for token in tokens)
    end = max(token.end for token in tokens)
    repaired = is_damaged(source, start, end)
    try:
        tree = parse(_without_alignment(tokens))
    except ReadError as error:
        return Clause(start, end, None, error, lead, repaired)
    return Clause(start, end, tree, None, lead, repaired)
