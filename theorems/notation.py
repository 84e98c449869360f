"""The book's quantities: a symbol, the ways it is written, and how it scales.

The first way of writing a quantity is the one that is printed; all of them are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp
from sympy import Symbol, symbols

from symbolic.units import Weight


@dataclass(frozen=True)
class Written:
    """How a quantity is written in LaTeX, and its units as powers of those of Phi and of w."""

    forms: tuple[str, ...]
    units: tuple[int, int] | None = None

    @property
    def weight(self) -> Weight | None:
        """The weight of the quantity in the two scaling groups, if it has units."""
        return None if self.units is None else tuple(map(sp.Integer, self.units))


@dataclass(frozen=True, eq=False)
class Vectors:
    """Vectors, the ways they are written, and the symbols of their inner products."""

    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    inner: Mapping[tuple[str, str], Symbol] = field(default_factory=dict)


def _(*forms: str, units: tuple[int, int] | None = None) -> Written:
    return Written(forms, units)


NUMBER, PARAMETER, SLOPE, SQUARED_SLOPE = (0, 0), (0, 1), (1, -1), (2, -2)

# Sizes, steps, least squares

m, d, n, h = symbols("m d n h", positive=True)
k = Symbol("k", integer=True, nonnegative=True)
s_min, s_max, distance_k = symbols("s_min s_max distance_k", positive=True)
rate, kept = symbols("rate kept", real=True)

# Section 11.4: the constants of a model, its loss, the lines of the proof

U, L, r, lambda_min, lambda_max, f0 = symbols("U L r lambda_min lambda_max f0", positive=True)
loss_k = Symbol("loss_k", positive=True)
J_bar, J_k, J_k_t, J_0, J_0_t = symbols("J_bar J_k J_k_t J_0 J_0_t", commutative=False)
E_k, E_next, move = symbols("E_k E_next move", commutative=False)
norm_change = Symbol("norm_change", nonnegative=True)
norm_J_k, norm_J_0, change_bar, change = symbols(
    "norm_J_k norm_J_0 change_bar change", nonnegative=True
)

# Sections 11.3 and 11.5: linearization and kernels

Phi_lin, Phi_0, g_w, g_w0, K_hat, g_g = symbols("Phi_lin Phi_0 g_w g_w0 K_hat g_g", real=True)
E_ss, E_dd, xz, K_LC, K_mean, variance = symbols("E_ss E_dd xz K_LC K_mean variance", real=True)
norm_x, norm_z = symbols("norm_x norm_z", positive=True)
theta = Symbol("theta", nonnegative=True)

BOOK: Mapping[sp.Symbol, Written] = {
    m: _("m", units=NUMBER),
    d: _("d", units=NUMBER),
    n: _("n", units=NUMBER),
    k: _("k", "t", units=NUMBER),
    h: _("h", r"\eta", r"\alpha", r"\gamma", units=(-2, 2)),
    s_min: _(r"s_{\min}", r"s_{\min}(A)", r"\sigma_{\min}", units=SLOPE),
    s_max: _(r"s_{\max}", r"s_{\max}(A)", r"\sigma_{\max}", units=SLOPE),
    rate: _(r"\rho", units=NUMBER),
    kept: _("q", units=NUMBER),
    U: _("U", units=SLOPE),
    L: _("L", units=(1, -2)),
    r: _("r", units=PARAMETER),
    lambda_min: _(r"\lambda_{\min}", units=SQUARED_SLOPE),
    lambda_max: _(r"\lambda_{\max}", units=SQUARED_SLOPE),
    f0: _("f(w_0)", "f_0", r"\|E(w_0)\|^2", r"\|\mathbf E(w_0)\|^2", units=(2, 0)),
    loss_k: _("f(w_k)", "f_k", r"\|E(w_k)\|^2", r"\|\mathbf E(w_k)\|^2", units=(2, 0)),
    distance_k: _(r"\|w_k-w_0\|", units=PARAMETER),
    E_k: _("E(w_k)"),
    E_next: _("E(w_{k+1})"),
    move: _("(w_{k+1}-w_k)"),
    norm_change: _(r"\|\bar J_kJ_k^\top-J_0J_0^\top\|"),
    J_bar: _(r"\bar J_k"),
    J_k: _("J_k"),
    J_k_t: _(r"J_k^\top"),
    J_0: _("J_0"),
    J_0_t: _(r"J_0^\top"),
    norm_J_k: _(r"\|J_k\|"),
    norm_J_0: _(r"\|J_0\|"),
    change_bar: _(r"\|\bar J_k-J_0\|"),
    change: _(r"\|J_k-J_0\|"),
    Phi_lin: _(r"\Phi^{lin}(x,w)"),
    Phi_0: _(r"\Phi(x,w_0)"),
    g_w: _(r"\langle\nabla_w\Phi(x,w_0),w\rangle"),
    g_w0: _(r"\langle\nabla_w\Phi(x,w_0),w_0\rangle"),
    g_g: _(r"\langle\nabla_w\Phi(x,w_0),\nabla_w\Phi(x',w_0)\rangle"),
    K_hat: _(r"\hat K_n(x,x')", "K_n(x,x')"),
    xz: _(r"x^\top z"),
    norm_x: _(r"\|x\|"),
    norm_z: _(r"\|z\|"),
    theta: _(r"\theta"),
    variance: _(r"\mathrm{Var}(u_i)"),
    E_ss: _(
        r"\mathbb{E}[\sigma(u^\top x)\sigma(u^\top z)]", r"E[\sigma(u^\top x)\sigma(u^\top z)]"
    ),
    E_dd: _(
        r"\mathbb{E}[\sigma'(u^\top x)\sigma'(u^\top z)]",
        r"E[\sigma'(u^\top x)\sigma'(u^\top z)]",
    ),
    K_LC: _(
        r"K^{LC}(x,z)",
        r"\lim_{n\to\infty}\frac1n\hat K_n(x,z)",
        r"\lim_{n\to\infty}\frac1nK_n(x,z)",
    ),
    K_mean: _(r"\mathbb{E}[\frac1n\hat K_n(x,z)]"),
}
PRINTED = {symbol: written.forms[0] for symbol, written in BOOK.items()}
"""The LaTeX of every symbol."""
INPUTS = Vectors(forms={"x": ("x",), "z": ("z",)}, inner={("x", "z"): xz})
TANGENT = Vectors(
    forms={
        "g": (r"\nabla_w\Phi(x,w_0)", r"\nabla\Phi(x,w_0)"),
        "g'": (r"\nabla_w\Phi(x',w_0)", r"\nabla\Phi(x',w_0)"),
        "w": ("w",),
        "w_0": ("w_0",),
    },
    inner={("g", "w"): g_w, ("g", "w_0"): g_w0, ("g", "g'"): g_g},
)
