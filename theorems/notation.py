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

# Sections 11.5 and 11.6: exact statements at initialization

mu4, norm_W, delta, R_0, norm_y = symbols("mu4 norm_W delta R_0 norm_y", positive=True)
P_norm, mean_f0 = symbols("P_norm mean_f0", real=True)
trace_K = Symbol("trace_K", nonnegative=True)
C_11_22, R_11_18 = symbols("C_11_22 R_11_18", positive=True)
covariance, fourth, E_s4, c_xx = symbols("covariance fourth E_s4 c_xx", real=True)
K_NTK, var_x1 = symbols("K_NTK var_x1", real=True)
A_lin, B_lin, Phi_lin_k, Phi_lin_0 = symbols("A_lin B_lin Phi_lin_k Phi_lin_0", real=True)
y, neumann = symbols("y neumann", real=True)
lambda_min_G, lambda_max_G = symbols("lambda_min_G lambda_max_G", positive=True)
parameters, norm_H = symbols("parameters norm_H", positive=True)
by_U, by_b, by_v, by_c, v_i, x_j = symbols("by_U by_b by_v by_c v_i x_j", real=True)
s_i, ds_i, dds_i = symbols("s_i ds_i dds_i", real=True)
input_scale, output_scale = symbols("input_scale output_scale", positive=True)
spread = Symbol("spread", positive=True)
mu4_gaussian, mu4_uniform, mu4_signs, half_width = symbols(
    "mu4_gaussian mu4_uniform mu4_signs half_width", positive=True
)

# Sections 11.1 and 11.2: least squares, features, the kernel matrix of two points

singular, inner_radius, outer_radius = symbols("singular inner_radius outer_radius", positive=True)
u_y, v_w, y_1, y_2, alpha_1, alpha_2, weight_1, K_12, K_x1, K_x2 = symbols(
    "u_y v_w y_1 y_2 alpha_1 alpha_2 weight_1 K_12 K_x1 K_x2", real=True
)
norm_Py, rank_A, solutions, least, K_11, K_22, size_12 = symbols(
    "norm_Py rank_A solutions least K_11 K_22 size_12", nonnegative=True
)
norm_w, norm_tilde, norm_hat, norm_off, norm_seen, norm_star, excess, span = symbols(
    "norm_w norm_tilde norm_hat norm_off norm_seen norm_star excess span", nonnegative=True
)
Phi_star, Phi_limit, fit_x, kept_x, start_x, objective = symbols(
    "Phi_star Phi_limit fit_x kept_x start_x objective", real=True
)
K_bias, bias, K_poly, K_rbf, K_laplace, xx = symbols(
    "K_bias bias K_poly K_rbf K_laplace xx", real=True
)
shift, distance, phi_21, phi_22 = symbols("shift distance phi_21 phi_22", nonnegative=True)
width, degree = symbols("width degree", positive=True)
quadratics, constant = symbols("quadratics constant", real=True)

# Exercise 11.37: random biases

E_ss_b, E_dd_b, K_mean_b, K_NTK_b, K_LC_b, cos_bar = symbols(
    "E_ss_b E_dd_b K_mean_b K_NTK_b K_LC_b cos_bar", real=True
)
theta_bar = Symbol("theta_bar", nonnegative=True)

# Figures 11.1 to 11.3, Remark 11.29, section 11.6: pictures, ADAM, sizes of gradients

mean_s2, mean_s4, mean_ds2 = symbols("mean_s2 mean_s4 mean_ds2", positive=True)
mean_sq_U, mean_sq_b, mean_sq_v, mean_norm_v = symbols(
    "mean_sq_U mean_sq_b mean_sq_v mean_norm_v", nonnegative=True
)
beta_1, beta_2, adam_eps, adam_U, adam_v, adam_ratio = symbols(
    "beta_1 beta_2 adam_eps adam_U adam_v adam_ratio", nonnegative=True
)
g_i, adam_step = symbols("g_i adam_step", real=True)
step_sum, step_half, step_mean, lambda_min_K, lambda_max_K, trace_of_K = symbols(
    "step_sum step_half step_mean lambda_min_K lambda_max_K trace_of_K", positive=True
)
top_factor = Symbol("top_factor", real=True)
slope_0, radius, bend = symbols("slope_0 radius bend", positive=True)
gap, slope_gap, miss, least_loss = symbols("gap slope_gap miss least_loss", nonnegative=True)
Phi_w0, largest_value = symbols("Phi_w0 largest_value", real=True)

