"""The grammar of formulas: recursive descent over tokens whose delimiters are paired."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from audit import latex_tables as tables
from audit.latex_roles import pair
from audit.latex_tokens import DEEPEST, ReadError, Token, shown
from audit.tree import (
    Big,
    Call,
    Chain,
    Empty,
    Fraction,
    Grid,
    Group,
    Listing,
    Name,
    Node,
    Number,
    Range,
    Root,
    Row,
    Script,
    Sum,
    Text,
)


def parse(tokens: list[Token]) -> Node:
    """Return the raw tree of normalised tokens; raise ReadError where they form none."""
    paired, partners = pair(tokens)
    parser = _Parser(paired, partners)
    try:
        tree = parser.statement()
    except RecursionError:  # the caller itself was called from very deep down
        raise parser.too_deep() from None
    if parser.kind != "finish":
        raise parser.unexpected()
    return tree


_OPERANDS = frozenset(
    ("letter", "number", "word", "phrase", "command", "open", "left", "begin", "symbol")
)


_AFTER_STATEMENTS = frozenset(("text", "gap", "forall", "&", "row", "end"))
"""Where punctuation belongs to the sentence rather than to a list."""


class _Parser:
    """Recursive descent over paired tokens, one method for each level of binding."""

    def __init__(self, tokens: list[Token], partners: Mapping[int, int]) -> None:
        end = tokens[-1].end if tokens else 0
        self.tokens = [*tokens, Token("finish", "", end, end)]
        self.partners = partners
        self.i = 0
        self.font = ""
        self.depth = 0
        self.tight = False
        r"""Whether only one sign is wanted, so that `\max` in `x_\max y` leaves the y alone."""

    @property
    def token(self) -> Token:
        return self.tokens[self.i]

    @property
    def kind(self) -> str:
        return self.tokens[self.i].kind

    def take(self) -> Token:
        token = self.tokens[self.i]
        self.i += 1
        return token

    def since(self, first: int) -> Range:
        """Return the range from the token number `first` to the last one taken."""
        start = self.tokens[first].start
        return Range(start, max(start, self.tokens[self.i - 1].end if self.i > first else start))

    def unexpected(self) -> ReadError:
        token = self.token
        typed = shown(token)
        message = f"{typed} does not fit here" if typed else "the formula stops too early"
        return ReadError(message, token.start, token.end, typed)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.too_deep()

    def too_deep(self) -> ReadError:
        token = self.token
        return ReadError("the formula is nested too deeply", token.start, token.end, shown(token))

    def operand_follows(self) -> bool:
        token = self.token
        return token.kind in _OPERANDS and token.text != "}"

    # statement > listing > chain > sum > product > factor

    def statement(self) -> Node:
        """Read lists and the prose between them."""
        self.deeper()
        first, parts = self.i, list[Node]()
        outer, self.tight = self.tight, False
        while True:
            if self.kind in ("text", "gap", "forall"):
                token = self.take()
                words = "for all" if token.kind == "forall" else token.text
                parts.append(Text(words, Range(token.start, token.end)))
            elif self.kind == "over":
                parts = [self.over(first, parts)]
            elif self.operand_follows() or self.kind in ("relation", "sign", "separator"):
                parts.append(self.listing())
            else:
                break
        self.depth -= 1
        self.tight = outer
        if self.tokens[self.i - 1].kind == "gap" and len(parts) > 1:
            parts.pop()
        return self.row(first, parts, [""] * (len(parts) - 1))

    def row(self, first: int, items: Sequence[Node], signs: Sequence[str]) -> Node:
        if len(items) == 1:
            return items[0]
        at = self.since(first)
        return Row(tuple(items), tuple(signs), at) if items else Empty(at)

    def over(self, first: int, parts: list[Node]) -> Node:
        r"""Read the rest of `{a \over b}` or `{n \choose k}`."""
        kind = self.take().text
        top = self.row(first, parts, [""] * (len(parts) - 1))
        bottom = self.statement()
        if kind == "choose":
            return self.binomial(first, top, bottom)
        return Fraction(top, bottom, self.since(first))

    def binomial(self, first: int, top: Node, bottom: Node) -> Node:
        at = self.since(first)
        return Call("binom", Group("(", Listing((top, bottom), (",",), at), ")", at), at=at)

    def listing(self) -> Node:
        first = self.i
        items, separators = [self.chain()], list[str]()
        while self.kind == "separator":
            separator = self.take().text
            if self.kind in _AFTER_STATEMENTS:
                break
            separators.append(separator)
            items.append(self.chain())
        if not separators:
            return items[0]
        return Listing(tuple(items), tuple(separators), self.since(first))

    def chain(self) -> Node:
        first = self.i
        items, relations = [self.side()], list[str]()
        while self.kind == "relation":
            relations.append(self.take().text)
            items.append(self.side())
        if not relations:
            return items[0]
        return Chain(tuple(items), tuple(relations), self.since(first))

    def side(self) -> Node:
        if self.operand_follows() or self.kind == "sign":
            return self.sum()
        return Empty(Range(self.token.start, self.token.start))

    def sum(self) -> Node:
        first, terms = self.i, list[tuple[str, Node]]()
        sign = self.take() if self.kind == "sign" else None
        while True:
            if self.operand_follows():
                term = self.product()
            elif sign and self.kind == "sign":
                term = self.signed()
            elif sign and not terms:
                return Name(sign.text, at=Range(sign.start, sign.end))
            else:
                raise self.unexpected()
            terms.append((sign.text if sign else "+", term))
            if self.kind != "sign":
                break
            sign = self.take()
        if len(terms) == 1 and self.tokens[first].kind != "sign":
            return terms[0][1]
        return Sum(tuple(terms), self.since(first))

    def signed(self) -> Node:
        r"""Read a product that carries a sign of its own, as after `\cdot` in `a \cdot -b`."""
        self.deeper()
        first, sign = self.i, self.take()
        if self.kind == "sign":
            inner = self.signed()
        elif self.operand_follows():
            inner = self.product()
        else:
            raise self.unexpected()
        self.depth -= 1
        return Sum(((sign.text, inner),), self.since(first))

    def product(self, start: Node | None = None) -> Node:
        """Read factors; `start` is the first of them if it was read already."""
        first = self.i
        items, signs = ([start], [""]) if start else ([], [])
        while True:
            sign = self.take().text if self.kind == "times" else ""
            if sign and self.kind == "sign":
                items.append(self.signed())
                signs.append(sign)
                break
            if self.operand_follows():
                self.add_factor(items, signs, sign)
            elif sign:
                raise self.unexpected()
            elif self.kind == "restriction":
                items, signs = [self.restricted(first, items, signs[1:])], [""]
            else:
                break
        return self.row(first, items, signs[1:])

    def add_factor(self, items: list[Node], signs: list[str], sign: str) -> None:
        """Add the next factor and the sign before it; a product in mere braces is taken apart."""
        braced = self.token.text == "{"
        factor = self.factor()
        if braced and not sign and isinstance(factor, Row) and not any(factor.signs):
            items.extend(factor.items)
            signs.extend(("", *factor.signs))
        else:
            items.append(factor)
            signs.append(sign)

    def restricted(self, first: int, items: Sequence[Node], signs: Sequence[str]) -> Node:
        """Read the bar and the script of `f|_{x = 0}`."""
        inside = self.row(first, items, signs)
        self.i += 1
        return self.rescripted(Group("", inside, "|", self.since(first)))

    def factor(self) -> Node:
        """Read one thing with its scripts."""
        first = self.i
        if self.kind == "symbol" and self.token.text in ("^", "_", "'"):
            base: Node = Empty(Range(self.token.start, self.token.start))
        else:
            base = self.base()
        sub, sup, primes = self.scripts()
        if sub is None and sup is None and not primes:
            return base
        return Script(base, sub, sup, primes, self.since(first))

    def scripts(self) -> tuple[Node | None, Node | None, int]:
        sub: Node | None = None
        sup: Node | None = None
        primes = 0
        while self.kind == "symbol" and self.token.text in ("^", "_", "'"):
            mark = self.take()
            if mark.text == "'":
                primes += 1
                continue
            script = self.script()
            if mark.text == "^":
                count, script = _without_primes(script)
                primes += count
            if script is not None and (sub if mark.text == "_" else sup) is not None:
                which = "subscripts" if mark.text == "_" else "superscripts"
                raise ReadError(f"two {which} on one thing", mark.start, mark.end, mark.text)
            if mark.text == "_":
                sub = script
            else:
                sup = script or sup
        return sub, sup, primes

    def script(self) -> Node:
        node = self.argument()
        match node:
            case Text(text=text) if _is_script_word(text):
                return Name(text.strip(), "upright", at=node.at)
            case Row(items=items) if (word := _spelled(items)) in tables.SPELLED_SCRIPTS:
                return Name(word, "upright", at=node.at)
        return node

    def argument(self) -> Node:
        """Read what TeX takes for an argument: a group in braces, or a single sign."""
        self.deeper()
        token = self.token
        outer, self.tight = self.tight, True
        match token.kind:
            case "symbol" if token.text == "'":
                node: Node = Name("prime", at=self.since(self.i))
                self.i += 1
            case "number" if len(token.text) > 1:
                middle = token.start + 1 if token.end - token.start > 1 else token.end
                digit = token._replace(text=token.text[0], end=middle)
                self.tokens[self.i] = token._replace(text=token.text[1:], start=middle)
                node = self.number(digit)
            case "letter":
                self.i += 1
                node = Name(token.text, self.font, at=Range(token.start, token.end))
            case "sign" | "times" | "relation" | "forall":
                self.i += 1
                node = Name(token.text, at=Range(token.start, token.end))
            case "symbol" if token.text == "{":
                node = self.braces()
            case _ if self.operand_follows() and token.text not in ("^", "_"):
                node = self.base()
            case "text":
                self.i += 1
                node = Text(token.text, Range(token.start, token.end))
            case _:
                raise self.unexpected()
        self.depth -= 1
        self.tight = outer
        return node

    def base(self) -> Node:
        """Read one thing without scripts."""
        token, first = self.token, self.i
        match token.kind:
            case "open" | "left":
                return self.group()
            case "begin":
                return self.grid()
            case "symbol" if token.text == "{":
                return self.named(first, self.braces())
            case "letter" if self.font in tables.WORD_FONTS:
                return self.named(first, self.spelled())
            case "command":
                return self.command()
        self.i += 1
        at = Range(token.start, token.end)
        match token.kind:
            case "letter":
                return Name(token.text, self.font, at=at)
            case "number":
                return self.number(token)
            case "word":
                return self.named(first, Name(token.text, "upright", at=at))
            case "phrase":
                return Text(token.text, at)
            case "symbol" if token.text in "!%@":
                return Name(token.text, at=at)
        self.i -= 1
        raise self.unexpected()

    def number(self, token: Token) -> Node:
        at = Range(token.start, token.end)
        if self.font and self.font not in tables.WORD_FONTS:
            return Name(token.text, self.font, at=at)
        return Number(token.text, at)

    def spelled(self) -> Node:
        """Read letters side by side as one word."""
        first, letters = self.i, list[str]()
        while self.kind == "letter":
            letters.append(self.take().text)
        return Name("".join(letters), self.font, at=self.since(first))

    def named(self, first: int, node: Node) -> Node:
        """Let an upright word be the function or operator of that name."""
        if not isinstance(node, Name) or node.font not in tables.WORD_FONTS or node.accents:
            return node
        if node.text in tables.OPERATORS:
            return self.big(first, tables.OPERATORS[node.text])
        if node.text in tables.FUNCTIONS:
            return self.call(first, tables.FUNCTIONS[node.text], node)
        return node

    def braces(self) -> Node:
        closing, font = self.partners[self.i], self.font
        self.i += 1
        node = self.statement()
        if self.i != closing:
            raise self.unexpected()
        self.i += 1
        self.font = font
        return node

    def group(self) -> Node:
        first, closing, font = self.i, self.partners[self.i], self.font
        left = self.take().text
        inside = self.statement()
        if self.i != closing:
            raise self.unexpected()
        self.font = font
        return Group(left, inside, self.take().text, self.since(first))

    def grid(self) -> Node:
        first, closing = self.i, self.partners[self.i]
        kind = self.take().text
        rows: list[list[Node]] = [[]]
        while True:
            rows[-1].append(self.statement())
            if self.i == closing:
                break
            if self.kind == "row":
                rows.append([])
            elif self.kind != "&":
                raise self.unexpected()
            self.i += 1
        self.i += 1
        if len(rows) > 1 and all(isinstance(cell, Empty) for cell in rows[-1]):
            rows.pop()
        return Grid(kind, tuple(tuple(row) for row in rows), self.since(first))

    def command(self) -> Node:
        first, name = self.i, self.take().text
        if name in tables.FRACTIONS:
            return Fraction(self.argument(), self.argument(), self.since(first))
        if name in tables.BINOMIALS:
            return self.binomial(first, self.argument(), self.argument())
        if name == "sqrt":
            return self.root(first)
        if name in tables.FONTS:
            return self.named(first, self.in_font(tables.FONTS[name]))
        if name in tables.DECLARATIONS:
            self.font = tables.DECLARATIONS[name]
            if not self.operand_follows() or self.token.text in ("^", "_", "'"):
                return Empty(self.since(first))
            self.deeper()
            node = self.base()
            self.depth -= 1
            return node
        if name in tables.ACCENTS:
            return _accented(self.argument(), tables.ACCENTS[name], self.since(first))
        if name in tables.OPERATORS:
            return self.big(first, tables.OPERATORS[name])
        if name in tables.FUNCTIONS:
            at = self.since(first)
            return self.call(first, tables.FUNCTIONS[name], Name(name, "upright", at=at))
        if name in ("overset", "underset", "stackrel"):
            return self.decorated(first, name)
        if name in tables.TRANSPARENT:
            return self.transparent(first, name)
        return Name(name, self.font, at=self.since(first))

    def root(self, first: int) -> Node:
        index: Node | None = None
        if self.kind == "open" and self.token.text == "[":
            group = self.group()
            index = group.inside if isinstance(group, Group) else None
        return Root(self.argument(), index, self.since(first))

    def in_font(self, font: str) -> Node:
        outer, self.font = self.font, font
        node = self.argument()
        self.font = outer
        return node

    def decorated(self, first: int, name: str) -> Node:
        r"""Read `\underset{below}{operator}`; over or under anything else, it is dropped."""
        other, node = self.argument(), self.argument()
        if isinstance(node, Name) and node.font == "upright" and node.text in tables.OPERATORS:
            below = other if name == "underset" else None
            return self.big(first, tables.OPERATORS[node.text], below)
        return node

    def transparent(self, first: int, name: str) -> Node:
        if not self.operand_follows():
            return Empty(self.since(first))
        node = self.argument()
        if name in ("underbrace", "overbrace"):
            self.scripts()
        return self.named(first, node)

    def big(self, first: int, operator: str, below: Node | None = None) -> Node:
        """Read the limits and the body of an operator."""
        if self.tight:
            return Name(operator, "upright", at=self.since(first))
        self.deeper()
        sub, sup, primes = self.scripts()
        body: Node | None = None
        if self.kind == "open" and operator not in tables.SYMBOL_OPERATORS:
            group = self.group()
            if isinstance(group, Group) and isinstance(group.inside, Listing):
                body = group
            else:
                body = self.product(self.rescripted(group))
        elif self.kind == "sign":
            body = self.signed() if self.tokens[self.i + 1].kind in _OPERANDS else None
        elif self.operand_follows():
            body = self.product()
        self.depth -= 1
        sub = sub or below
        bare = sub is None and sup is None and not primes
        if body is None and bare and operator not in tables.SYMBOL_OPERATORS:
            return Name(operator, "upright", at=self.since(first))
        if primes:
            sup = sup or Name("prime")
        return Big(operator, sub, sup, body or Empty(self.since(self.i)), self.since(first))

    def rescripted(self, base: Node) -> Node:
        sub, sup, primes = self.scripts()
        if sub is None and sup is None and not primes:
            return base
        return Script(base, sub, sup, primes, Range(base.at.start, self.tokens[self.i - 1].end))

    def call(self, first: int, function: str, name: Name) -> Node:
        """Read the argument of a named function: a group, or what is written right after it."""
        if self.tight:
            return name
        self.deeper()
        sub, sup, primes = self.scripts()
        start, items = self.i, list[Node]()
        if self.kind in ("open", "left", "begin") or self.token.text == "{":
            items.append(self.base())
        elif self.operand_follows() and self.token.text not in ("^", "_", "'"):
            items.append(self.factor())
            while self.continues_argument():
                items.append(self.factor())
        self.depth -= 1
        if items:
            argument = self.row(start, items, [""] * (len(items) - 1))
            return Call(function, argument, sub, sup, self.since(first))
        if sub is None and sup is None and not primes:
            return name
        return Script(name, sub, sup, primes, self.since(first))

    def continues_argument(self) -> bool:
        token = self.token
        if not self.operand_follows() or token.spaced or token.kind in ("left", "begin"):
            return False
        if token.kind in ("command", "word"):
            return token.text not in tables.FUNCTIONS and token.text not in tables.OPERATORS
        return token.kind != "open" or token.text in "(["


def _accented(node: Node, accent: str, at: Range) -> Node:
    match node:
        case Name():
            return replace(node, accents=(accent, *node.accents), at=at)
        case Script(base=Name() as base):
            return replace(node, base=replace(base, accents=(accent, *base.accents)), at=at)
        case _:
            return Call(accent, node, at=at)


def _without_primes(node: Node) -> tuple[int, Node | None]:
    """Return how many primes a superscript starts with, and the rest of it."""
    items = list(node.items) if isinstance(node, Row) else [node]
    signs = node.signs if isinstance(node, Row) else ()
    count = primes = 0
    for item in items:
        match item:
            case Name(text="prime", font="", accents=()):
                primes += 1
            case Script(base=Empty(), sub=None, sup=None):
                primes += item.primes
            case _:
                break
        count += 1
    if any(signs[:count]):
        return 0, node
    rest = items[count:]
    if len(rest) > 1:
        return primes, Row(tuple(rest), signs[count:], node.at)
    return primes, rest[0] if rest else None


def _spelled(items: Sequence[Node]) -> str:
    """Return the word that plain letters spell, or ""."""
    plain = [item.text for item in items if isinstance(item, Name) and not item.font]
    return "".join(plain) if len(plain) == len(items) else ""


def _is_script_word(text: str) -> bool:
    return text.strip().replace("-", "").replace(".", "").isalnum()
