"""The reader of formulas: trees as typed, statements of a display, refusals."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audit.latex import Macro, ReadError, clauses, read
from audit.latex_tokens import LONGEST_SOURCE
from audit.tree import (
    Big,
    Call,
    Chain,
    Empty,
    Fraction,
    Grid,
    Group,
    Listing,
    Name,
    Node,
    Number,
    Root,
    Row,
    Script,
    Sum,
    Text,
)

a, b, c, d, f, i, k, n, x, y = (Name(letter) for letter in "abcdfiknxy")
one, two = Number("1"), Number("2")
UP = "upright"


def row(*items: Node) -> Row:
    return Row(items, ("",) * (len(items) - 1))


def parens(inside: Node) -> Group:
    return Group("(", inside, ")")


def norm(inside: Node) -> Group:
    return Group("||", inside, "||")


def minus(node: Node) -> Sum:
    return Sum((("-", node),))


def trees(source: str) -> list[Node | None]:
    return [clause.tree for clause in clauses(source)]


TREES: list[tuple[str, Node]] = [
    # names: fonts, accents, words
    (r"\mathbf{w}", Name("w", "bold")),
    (r"\boldsymbol\alpha", Name("alpha", "bold")),
    (r"\mathbb R^n", Script(Name("R", "bb"), sup=n)),
    (r"\mathbf{Ax}", row(Name("A", "bold"), Name("x", "bold"))),
    (r"f^{\rm lin}", Script(f, sup=Name("lin", UP))),
    (r"{\bf x}y", row(Name("x", "bold"), y)),
    (r"\mathbb{1}", Name("1", "bb")),
    (r"\varsigma\wnorm", row(Name("varsigma"), Name("wnorm"))),
    (r"\hat{\mathbf w}_k", Script(Name("w", "bold", ("hat",)), sub=k)),
    (r"\tilde{\bar x}", Name("x", accents=("tilde", "bar"))),
    (r"\widehat{x_i}", Script(Name("x", accents=("hat",)), sub=i)),
    (r"\lambda_{\min}", Script(Name("lambda"), sub=Name("min", UP))),
    (r"\lambda_{min}", Script(Name("lambda"), sub=Name("min", UP))),
    (r"\lambda_\max^2", Script(Name("lambda"), Name("max", UP), two)),
    (r"x_{ij}", Script(x, sub=row(i, Name("j")))),
    # scripts and primes
    ("f'^2", Script(f, sup=two, primes=1)),
    (r"f^{\prime\prime}_i", Script(f, sub=i, primes=2)),
    (r"f^{\prime 2}", Script(f, sup=two, primes=1)),
    (r"x^T y^\top", row(Script(x, sup=Name("T")), Script(y, sup=Name("top")))),
    (r"x^{*}_+", Script(x, sub=Name("+"), sup=Name("*"))),
    (r"x^{-1}", Script(x, sup=minus(one))),
    (r"x^{(1)}", Script(x, sup=parens(one))),
    ("x^10", row(Script(x, sup=one), Number("0"))),
    # numbers
    ("1{,}000", Number("1000")),
    ("0{,}5", Number("0.5")),
    ("0.5", Number("0.5")),
    # sums and products
    ("-ab+c", Sum((("-", row(a, b)), ("+", c)))),
    (r"a\cdot b/c d", Row((a, b, c, d), ("cdot", "/", ""))),
    (r"a \cdot -b", Row((a, minus(b)), ("cdot",))),
    ("{ab}c", row(a, b, c)),
    ("a/{bc}", Row((a, row(b, c)), ("/",))),
    (r"\pm 1", Sum((("pm", one),))),
    ("n!", row(n, Name("!"))),
    # fractions and roots
    (r"\frac12", Fraction(one, two)),
    (r"\tfrac1{2n}", Fraction(one, row(two, n))),
    (r"{a \over b}", Fraction(a, b)),
    (r"\frac{}{2}", Fraction(Empty(), two)),
    (r"\sqrt m", Root(Name("m"))),
    (r"\sqrt[n]{x}", Root(x, n)),
    # delimiters
    (r"\left(x\right]", Group("(", x, "]")),
    (r"\left.x\right|_{k}", Script(Group("", x, "|"), sub=k)),
    (r"\Bigl(\tfrac12\Bigr)^{-1}", Script(parens(Fraction(one, two)), sup=minus(one))),
    (r"\|\nabla f\|^2", Script(norm(row(Name("nabla"), f)), sup=two)),
    (r"\lVert x\rVert\Vert y\Vert", row(norm(x), norm(y))),
    ("c||x||^2", row(c, Script(norm(x), sup=two))),
    ("|x||y|", row(Group("|", x, "|"), Group("|", y, "|"))),
    (r"\|\|x\|-\|y\|\|", norm(Sum((("+", norm(x)), ("-", norm(y)))))),
    (r"|\sum_{i}|x||", Group("|", Big("sum", i, None, Group("|", x, "|")), "|")),
    (r"\|\cdot\|", norm(Name("cdot"))),
    (r"\langle x,\cdot\rangle", Group("<", Listing((x, Name("cdot")), (",",)), ">")),
    ("<x,y> = 1", Chain((Group("<", Listing((x, y), (",",)), ">"), one), ("=",))),
    ("a<b", Chain((a, b), ("<",))),
    (r"\lfloor x\rfloor", Group("floor", x, "floor")),
    ("[0,1)", Group("[", Listing((Number("0"), one), (",",)), ")")),
    ("]0,1[", Group("]", Listing((Number("0"), one), (",",)), "[")),
    ("(x|y)", parens(Listing((x, y), ("|",)))),
    ("(|x||y)", parens(Listing((Group("|", x, "|"), y), ("|",)))),
    (r"\{x \mid x>1\}", Group("{", Listing((x, Chain((x, one), (">",))), ("|",)), "}")),
    ("f|_{k}", Script(Group("", f, "|"), sub=k)),
    # operators with limits
    (
        r"\sum_{i=1}^n ab + c",
        Sum((("+", Big("sum", Chain((i, one), ("=",)), n, row(a, b))), ("+", c))),
    ),
    (r"\sum\limits_i -a", Big("sum", i, None, minus(a))),
    (r"\operatorname*{arg\,min}_x f", Big("argmin", x, None, f)),
    (r"\arg\min_x f", Big("argmin", x, None, f)),
    (r"\underset{x}{\operatorname{argmin}} f", Big("argmin", x, None, f)),
    (
        r"\max\{a,b\}^2 c",
        row(
            Script(Big("max", None, None, Group("{", Listing((a, b), (",",)), "}")), sup=two),
            c,
        ),
    ),
    (r"\lim_{x\to\infty} f", Big("lim", Chain((x, Name("infty")), ("to",)), None, f)),
    (
        r"\mathbb{E}_{x}[f]",
        row(Script(Name("E", "bb"), sub=x), Group("[", f, "]")),
    ),
    (
        r"\sup_{\substack{x\\y}} f",
        Big("sup", Listing((x, y), (",",)), None, f),
    ),
    # functions
    (r"\sin^2\theta\cos x", row(Call("sin", Name("theta"), sup=two), Call("cos", x))),
    (r"\sin(x)y", row(Call("sin", parens(x)), y)),
    (r"\mathrm{tr}(x)^2", Script(Call("tr", parens(x)), sup=two)),
    (r"\operatorname{sen} x", Call("sin", x)),
    (r"\log\log n", Call("log", Call("log", n))),
    (r"\cos x\,d", row(Call("cos", x), d)),
    (r"\exp\left(x\right)", Call("exp", parens(x))),
    # relations
    (r"a\le b\leqslant c", Chain((a, b, c), ("<=", "<="))),
    (r"a:=b=:c", Chain((a, b, c), (":=", "=:"))),
    (r"a\coloneqq b : = c", Chain((a, b, c), (":=", ":="))),
    (r"a\stackrel{iid}{\sim}b\overset{!}{=}c", Chain((a, b, c), ("~", "="))),
    (r"a\not=b\not\in c", Chain((a, b, c), ("!=", "notin"))),
    (r"a\xrightarrow{n\to\infty}b", Chain((a, b), ("to",))),
    (r"= a", Chain((Empty(), a), ("=",))),
    (r"a\in b\subset c\mapsto d", Chain((a, b, c, d), ("in", "subset", "mapsto"))),
    ("f:a\\to b", Listing((f, Chain((a, b), ("to",))), (":",))),
    # prose, rows, grids
    (
        r"a=b\text{ for all }c=d",
        row(Chain((a, b), ("=",)), Text(" for all "), Chain((c, d), ("=",))),
    ),
    (r"a = b \quad", Chain((a, b), ("=",))),
    (r"\begin{aligned}a&=b\\&\le c\end{aligned}", Chain((a, b, c), ("=", "<="))),
    (r"\begin{pmatrix}a\\b\end{pmatrix}", Grid("pmatrix", ((a,), (b,)))),
    (
        r"\begin{cases}a, & x>1\\b & \text{else}\end{cases}",
        Grid("cases", ((a, Chain((x, one), (">",))), (b, Text("else")))),
    ),
    (r"a=b\tag{3}\label{eq}\nonumber", Chain((a, b), ("=",))),
    ("\\\na", a),
    # Unicode
    (
        "\u03bb\u2081 \u2264 \u2016x\u2016\u00b2",
        Chain((Script(Name("lambda"), sub=one), Script(norm(x), sup=two)), ("<=",)),
    ),
    ("\U0001d53c\u2207\u221an", row(Name("E", "bb"), Name("nabla"), Root(n))),
    ("x\u0302 f\u2032", row(Name("x", accents=("hat",)), Script(f, primes=1))),
]


@pytest.mark.parametrize(("source", "tree"), TREES, ids=[source for source, _ in TREES])
def test_formula_is_read_as_typed(source: str, tree: Node):
    assert read(source) == tree


def test_ranges_point_into_the_source():
    source = r"a \le \frac{b}{c}"
    tree = read(source)
    assert isinstance(tree, Chain)
    assert [source[item.at.start : item.at.end] for item in tree.items] == ["a", r"\frac{b}{c}"]


@pytest.mark.parametrize(
    ("source", "message", "start"),
    [
        ("(a", "( is never closed", 0),
        ("a)", "nothing is open that ) could close", 1),
        ("{a", "{ is never closed", 0),
        (r"a + \left( b", r"\left( is never closed", 4),
        ("a^b^c", "two superscripts on one thing", 3),
        (r"\frac{a}", "the formula stops too early", 8),
        ("a = b +", "the formula stops too early", 7),
    ],
)
def test_error_says_what_and_where(source: str, message: str, start: int):
    with pytest.raises(ReadError) as caught:
        read(source)
    assert (caught.value.message, caught.value.start) == (message, start)


# --- macros ---------------------------------------------------------------------------------


def test_macros_with_and_without_arguments():
    macros = {
        "norm": Macro(r"\left\lVert #1\right\rVert", 1),
        "tp": Macro(r"^\top"),
        "lp": Macro(r"\|#2\|_{#1}", 2, default="2"),
    }
    assert read(r"\norm{x}", macros) == norm(x)
    assert read(r"\norm x y", macros) == row(norm(x), y)
    assert read(r"x\tp y", macros) == row(Script(x, sup=Name("top")), y)
    assert read(r"\lp{x}\lp[1]{y}", macros) == row(
        Script(norm(x), sub=two), Script(norm(y), sub=one)
    )


def test_clause_ends_after_the_arguments_of_a_macro():
    macros = {"norm": Macro(r"\|#1\|", 1)}
    (clause,) = clauses(r"a = \norm{x}", macros)
    assert (clause.start, clause.end) == (0, 12)


def test_definitions_inside_a_formula_are_skipped():
    assert read(r"\newcommand{\norm}[1]{\|#1\|}\def\z{a} x") == x


BOMBS = {
    "itself": {"z": Macro(r"\z")},
    "twice itself": {"z": Macro(r"\z\z")},
    "in a circle": {"z": Macro(r"\u"), "u": Macro(r"\z")},
    "doubling": {
        **{chr(97 + k): Macro(f"\\{chr(98 + k)}" * 2) for k in range(25)},
        "z": Macro("xx"),
    },
    "long": {"z": Macro("x" * (LONGEST_SOURCE + 1))},
}


@pytest.mark.parametrize("name", BOMBS)
def test_macro_bomb_is_refused(name: str):
    with pytest.raises(ReadError):
        read(r"\a \z", BOMBS[name])


# --- clauses --------------------------------------------------------------------------------


def chain(left: Node, relation: str, right: Node) -> Chain:
    return Chain((left, right), (relation,))


CLAUSES: list[tuple[str, list[Node]]] = [
    (r"a<b \qquad c>d", [chain(a, "<", b), chain(c, ">", d)]),
    (r"a<b \quad\text{and}\quad c>d.", [chain(a, "<", b), chain(c, ">", d)]),
    (r"a=b,\; c=d", [chain(a, "=", b), chain(c, "=", d)]),
    ("a<b, c, d>x", [chain(a, "<", b), Listing((c, chain(d, ">", x)), (",",))]),
    ("(a<b, c=d)", [parens(Listing((chain(a, "<", b), chain(c, "=", d)), (",",)))]),
    (r"x, y \in a", [Listing((x, chain(y, "in", a)), (",",))]),
    (
        r"i=1,\dots,n, k=2",
        [Listing((chain(i, "=", one), Name("dots"), n), (",", ",")), chain(k, "=", two)],
    ),
    (r"a \quad = \quad b", [chain(a, "=", b)]),
    (r"a=b \ \forall c", [chain(a, "=", b), c]),
    (r"a &= b \\ &= c \\ d &= x", [Chain((a, b, c), ("=", "=")), chain(d, "=", x)]),
    (r"\begin{align*} a &= b, \\ c &= d. \end{align*}", [chain(a, "=", b), chain(c, "=", d)]),
    (r"a = b \\ {}+ c", [Chain((a, b), ("=",)), Sum((("+", c),))]),
    (r"a = b \\ + c", [chain(a, "=", Sum((("+", b), ("+", c))))]),
    (r"a \le b. (11.4.4)", [chain(a, "<=", b)]),
    (r"a \le b \quad (11.4)", [chain(a, "<=", b)]),
    (r"a = f(0.5)", [chain(a, "=", row(f, parens(Number("0.5"))))]),
    ("(11.6.3)", []),
    (r"", []),
    (r"\quad , .", []),
]


@pytest.mark.parametrize(("source", "expected"), CLAUSES, ids=[source for source, _ in CLAUSES])
def test_display_is_cut_into_statements(source: str, expected: list[Node]):
    if source == r"a = b \\ {}+ c":
        expected = [chain(a, "=", b), Sum((("+", Empty()), ("+", c)))]
    assert trees(source) == expected


def test_clauses_know_the_words_before_them():
    source = r"a<b \quad\text{para todo } c>d \text{ y } \forall x"
    assert [clause.lead for clause in clauses(source)] == ["", "para todo", "y for all"]


def test_clauses_know_where_they_stand():
    source = r"\quad a<b, \quad \text{con } c>d."
    assert [source[clause.start : clause.end] for clause in clauses(source)] == ["a<b", "c>d"]


def test_one_bad_clause_does_not_lose_the_others():
    found = clauses(r"a = b \\ c = (d \\ x = y")
    assert [clause.error is None for clause in found] == [True, False, True]
    assert all((clause.tree is None) != (clause.error is None) for clause in found)


def test_swallowed_backslashes_are_repaired_and_flagged():
    (clause,) = clauses("oldsymbol{x} = rac{1}{2}")
    assert clause.tree == chain(Name("x", "bold"), "=", Fraction(one, two))
    assert clause.repaired
    assert not clauses(r"\boldsymbol{x} = \frac{1}{2}")[0].repaired


# --- formulas from real write-ups -----------------------------------------------------------

REAL = [
    r"L \leq \frac{\lambda_{\min}^2}{12m^{3/2}U^2\sqrt{f(\boldsymbol{w}_0)}} \quad \text{and} "
    r"\quad r = \frac{2\sqrt{m}U}{\lambda_{\min}}\sqrt{f(\boldsymbol{w}_0)}. \tag{11.4.3}",
    r"K^{\mathrm{LC}}(\boldsymbol{x}, \boldsymbol{z}) = \mathbb{E}[\sigma(\boldsymbol{u}^{\top} "
    r"\boldsymbol{x}) \sigma(\boldsymbol{u}^{\top} \boldsymbol{z})] = \frac{\|\boldsymbol{x}\| "
    r"\|\boldsymbol{z}\|}{2\pi d} (\sin(\theta) + (\pi - \theta) \cos(\theta)).",
    r"\frac{d}{dt} \mathcal{L} \leq -\frac{\lambda}{n^2} \|\delta(t)\|^2 = "
    r"-\frac{2\lambda}{n} \mathcal{L}(\theta(t)).",
    r"\sup_{t \in [0, T]} \sup_{x \in \mathcal{D}} |R(t, x)| \leq \frac{C}{\sqrt{m}} "
    r"\rightarrow 0 \quad \text{cuando } m \rightarrow \infty.",
    r"\begin{cases} x^{(0)} := x, \\ x^{(\ell)} := \phi(W^{(\ell)}x^{(\ell-1)}), \quad "
    r"\text{para } \ell = 1, \dots, L, \end{cases}",
    r"U_{0;ij} \stackrel{\text{iid}}{\sim} \mathcal{D}\left(0, \frac{1}{d}\right), \qquad "
    r"v_{0;i} \stackrel{\text{iid}}{\sim} \mathcal{D}\left(0, \frac{1}{n}\right)",
    r"\boldsymbol{w}_* := \operatorname{argmin}_{\{\boldsymbol{w} \in \mathbb{R}^d \mid "
    r"f(\boldsymbol{w}) < f(\boldsymbol{v}) \ \forall \boldsymbol{v} \in \mathbb{R}^d\}} "
    r"\|\boldsymbol{w}\|. \tag{11.1.3}",
    r"\mathbb{P}\Big[\left\|\frac{1}{n}\hat{K}_n(\boldsymbol{x},\boldsymbol{z}) - "
    r"K^{\mathrm{LC}}\right\| < \varepsilon\Big] \ge 1 - \delta.",
    r"\begin{aligned} f_t(x)-f_0(x) &=-\int_0^tk(x)^\top\bigl(f_s(X)-y\bigr)\,ds\\ "
    r"&=-k(x)^\top K^{-1}\bigl(e^{-tK}-I\bigr)\bigl(f_0(X)-y\bigr). \end{aligned}",
]


@pytest.mark.parametrize("source", REAL, ids=range(len(REAL)))
def test_real_formula_is_read(source: str):
    assert all(clause.error is None for clause in clauses(source))


def test_bound_and_radius_are_two_statements():
    bound, radius = trees(REAL[0])
    w0 = Script(Name("w", "bold"), sub=Number("0"))
    initial = Root(row(f, parens(w0)))
    smallest = Script(Name("lambda"), sub=Name("min", UP))
    m, U = Name("m"), Name("U")
    three_halves = Row((Number("3"), two), ("/",))
    assert bound == chain(
        Name("L"),
        "<=",
        Fraction(
            Script(smallest.base, smallest.sub, two),
            row(Number("12"), Script(m, sup=three_halves), Script(U, sup=two), initial),
        ),
    )
    assert radius == chain(Name("r"), "=", row(Fraction(row(two, Root(m), U), smallest), initial))


# --- hostile input --------------------------------------------------------------------------

RUN = "__import__('os').system('echo')"
HOSTILE = {
    "tower": "9^{9^{9^{9^9}}}",
    "long tower": "9^{" * 500 + "9" + "}" * 500,
    "bare tower": "9^" * 1000 + "9",
    "factorials": "((((9!)!)!)!)!",
    "factorial of a large number": "999999999999!",
    "binomial": r"\binom{10000000}{5000000}",
    "sum to a billion": r"\sum_{i=1}^{1000000000} i",
    "product to a billion": r"\prod_{i=1}^{10^9} i",
    "open braces": "{" * 10_000,
    "braces": "{" * 10_000 + "}" * 10_000,
    "braces within the length": "{" * 1_500 + "}" * 1_500,
    "parentheses": "(" * 10_000 + ")" * 10_000,
    "parentheses within the length": "(" * 1_500 + ")" * 1_500,
    "brackets": r"\left[" * 500 + r"\right]" * 500,
    "fractions": r"\frac{1}{" * 500 + "1" + "}" * 500,
    "bare fractions": r"\frac" * 1_500,
    "superscripts": "x^{" * 700 + "x" + "}" * 700,
    "subscripts": "x_{" * 700 + "x" + "}" * 700,
    "roots": r"\sqrt" * 1_500 + "x",
    "accents": r"\hat" * 1_500 + "x",
    "functions": r"\sin" * 1_500 + "x",
    "operators": r"\sum_i" * 700,
    "signs": "-" * 3_000,
    "primes": "'" * 3_000,
    "primes in a script": r"x^{" + r"\prime" * 1_500 + "}",
    "bars": "|" * 3_000,
    "norms": r"\|" * 3_000,
    "relations": "=" * 3_000,
    "overs": r"a\over " * 700,
    "fonts": r"\rm" * 1_500 + r"\mathbf" * 1_500,
    "stacked relations": r"\stackrel{a}" * 500,
    "environments": r"\begin{cases}" * 300,
    "5,000 digits": "1" * 5_000,
    "1,000,000 digits": "1" * 1_000_000,
    "sum of 1 MB": "x+" * 500_000 + "x",
    "matrix": r"\begin{matrix}"
    + r"\\".join("&".join("1" * 200) for _ in range(200))
    + r"\end{matrix}",
    "blanks": " " * 200_000,
    "texts": r"\text{" * 1_500,
    "texts with formulas": r"\text{$" * 1_500,
    "NUL": "a\0b",
    "lone surrogate": "a\ud800b",
    "text direction": "\u202e\u2066a",
    "import and run": RUN,
    "import and run in a text": rf"\text{{{RUN}}}",
    "import and run as an operator": rf"\operatorname{{{RUN}}}(x)",
    "input": r"\input{/etc/passwd}\write18{echo}",
    "category codes": r"\catcode`\@=11 \csname x\endcsname",
}


def refusal(source: str) -> ReadError | None:
    try:
        read(source, MACROS)
    except ReadError as error:
        return error
    return None


MACROS = {"z": Macro(r"\|#1\|", 1), "u": Macro(r"\z{x}_#1^#2", 2, "k")}
SLOWEST = 1.0
"""Seconds; far above what any of these needs, far below what unbounded work would take."""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_formula_is_read_or_refused_at_once(name: str):
    start = time.perf_counter()
    error = refusal(HOSTILE[name])
    assert error is None or str(error).encode()
    assert len(clauses(HOSTILE[name])) < 2_000
    assert time.perf_counter() - start < SLOWEST


@pytest.mark.parametrize("name", ["braces within the length", "fractions", "signs", "bars"])
def test_deep_formula_is_refused_by_its_depth(name: str):
    with pytest.raises(ReadError, match="nested too deeply"):
        read(HOSTILE[name])


@pytest.mark.parametrize("name", ["sum of 1 MB", "1,000,000 digits", "blanks", "matrix"])
def test_long_formula_is_refused_by_its_length(name: str):
    with pytest.raises(ReadError, match="longer than"):
        read(HOSTILE[name])


def test_numbers_have_a_limit():
    assert read("1" * 40) == Number("1" * 40)
    with pytest.raises(ReadError, match="digits"):
        read("1" * 41)


# --- nothing but ReadError ------------------------------------------------------------------

PIECES = [
    *"abx01.,;:|'^_{}()[]<>=+-*/!&~$#% \n",
    *(r"\|", r"\\", r"\{", r"\}", r"\,", r"\!", r"\ ", "\\", r"\frac", r"\sqrt", r"\over"),
    *(r"\left", r"\right", r"\bigl", r"\Big", r"\middle", r"\sum", r"\max", r"\lim", r"\arg"),
    *(r"\min", r"\sin", r"\log", r"\mathbf", r"\rm", r"\hat", r"\text{a}", r"\text", r"\quad"),
    *(r"\le", r"\to", r"\not", r"\stackrel", r"\underset", r"\operatorname", r"\begin{cases}"),
    *(r"\end{cases}", r"\begin{aligned}", r"\end{aligned}", r"\begin", r"\tag", r"\cdot"),
    *(r"\substack", r"\prime", r"\forall", r"\mid", r"\choose", r"\z", r"\u", r"\def", "||"),
    *("oldsymbol", "\u00b2", "\u0302", "\u2016", "\U0001d53c", "\0", "\ud800", r"\underbrace"),
]


def only_read_errors(source: str) -> None:
    error = refusal(source)
    assert error is None or (error.message and 0 <= error.start <= error.end <= len(source))
    for clause in clauses(source, MACROS):
        assert 0 <= clause.start <= clause.end <= len(source)
        assert (clause.tree is None) != (clause.error is None)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@example("{<")
@example(r"\bf^2")
@example(r"\stackrel{a}{")
def test_token_soup_raises_nothing_but_read_errors(source: str):
    only_read_errors(source)


@given(st.text(max_size=60))
def test_any_text_raises_nothing_but_read_errors(source: str):
    only_read_errors(source)


@given(
    st.sampled_from(REAL),
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 4), st.sampled_from(PIECES)), max_size=5
    ),
)
def test_mutated_formula_raises_nothing_but_read_errors(
    source: str, edits: list[tuple[int, int, str]]
):
    for place, removed, piece in edits:
        at = place % (len(source) + 1)
        source = source[:at] + piece + source[at + removed :]
    only_read_errors(source)
