"""Claims: places in a document that state a slot of some theorem."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy as sp

from audit.latex import Clause
from audit.meaning import ONE, Key, Untranslated, key, lexicon, translate
from audit.tree import (
    Big,
    Chain,
    Fraction,
    Group,
    Listing,
    Name,
    Node,
    Number,
    Root,
    Row,
    Script,
    Sum,
)
from symbolic.evaluate import FormulaError
from theorems.base import LOSSES, Convention, Slot, Theorem

TWO: Key = ("number", "2")
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=:": ":=", "=": "="}
SAME_RELATION = {":=": "=", "equiv": "=", "coloneqq": "=", "leqslant": "<=", "geqslant": ">="}
FITTING = {
    "<": ("<", "<="),  # an equation names the boundary, which a strict inequality leaves out
    "<=": ("<", "<=", "="),
    ">=": (">", ">=", "="),
    "=": ("=",),
}
"""Which relations a writer may use for a slot with this relation."""


@dataclass(frozen=True)
class Claim:
    """A formula in the writer's convention for a slot."""

    theorem: Theorem[Any]
    slot: Slot
    formula: sp.Expr
    sure: bool
    """Whether it can hardly be about something else."""


def claims_in(tree: Node, theorems: Iterable[Theorem[Any]]) -> list[Claim]:
    """Return what a statement claims about the theorems, at most one claim for each slot."""
    found: dict[tuple[str, str], Claim] = {}
    for left, relation, right in _relations(tree):
        for theorem in theorems:
            for slot in theorem.slots:
                claim = claim_for(theorem, slot, left, relation, right)
                if claim is not None:
                    found.setdefault((theorem.label, slot.name), claim)
    return list(found.values())


def claim_for(
    theorem: Theorem[Any], slot: Slot, left: Node, relation: str, right: Node
) -> Claim | None:
    """Return the claim `left relation right` makes about the slot, if it makes one."""
    if relation not in FITTING[slot.relation]:
        return None
    scale = _quantity(left, slot)
    if scale is None:
        return None
    try:
        formula = translate(right, lexicon(slot.over, theorem.vectors))
        factor, exponent = scale
        formula = (formula / factor) ** (1 / exponent)
        theorem.formulas({slot: formula})
    except (Untranslated, FormulaError):
        return None
    # A single letter is used for many things; one with a formula in two of the constants is not.
    sure = not isinstance(left, Name) or len(formula.free_symbols) >= 2
    return Claim(theorem, slot, formula, sure and not has_two_readings(right))


def why_not(tree: Node, theorem: Theorem[Any]) -> Untranslated | None:
    """Return what is wrong with a statement that names a quantity of the theorem but no claim."""
    for left, relation, right in _relations(tree):
        for slot in theorem.slots:
            if relation in FITTING[slot.relation] and _quantity(left, slot) is not None:
                try:
                    translate(right, lexicon(slot.over, theorem.vectors))
                except Untranslated as error:
                    return error
    return None


def _relations(tree: Node) -> Iterator[tuple[Node, str, Node]]:
    """Yield every pair of neighbours in a chain with its relation, read both ways."""
    if not isinstance(tree, Chain):
        return
    for (left, right), relation in zip(pairwise(tree.items), tree.relations, strict=True):
        if relation == "in" and (bounds := _interval(right)) is not None:
            yield left, bounds[1], bounds[0]
            continue
        same = SAME_RELATION.get(relation, relation)
        yield left, same, right
        if relation in MIRRORED or same in MIRRORED:
            mirrored = MIRRORED.get(relation) or MIRRORED[same]
            yield right, SAME_RELATION.get(mirrored, mirrored), left


def _interval(node: Node) -> tuple[Node, str] | None:
    """Return the upper end of `(0, b)` or `(0, b]`, and the relation it stands for."""
    match node:
        case Group("(", Listing((Number("0"), upper), _), ")" | "]" as closing):
            return upper, "<" if closing == ")" else "<="
    return None


