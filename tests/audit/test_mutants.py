"""Systematic slips: that there are enough of them, and that their fates are told apart."""

import sympy as sp

from audit.mutants import mutants, try_mutants
from theorems.base import Slot
from theorems.ch11_03_gd_min_norm import THEOREM
from theorems.ch11_s3_1_linearization import THEOREM as LINEARIZATION
from theorems.notation import K_LC, E_dd, E_ss, h, lambda_max, lambda_min, theta


def slot(formula: sp.Expr) -> Slot:
    """Return a slot that says `h < formula`."""
    over = tuple(sorted((s for s in formula.free_symbols if isinstance(s, sp.Symbol)), key=str))
    return Slot("step_max", h, "<", formula, over, "hypothesis", "")


def test_a_quotient_of_two_symbols_can_be_got_wrong_in_these_ways() -> None:
    a, b = lambda_min, lambda_max
    found = dict(mutants(slot(a / b)))

    assert found["doubled"] == 2 * a / b
    assert found["halved"] == a / (2 * b)
    assert found["upside down"] == b / a
    assert found["lambda_min lost"] == 1 / b
    assert found["lambda_min squared"] == a**2 / b
    assert found["lambda_max upside down"] == a * b
    assert found["root of lambda_max"] == a / sp.sqrt(b)
    assert "lambda_min for lambda_max" not in found  # the same as upside down


def test_terms_are_lost_and_change_sign() -> None:
    found = dict(mutants(slot(1 / (lambda_min + lambda_max))))

    assert found["lambda_min lost"] == 1 / (1 + lambda_max)
    assert 1 / lambda_max in found.values()
    assert 1 / (lambda_max - lambda_min) in found.values()


def test_exponents_are_off_by_one_and_sine_is_taken_for_cosine() -> None:
    assert lambda_min**3 in dict(mutants(slot(lambda_min**2))).values()
    assert lambda_min in dict(mutants(slot(lambda_min**2))).values()
    found = dict(mutants(slot(sp.sin(theta) + 2 * sp.cos(theta))))
    assert found["sine for cosine"] == sp.cos(theta) + 2 * sp.sin(theta)


def test_a_kernel_is_taken_for_that_of_the_derivative() -> None:
    kernel = Slot("kernel", K_LC, "=", E_ss, (E_ss, E_dd), "conclusion", "")

    assert dict(mutants(kernel))["E_ss for E_dd"] == E_dd


def test_symbols_that_mean_nothing_in_the_slot_are_not_swapped_in() -> None:
    kernel = Slot("kernel", K_LC, "=", E_ss, (E_ss,), "conclusion", "")

    assert {symbol for _, formula in mutants(kernel) for symbol in formula.free_symbols} == {E_ss}


def test_no_slip_leaves_the_formula_as_it_was_or_comes_twice() -> None:
    for theorem in (THEOREM, LINEARIZATION):
        for one in theorem.slots:
            formulas = [formula for _, formula in mutants(one)]
            assert one.formula not in formulas
            names = [name for name, _ in mutants(one)]
            assert len(set(formulas)) == len(formulas) == len(set(names))


def test_slips_of_theorem_11_3_are_killed_or_true_after_all() -> None:
    """Twice the step is admissible, half of it more than that; all others are false."""
    tried = list(try_mutants(THEOREM, THEOREM.slots[:1]))
    true = {mutant.name for mutant in tried if mutant.fate == "true"}

    assert true == {"doubled", "halved"}
    assert {mutant.fate for mutant in tried if mutant.name not in true} == {"killed"}
    assert len(tried) >= 6
