"""Models, exact and compiled computations on them.  Knows no theorem."""