# Lemma 11.21: bounds for gradients near the start

B_1, B_2, V_j, L_rho, U_rho, M_1, M_2, s_x = symbols(
    "B_1 B_2 V_j L_rho U_rho M_1 M_2 s_x", positive=True
)
size_v0, radius_21, norm_g0 = symbols("size_v0 radius_21 norm_g0", nonnegative=True)

# Lemma 11.19 and Theorem 11.23: the spectrum of wide networks, and how they are trained

lambda_min_LC, lambda_max_LC, M_LC, r_LC, C_11_23 = symbols(
    "lambda_min_LC lambda_max_LC M_LC r_LC C_11_23", positive=True
)
lambda_min_hat, lambda_max_hat = symbols("lambda_min_hat lambda_max_hat", real=True)
gap_LC = Symbol("gap_LC", nonnegative=True)

# Section 11.5.4 and 11.5.5: proximity to the linearized model, random starts

drift_G, drift_n, remainder, gap_x = symbols("drift_G drift_n remainder gap_x", nonnegative=True)
M_25, c_25 = symbols("M_25 c_25", positive=True)
Phi_k, Phi_next, pull_bar, pull_mid, pull_k, pull_next, pull_0 = symbols(
    "Phi_k Phi_next pull_bar pull_mid pull_k pull_next pull_0", real=True
)
Phi_lin_next, pull_lin = symbols("Phi_lin_next pull_lin", real=True)
mean_x, cov_xz, var_x, K_xx, K_xz, K_z1 = symbols("mean_x cov_xz var_x K_xx K_xz K_z1", real=True)
tau = Symbol("tau", positive=True)

# Exercises 11.32 to 11.36

features, P_both, hyperplane_distance, dim_poly = symbols(
    "features P_both hyperplane_distance dim_poly", positive=True
)
v_wk, v_w0, geometric_sum, x_line, angle_xz = symbols(
    "v_wk v_w0 geometric_sum x_line angle_xz", real=True
)
phi_rbf_0, feature_ratio, bump_height = symbols("phi_rbf_0 feature_ratio bump_height", real=True)
phi_10, phi_20, phi_11, x_1, x_2 = symbols("phi_10 phi_20 phi_11 x_1 x_2", real=True)

# Assumption 11.18: constants of activations

