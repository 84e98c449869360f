"""Which writings are the same formula, which are not, and what is refused."""

import time

import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sympy.core.function import AppliedUndef

from audit.latex import ReadError, read
from audit.meaning import Lexicon, Untranslated, lexicon, translate
from theorems.notation import (
    INPUTS,
    K_LC,
    TANGENT,
    E_dd,
    E_ss,
    K_hat,
    Phi_0,
    U,
    d,
    f0,
    g_g,
    g_w,
    g_w0,
    h,
    k,
    lambda_max,
    lambda_min,
    m,
    n,
    norm_x,
    xz,
)

MODEL = (m, U, lambda_min, lambda_max, f0, h, k)
CONSTANTS = lexicon(MODEL)
KERNELS = lexicon((E_ss, E_dd, xz, d, n, K_LC, K_hat, norm_x), INPUTS)
GRADIENTS = lexicon((g_g, Phi_0, g_w, g_w0, K_hat), TANGENT)


def meaning(source: str, words: Lexicon = CONSTANTS) -> sp.Expr:
    return translate(read(source), words)


def refusal(source: str, words: Lexicon = CONSTANTS) -> Untranslated:
    with pytest.raises(Untranslated) as caught:
        meaning(source, words)
    return caught.value


SAME: list[tuple[sp.Expr, list[str]]] = [
    (f0, ["f(w_0)", "f_0", r"\|E(w_0)\|^2", r"\lVert E(w_0) \rVert^{2}", r"f(\mathbf{w}_0)"]),
    (f0, [r"\left\|E(w_0)\right\|^2", r"f\left(w_0\right)", r"\mathrm{f}(w_{0})"]),
    (sp.sqrt(f0), [r"\|E(w_0)\|", r"\sqrt{f(w_0)}", r"f_0^{1/2}", r"{f_0}^\frac12"]),
    (f0**2, [r"\|E(w_0)\|^4", "f_0^2", "f_0f(w_0)"]),
    (lambda_min, [r"\lambda_\min", r"\lambda_{min}", r"\lambda_{\mathrm{min}}"]),
    (lambda_min, [r"\lambda_{\text{min}}", r"\lambda_{\rm min}", r"\boldsymbol\lambda_{\min}"]),
    (lambda_min**2, [r"\lambda_{\min}^2", r"\lambda^2_{\min}", r"\lambda_\min\lambda_{min}"]),
    (h, ["h", r"\eta", r"\alpha", r"\gamma"]),
    (m ** sp.Rational(3, 2), ["m^{3/2}", r"m\sqrt m", r"\sqrt{m^3}", "m^{1.5}", r"m^\frac32"]),
    (
        U / m,
        [r"\frac{U}{m}", "U/m", "Um^{-1}", r"\tfrac1m U", r"U\cdot\frac{1}{m}", "{U \\over m}"],
    ),
    (U * m**2, ["Umm", "m^2U", r"m \cdot U \times m", "mUm", "{(m)}U[m]"]),
    (
        (1 - h * lambda_min) ** (2 * k),
        [r"(1-h\lambda_{\min})^{2k}", r"\left(1-\lambda_\min h\right)^{2t}"],
    ),
    (sp.exp(-h * lambda_min), [r"e^{-h\lambda_\min}", r"\exp(-h\lambda_{\min})"]),
    (sp.Max(m, U), [r"\max\{m, U\}", r"\max(U, m)"]),
    (sp.log(m), [r"\ln m", r"\log(m)"]),
    (sp.Rational(1, 2), ["0.5", "1/2", r"\frac12", "0{,}5"]),
]
SAME_KERNEL: list[tuple[sp.Expr, list[str]]] = [
    (
        E_ss,
        [
            r"\mathbb{E}[\sigma(u^\top x)\sigma(u^\top z)]",
            r"\mathbb{E}[\sigma(u^T z)\,\sigma(u^T x)]",
            r"\mathbf{E}\left(\sigma(u^\top x)\sigma(u^\top z)\right)",
            r"\mathrm{E}[\sigma(\mathbf{u}^\intercal \mathbf{x})\sigma(u^\top z)]",
        ],
    ),
    (E_dd, [r"\mathbb{E}[\sigma'(u^T x)\sigma'(u^T z)]"]),
    (E_dd, [r"\mathbb{E}[\sigma^\prime(u^\top z)\sigma^{\prime}(u^\top x)]"]),
    (xz, [r"x^\top z", "x^T z", "z^T x", r"\langle x, z\rangle", r"\langle z,x\rangle", "(x, z)"]),
    (2 * xz / d, [r"\frac{2x^\top z}{d}", r"2 \langle x,z\rangle/d"]),
    (norm_x, [r"\|x\|", r"\lVert\mathbf{x}\rVert"]),
    (K_hat, ["K_n(x,x')", r"\hat K_n(x, x')", r"\hat{K}_n(x,x^\prime)"]),
    (K_LC, ["K^{LC}(x,z)", r"K^{\mathrm{LC}}(x,z)", r"\lim_{n\to\infty}\frac1n K_n(x,z)"]),
    (K_LC, [r"\lim_{n \rightarrow \infty} \frac{1}{n} K_n(x, z)"]),
]
SAME_GRADIENT: list[tuple[sp.Expr, list[str]]] = [
    (
        g_w - g_w0,
        [
            r"\nabla_w\Phi(x,w_0)^\top(w-w_0)",
            r"\nabla_w \Phi(x, w_0)^T (w - w_0)",
            r"\langle\nabla_w\Phi(x,w_0), w-w_0\rangle",
            r"(w-w_0)^\top\nabla_w\Phi(x,w_0)",
            r"\nabla\Phi(\mathbf{x},\mathbf{w}_0)^\top(\mathbf{w}-\mathbf{w}_0)",
            r"\nabla\Phi(x,w_0)^T w - w_0^T\nabla\Phi(x,w_0)",
        ],
    ),
    (
        g_g,
        [
            r"(\nabla_w \Phi(x, w_0), \nabla_w \Phi(x', w_0))",
            r"\langle\nabla\Phi(x',w_0),\nabla\Phi(x,w_0)\rangle",
            r"\nabla_w\Phi(x',w_0)^T\nabla_w\Phi(x,w_0)",
        ],
    ),
]


