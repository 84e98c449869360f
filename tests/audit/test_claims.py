"""What a statement claims, and in which normalisation of the loss."""

import pytest
import sympy as sp

import theorems
from audit.claims import Claim, claims_in, loss_convention, why_not
from audit.latex import clauses
from theorems.base import LOSSES
from theorems.ch11_13_gd_near_linearization import THEOREM
from theorems.notation import U, f0, h, k, lambda_max, lambda_min, m

HALF, MEAN, HALF_MEAN = LOSSES
STEP = 1 / (lambda_min + lambda_max)
STEP_TEX = r"\frac{1}{\lambda_{\min}+\lambda_{\max}}"
RADIUS = 2 * sp.sqrt(m) * U * sp.sqrt(f0) / lambda_min
RADIUS_TEX = r"\frac{2\sqrt{m}U\sqrt{f(w_0)}}{\lambda_{\min}}"
SUM = r"\sum_{i=1}^m(\Phi(x_i,w)-y_i)^2"


def claims(source: str) -> list[Claim]:
    trees = [clause.tree for clause in clauses(source) if clause.tree is not None]
    return [claim for tree in trees for claim in claims_in(tree, theorems.ALL)]


def only(source: str) -> tuple[str, sp.Expr]:
    (claim,) = claims(source)
    return claim.slot.name, claim.formula


@pytest.mark.parametrize(
    "source",
    [
        rf"h<{STEP_TEX}",
        rf"h \leq {STEP_TEX}",
        rf"h\leqslant {STEP_TEX}",
        rf"\eta={STEP_TEX}",
        rf"0<h<{STEP_TEX}",
        rf"{STEP_TEX}>h",
        rf"{STEP_TEX} \ge h > 0",
        rf"{STEP_TEX}=:h",
        rf"h:={STEP_TEX}",
        rf"h\in(0,{STEP_TEX})",
        rf"\alpha\in\left(0,{STEP_TEX}\right]",
        r"2h\le \frac{2}{\lambda_{\min}+\lambda_{\max}}",
        rf"h^2 \le \left({STEP_TEX}\right)^2",
    ],
)
def test_ways_of_bounding_the_step(source: str) -> None:
    name, formula = only(source)

    assert name == "step_max"
    assert sp.simplify(formula - STEP) == 0


@pytest.mark.parametrize(
    "source",
    [
        rf"h\ge{STEP_TEX}",
        rf"{STEP_TEX}<h",
        rf"h\ne{STEP_TEX}",
        rf"h\in({STEP_TEX},1)",
        rf"-h\le{STEP_TEX}",
        rf"\frac1h\le{STEP_TEX}",
        rf"h_k\le{STEP_TEX}",
        rf"h+1\le{STEP_TEX}",
        rf"{STEP_TEX}",
        r"h\le x",
    ],
)
def test_what_claims_nothing_about_the_step(source: str) -> None:
    assert claims(source) == []


@pytest.mark.parametrize(
    "source", [rf"r={RADIUS_TEX}", rf"r\ge{RADIUS_TEX}", rf"{RADIUS_TEX}\le r", rf"{RADIUS_TEX}=:r"]
)
def test_a_radius_is_bounded_from_below(source: str) -> None:
    assert only(source) == ("radius", RADIUS)


def test_a_radius_bounded_from_above_is_no_claim() -> None:
    assert claims(rf"r\le{RADIUS_TEX}") == []


@pytest.mark.parametrize(
    ("source", "slot", "formula"),
    [
        (
            r"\sqrt{f(w_k)}\le(1-h\lambda_{\min})^k\sqrt{f(w_0)}",
            "decay",
            (1 - h * lambda_min) ** (2 * k) * f0,
        ),
        (
            r"\|E(w_k)\|\le(1-h\lambda_{\min})^k\|E(w_0)\|",
            "decay",
            (1 - h * lambda_min) ** (2 * k) * f0,
        ),
        (r"f(w_k)\le(1-h\lambda_{\min})^{k}f(w_0)", "decay", (1 - h * lambda_min) ** k * f0),
        (r"\|w_k-w_0\|^2\le\frac{4mU^2f_0}{\lambda_{\min}^2}", "distance", RADIUS),
    ],
)
def test_a_power_of_the_quantity_is_undone(source: str, slot: str, formula: sp.Expr) -> None:
    name, found = only(source)

    assert name == slot
    assert sp.simplify(found - formula) == 0


