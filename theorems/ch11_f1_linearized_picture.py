"""Figure 11.1/11.2: a model near its linearization reaches the datum, a bent one need not.

Setting
    One parameter and one datum y_1: w -> Phi(x_1, w) is continuously differentiable, and its
    derivative at w_0 is not 0.  The loss is f(w) = (Phi(x_1, w) - y_1)^2, and rho > 0.

Hypothesis
    Figure 11.1, left: |Phi - Phi_lin| is at most `closeness` for |w - w_0| <= rho.  Right:
    |Phi' - Phi'(w_0)| stays below `slope_closeness` there.

Conclusion
    Left: Phi(x_1, w) = y_1 for some w with |w - w_0| <= rho.  Right: f has no stationary point
    there but those w.  Figure 11.2: a parabola that bends down by a has `largest` as its largest
    value; if y_1 is larger, no w reaches it, and gradient descent with small steps has the loss
    `least_loss` in the limit.  (The book has pictures and no numbers; with Phi(x_1, w_0) = 0 and
    derivative 1 there is no such w exactly if a y_1 > 1/2.)

Proof idea
    The linearization passes y_1 by rho |Phi'(w_0)| - |Phi(w_0) - y_1| at one end of the interval;
    the intermediate value theorem.  f' = 2 (Phi - y_1) Phi'.

Checked numerically
    Exactly, on parabolas and cubics.  Not checked: other models.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp

from numeric.curved_lines import BOX, CurvedLine, curved_line, member, members
from numeric.ridge_models import ZERO
from symbolic.evaluate import FloatArray
from symbolic.exact import Number
from symbolic.step import Step, cited, identity, inequality, plus
from theorems.base import Formulas, Margin, Parameters, Slot, Sweep, Theorem, facts, relative
from theorems.notation import (
    Phi_w0,
    bend,
    gap,
    largest_value,
    least_loss,
    miss,
    radius,
    slope_0,
    slope_gap,
    y_1,
)

# Formulas

CLOSENESS = Slot(
    "closeness",
    gap,
    "<=",
    radius * slope_0 - miss,
    over=(radius, slope_0, miss),
    role="hypothesis",
    meaning="the model is no farther than this from its linearization on the interval",
    fails_if=("larger",),
)
SLOPE_CLOSENESS = Slot(
    "slope_closeness",
    slope_gap,
    "<",
    slope_0,
    over=(radius, slope_0, miss),
    role="hypothesis",
    meaning="the derivative stays closer than this to that at w_0 on the interval",
    fails_if=("larger",),
)
LARGEST = Slot(
    "largest",
    largest_value,
    "=",
    Phi_w0 + slope_0**2 / (2 * bend),
    over=(Phi_w0, slope_0, bend),
    role="conclusion",
    meaning="the largest value of a parabola that bends down by a",
    fails_if=("smaller", "larger"),
)
LEAST_LOSS = Slot(
    "least_loss",
    least_loss,
    "=",
    (y_1 - Phi_w0 - slope_0**2 / (2 * bend)) ** 2,
    over=(Phi_w0, slope_0, bend, y_1),
    role="conclusion",
    meaning="the least loss of that parabola if y_1 is above it",
    fails_if=("smaller", "larger"),
)

# Derivation

t, w, D = sp.symbols("t w D", real=True)
Phi = sp.Function("Phi")


def derivation(at: Formulas) -> Iterator[Step]:
    near = facts((gap, "<=", at[CLOSENESS]), (-gap, "<=", D))
    steep = facts((slope_gap, "<", at[SLOPE_CLOSENESS]), (-slope_gap, "<=", D))
    parabola = Phi_w0 + slope_0 * t - bend * t**2 / 2
    loss = (y_1 - parabola) ** 2
    vertex = slope_0 / bend
    of_square = sp.Derivative((Phi(w) - y_1) ** 2, w)
    stall = plus(at[LARGEST], -bend * (t - vertex) ** 2 / 2)

    yield inequality("one end passes the datum", miss, "<=", radius * slope_0 + D, near)
    yield cited("intermediate value theorem: for some w up to that end", Phi(w), "=", y_1)
    yield inequality("the derivative keeps its sign", sp.S.Zero, "<", slope_0 + D, steep)
    yield identity("the chain rule", of_square, 2 * (Phi(w) - y_1) * sp.Derivative(Phi(w), w))
    yield identity("a parabola, the square completed", stall, parabola)
    yield inequality("is nowhere larger", parabola, "<=", at[LARGEST])
    yield identity(
        "its vertex is stationary", sp.Subs(sp.Derivative(loss, t), t, vertex), sp.S.Zero
    )
    yield identity("with the loss", sp.Subs(loss, t, vertex), at[LEAST_LOSS])


# Numerical check

STEPS = 8


def margins(case: CurvedLine, at: Formulas) -> Iterator[Margin]:
    if not case.is_valid:
        return
    slope = abs(case.slope)
    known: dict[str, Number] = {
        "radius": case.rho,
        "slope_0": slope,
        "miss": abs(case.start - case.y),
    }
    if case.gap() <= at(CLOSENESS, **known):
        lowest, highest = case.value_range()
        yield Margin("the datum is not below all values", lowest, case.y)
        yield Margin("the datum is not above all values", case.y, highest)
    if case.slope_gap() < at(SLOPE_CLOSENESS, **known):
        yield Margin("no flat point", ZERO, case.least_steepness(), "<")
    if case.twist == 0 and case.bend > 0:
        parabola: dict[str, Number] = {"Phi_w0": case.start, "slope_0": slope, "bend": case.bend}
        vertex = case.slope / case.bend
        top = case.value(vertex)
        yield Margin("largest value", at(LARGEST, **parabola), top, "=")
        if case.y > top:
            least = at(LEAST_LOSS, **parabola, y_1=case.y)
            yield Margin("least loss", least, (case.y - top) ** 2, "=")
            # On the way to the vertex the loss is convex, and its curvature at most 1 / h.
            h = 1 / (2 * slope**2 + 2 * case.bend * (case.y - case.start))
            for k, loss in enumerate(case.losses(h, STEPS)):
                if k > 0:
                    off = vertex**2 / (2 * h * k)
                    yield Margin("gradient descent", loss - least, off, "<=", f"k = {k}")


def hard_cases(at: Formulas) -> Iterator[CurvedLine]:
    yield curved_line("1", bend="0", y="1")
    yield curved_line("1", bend="1/2", y="3/4")
    yield curved_line("1", bend="1/2", y="19/25")
    yield curved_line("1", bend="1", y="1/2")
    yield curved_line("1", bend="1", y="1", rho="51/50")
    yield curved_line("-2", bend="1", y="5", rho="2", start="1")
    yield curved_line("2", bend="1", y="-1", rho="1/2", twist="1")


def slack(p: Parameters, at: Formulas) -> FloatArray:
    lanes = members(p)
    slope = np.abs(p["slope"])
    known = {"radius": p["rho"], "slope_0": slope, "miss": np.abs(p["start"] - p["y"])}
    reach = np.minimum(relative(lanes.lowest, p["y"]), relative(p["y"], lanes.highest))
    worst = np.where(lanes.gap <= at.on_arrays(CLOSENESS, **known), reach, 1.0)
    flat = np.where(lanes.steepness > 0, lanes.steepness, -1.0)
    allowed = at.on_arrays(SLOPE_CLOSENESS, **known)
    worst = np.minimum(worst, np.where(lanes.slope_gap < allowed, flat, 1.0))
    parabola = {"Phi_w0": p["start"], "slope_0": slope, "bend": p["bend"]}
    vertex = slope / p["bend"]
    top = p["start"] + slope * vertex - p["bend"] * vertex**2 / 2
    off = np.abs(relative(at.on_arrays(LARGEST, **parabola), top))
    claimed = at.on_arrays(LEAST_LOSS, **parabola, y_1=p["y"])
    far = np.abs(relative(claimed, (p["y"] - top) ** 2))
    off = np.maximum(off, np.where(p["y"] > top, far, 0.0))
    return np.minimum(worst, np.where(p["twist"] <= 0, -off, 0.0))


# Other ways of stating it

bent = slope_0**2 / (2 * bend)
ALSO_TRUE = {
    "half as close": {CLOSENESS: (radius * slope_0 - miss) / 2},
    "half the slope": {SLOPE_CLOSENESS: slope_0 / 2},
    "over one denominator": {LARGEST: (2 * bend * Phi_w0 + slope_0**2) / (2 * bend)},
    "from the vertex to the datum": {LEAST_LOSS: (Phi_w0 + bent - y_1) ** 2},
}
FALSE = {
    "the distance of the datum forgotten": {CLOSENESS: radius * slope_0},
    "added instead": {CLOSENESS: radius * slope_0 + miss},
    "the interval forgotten": {CLOSENESS: slope_0 - miss},
    "the whole interval": {CLOSENESS: 2 * radius * slope_0 - miss},
    "half the distance": {CLOSENESS: radius * slope_0 - miss / 2},
    "the slope forgotten": {CLOSENESS: radius - miss},
    "twice the slope": {SLOPE_CLOSENESS: 2 * slope_0},
    "the bound for values": {SLOPE_CLOSENESS: radius * slope_0},
    "no matter how steep": {SLOPE_CLOSENESS: sp.S.One},
    "the start forgotten": {LARGEST: bent},
    "a for a/2": {LARGEST: Phi_w0 + slope_0**2 / bend},
    "the slope not squared": {LARGEST: Phi_w0 + slope_0 / (2 * bend)},
    "the least value": {LARGEST: Phi_w0 - bent},
    "multiplied by the bend": {LARGEST: Phi_w0 + bend * slope_0**2 / 2},
    "every datum is reached": {LEAST_LOSS: sp.S.Zero},
    "the loss at the start": {LEAST_LOSS: (y_1 - Phi_w0) ** 2},
    "not squared": {LEAST_LOSS: y_1 - Phi_w0 - bent},
    "squares subtracted": {LEAST_LOSS: (y_1 - Phi_w0) ** 2 - bent**2},
    "from the origin": {LEAST_LOSS: (y_1 - bent) ** 2},
    "a for a/2 in the loss": {LEAST_LOSS: (y_1 - Phi_w0 - slope_0**2 / bend) ** 2},
}

THEOREM = Theorem(
    label="Figure 11.1/11.2",
    statement=__doc__,
    slots=(CLOSENESS, SLOPE_CLOSENESS, LARGEST, LEAST_LOSS),
    domain=facts(),
    derivation=derivation,
    margins=margins,
    hard_cases=hard_cases,
    sweep=Sweep(BOX, slack, lambda p, at: member(p)),
    also_true=ALSO_TRUE,
    false=FALSE,
)