def cases(table: list[tuple[sp.Expr, list[str]]]) -> list[tuple[sp.Expr, str]]:
    return [(expected, source) for expected, sources in table for source in sources]


@pytest.mark.parametrize(("expected", "source"), cases(SAME))
def test_constants_are_read_however_they_are_written(expected: sp.Expr, source: str) -> None:
    assert meaning(source) == expected


@pytest.mark.parametrize(("expected", "source"), cases(SAME_KERNEL))
def test_kernels_are_read_however_they_are_written(expected: sp.Expr, source: str) -> None:
    assert meaning(source, KERNELS) == expected


@pytest.mark.parametrize(("expected", "source"), cases(SAME_GRADIENT))
def test_gradients_are_read_however_they_are_written(expected: sp.Expr, source: str) -> None:
    assert sp.expand(meaning(source, GRADIENTS)) == expected


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param(r"\mathbb{E}[\sigma'(u^\top x)\sigma(u^\top z)]", KERNELS, id="one sigma'"),
        pytest.param(r"\mathbb{E}[\sigma(u^\top x)\sigma(u^\top x)]", KERNELS, id="x twice"),
        pytest.param(r"\mathbb{E}[\sigma(u^\top x)+\sigma(u^\top z)]", KERNELS, id="a sum"),
        pytest.param("K(x,x')", KERNELS, id="K for K_n"),
        pytest.param("K_n(x,x)", KERNELS, id="x for x'"),
        pytest.param("K_m(x,x')", KERNELS, id="K_m for K_n"),
        pytest.param(r"\mathcal{K}_n(x,x')", KERNELS, id="calligraphic K"),
        pytest.param(r"\bar K_n(x,x')", KERNELS, id="bar for hat"),
        pytest.param(r"\lim_{n\to 0}\frac1n K_n(x,z)", KERNELS, id="another limit"),
        pytest.param(r"\|x'\|", KERNELS, id="norm of x'"),
        pytest.param("x z", KERNELS, id="no product of vectors"),
        pytest.param("x z^T", KERNELS, id="outer product"),
        pytest.param(r"\nabla_w\Phi(x,w)^T(w-w_0)", GRADIENTS, id="gradient at w"),
        pytest.param(r"\nabla_x\Phi(x,w_0)^T(w-w_0)", GRADIENTS, id="gradient in x"),
        pytest.param(
            r"\nabla_w\Phi(x,w_0)^T\nabla_w\Phi(x,w_0)", GRADIENTS, id="the same gradient twice"
        ),
        pytest.param(r"\Phi(x,w)", GRADIENTS, id="Phi at w"),
        pytest.param(r"\nabla_w\Phi(x,w_0)(w-w_0)", GRADIENTS, id="transpose forgotten"),
        pytest.param("f(w_1)", CONSTANTS, id="f at w_1"),
        pytest.param("f(w_0)'", CONSTANTS, id="f'"),
        pytest.param("f'(w_0)", CONSTANTS, id="derivative of f"),
        pytest.param("F(w_0)", CONSTANTS, id="F"),
        pytest.param(r"\mathcal{U}", CONSTANTS, id="calligraphic U"),
        pytest.param("u", CONSTANTS, id="u for U"),
        pytest.param("U_0", CONSTANTS, id="U with an index"),
        pytest.param(r"\hat h", CONSTANTS, id="h with a hat"),
        pytest.param(r"\lambda", CONSTANTS, id="lambda alone"),
        pytest.param(r"\lambda_{\max,\min}", CONSTANTS, id="two indices"),
        pytest.param("h^{(k)}", lexicon((h,)), id="an index above"),
    ],
)
def test_what_looks_alike_is_told_apart(source: str, words: Lexicon) -> None:
    refusal(source, words)