def test_a_chain_claims_what_its_neighbours_say() -> None:
    source = rf"{RADIUS_TEX} =: r \qquad\text{{and}}\qquad h<{STEP_TEX}"

    assert [claim.slot.name for claim in claims(source)] == ["radius", "step_max"]


def test_a_slot_is_claimed_once_in_a_statement() -> None:
    assert only(rf"m < h \le {STEP_TEX} \ge h") == ("step_max", STEP)


@pytest.mark.parametrize(
    ("source", "sure"),
    [
        (r"h=\frac{1}{m}", False),
        ("r = U", False),
        ("L=m^2", False),
        (r"h=\frac{U}{m}", True),
        (r"\|w_k-w_0\|\le U", True),
        (r"f(w_k)\le f(w_0)", True),
    ],
)
def test_a_bare_letter_with_one_symbol_may_be_about_something_else(source: str, sure: bool) -> None:
    (claim,) = claims(source)

    assert claim.sure is sure


@pytest.mark.parametrize("source", [r"h\le\frac{1}{\sqrt{q}}", r"f(w_k)\le q"])
def test_a_formula_of_no_meaning_is_pointed_at(source: str) -> None:
    (clause,) = clauses(source)
    assert clause.tree is not None

    unknown = why_not(clause.tree, THEOREM)

    assert unknown is not None
    assert source[unknown.at.start : unknown.at.end] == "q"


def test_a_statement_about_something_else_is_not_pointed_at() -> None:
    (clause,) = clauses("g(x)=q")
    assert clause.tree is not None

    assert why_not(clause.tree, THEOREM) is None


@pytest.mark.parametrize(
    ("definitions", "expected"),
    [
        ([f"f(w)={SUM}"], (None, True)),
        ([rf"f(w)=\frac12{SUM}"], (HALF, True)),
        ([rf"f(w):=\frac{{1}}{{2}}{SUM}"], (HALF, True)),
        ([rf"\mathcal{{L}}(w)=\frac1m{SUM}"], (MEAN, True)),
        ([rf"f(w)=\frac{{1}}{{2m}}{SUM}"], (HALF_MEAN, True)),
        ([rf"f(w)=\frac12\cdot\frac1m{SUM}"], (HALF_MEAN, True)),
        ([r"f(w)=\|\Phi(X,w)-y\|^2"], (None, True)),
        ([r"f(w)=\frac12\|\Phi(X,w)-y\|^2"], (HALF, True)),
        ([r"f(w)=\frac1n\sum_{i=1}^n(\Phi(x_i,w)-y_i)^2"], (MEAN, True)),
        ([rf"f(w)=\frac12{SUM}=\frac12\|\Phi-y\|^2"], (HALF, True)),
        ([f"f(w)={SUM}", f"g(w)={SUM}"], (None, True)),
        ([f"f(w)={SUM}", rf"g(w)=\frac12{SUM}"], (None, False)),
        ([rf"f(w)=\frac1m{SUM}", rf"g(w)=\frac12{SUM}"], (None, False)),
        ([rf"f(w)=\frac13{SUM}"], (None, False)),
        ([rf"f(w)=2{SUM}"], (None, False)),
        ([rf"f(w)=\frac1n{SUM}"], (None, False)),
        ([rf"f(w)=\frac12{SUM}+\|w\|^2"], (None, False)),
        (["f(w)=w^2"], (None, False)),
        ([], (None, False)),
    ],
    ids=str,
)
def test_the_loss_is_known_if_it_is_defined_in_one_way(
    definitions: list[str], expected: tuple[object, bool]
) -> None:
    assert loss_convention(clause for text in definitions for clause in clauses(text)) == expected


@pytest.mark.parametrize("source", [r"d=\|w-v\|^2", r"\|w-u\|^2=\|w-v\|^2", r"c=(a-b)^2"])
def test_a_squared_distance_of_other_things_is_no_loss(source: str) -> None:
    assert loss_convention(clauses(source)) == (None, False)