beta_sharp, epsilon = symbols("beta_sharp epsilon", positive=True)
t_point, size_sigma_t = symbols("t_point size_sigma_t", real=True)
lip_tanh, lip_arctan, lip_sigmoid, lip_sigmoid_slope, lip_softplus, chord_relu = symbols(
    "lip_tanh lip_arctan lip_sigmoid lip_sigmoid_slope lip_softplus chord_relu", positive=True
)

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
    # Sections 11.5 and 11.6: exact statements at initialization
    mu4: _(r"\mu_4", units=NUMBER),
    norm_W: _(r"\|W\|", units=NUMBER),
    P_norm: _(r"\mathbb{P}[\|W\|\le\sqrt{n(d+1)}]", r"P[\|W\|\le\sqrt{n(d+1)}]", units=NUMBER),
    delta: _(r"\delta", units=NUMBER),
    R_0: _("R_0", units=(2, 0)),
    norm_y: _(r"\|y\|", r"\|\mathbf y\|", units=(1, 0)),
    trace_K: _(
        r"\mathrm{tr}\,G^{LC}",
        r"\sum_{i=1}^mK^{LC}(x_i,x_i)",
        r"\sum_iK^{LC}(x_i,x_i)",
        units=(2, 0),
    ),
    mean_f0: _(r"\mathbb{E}[f(w_0)]", "E[f(w_0)]", units=(2, 0)),
    C_11_22: _("C", units=(2, 0)),
    R_11_18: _("R", units=(1, 0)),
    covariance: _(
        r"\mathrm{Cov}(\Phi_n(x,w_0),\Phi_n(z,w_0))",
        r"\mathbb{E}[\Phi_n(x,w_0)\Phi_n(z,w_0)]",
        "c(x,z)",
    ),
    fourth: _(r"\mathbb{E}[\Phi_n(x,w_0)^4]", r"E[\Phi_n(x,w_0)^4]"),
    E_s4: _(r"\mathbb{E}[\sigma(u^\top x)^4]", r"E[\sigma(u^\top x)^4]"),
    c_xx: _("{c(x,x)}", "c(x,x)", r"\mathbb{E}[\sigma(u^\top x)^2]", r"E[\sigma(u^\top x)^2]"),
    K_NTK: _(r"K^{NTK}(x,z)", r"\lim_{n\to\infty}\hat K_n(x,z)", r"\mathbb{E}[\hat K_n(x,z)]"),
    var_x1: _(r"\mathrm{Var}(x_i^{(1)})"),
    lambda_min_G: _(r"\lambda_{\min}(G_0)", r"\lambda_{\min}(G)", units=SQUARED_SLOPE),
    lambda_max_G: _(r"\lambda_{\max}(G_0)", r"\lambda_{\max}(G)", units=SQUARED_SLOPE),
    A_lin: _("A"),
    B_lin: _("B"),
    y: _("y", r"\mathbf y"),
    Phi_lin_k: _(r"\Phi^{lin}(X,p_k)"),
    Phi_lin_0: _(r"\Phi^{lin}(X,p_0)", r"\Phi(X,w_0)"),
    neumann: _(r"\sum_{j=0}^\infty B^j", r"\sum_{j=0}^{\infty}B^j"),
    parameters: _("N", units=NUMBER),
    norm_H: _(r"\|H_i\|"),
    by_U: _(r"\partial_{U_{ij}}\Phi(x,w)", r"\frac{\partial\Phi(x,w)}{\partial U_{ij}}"),
    by_b: _(r"\partial_{b_i}\Phi(x,w)", r"\frac{\partial\Phi(x,w)}{\partial b_i}"),
    by_v: _(r"\partial_{v_i}\Phi(x,w)", r"\frac{\partial\Phi(x,w)}{\partial v_i}"),
    by_c: _(r"\partial_c\Phi(x,w)", r"\frac{\partial\Phi(x,w)}{\partial c}"),
    v_i: _("v_i"),
    x_j: _("x_j"),
    s_i: _(r"\sigma(z_i)"),
    ds_i: _(r"{\sigma'(z_i)}", r"\sigma'(z_i)"),
    dds_i: _(r"{\sigma''(z_i)}", r"\sigma''(z_i)"),
    input_scale: _(r"a_{\mathrm{in}}"),
    output_scale: _(r"a_{\mathrm{out}}"),
    spread: _(r"\varsigma"),
    mu4_gaussian: _(r"\mu_4(\mathcal N)"),
    mu4_uniform: _(r"\mu_4(\mathcal U)"),
    mu4_signs: _(r"\mu_4(\{\pm1\})"),
    half_width: _(r"\ell"),
    # Sections 11.1 and 11.2: least squares, features, the kernel matrix of two points
    singular: _("s_i", units=SLOPE),
    u_y: _(r"u_i^\top y", r"\langle u_i,y\rangle", units=(1, 0)),
    v_w: _(r"v_i^\top w_*", r"\langle v_i,w_*\rangle", units=PARAMETER),
    norm_Py: _(r"\|y_*\|", r"\|AA^\dagger y\|", r"\|AA^+y\|", units=(1, 0)),
    least: _(r"\|Aw_*-y\|^2", r"\min_w\|Aw-y\|^2", units=(2, 0)),
    rank_A: _(r"\operatorname{rank}(A)", r"\operatorname{rank}A", units=NUMBER),
    solutions: _(r"\dim\{w\mid f(w)=f(w_*)\}", r"\dim\ker(A)", r"\dim\ker A", units=NUMBER),
    norm_w: _(r"\|w\|_H", units=PARAMETER),
    norm_tilde: _(r"\|\tilde w\|_H", units=PARAMETER),
    norm_hat: _(r"\|\hat w\|_H", units=PARAMETER),
    norm_off: _(r"\|w-w_*\|_H", units=PARAMETER),
    norm_star: _(r"\|w_*\|_H", units=PARAMETER),
    norm_seen: _(r"\|\phi(X)(w-w_*)\|", units=(1, 0)),
    excess: _(r"\|\phi(X)w-y\|^2-\|\phi(X)w_*-y\|^2", units=(2, 0)),
    span: _(r"\dim\tilde H", r"\dim(\tilde H)", units=NUMBER),
    y_1: _("y_1", units=(1, 0)),
    y_2: _("y_2", units=(1, 0)),
    alpha_1: _(r"\alpha_1", units=(-1, 2)),
    alpha_2: _(r"\alpha_2", units=(-1, 2)),
    weight_1: _("(G^{-1}y)_1", "(K^{-1}y)_1", units=(-1, 2)),
    K_11: _("K_{11}", "K(x_1,x_1)", "G_{11}", units=SQUARED_SLOPE),
    K_12: _("K_{12}", "K(x_1,x_2)", "G_{12}", units=SQUARED_SLOPE),
    size_12: _("|K(x_1,x_2)|", "|K_{12}|", "|G_{12}|", units=SQUARED_SLOPE),
    K_22: _("K_{22}", "K(x_2,x_2)", "G_{22}", units=SQUARED_SLOPE),
    K_x1: _("K(x,x_1)", units=SQUARED_SLOPE),
    K_x2: _("K(x,x_2)", units=SQUARED_SLOPE),
    objective: _(r"\|G\alpha-y\|^2", units=(2, 0)),
    Phi_star: _(r"\Phi(x,w_*)", units=(1, 0)),
    Phi_limit: _(r"\lim_{k\to\infty}\Phi(x,w_k)", units=(1, 0)),
    fit_x: _(r"\langle\phi(x),w_*\rangle", units=(1, 0)),
    kept_x: _(r"\langle\phi(x),\hat w_0\rangle", units=(1, 0)),
    start_x: _(r"\langle\phi(x),w_0\rangle", units=(1, 0)),
    K_bias: _(r"\langle(1,x),(1,z)\rangle"),
    bias: _("b_*(x,y)"),
    K_poly: _(r"K_{\mathrm{poly}}(x,x')", "K(x,x')"),
    K_rbf: _(r"K_{\mathrm{RBF}}(x,x')", "K(x,x')"),
    K_laplace: _(r"K_{\mathrm{Laplace}}(x,x')", "K(x,x')"),
    xx: _(r"x^\top x'", r"\langle x,x'\rangle"),
    distance: _(r"\|x-x'\|"),
    shift: _("c"),
    width: _("c"),
    degree: _("r"),
    phi_21: _(r"\phi_1^{\mathrm{Chol}}(x_2)", units=SLOPE),
    phi_22: _(r"\phi_2^{\mathrm{Chol}}(x_2)", units=SLOPE),
    quadratics: _(r"\dim\{p\mid\deg p\le2\}", units=NUMBER),
    inner_radius: _(r"r_1", r"r_{\mathrm{disc}}"),
    outer_radius: _(r"r_2", r"r_{\mathrm{ring}}"),
    constant: _(r"w_{\mathrm{const}}"),
    # Exercise 11.37: random biases
    E_ss_b: _(
        r"\mathbb{E}[\sigma(u^\top x+b)\sigma(u^\top z+b)]",
        r"E[\sigma(u^\top x+b)\sigma(u^\top z+b)]",
    ),
    E_dd_b: _(
        r"\mathbb{E}[\sigma'(u^\top x+b)\sigma'(u^\top z+b)]",
        r"E[\sigma'(u^\top x+b)\sigma'(u^\top z+b)]",
    ),
    K_mean_b: _(r"\mathbb{E}[\frac1n\hat K_{n,b}(x,z)]"),
    K_LC_b: _(r"K^{LC}_b(x,z)", r"\lim_{n\to\infty}\frac1n\hat K_{n,b}(x,z)"),
    K_NTK_b: _(r"K^{NTK}_b(x,z)", r"\lim_{n\to\infty}\hat K_{n,b}(x,z)"),
    cos_bar: _(r"\cos\bar\theta", r"\cos(\bar\theta)"),
    theta_bar: _(r"\bar\theta"),
    # Figures 11.1 to 11.3, Remark 11.29, section 11.6: pictures, ADAM, sizes of gradients
    mean_s2: _(
        r"{\mathbb{E}[\sigma(u^\top x)^2]}",
        r"\mathbb{E}[\sigma(u^\top x)^2]",
        r"E[\sigma(u^\top x)^2]",
    ),
    mean_s4: _(
        r"{\mathbb{E}[\sigma(u^\top x)^4]}",
        r"\mathbb{E}[\sigma(u^\top x)^4]",
        r"E[\sigma(u^\top x)^4]",
    ),
    mean_ds2: _(
        r"{\mathbb{E}[\sigma'(u^\top x)^2]}",
        r"\mathbb{E}[\sigma'(u^\top x)^2]",
        r"E[\sigma'(u^\top x)^2]",
    ),
    mean_sq_U: _(
        r"\mathbb{E}[\|\nabla_U\Phi(x,w_0)\|_F^2]",
        r"\mathbb{E}[\|\nabla_U\Phi(x,w_0)\|^2]",
        r"E[\|\nabla_U\Phi(x,w_0)\|_F^2]",
        r"E[\|\nabla_U\Phi(x,w_0)\|^2]",
    ),
    mean_sq_b: _(r"\mathbb{E}[\|\nabla_b\Phi(x,w_0)\|^2]", r"E[\|\nabla_b\Phi(x,w_0)\|^2]"),
    mean_sq_v: _(r"\mathbb{E}[\|\nabla_v\Phi(x,w_0)\|^2]", r"E[\|\nabla_v\Phi(x,w_0)\|^2]"),
    mean_norm_v: _(r"\mathbb{E}[\|\nabla_v\Phi(x,w_0)\|]", r"E[\|\nabla_v\Phi(x,w_0)\|]"),
    beta_1: _(r"\beta_1", units=NUMBER),
    beta_2: _(r"\beta_2", units=NUMBER),
    adam_eps: _(r"\varepsilon"),
    g_i: _("g_i", r"\partial_if(w_0)"),
    adam_step: _(r"\Delta w_i^{\mathrm{ADAM}}", r"\Delta_i^{\mathrm{ADAM}}"),
    adam_U: _(r"\|\Delta U^{\mathrm{ADAM}}\|", r"\|\Delta U^{\mathrm{ADAM}}\|_F"),
    adam_v: _(r"\|\Delta v^{\mathrm{ADAM}}\|"),
    adam_ratio: _(
        r"\frac{\|\Delta U^{\mathrm{ADAM}}\|}{\|\Delta v^{\mathrm{ADAM}}\|}",
        r"\frac{\|\Delta U^{\mathrm{ADAM}}\|_F}{\|\Delta v^{\mathrm{ADAM}}\|}",
    ),
    step_sum: _(r"h_{\mathrm{sum}}", r"\eta_{\mathrm{sum}}", units=(-2, 2)),
    step_half: _(r"h_{\mathrm{half}}", r"\eta_{\mathrm{half}}", units=(-2, 2)),
    step_mean: _(r"h_{\mathrm{mean}}", r"\eta_{\mathrm{mean}}", units=(-2, 2)),
    lambda_min_K: _(r"\lambda_{\min}(K)", units=SQUARED_SLOPE),
    lambda_max_K: _(r"\lambda_{\max}(K)", units=SQUARED_SLOPE),
    trace_of_K: _(r"\mathrm{tr}(K)", r"\mathrm{tr}\,K", units=SQUARED_SLOPE),
    top_factor: _(r"q_{\max}", units=NUMBER),
    gap: _(
        r"\sup_{|w-w_0|\le\rho}|\Phi(x_1,w)-\Phi^{lin}(x_1,w)|",
        r"\|\Phi(x_1,\cdot)-\Phi^{lin}(x_1,\cdot)\|_\infty",
        units=(1, 0),
    ),
    slope_gap: _(
        r"\sup_{|w-w_0|\le\rho}|\Phi'(x_1,w)-\Phi'(x_1,w_0)|",
        r"\|\Phi'(x_1,\cdot)-\Phi'(x_1,w_0)\|_\infty",
        units=SLOPE,
    ),
    slope_0: _(r"|\Phi'(x_1,w_0)|", units=SLOPE),
    miss: _(r"|\Phi(x_1,w_0)-y_1|", units=(1, 0)),
    radius: _(r"\rho", units=PARAMETER),
    bend: _("a", units=(1, -2)),
    Phi_w0: _(r"\Phi(x_1,w_0)", units=(1, 0)),
    largest_value: _(r"\max_w\Phi(x_1,w)", units=(1, 0)),
    least_loss: _(r"\min_w(\Phi(x_1,w)-y_1)^2", units=(2, 0)),
    # Lemma 11.21: bounds for gradients near the start
    B_1: _("B_1", r"\|\sigma'\|_\infty"),
    B_2: _("B_2", r"\|\sigma''\|_\infty"),
    V_j: _("V_j"),
    size_v0: _(r"|v_{0,j}|", r"|v_{0;j}|"),
    radius_21: _(r"\rho", "cn^{-1/2}", r"c/\sqrt n"),
    s_x: _("s_x", r"\|(x,1)\|"),
    L_rho: _(r"L(\rho)"),
    U_rho: _(r"U(\rho)"),
    norm_g0: _(r"\|\nabla_w\Phi(x,w_0)\|", r"\|\nabla\Phi(x,w_0)\|"),
    M_1: _("M_1", "M_1(R)"),
    M_2: _("M_2", "M_2(R)"),
    # Lemma 11.19 and Theorem 11.23: the spectrum of wide networks, and how they are trained
    lambda_min_LC: _(r"\lambda_{\min}^{LC}", units=SQUARED_SLOPE),
    lambda_max_LC: _(r"\lambda_{\max}^{LC}", units=SQUARED_SLOPE),
    M_LC: _("M", units=SLOPE),
    r_LC: _("cn^{-1/2}", r"\frac{c}{\sqrt n}", units=PARAMETER),
    C_11_23: _("C"),
    lambda_min_hat: _(r"\lambda_{\min}(\hat G_n)", units=SQUARED_SLOPE),
    lambda_max_hat: _(r"\lambda_{\max}(\hat G_n)", units=SQUARED_SLOPE),
    gap_LC: _(
        r"\|G^{LC}-\frac1n\hat G_n\|",
        r"\|\frac1n\hat G_n-G^{LC}\|",
        units=SQUARED_SLOPE,
    ),
    # Section 11.5.4 and 11.5.5: proximity to the linearized model, random starts
    drift_G: _(
        r"\|\bar J_kJ_k^\top-G_0\|", r"\|\bar J_kJ_k^\top-J_0J_0^\top\|", units=SQUARED_SLOPE
    ),
    drift_n: _(r"\frac1n\|\bar J_kJ_k^\top-G_0\|", r"\frac1n\|\bar J_kJ_k^\top-J_0J_0^\top\|"),
    M_25: _("M"),
    c_25: _("c"),
    remainder: _(r"|\Phi(x,w_k)-\Phi^{lin}(x,w_k)|", units=(1, 0)),
    gap_x: _(
        r"\sup_k|\Phi(x,w_k)-\Phi^{lin}(x,p_k)|",
        r"\sup_{k\in\mathbb{N}}|\Phi(x,w_k)-\Phi^{lin}(x,p_k)|",
        r"|\Phi(x,w_k)-\Phi^{lin}(x,p_k)|",
        units=(1, 0),
    ),
    Phi_next: _(r"\Phi(X,w_{k+1})", units=(1, 0)),
    Phi_k: _(r"\Phi(X,w_k)", units=(1, 0)),
    pull_bar: _(r"\bar J_kJ_k^\top(\Phi(X,w_k)-y)", r"\bar J_kJ_k^\top E(w_k)", units=(3, -2)),
    pull_mid: _(
        r"J(\frac{w_k+w_{k+1}}2)J_k^\top(\Phi(X,w_k)-y)",
        r"J(\frac{w_k+w_{k+1}}2)J_k^\top E(w_k)",
        units=(3, -2),
    ),
    pull_k: _(r"J_kJ_k^\top(\Phi(X,w_k)-y)", r"J_kJ_k^\top E(w_k)", units=(3, -2)),
    pull_next: _(r"J_{k+1}J_k^\top(\Phi(X,w_k)-y)", r"J_{k+1}J_k^\top E(w_k)", units=(3, -2)),
    pull_0: _(
        r"J_0J_0^\top(\Phi(X,w_k)-y)",
        r"G_0(\Phi(X,w_k)-y)",
        r"J_0J_0^\top E(w_k)",
        r"G_0E(w_k)",
        units=(3, -2),
    ),
    Phi_lin_next: _(r"\Phi^{lin}(X,p_{k+1})"),
    pull_lin: _(r"J_0J_0^\top(\Phi^{lin}(X,p_k)-y)", r"G_0(\Phi^{lin}(X,p_k)-y)"),
    mean_x: _(r"\mathbb{E}[\Phi^{lin}(x,p_k)]", r"E[\Phi^{lin}(x,p_k)]"),
    cov_xz: _(r"\mathrm{Cov}(\Phi^{lin}(x,p_k),\Phi^{lin}(z,p_k))"),
    var_x: _(r"\mathrm{Var}(\lim_{k\to\infty}\Phi^{lin}(x,p_k))"),
    K_xx: _("K(x,x)", units=SQUARED_SLOPE),
    K_xz: _("K(x,z)", units=SQUARED_SLOPE),
    K_z1: _("K(z,x_1)", units=SQUARED_SLOPE),
    tau: _(r"\tau", units=PARAMETER),
    # Exercises 11.32 to 11.36
    v_wk: _(r"v_i^\top w_k", r"\langle v_i,w_k\rangle", units=PARAMETER),
    v_w0: _(r"v_i^\top w_0", r"\langle v_i,w_0\rangle", units=PARAMETER),
    geometric_sum: _(r"\sum_{j=0}^{k-1}x^j", r"\sum_{j=0}^{k-1}x^{j}", units=NUMBER),
    x_line: _("x"),
    features: _(r"N_\phi"),
    hyperplane_distance: _(r"\mathrm{dist}(\phi(x_i),H_y)"),
    phi_rbf_0: _(r"\phi_0^{\mathrm{RBF}}(x)"),
    feature_ratio: _(r"\frac{\phi_k^{\mathrm{RBF}}(x)}{\phi_{k-1}^{\mathrm{RBF}}(x)}"),
    bump_height: _(r"\|\phi^{\mathrm{RBF}}(x)\|_\infty"),
    phi_10: _(r"\phi_{(1,0)}^{(r)}(x)", r"\phi_{1,0}^{(r)}(x)"),
    phi_20: _(r"\phi_{(2,0)}^{(r)}(x)", r"\phi_{2,0}^{(r)}(x)"),
    phi_11: _(r"\phi_{(1,1)}^{(r)}(x)", r"\phi_{1,1}^{(r)}(x)"),
    x_1: _("x_1"),
    x_2: _("x_2"),
    dim_poly: _(r"\dim H_{2,r}"),
    P_both: _(
        r"\mathbb{P}[u^\top x\ge0,u^\top z\ge0]",
        r"P[u^\top x\ge0,u^\top z\ge0]",
        r"\mathbb{E}[\mathbb{1}_{[0,\infty)}(u^\top x)\mathbb{1}_{[0,\infty)}(u^\top z)]",
        r"E[1_{[0,\infty)}(u^\top x)1_{[0,\infty)}(u^\top z)]",
    ),
    angle_xz: _(r"\angle(x,z)", r"\theta"),
    # Assumption 11.18: constants of activations
    beta_sharp: _(r"\beta"),
    epsilon: _(r"\varepsilon"),
    t_point: _("t", "x"),
    size_sigma_t: _(r"|\sigma(t)|", r"|\sigma(x)|"),
    lip_tanh: _(r"\mathrm{Lip}(\tanh')", r"\|\tanh''\|_\infty"),
    lip_arctan: _(r"\mathrm{Lip}(\arctan')", r"\|\arctan''\|_\infty"),
    lip_sigmoid: _(r"\mathrm{Lip}(\mathrm{sigmoid})"),
    lip_sigmoid_slope: _(r"\mathrm{Lip}(\mathrm{sigmoid}')"),
    lip_softplus: _(r"\mathrm{Lip}(\mathrm{softplus}_\beta')"),
    chord_relu: _(r"\frac{|\sigma'(\varepsilon)-\sigma'(-\varepsilon)|}{2\varepsilon}"),
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
FEATURES = Vectors(
    forms={
        "phi": (r"\phi(x)",),
        "w_*": ("w_*",),
        "w_hat": (r"\hat w_0",),
        "w_0": ("w_0",),
    },
    inner={("phi", "w_*"): fit_x, ("phi", "w_hat"): kept_x, ("phi", "w_0"): start_x},
)