def _quantity(node: Node, slot: Slot) -> tuple[sp.Expr, sp.Expr] | None:
    """Return (c, p) if the node reads c * quantity**p with positive numbers c and p."""
    try:
        expression = translate(node, lexicon((slot.quantity,)))
    except Untranslated:
        return None
    factor, power = expression.as_coeff_Mul()
    base, exponent = power.as_base_exp()
    if base == slot.quantity and factor > 0 and exponent.is_Rational and exponent > 0:
        return factor, exponent
    return None


# The normalisation of the loss


def loss_convention(clauses: Iterable[Clause]) -> tuple[Convention | None, bool]:
    """Return the normalisation of the loss in a document, and whether it is known.

    None is the book's, a plain sum of squares.  It is known if every definition of a sum of
    squared errors in the document has the same factor in front, one of 1, 1/2, 1/m, 1/(2 m).
    """
    found = {factor for clause in clauses if clause.tree for factor in _loss_factors(clause.tree)}
    if len(found) != 1:
        return None, False
    by_factor = {(2, False): LOSSES[0], (1, True): LOSSES[1], (2, True): LOSSES[2]}
    factor = found.pop()
    return by_factor.get(factor), factor == (1, False) or factor in by_factor


def _loss_factors(tree: Node) -> Iterator[tuple[int, bool]]:
    """Yield (divisor, whether divided by the number of terms) for each sum of squares defined."""
    if not isinstance(tree, Chain):
        return
    for item, relation in zip(tree.items[1:], tree.relations, strict=True):
        if SAME_RELATION.get(relation, relation) == "=":
            found = _loss_factor(list(_flat(item)))
            if found is not None:
                yield found


def _flat(node: Node, power: int = 1) -> Iterator[tuple[int, Node]]:
    """Yield the factors of a product with the powers 1 and -1, a sum before those of its body."""
    match node:
        case Row(items, signs):
            for item, sign in zip(items, ("", *signs), strict=True):
                yield from _flat(item, -power if sign == "/" else power)
        case Fraction(top, bottom):
            yield from _flat(top, power)
            yield from _flat(bottom, -power)
        case Big("sum", _, _, body):
            yield power, node
            yield from _flat(body, power)
        case _:
            yield power, node


def _loss_factor(factors: Sequence[tuple[int, Node]]) -> tuple[int, bool] | None:
    """Return what stands under a sum or norm of squared differences from data y, if it is one."""
    sums = [node for _, node in factors if isinstance(node, Big)]
    squares = [node for power, node in factors if power == 1 and _is_squared_error(node)]
    if len(squares) != 1 or len(sums) > 1 or not (sums or _is_norm(squares[0])):
        return None
    terms = key(sums[0].sup) if sums and sums[0].sup is not None else ()
    below: list[Key] = []
    for power, node in factors:
        if node in squares or node in sums or key(node) == ONE:
            continue
        if power == 1 and key(node) != ("number", "0.5"):
            return None
        below.append(key(node) if power == -1 else TWO)
    rest = [part for part in below if part != TWO]
    if rest not in ([], [terms]) or below.count(TWO) > 1:
        return None
    return 2 if TWO in below else 1, bool(rest)


def _is_squared_error(node: Node) -> bool:
    match node:
        case Script(Group("(" | "||" | "|" | "[", Sum(terms), _), None, Number("2"), 0):
            letters = [_letter(term) for _, term in terms]
            return [sign for sign, _ in terms].count("-") == 1 and "y" in letters
    return False


def _is_norm(node: Node) -> bool:
    return isinstance(node, Script) and isinstance(node.base, Group) and node.base.left == "||"


def _letter(node: Node) -> str:
    base = node.base if isinstance(node, Script) else node
    return base.text if isinstance(base, Name) else ""


def has_two_readings(tree: Node) -> bool:
    """Whether a slash is followed by more than one factor, as in `1/2 x`."""
    match tree:
        case Row(items, signs):
            pairs = pairwise([*signs, "end"])
            return any(a == "/" and b == "" for a, b in pairs) or any(map(has_two_readings, items))
        case Fraction(top, bottom):
            return has_two_readings(top) or has_two_readings(bottom)
        case Sum(terms):
            return any(has_two_readings(term) for _, term in terms)
        case Group(_, inside, _) | Root(inside, _):
            return has_two_readings(inside)
        case Script(base, _, _, _):
            return has_two_readings(base)
    return False
