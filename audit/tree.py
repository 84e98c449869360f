"""What a formula looks like before anybody decides what it means.

A raw tree keeps what the writer typed: fonts, accents, primes, the delimiters used, and the
order of things written side by side.  It does not decide whether `f(w)` is a product or an
application; `audit.meaning` does, once it knows which theorem is being talked about.

Every node knows the range of characters it was read from, as offsets into the formula's source.
Two nodes are equal when they say the same thing, wherever they stand.
"""

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Range:
    """Half-open range of character offsets in the source."""

    start: int
    end: int


NOWHERE = Range(0, 0)


@dataclass(frozen=True)
class Number:
    """A decimal numeral such as `12` or `0.5`, kept as text."""

    text: str
    at: Range = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Name:
    r"""A letter, a Greek letter or other command, or an upright word.

    `text` is the letter (`w`), the command without its backslash (`lambda`, `nabla`, `infty`)
    or the word (`lin` for `\mathrm{lin}`, `\text{lin}`, `\operatorname{lin}`).
    """

    text: str
    font: str = ""
    """"bold", "cal", "bb", "upright", ... or "" for the ordinary one."""
    accents: tuple[str, ...] = ()
    """Outermost first: ("hat",), ("bar", "tilde")."""
    at: Range = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Script:
    """A base with a subscript, a superscript or primes (at least one of them)."""

    base: "Node"
    sub: "Node | None" = None
    sup: "Node | None" = None
    primes: int = 0
    at: Range = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Row:
    """Things written side by side, or with an explicit sign of multiplication between them.

    `signs[i]` is what stands before `items[i + 1]`: "" (nothing), "cdot", "times", "odot",
    "circ", "otimes", "/", ...
    """

    items: tuple["Node", ...]
    signs: tuple[str, ...]
    at: Range = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Sum:
    """Signed terms; the signs are "+", "-" or "pm"."""

    terms: tuple[tuple[str, "Node"], ...]
    at: Range = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Fraction:
    r"""`\frac{top}{bottom}`, however typed (`\tfrac`, `\over`, ...), but not `a/b`."""

    top: "Node"
    bottom: "Node"
    at: Range = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Root:
    r"""`\sqrt[index]{inside}`."""

    inside: "Node"
    index: "Node | None" = None
    at: Range = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Group:
    r"""Something between delimiters.

    `left` and `right` are one of ( ) [ ] { } | || < > floor ceil "" (invisible), with
    `\|`, `\lVert` and `\Vert` as "||", `\lvert` as "|", `\langle` as "<".  Sizes are dropped.
    Braces that only group for TeX leave no node.
    """

    left: str
    inside: "Node"
    right: str
    at: Range = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Listing:
    """Items separated by ",", ";", ":" or "|" (as in `x, w` and `x | S`)."""

    items: tuple["Node", ...]
    separators: tuple[str, ...]
    at: Range = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Big:
    """An operator with limits and a body: sum, prod, int, lim, sup, inf, max, min, argmin, ...

    The body reaches over products up to the next + or - at the same level, or relation.
    `max`, `min`, `sup`, `inf` directly followed by a delimited list keep that group as their body.
    """

    operator: str
    sub: "Node | None"
    sup: "Node | None"
    body: "Node"
    at: Range = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Call:
    r"""A named function and its argument: sin, cos, exp, log, arccos, tanh, det, tr, ...

    `\sin\theta` and `\sin(\theta)` differ only in the Group.  Powers typed before the
    argument (`\sin^2\theta`) are in `sup`.
    """

    function: str
    argument: "Node"
    sub: "Node | None" = None
    sup: "Node | None" = None
    at: Range = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Chain:
    r"""`items[0] relations[0] items[1] relations[1] ...`, kept flat.

    A relation is one of = != < <= > >= << >> ~ (`\sim`) ~= (`\approx`) := =: in notin subset to
    mapsto => <= iff lesssim gtrsim propto, or its command's name.  What stands above it
    (`\stackrel{iid}{\sim}`, `\overset`) is dropped.  An item may be `Empty` where a display
    starts or ends with a relation.
    """

    items: tuple["Node", ...]
    relations: tuple[str, ...]
    at: Range = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Text:
    r"""Prose inside a formula (`\text{for all }`), with spaces kept."""

    text: str
    at: Range = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Grid:
    """A matrix, cases or array, row by row."""

    kind: str
    rows: tuple[tuple["Node", ...], ...]
    at: Range = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Empty:
    r"""Nothing at all, as in `\frac{}{2}` or before the first `=` of a continued display."""

    at: Range = field(default=NOWHERE, compare=False)


Node: TypeAlias = (
    Number
    | Name
    | Script
    | Row
    | Sum
    | Fraction
    | Root
    | Group
    | Listing
    | Big
    | Call
    | Chain
    | Text
    | Grid
    | Empty
)
