"""From the source of a formula to its tokens, with the writer's own macros replaced."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from audit import latex_tables as tables

LONGEST_SOURCE = 20_000
MOST_TOKENS = 4_000
DEEPEST = 60
MOST_DIGITS = 40
MOST_EXPANDED = 30_000
"""How many tokens the expansion of macros may look at."""


class ReadError(ValueError):
    """A formula cannot be read; `message` says why, in words for its writer."""

    def __init__(self, message: str, start: int, end: int, token: str = "") -> None:
        self.message = _printable(message)
        self.start = start
        self.end = end
        self.token = _printable(token)
        super().__init__(self.message)

    def __reduce__(self) -> tuple[type, tuple[str, int, int, str]]:
        return type(self), (self.message, self.start, self.end, self.token)


@dataclass(frozen=True)
class Macro:
    """The writer's own command: its replacement text, in which `#1` is the first argument.

    `default` is the value of the first argument where it is optional.
    """

    body: str
    arguments: int = 0
    default: str | None = None


class Token(NamedTuple):
    """`kind` is "command", "letter", "number", "symbol" or "text" at first.

    `normalise` adds "word", "phrase", "relation", "sign", "times", "separator", "stop", "gap",
    "row", "forall", "begin", "end", "open", "close", "bar", "left" and "right".
    """

    kind: str
    text: str
    start: int
    end: int
    spaced: bool = False
    r"""Whether an explicit space such as `\,` comes before it."""


_PIECE = re.compile(
    r"""
      (?P<damaged>(?:oldsymbol|rac|ilde)(?=\{)|egin(?=\{[a-zA-Z]+\*?\})|(?<=[\s{])ext(?=\{)
        |(?<=\n)ight(?=\s?[\\)\]|.])|(?<=\^[ ])op(?![A-Za-z])|(?<=\\[ ])dots(?![A-Za-z]))
    | (?P<letter>[A-Za-z])
    | \\(?P<command>[A-Za-z]+)
    | \\(?P<escape>[^A-Za-z])
    | (?P<number>[1-9][0-9]{0,2}(?:(?:\{,\}|\\,)[0-9]{3}(?![0-9]))+(?:\.[0-9]+)?
        | [0-9]+(?:(?:\.|\{,\})[0-9]+)?
        | \.[0-9]+)
    | (?P<space>\s+|%[^\n]*)
    | (?P<typed>:=|=:|<=>|<=|>=|==|=>|!=|->|<<|>>)
    | (?P<dots>\.{2,3})
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_LOST = {
    **{"oldsymbol": "b", "egin": "b", "rac": "f", "ight": "r"},
    **{"ilde": "t", "ext": "t", "op": "t", "dots": "v"},
}
"""What `\\b`, `\\f`, `\\r`, `\\t` and `\\v` swallow where a program takes them for escapes."""
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_OPENING_BRACE = re.compile(r"\s*\{")
_THIN = re.compile(r"\{,\}|\\,")
_ESCAPES = {"{": "lbrace", "}": "rbrace", "|": "Vert"}
_COLUMNS = re.compile(r"\s*(?:\[[a-z]*\]\s*)?\{[^{}]{0,200}\}")
_PLACE = re.compile(r"\s*\[[a-z]{0,3}\]")
_ROW = re.compile(r"\*?[ \t]*(?:\[[^\]\n]{0,20}\])?")
_ENVIRONMENT = re.compile(r"\s*\{\s*([A-Za-z]{1,40})\*?\s*\}")


def tokenize(source: str) -> list[Token]:
    """Cut a formula into tokens.  Raises ReadError where it is too long."""
    if len(source) > LONGEST_SOURCE:
        message = f"the formula is longer than {LONGEST_SOURCE} characters"
        raise ReadError(message, 0, len(source))
    scanner = _Scanner(source, closing_braces(source), [])
    scanner.scan(0, len(source))
    return scanner.tokens


def is_damaged(source: str, start: int, end: int) -> bool:
    """Tell whether a command in the range had lost its backslash and first letter."""
    return any(match.lastgroup == "damaged" for match in _PIECE.finditer(source, start, end))


@dataclass(frozen=True)
class _Scanner:
    source: str
    closings: dict[int, int]
    tokens: list[Token]

    def scan(self, at: int, stop: int) -> None:
        """Add the tokens of a range; blanks leave only a mark on the token that follows."""
        spaced = False
        while at < stop and (match := _PIECE.match(self.source, at, stop)):
            start, at = at, match.end()
            kind, before = str(match.lastgroup), len(self.tokens)
            text = match[kind]
            if kind == "letter" and not spaced:
                self.tokens.append(Token(kind, text, start, at))
                continue
            if _is_space(kind, text) or (text == "\\" and at == stop):
                spaced = spaced or kind != "space"
                continue
            if kind in ("command", "damaged"):
                lost = _LOST[text] if kind == "damaged" else ""
                at = self.command(lost + text, start, at, stop)
            else:
                self.tokens.extend(_plain(kind, text, start, at))
            if kind == "escape" and text == "\\" and (skipped := _ROW.match(self.source, at, stop)):
                at = skipped.end()
            if spaced and len(self.tokens) > before:
                self.tokens[before] = self.tokens[before]._replace(spaced=True)
            spaced = False
            if len(self.tokens) > MOST_TOKENS:
                message = f"the formula has more than {MOST_TOKENS} signs"
                raise ReadError(message, start, stop)

    def command(self, text: str, start: int, at: int, stop: int) -> int:
        """Add the tokens of one command and return where it ends."""
        if text in tables.TEXTS and (brace := _OPENING_BRACE.match(self.source, at, stop)):
            closing = self.closings.get(brace.end() - 1, stop)
            if closing < stop:
                self.prose(start, brace.end(), closing)
                return closing + 1
        if text in ("begin", "end") and (name := _ENVIRONMENT.match(self.source, at, stop)):
            self.tokens.append(Token(text, name[1], start, name.end()))
            extra = _COLUMNS if name[1] in tables.WITH_COLUMNS else _PLACE
            skipped = extra.match(self.source, name.end(), stop) if text == "begin" else None
            return skipped.end() if skipped else name.end()
        at += text in tables.STARRED and self.source[at : at + 1] == "*"
        self.tokens.append(Token("command", text, start, at))
        return at

    def prose(self, start: int, at: int, stop: int) -> None:
        r"""Add the prose of `\text`, in which a formula may stand between dollar signs."""
        before = len(self.tokens)
        for i, part in enumerate(self.source[at:stop].split("$")):
            if i % 2:
                self.scan(at, at + len(part))
            elif part:
                self.tokens.append(Token("text", part, at, at + len(part)))
            at += len(part) + 1
        if len(self.tokens) > before:
            self.tokens[before] = self.tokens[before]._replace(start=start)
            self.tokens[-1] = self.tokens[-1]._replace(end=stop + 1)


def _is_space(kind: str, text: str) -> bool:
    if kind in ("command", "escape"):
        return text in tables.SPACES or text.isspace()
    return kind == "space" or text == "~"


def _plain(kind: str, text: str, start: int, end: int) -> Iterator[Token]:
    """Yield the tokens of anything but a command."""
    match kind:
        case "escape":
            yield Token("command", _ESCAPES.get(text, text), start, end)
        case "number":
            yield Token("number", _digits(text, start, end), start, end)
        case "dots":
            yield Token("command", "dots", start, end)
        case "typed":
            yield Token("relation", tables.TYPED_RELATIONS[text], start, end)
        case _:
            yield from _character(text, start, end)


def _digits(text: str, start: int, end: int) -> str:
    """Return a numeral in its plain form: `1{,}000` is 1000, and `0{,}5` is 0.5."""
    groups = _THIN.split(text)
    thousands = len(groups) > 2 or (len(groups[-1].split(".")[0]) == 3 and groups[0] != "0")
    plain = ("" if thousands else ".").join(groups)
    if len(plain) > MOST_DIGITS:
        message = f"a number has more than {MOST_DIGITS} digits"
        raise ReadError(message, start, end, plain[:MOST_DIGITS])
    return plain


def _character(text: str, start: int, end: int) -> Iterator[Token]:
    for table, mark in ((tables.SUPERSCRIPTS, "^"), (tables.SUBSCRIPTS, "_")):
        if text in table:
            yield from (Token("symbol", c, start, end) for c in (mark, "{"))
            yield from _plain("number" if table[text].isdigit() else "", table[text], start, end)
            yield Token("symbol", "}", start, end)
            return
    style, plain = tables.styled(text)
    if style:
        yield Token("command", style, start, end)
    meaning = tables.UNICODE.get(plain, plain)
    if text in tables.COMBINING:
        yield Token("combining", tables.COMBINING[text], start, end)
    elif meaning.isascii() and meaning.isalpha() and len(meaning) > 1:
        yield Token("command", meaning, start, end)
    elif meaning.isalpha():
        yield Token("letter", meaning, start, end)
    elif meaning.isdigit() and meaning.isascii():
        yield Token("number", meaning, start, end)
    else:
        yield from (Token("symbol", c, start, end) for c in meaning)


def closing_braces(source: str) -> dict[int, int]:
    """Return for each brace of the source that is closed where the closing one stands."""
    stack: list[int] = []
    closings: dict[int, int] = {}
    for match in _BRACE.finditer(source):
        if match[0] == "{":
            stack.append(match.start())
        elif match[0] == "}" and stack:
            closings[stack.pop()] = match.start()
    return closings


# --- the writer's own macros ----------------------------------------------------------------

_DEFINITIONS = frozenset(
    ("newcommand", "renewcommand", "providecommand", "DeclareMathOperator", "def")
)


def expand(tokens: list[Token], macros: Mapping[str, Macro]) -> list[Token]:
    """Replace the writer's own commands; the replacement stands where the command stood.

    Raises ReadError where that takes too much work.
    """
    pending = _Pending(tokens[::-1])
    bodies: dict[str, list[Token]] = {}
    result: list[Token] = []
    while pending.tokens:
        token = pending.take()
        if token.kind == "command" and token.text in _DEFINITIONS:
            pending.skip_definition(token)
        elif token.kind == "command" and token.text in macros:
            macro = macros[token.text]
            if token.text not in bodies:
                bodies[token.text] = tokenize(macro.body)
            arguments, end = pending.arguments(macro, token.end)
            body = list(_substitute(bodies[token.text], arguments, token._replace(end=end)))
            pending.tokens.extend(reversed(body))
            if len(pending.tokens) > MOST_TOKENS:
                raise _too_much(token)
        else:
            result.append(token)
        if len(result) > MOST_TOKENS:
            raise _too_much(token)
    return result


def _too_much(token: Token) -> ReadError:
    return ReadError("the macros expand to too much", token.start, token.end, shown(token))


@dataclass
class _Pending:
    """The tokens still to be expanded, the next one last; `work` counts all that were taken."""

    tokens: list[Token]
    work: int = 0

    def take(self) -> Token:
        token = self.tokens.pop()
        self.work += 1
        if self.work > MOST_EXPANDED:
            raise _too_much(token)
        return token

    def next_is(self, text: str) -> bool:
        return bool(self.tokens) and self.tokens[-1].text == text

    def arguments(self, macro: Macro, end: int) -> tuple[list[list[Token]], int]:
        """Take the arguments of a macro; return also where they end."""
        found: list[list[Token]] = []
        if macro.default is not None:
            if self.next_is("["):
                argument, end = self.argument("[", "]", end)
                found.append(argument)
            else:
                found.append(tokenize(macro.default))
        while len(found) < macro.arguments:
            argument, end = self.argument("{", "}", end)
            found.append(argument)
        return found, end

    def argument(self, opening: str, closing: str, end: int) -> tuple[list[Token], int]:
        """Take a single token or what stands between two delimiters; return also where it ends."""
        if not self.tokens:
            return [], end
        first = self.take()
        if first.text != opening:
            return [first], max(end, first.end)
        depth, found = 1, list[Token]()
        while self.tokens:
            token = self.take()
            depth += {opening: 1, closing: -1}.get(token.text, 0) if token.kind == "symbol" else 0
            if depth == 0:
                return found, max(end, token.end)
            found.append(token)
        raise ReadError(f"{opening} is never closed", first.start, first.end, opening)

    def skip_definition(self, command: Token) -> None:
        """Drop a definition that stands in the formula itself."""
        if command.text == "def":
            while self.tokens and not self.next_is("{"):
                self.take()
        else:
            if self.next_is("*"):
                self.take()
            self.argument("{", "}", 0)
            while self.next_is("["):
                self.argument("[", "]", 0)
        self.argument("{", "}", 0)


def _substitute(
    body: Sequence[Token], arguments: Sequence[Sequence[Token]], call: Token
) -> Iterator[Token]:
    """Yield the body of a macro with its arguments, which keep their own places."""
    i, first = 0, True
    while i < len(body):
        token = body[i]
        if token.text == "#" and i + 1 < len(body) and body[i + 1].kind == "number":
            number, rest = int(body[i + 1].text[:1] or 0), body[i + 1].text[1:]
            yield from arguments[number - 1] if 0 < number <= len(arguments) else ()
            if rest:
                yield body[i + 1]._replace(text=rest, start=call.start, end=call.end)
            i += 2
        else:
            spaced = call.spaced if first else token.spaced
            yield token._replace(start=call.start, end=call.end, spaced=spaced)
            i += 1
        first = False


_SHOWN = {"<": "\\langle", "||": "\\|"}


def shown(token: Token) -> str:
    """Return a token roughly as it was typed."""
    match token.kind:
        case "begin" | "end":
            return f"\\{token.kind}{{{token.text}}}"
        case "left" | "right":
            return f"\\{token.kind}{_SHOWN.get(token.text, token.text or '.')}"
        case "command":
            return "\\" + token.text
        case "open" | "close" if token.text in "{}":
            return "\\" + token.text
        case _:
            return _SHOWN.get(token.text, token.text)


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
