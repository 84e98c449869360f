"""Formulas as LaTeX, printed from the expressions that were checked."""

from collections.abc import Mapping

import sympy as sp

from symbolic.fact import Relation

RELATIONS: Mapping[str, str] = {"=": "=", "<=": r"\le", "<": "<", ">=": r"\ge", ">": ">"}


def to_latex(formula: sp.Basic, names: Mapping[sp.Symbol, str]) -> str:
    r"""Return `formula` as LaTeX, its symbols written as `names` says.

    >>> h, lam = sp.symbols("h lambda_min", positive=True)
    >>> to_latex(1 - h * lam, {lam: r"\lambda_{\min}"})
    '1 - h \\lambda_{\\min}'
    """
    printed = sp.latex(
        formula, symbol_names=dict(names), order="none", fold_frac_powers=True, ln_notation=False
    )
    return printed.replace("+ - ", "- ")


def relation_to_latex(
    left: sp.Basic, relation: Relation | str, right: sp.Basic, names: Mapping[sp.Symbol, str]
) -> str:
    """Return `left relation right` as LaTeX."""
    return f"{to_latex(left, names)} {RELATIONS[relation]} {to_latex(right, names)}"
