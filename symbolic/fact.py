"""A relation between two formulas."""

from typing import Literal, TypeAlias

import sympy as sp

Relation: TypeAlias = Literal["=", "<=", "<"]
Fact: TypeAlias = tuple[sp.Expr, Relation, sp.Expr]