def test_sigma_and_its_derivative_are_different_formulas() -> None:
    values = meaning(r"\mathbb{E}[\sigma(u^\top x)\sigma(u^\top z)]", KERNELS)
    slopes = meaning(r"\mathbb{E}[\sigma'(u^\top x)\sigma'(u^\top z)]", KERNELS)

    assert values != slopes


def test_a_symbol_outside_the_lexicon_means_nothing() -> None:
    refusal("U", lexicon((m, f0)))


@pytest.mark.parametrize(
    ("source", "at"),
    [
        ("m + x", "x"),
        (r"\frac{m}{q}U", "q"),
        (r"m \pm U", "U"),
        (r"\sqrt{Q}", "Q"),
        (r"m\odot U", "U"),
        ("m/0", "0"),
        (r"\frac{U}{m-m}", "m-m"),
    ],
)
def test_a_refusal_has_its_place(source: str, at: str) -> None:
    place = refusal(source).at

    assert source[place.start : place.end] == at


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("9^{9^{9^9}}", "an exponent beyond 64"),
        ("2^{65}", "an exponent beyond 64"),
        ("U^{-65}", "an exponent beyond 64"),
        ("m^{100000000}", "an exponent beyond 64"),
        (r"m^{\pi}", "an exponent beyond 64"),
        ("U^{U^{U}}", "a power in an exponent"),
        (r"m^{\sqrt{U}}", "a power in an exponent"),
        ("(10^{60})^{60}", "a number too long to compute"),
        ("((2^{64})^{64})^{64}", "a number too long to compute"),
        ("0^0", "zero to a power that is not positive"),
        ("0^{-1}", "zero to a power that is not positive"),
        (r"\sqrt[0]{m}", "this divides by zero"),
        ("1/0", "this divides by zero"),
        (r"\frac{1}{U-U}", "this divides by zero"),
    ],
)
def test_numbers_and_powers_that_could_take_forever_are_refused_at_once(
    source: str, why: str
) -> None:
    started = time.perf_counter()

    assert str(refusal(source)) == why
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("source", ["((1+m)^{64})^{64}", "((m^{64})^{64})^{64}"])
def test_powers_of_powers_do_not_get_around_the_limit(source: str) -> None:
    refusal(source)


def test_a_long_number_is_refused_before_it_is_computed() -> None:
    with pytest.raises(ReadError, match="more than 40 digits"):
        read("1" + "0" * 10_000)


def test_the_limits_leave_room_for_what_people_write() -> None:
    assert meaning("2^{64}") == 2**64
    assert meaning("m^{64}") == m**64


@pytest.mark.parametrize(
    "source",
    [
        r"\max\{\sqrt{-1}, m\}",
        r"\min(\log(0), m)",
        r"\max(\exp(\exp(\exp(\exp(9)))), 2)",
    ],
    ids=["not real", "infinite", "a tower"],
)
def test_the_largest_of_numbers_that_cannot_be_compared_is_refused(source: str) -> None:
    refusal(source)


PIECES = [
    *(
        "m",
        "U",
        r"\lambda_{\min}",
        "f(w_0)",
        "2",
        "0",
        "0.5",
        "+",
        "-",
        "/",
        r"\cdot ",
        "^2",
        "^{-1}",
    ),
    *("(", ")", r"\frac12", r"\sqrt{U}", r"\frac{U}{m}", r"\|E(w_0)\|", r"\exp(-h)", r"\pi ", "e"),
    *("I", "S", "E", "x", "x'", r"\sigma ", r"\mathrm{eval}", r"\text{os}", "_0", r"\infty ", "'"),
]


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join))
def test_no_name_from_a_document_gets_into_a_formula(source: str) -> None:
    try:
        formula = meaning(source)
    except (ReadError, Untranslated):
        return
    assert all(any(symbol is known for known in MODEL) for symbol in formula.free_symbols)
    assert not formula.atoms(AppliedUndef)


@pytest.mark.parametrize("name", ["I", "S", "N", "O", "Q", "E", "C", "oo", "zoo", r"\mathrm{eval}"])
def test_names_that_mean_something_to_sympy_mean_nothing_here(name: str) -> None:
    refusal(name)
