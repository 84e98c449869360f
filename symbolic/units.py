"""Scaling: a formula whose two sides scale differently is wrong, whatever the constants.

Every symbol carries a weight in each of a few groups, such as the units of the output and of the
parameters.  Replacing each symbol s by t**weight(s) * s has to multiply a formula by one power
of t; that power is the weight of the formula.
"""

from collections.abc import Mapping
from typing import TypeAlias

import sympy as sp

Weight: TypeAlias = tuple[sp.Expr, ...]


class Inhomogeneous(ValueError):  # noqa: N818 (a finding about a formula, not a mishap)
    """Two parts of a formula that should scale alike do not."""


def weight(formula: sp.Basic, of: Mapping[sp.Symbol, Weight]) -> Weight | None:
    """Return the weight of `formula`, or None for zero, which has every weight.

    Raises Inhomogeneous with the two parts that disagree.

    >>> h, lam = sp.symbols("h lambda")
    >>> weight(1 - h * lam, {h: (sp.Integer(-1),), lam: (sp.Integer(1),)})
    (0,)
    """
    groups = len(next(iter(of.values()), ()))
    nothing = (sp.Integer(0),) * groups
    if isinstance(formula, sp.Symbol):
        return of[formula]
    if formula == 0:
        return None
    if isinstance(formula, sp.Add):
        return _common(sp.logcombine(formula, force=True), of)
    if isinstance(formula, sp.Max | sp.Min):
        return _common(formula, of)
    if isinstance(formula, sp.Mul):
        parts = [weight(factor, of) or nothing for factor in formula.args]
        return tuple(sp.simplify(sp.Add(*column)) for column in zip(*parts, strict=True))
    if isinstance(formula, sp.Pow):
        base, exponent = formula.args
        _plain(exponent, of)
        return tuple(sp.simplify(exponent * w) for w in weight(base, of) or nothing)
    if isinstance(formula, sp.Abs):
        return weight(formula.args[0], of)
    for argument in formula.args:
        _plain(argument, of)
    return nothing


def _common(formula: sp.Basic, of: Mapping[sp.Symbol, Weight]) -> Weight | None:
    if not isinstance(formula, sp.Add | sp.Max | sp.Min):
        return weight(formula, of)
    known = [(part, w) for part in formula.args if (w := weight(part, of)) is not None]
    if not known:
        return None
    first, expected = known[0]
    for part, found in known[1:]:
        if found != expected:
            raise Inhomogeneous(f"{first} and {part} scale differently")
    return expected


def _plain(part: sp.Basic, of: Mapping[sp.Symbol, Weight]) -> None:
    if any(w != 0 for w in weight(part, of) or ()):
        raise Inhomogeneous(f"{part} carries a unit where a pure number is needed")
