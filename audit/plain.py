"""Formulas typed on one line, such as `2*sqrt(f0)/(sqrt(m)*U)`.

A small recursive descent parser over a whitelist.  No text is evaluated.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

from audit.latex import ReadError
from audit.meaning import FUNCTIONS, guarded_call, guarded_power

LONGEST = 400
DEEPEST = 40
MOST_DIGITS = 40
NAMED = {
    **FUNCTIONS,
    "sqrt": sp.sqrt,
    "abs": sp.Abs,
    "acos": sp.acos,
    "max": sp.Max,
    "min": sp.Min,
}
SEVERAL = ("max", "min")
TOKEN = re.compile(
    r"\s*(?:([0-9]+(?:\.[0-9]+)?|\.[0-9]+)|([A-Za-z_][A-Za-z_0-9]*)|(\*\*|[-+*/^(),]))"
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int


def read_plain(text: str, over: tuple[sp.Symbol, ...]) -> sp.Expr:
    """Return the formula typed in `text` over the symbols given by their names.

    Raises ReadError, with the place, for anything but numbers, those symbols, + - * / ** ^,
    brackets and the functions of the whitelist.

    >>> h, s = sp.symbols("h s", positive=True)
    >>> read_plain("1 - 2*h*s**2", (h, s))
    -2*h*s**2 + 1
    """
    if len(text) > LONGEST:
        raise ReadError(f"the formula is longer than {LONGEST} characters", 0, len(text), text[:20])
    parser = _Parser(list(_tokens(text)), {symbol.name: symbol for symbol in over}, len(text))
    result = parser.sum(0)
    parser.expect("end")
    return result


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while place < len(text.rstrip()):
        found = TOKEN.match(text, place)
        if found is None:
            start = place + len(text[place:]) - len(text[place:].lstrip())
            raise ReadError(f"{text[start]!r} has no place here", start, start + 1, text[start])
        kind = ("number", "name", "sign")[(found.lastindex or 1) - 1]
        yield _Token(kind, found[found.lastindex or 1], found.start(found.lastindex or 1))
        place = found.end()


class _Parser:
    def __init__(self, tokens: list[_Token], symbols: dict[str, sp.Symbol], end: int) -> None:
        self.tokens = [*tokens, _Token("end", "end of the formula", end)]
        self.symbols = symbols
        self.i = 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.i]

    def refuse(self, message: str, token: _Token) -> ReadError:
        return ReadError(message, token.start, token.start + len(token.text), token.text)

    def take(self, *texts: str) -> _Token | None:
        if self.now.kind == "sign" and self.now.text in texts:
            self.i += 1
            return self.tokens[self.i - 1]
        return None

    def expect(self, text: str) -> None:
        if self.take(text) is None and self.now.kind != text:
            raise self.refuse(f"expected {text!r}, found {self.now.text!r}", self.now)

    def sum(self, depth: int) -> sp.Expr:
        if depth > DEEPEST:
            raise self.refuse(f"brackets nested deeper than {DEEPEST}", self.now)
        result = self.product(depth)
        while sign := self.take("+", "-"):
            term = self.product(depth)
            result = result + term if sign.text == "+" else result - term
        return result

    def product(self, depth: int) -> sp.Expr:
        if depth > DEEPEST:
            raise self.refuse(f"signs nested deeper than {DEEPEST}", self.now)
        if sign := self.take("-", "+"):
            return -self.product(depth + 1) if sign.text == "-" else self.product(depth + 1)
        result = self.power(depth)
        while sign := self.take("*", "/"):
            factor = -self.power(depth) if self.take("-") else self.power(depth)
            if sign.text == "/" and factor == 0:
                raise self.refuse("division by zero", sign)
            result = result * factor if sign.text == "*" else result / factor
        return result

    def power(self, depth: int) -> sp.Expr:
        if depth > DEEPEST:
            raise self.refuse(f"powers nested deeper than {DEEPEST}", self.now)
        base = self.atom(depth)
        if sign := self.take("**", "^"):
            exponent = -self.power(depth + 1) if self.take("-") else self.power(depth + 1)
            return guarded_power(base, exponent, lambda message: self.refuse(message, sign))
        return base

    def atom(self, depth: int) -> sp.Expr:
        token = self.now
        self.i += 1
        if token.kind == "number":
            if len(token.text) > MOST_DIGITS:
                raise self.refuse(f"a number with more than {MOST_DIGITS} digits", token)
            return sp.Rational(token.text)
        if token.kind == "name":
            return self.named(token, depth)
        if token.text == "(":
            inside = self.sum(depth + 1)
            self.expect(")")
            return inside
        self.i -= 1
        raise self.refuse(f"expected a number, a symbol or a bracket, found {token.text!r}", token)

    def named(self, token: _Token, depth: int) -> sp.Expr:
        if token.text in self.symbols:
            return self.symbols[token.text]
        if token.text == "pi":
            return sp.pi
        if token.text not in NAMED:
            known = ", ".join(self.symbols) or "no symbols"
            raise self.refuse(f"unknown symbol {token.text!r}; this slot may use {known}", token)
        self.expect("(")
        arguments = [self.sum(depth + 1)]
        while self.take(","):
            arguments.append(self.sum(depth + 1))
        self.expect(")")
        if len(arguments) > 1 and token.text not in SEVERAL:
            raise self.refuse(f"{token.text} takes one argument", token)
        return guarded_call(
            NAMED[token.text], arguments, lambda message: self.refuse(message, token)
        )
