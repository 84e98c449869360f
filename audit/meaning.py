"""From a raw tree to a formula over the symbols of a theorem.

A `Lexicon` says how each symbol may be written.  Whatever is written in a way the lexicon knows
becomes its symbol; sums, products, quotients, powers, roots and a few functions are followed;
anything else is refused with its place.  Nothing is evaluated, and no name from a document gets
into a formula.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import sympy as sp

from audit.latex import read
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
from theorems.notation import BOOK, Vectors

Key: TypeAlias = tuple[Any, ...]
LARGEST_EXPONENT = 64
LONGEST_NUMBER = 2_048  # bits
ONE: Key = ("number", "1")
TRANSPOSED = ("T", "top", "intercal")
PRODUCT_SIGNS = ("", "cdot", "times")
SAME_LETTER = {"varphi": "phi", "varepsilon": "epsilon", "vartheta": "theta", "varrho": "rho"}
FUNCTIONS: Mapping[str, Callable[..., sp.Expr]] = {
    "sin": sp.sin,
    "cos": sp.cos,
    "tanh": sp.tanh,
    "exp": sp.exp,
    "log": sp.log,
    "ln": sp.log,
    "arccos": sp.acos,
}


class Untranslated(ValueError):  # noqa: N818 (not an error: the formula is about something else)
    """Part of a formula means nothing in the lexicon; `at` is its place."""

    def __init__(self, message: str, at: Range) -> None:
        super().__init__(message)
        self.at = at

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.at)


@dataclass(frozen=True)
class Lexicon:
    """What the ways of writing stand for."""

    scalars: Mapping[Key, sp.Symbol]
    vectors: Mapping[Key, str]
    inner: Mapping[frozenset[str], sp.Symbol]
    longest: int
    """The number of things side by side in the longest way of writing."""


@lru_cache(maxsize=512)
def lexicon(symbols: tuple[sp.Symbol, ...], vectors: Vectors | None = None) -> Lexicon:
    """Return the lexicon of these symbols of the book, and of some vectors."""
    written = [(s, read(form)) for s in symbols if s in BOOK for form in BOOK[s].forms]
    forms = (vectors or Vectors()).forms
    named = [(name, read(form)) for name, all_forms in forms.items() for form in all_forms]
    inner = (vectors or Vectors()).inner
    return Lexicon(
        scalars={key(tree): symbol for symbol, tree in written},
        vectors={key(tree): name for name, tree in named},
        inner={frozenset(pair): symbol for pair, symbol in inner.items() if symbol in symbols},
        longest=max((_width(tree) for _, tree in (*written, *named)), default=1),
    )


def _width(tree: Node) -> int:
    return len(tree.items) if isinstance(tree, Row) else 1


# Keys: two nodes with the same key are the same formula, written in another way


def key(node: Node) -> Key:
    """Return what a node says, whatever the fonts, brackets and order of factors."""
    match node:
        case Number(text):
            return ("number", text)
        case Name(text, font, accents):
            upright = font in ("bb", "bold", "upright") and text == "E"
            kept = font if font in ("cal", "frak") else "E" if upright else ""
            return ("name", SAME_LETTER.get(text, text), kept, accents)
        case Script(base, sub, sup, primes):
            if primes == 0 and sub is None and _is_transposed(node):
                return ("transposed", key(base))
            return ("script", key(base), _script_key(sub), _script_key(sup), primes)
        case Row() | Fraction():
            factors = tuple(sorted(_factors(node), key=repr))
            return factors[0] if len(factors) == 1 else ("product", *factors)
        case Sum(terms):
            return ("sum", *sorted(((sign, key(term)) for sign, term in terms), key=repr))
        case Group(left, inside, _):
            return ("group", left if left in ("|", "||", "<") else "(", key(inside))
        case Listing(items, _):
            return ("list", *(key(item) for item in items))
        case Root(inside, index):
            return ("root", key(inside), key(index) if index else None)
        case Big(operator, sub, sup, body):
            return ("big", operator, _script_key(sub), _script_key(sup), key(body))
        case Call(function, argument, sub, sup):
            return ("call", function, key(argument), _script_key(sub), _script_key(sup))
        case Chain(items, relations):
            return ("chain", relations, *(key(item) for item in items))
        case Text(text):
            return ("text", text.strip())
        case Grid(kind, rows):
            return ("grid", kind, *(tuple(key(cell) for cell in row) for row in rows))
        case Empty():
            return ("empty",)


def _script_key(node: Node | None) -> Key | None:
    if isinstance(node, Row) and all(isinstance(item, Name) for item in node.items):
        return ("name", "".join(item.text for item in node.items if isinstance(item, Name)), "", ())
    return key(node) if node is not None else None


def _is_transposed(node: Node) -> bool:
    return isinstance(node, Script) and isinstance(node.sup, Name) and node.sup.text in TRANSPOSED


def _factors(node: Node) -> list[Key]:
    """Return the factors of a product, divisors marked, applications `f(x)` kept together."""
    if isinstance(node, Fraction):
        return [*_without_one(_factors(node.top)), *_inverse(node.bottom)]
    if not isinstance(node, Row):
        return [key(node)]
    found: list[Key] = []
    for i, item in enumerate(node.items):
        sign = node.signs[i - 1] if i else ""
        if sign == "/":
            found = [*_without_one(found), *_inverse(item)]
        elif sign == "" and isinstance(item, Group) and i and _can_be_applied(node.items[i - 1]):
            found[-1] = ("apply", found[-1], key(item))
        else:
            found += _factors(item)
    return _without_one(found) or [ONE]


def _without_one(factors: list[Key]) -> list[Key]:
    return [factor for factor in factors if factor != ONE]


def _inverse(node: Node) -> list[Key]:
    return [("inverse", factor) for factor in _without_one(_factors(node))]


def _can_be_applied(node: Node) -> bool:
    return isinstance(node, Name) or (isinstance(node, Script) and isinstance(node.base, Name))


# Translation


def translate(node: Node, words: Lexicon) -> sp.Expr:
    """Return the formula a node stands for; raise Untranslated if it has parts of no meaning."""
    known = words.scalars.get(key(node))
    if known is not None:
        return known
    match node:
        case Number(text):
            return sp.Rational(text)
        case Name("pi", _, ()):
            return sp.pi
        case Name("e", _, ()):
            return sp.E
        case Script():
            return _script(node, words)
        case Row():
            return _row(node, words)
        case Sum(terms):
            return sp.Add(*(_signed(sign, term, words) for sign, term in terms))
        case Fraction(top, bottom):
            return translate(top, words) / _nonzero(translate(bottom, words), bottom.at)
        case Root(inside, index):
            degree = translate(index, words) if index is not None else sp.Integer(2)
            return _power(translate(inside, words), 1 / _nonzero(degree, node.at), node.at)
        case Group():
            return _group(node, words)
        case Call(function, argument, None, sup) if function in FUNCTIONS:
            value = _apply(FUNCTIONS[function], [translate(argument, words)], node.at)
            return value if sup is None else _power(value, translate(sup, words), node.at)
        case Big("max" | "min" as name, None, None, Group(_, Listing(items), _)):
            function = sp.Max if name == "max" else sp.Min
            return _apply(function, [translate(item, words) for item in items], node.at)
    raise Untranslated("this has no meaning here", node.at)


def _signed(sign: str, term: Node, words: Lexicon) -> sp.Expr:
    if sign not in ("+", "-"):
        raise Untranslated("a sign with two meanings", term.at)
    value = translate(term, words)
    return value if sign == "+" else -value


def _script(node: Script, words: Lexicon) -> sp.Expr:
    if node.sup is None or _is_transposed(node):
        raise Untranslated("this symbol has no meaning here", node.at)
    bare = node.sub is None and node.primes == 0
    base = node.base if bare else Script(node.base, node.sub, None, node.primes, node.at)
    return _power(translate(base, words), translate(node.sup, words), node.at)


def _group(node: Group, words: Lexicon) -> sp.Expr:
    if isinstance(node.inside, Listing) and len(node.inside.items) == 2 and node.left in ("(", "<"):
        left, right = (_vector([item], words) for item in node.inside.items)
        return _inner(left, right, words, node.at)
    if node.left in ("(", "[", "{") and node.right in (")", "]", "}"):
        return translate(node.inside, words)
    if node.left == "|":
        return sp.Abs(translate(node.inside, words))
    squared = words.scalars.get(key(Script(node, None, Number("2"))))
    if node.left == "||" and squared is not None:
        return sp.sqrt(squared)
    raise Untranslated("this has no meaning here", node.at)


def _row(node: Row, words: Lexicon) -> sp.Expr:
    result: sp.Expr = sp.Integer(1)
    i = 0
    while i < len(node.items):
        sign = node.signs[i - 1] if i else ""
        value, after = _factor(node, i, words)
        if sign == "/":
            result = result / _nonzero(value, node.items[i].at)
        elif sign in PRODUCT_SIGNS:
            result = result * value
        else:
            raise Untranslated(f"the product \\{sign} has no meaning here", node.items[i].at)
        i = after
    return result


def _factor(node: Row, i: int, words: Lexicon) -> tuple[sp.Expr, int]:
    """Return the factor that starts at item `i`, the longest that is known, and where it ends."""
    for j in range(_reach(node, i, words), i, -1):
        known = words.scalars.get(key(_run(node, i, j)))
        if known is not None:
            return known, j
    for j in range(_reach(node, i, words), i, -1):
        if _is_transposed(node.items[j - 1]):
            product = _transposed_product(node, i, j, words)
            if product is not None:
                return product
    return translate(node.items[i], words), i + 1


def _reach(node: Row, i: int, words: Lexicon) -> int:
    """Return where the longest run from `i` with nothing but juxtaposition ends."""
    j = i + 1
    while j < len(node.items) and node.signs[j - 1] == "" and j - i < words.longest:
        j += 1
    return j


def _run(node: Row, i: int, j: int) -> Node:
    return node.items[i] if j == i + 1 else Row(node.items[i:j], node.signs[i : j - 1])


def _transposed_product(node: Row, i: int, j: int, words: Lexicon) -> tuple[sp.Expr, int] | None:
    """Return the inner product whose transposed left factor is items i to j, if it is one."""
    last = node.items[j - 1]
    assert isinstance(last, Script)
    stripped = last.base if last.sub is None else Script(last.base, last.sub)
    for end in range(_reach(node, j, words) if j < len(node.items) else j, j, -1):
        try:
            left = _vector([*node.items[i : j - 1], stripped], words)
            right = _vector(node.items[j:end], words)
            return _inner(left, right, words, last.at), end
        except Untranslated:
            continue
    return None


Vector: TypeAlias = dict[str, sp.Expr]


def _vector(items: Sequence[Node], words: Lexicon) -> Vector:
    """Return things side by side as a combination of known vectors."""
    whole = items[0] if len(items) == 1 else Row(tuple(items), ("",) * (len(items) - 1))
    if name := words.vectors.get(key(whole)):
        return {name: sp.Integer(1)}
    match whole:
        case Group("(" | "[" | "{", inside, _):
            return _vector([inside], words)
        case Sum(terms):
            return _combined((sign, _vector([term], words)) for sign, term in terms)
        case Row(parts, signs) if parts is not items and set(signs) <= set(PRODUCT_SIGNS):
            return _vector(parts, words)
    raise Untranslated("this is no vector known here", items[0].at)


def _combined(parts: Iterable[tuple[str, Vector]]) -> Vector:
    total: Vector = {}
    for sign, vector in parts:
        for name, coefficient in vector.items():
            change = coefficient if sign == "+" else -coefficient
            total[name] = total.get(name, sp.Integer(0)) + change
    return total


def _inner(left: Vector, right: Vector, words: Lexicon, at: Range) -> sp.Expr:
    terms = []
    for a, p in left.items():
        for b, q in right.items():
            symbol = words.inner.get(frozenset((a, b)))
            if symbol is None:
                raise Untranslated("this inner product has no meaning here", at)
            terms.append(p * q * symbol)
    return sp.Add(*terms)


# Guards: SymPy evaluates powers of numbers as soon as it sees them


def _nonzero(value: sp.Expr, at: Range) -> sp.Expr:
    if value == 0:
        raise Untranslated("this divides by zero", at)
    return value


def _power(base: sp.Expr, exponent: sp.Expr, at: Range) -> sp.Expr:
    return guarded_power(base, exponent, lambda message: Untranslated(message, at))


def _apply(function: Callable[..., sp.Expr], arguments: list[sp.Expr], at: Range) -> sp.Expr:
    return guarded_call(function, arguments, lambda message: Untranslated(message, at))


def guarded_call(
    function: Callable[..., sp.Expr],
    arguments: Sequence[sp.Expr],
    refusal: Callable[[str], Exception],
) -> sp.Expr:
    """Return the value of a function, or raise the refusal where SymPy cannot form it."""
    if any(argument.is_number and argument.is_real is not True for argument in arguments):
        raise refusal("this is not a real number")
    try:
        return function(*arguments)
    except (ArithmeticError, TypeError, ValueError):
        raise refusal("this has no value that can be computed") from None


def guarded_power(base: sp.Expr, exponent: sp.Expr, refusal: Callable[[str], Exception]) -> sp.Expr:
    """Return `base ** exponent`, or raise the refusal if working with it could take forever."""
    if base == sp.E:
        return sp.exp(exponent)
    if exponent.has(sp.Pow, sp.exp) and exponent.free_symbols:
        raise refusal("a power in an exponent")
    if exponent.is_number:
        if not exponent.is_Rational or abs(exponent) > LARGEST_EXPONENT:
            raise refusal(f"an exponent beyond {LARGEST_EXPONENT}")
        if base == 0 and exponent <= 0:
            raise refusal("zero to a power that is not positive")
    digits = _bits(base) if isinstance(base, sp.Rational) else 0
    if exponent.is_number and digits * abs(exponent) > LONGEST_NUMBER:
        raise refusal("a number too long to compute")
    result = base**exponent
    if any(p.exp.is_Rational and abs(p.exp) > LARGEST_EXPONENT for p in result.atoms(sp.Pow)):
        raise refusal(f"an exponent beyond {LARGEST_EXPONENT}")
    return result


def _bits(number: sp.Rational) -> int:
    return max(int(number.p).bit_length(), int(number.q).bit_length())
