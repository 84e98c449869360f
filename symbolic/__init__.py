"""Formulas as SymPy expressions: evaluating, proving and printing them.  Knows no theorem."""
