"""Claims: places in a document that state a slot of some theorem."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy as sp

from audit.latex import Clause
from audit.meaning import Key, Untranslated, key, lexicon, translate
from audit.tree import Big, Chain, Fraction, Group, Listing, Name, Node, Number, Row, Script, Sum
from symbolic.evaluate import FormulaError
from theorems.base import LOSSES, Convention, Slot, Theorem

MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=:": ":=", "=": "="}
SAME_RELATION = {":=": "=", "equiv": "=", "coloneqq": "=", "leqslant": "<=", "geqslant": ">="}
FITTING = {
    "<": ("<", "<=", "="),
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
    return Claim(theorem, slot, formula, sure)


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
        factors = list(item.items) if isinstance(item, Row) else [item]
        last = factors.pop()
        terms = _number_of_terms(last)
        if SAME_RELATION.get(relation, relation) == "=" and terms is not None:
            found = _divisor(factors, terms)
            if found is not None:
                yield found


def _number_of_terms(node: Node) -> Key | None:
    """Return the key of the upper limit of a sum of squared differences, () for a norm."""
    match node:
        case Big("sum", _, sup, body) if _is_squared_difference(body):
            return key(sup) if sup is not None else ()
        case _ if _is_squared_difference(node) and isinstance(node, Script):
            return () if isinstance(node.base, Group) and node.base.left == "||" else None
    return None


def _is_squared_difference(node: Node) -> bool:
    match node:
        case Script(Group("(" | "||" | "|" | "[", Sum(terms), _), None, Number("2"), 0):
            return [sign for sign, _ in terms].count("-") == 1
    return False


def _divisor(factors: Sequence[Node], terms: Key) -> tuple[int, bool] | None:
    bottom: list[Key] = []
    for factor in factors:
        if not (isinstance(factor, Fraction) and factor.top == Number("1")):
            return None
        parts = factor.bottom.items if isinstance(factor.bottom, Row) else (factor.bottom,)
        bottom += [key(part) for part in parts]
    halved = ("number", "2") in bottom
    rest = [part for part in bottom if part != ("number", "2")]
    if rest and rest != [terms]:
        return None
    return 2 if halved else 1, bool(rest)
