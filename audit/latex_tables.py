"""What the commands of mathematical LaTeX mean to the reader of `audit.latex`, as plain tables."""

# Unicode symbols look like letters, and words in one string are easier to read than in a list.
# ruff: noqa: RUF001, RUF002, SIM905

import unicodedata


def _words(text: str, meaning: str) -> dict[str, str]:
    return dict.fromkeys(text.split(), meaning)


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split(":", 1) for pair in text.split())


RELATIONS = {
    **_pairs(
        "ne:!= neq:!= le:<= leq:<= leqslant:<= leqq:<= lt:< ge:>= geq:>= geqslant:>= geqq:>= gt:> "
        "ll:<< gg:>> sim:~ approx:~= thickapprox:~= "
        "in:in notin:notin ni:ni subset:subset subseteq:subset supset:supset "
        "supseteq:supset subsetneq:subset equiv:equiv propto:propto varpropto:propto "
        "lesssim:lesssim lessapprox:lesssim gtrsim:gtrsim gtrapprox:gtrsim "
        "simeq:simeq cong:cong asymp:asymp doteq:doteq prec:prec preceq:preceq succ:succ "
        "succeq:succeq preccurlyeq:preceq succcurlyeq:succeq nleq:notleq "
        "mapsto:mapsto longmapsto:mapsto gets:gets leftarrow:gets hookrightarrow:hookrightarrow "
        "implies:=> Rightarrow:=> Longrightarrow:=> impliedby:impliedby Leftarrow:impliedby "
        "iff:iff Leftrightarrow:iff Longleftrightarrow:iff rightharpoonup:rightharpoonup"
    ),
    **_words("coloneqq coloneq triangleq", ":="),
    **_words("eqqcolon eqcolon", "=:"),
    **_words("to rightarrow longrightarrow", "to"),
}
"""Relations by command, with the spelling used in raw trees."""

TYPED_RELATIONS = {
    **{spelling: spelling for spelling in ("=", "<", ">", "<=", ">=", "!=", ":=", "=:")},
    **{"==": "=", "<<": "<<", ">>": ">>", "->": "to", "=>": "=>", "<=>": "iff"},
}
"""Relations that are typed without a command."""

NEGATED = {"=": "!=", "in": "notin", "equiv": "notequiv", "<=": "notleq", ">=": "notgeq"}
"""What `\\not` makes of a relation; any other one gets "not" in front."""

SIGNS = {"+": "+", "-": "-", "pm": "pm", "mp": "mp"}

TIMES = {
    **_words("cdot bullet", "cdot"),
    **{name: name for name in "times odot circ otimes oplus star wedge vee cup cap div".split()},
    **{"ast": "*", "*": "*", "/": "/", "setminus": "setminus", "backslash": "setminus"},
    **{"bigodot": "odot", "slash": "/", "smallsetminus": "setminus", "bmod": "bmod"},
}
"""Signs between factors."""

SEPARATORS = {",": ",", ";": ";", ":": ":", "colon": ":", "mid": "|"}

FUNCTIONS = {
    **{
        name: name
        for name in (
            "sin cos tan cot sec csc exp log ln lg arccos arcsin arctan tanh sinh cosh coth det tr "
            "rank dim ker diag sign erf span relu softmax vec cond deg gcd conv cov var"
        ).split()
    },
    **_pairs(
        "acos:arccos asin:arcsin atan:arctan sen:sin tg:tan sgn:sign Tr:tr trace:tr Trace:tr "
        "rk:rank Rank:rank rango:rank posto:rank traza:tr ReLU:relu Diag:diag Ker:ker Span:span "
        "Cov:cov Var:var arctg:arctan arcsen:arcsin senh:sinh tgh:tanh"
    ),
}
"""Functions of one argument, by command or upright word, with the name used in raw trees."""

OPERATORS = {
    **{
        name: name
        for name in (
            "sum prod int iint oint lim limsup liminf sup inf max min argmin argmax esssup "
            "bigcup bigcap coprod bigoplus bigotimes plim"
        ).split()
    },
    **_pairs(
        "iiint:int intop:int mín:min máx:max lím:lim essinf:essinf varlimsup:limsup "
        "varliminf:liminf argmín:argmin argmáx:argmax smallint:int"
    ),
}
"""Operators with limits and a body, by command or upright word."""

SYMBOL_OPERATORS = frozenset(
    "sum prod int iint oint coprod bigcup bigcap bigoplus bigotimes".split()
)
"""Operators drawn as a symbol: they stay operators even where nothing follows."""

FONTS = {
    **_words("mathbf boldsymbol bm pmb bold mathbfit symbf textbf", "bold"),
    **_words("mathcal cal symcal", "cal"),
    **_words("mathbb mathbbm mathds Bbb symbb", "bb"),
    **_words("mathfrak frak", "frak"),
    **_words("mathscr scr", "scr"),
    **_words("mathrm textrm operatorname mathup symrm", "upright"),
    **_words("mathsf textsf", "sans"),
    **_words("mathtt texttt", "mono"),
    **_words("mathit textit emph", "italic"),
    **_words("mathnormal", ""),
}
DECLARATIONS = {
    **{"bf": "bold", "rm": "upright", "sf": "sans", "tt": "mono", "it": "italic"},
    **{"cal": "cal", "bfseries": "bold", "boldmath": "bold", "frak": "frak"},
}
"""Font commands that hold until the end of the group, as in `{\\rm lin}`."""

WORD_FONTS = frozenset(("upright", "sans", "mono", "italic"))
"""Fonts in which letters side by side spell a word."""

ACCENTS = {
    **{
        name: name
        for name in "hat bar tilde dot ddot dddot vec check breve acute grave mathring".split()
    },
    **_pairs(
        "widehat:hat widetilde:tilde overline:bar overrightarrow:vec widecheck:check "
        "underline:underline underbar:underline"
    ),
}

FRACTIONS = frozenset("frac tfrac dfrac cfrac nicefrac sfrac".split())
BINOMIALS = frozenset("binom tbinom dbinom".split())
TEXTS = frozenset("text mbox textnormal hbox textup intertext shortintertext".split())
TRANSPARENT = frozenset(
    "boxed mathop mathrel mathbin mathord mathopen mathclose mathinner smash fbox ensuremath "
    "underbrace overbrace bordermatrix cancel mathstrut".split()
)
"""Commands that only change how their argument looks."""

CONNECTIVES = frozenset(
    (
        "a al algún and any as at by caso com como con cuando d da dado de del desde do donde e "
        "else em en entonces então es every for från i if is just o of on onde or otherwise ou "
        "para pero por quando que s se sea seja ser si sobre sse tal that the then to todo "
        "todos toda u when where whenever with y á é "
    ).split()
)
"""Words that join statements (English, Spanish, Portuguese); any other upright word is a name."""

SPELLED_SCRIPTS = frozenset("min max lin opt train test emp gen lim tot".split())
"""Words that are often typed as plain letters in a script, as in `\\lambda_{min}`."""

DROPPED = frozenset(
    "displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag hline "
    "allowbreak nobreak noindent relax strut null break protect centering qed qedhere hfill "
    "allowdisplaybreaks bigskip medskip smallskip par leavevmode kern unboldmath".split()
)
DROPPED_WITH_ARGUMENT = frozenset(
    "tag label phantom vphantom hphantom hspace vspace color textcolor ref eqref cite footnote "
    "mspace raisebox class cssId htmlId href".split()
)
STARRED = frozenset(("operatorname", "tag", "mathop", "hspace", "vspace"))
SPACES = frozenset((",", ";", ":", ">", " ", "/", "@", "thinspace", "enspace", "enskip"))
WIDE_SPACES = frozenset(("quad", "qquad"))
ROW_BREAKS = frozenset(("\\", "cr", "newline", "tabularnewline"))

SIZES = frozenset(size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r"))

DELIMITERS = {
    **{"(": ("open", "("), ")": ("close", ")"), "[": ("open", "["), "]": ("close", "]")},
    **{"lbrack": ("open", "["), "rbrack": ("close", "]")},
    **{"lbrace": ("open", "{"), "rbrace": ("close", "}")},
    **{"langle": ("open", "<"), "rangle": ("close", ">")},
    **{"lfloor": ("open", "floor"), "rfloor": ("close", "floor")},
    **{"lceil": ("open", "ceil"), "rceil": ("close", "ceil")},
    **{"lvert": ("open", "|"), "rvert": ("close", "|")},
    **{"lVert": ("open", "||"), "rVert": ("close", "||")},
    **{"|": ("bar", "|"), "vert": ("bar", "|"), "Vert": ("bar", "||"), "parallel": ("bar", "||")},
}
"""Role and name of a delimiter; `\\{`, `\\}`, `\\|` are called lbrace, rbrace and Vert first."""

STRETCHED = {"<": "<", ">": ">", ".": "", "/": "/", "backslash": "/"}
"""What may follow `\\left` and `\\right` besides a delimiter."""

PARTNERS = frozenset(
    (
        *(("(", ")"), ("(", "]"), ("[", "]"), ("[", ")"), ("{", "}"), ("<", ">"), ("]", "[")),
        *(("floor", "floor"), ("ceil", "ceil"), ("|", "|"), ("||", "||"), ("]", "]")),
    )
)
"""Delimiters that may close one another without `\\left` and `\\right`; intervals may be mixed."""

ALIGNED = frozenset(
    "align aligned alignat alignedat gather gathered split multline multlined eqnarray flalign "
    "equation displaymath math subequations".split()
)
"""Environments that only arrange statements in rows."""

WITH_COLUMNS = frozenset("array alignat alignedat".split())
"""Environments whose name is followed by the description of their columns."""

_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρςστυφχψωΓΔΘΛΞΠΣΥΦΨΩϑϕϵϱϖϰ",
        (
            "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho "
            "varsigma sigma tau upsilon varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma "
            "Upsilon Phi Psi Omega vartheta phi epsilon varrho varpi varkappa"
        ).split(),
        strict=True,
    )
)
UNICODE = {
    **_GREEK,
    **{
        pair[0]: pair[2:]
        for pair in (
            "≤ le|≥ ge|≠ ne|⩽ le|⩾ ge|≈ approx|≡ equiv|≪ ll|≫ gg|∼ sim|∝ propto|≲ lesssim|"
            "≳ gtrsim|≔ coloneqq|≕ eqqcolon|∈ in|∉ notin|∋ ni|⊂ subset|⊆ subseteq|⊃ supset|"
            "⊇ supseteq|→ to|⟶ to|↦ mapsto|⟼ mapsto|⇒ implies|⟹ implies|⇔ iff|⟺ iff|← gets|"
            "≻ succ|⪰ succeq|≽ succeq|≺ prec|⪯ preceq|≃ simeq|≅ cong|"
            "· cdot|⋅ cdot|× times|⊙ odot|∘ circ|⊗ otimes|⊕ oplus|∗ ast|⋆ star|÷ div|∖ setminus|"
            "∧ wedge|∨ vee|∪ cup|∩ cap|± pm|∓ mp|− -|∇ nabla|∂ partial|∞ infty|∀ forall|∃ exists|"
            "∅ emptyset|√ sqrt|∑ sum|∏ prod|∫ int|‖ Vert|∥ Vert|∣ vert|⟨ langle|⟩ rangle|〈 langle|"
            "〉 rangle|⌊ lfloor|⌋ rfloor|⌈ lceil|⌉ rceil|⊤ top|⊥ perp|† dagger|ℓ ell|… dots|"
            "⋯ cdots|⋮ vdots|⋱ ddots|′ '|″ ''|ı imath|℘ wp|ℏ hbar|∣ mid|↑ uparrow|↓ downarrow|¬ neg"
        ).split("|")
    },
}
"""Commands and signs behind single characters."""

SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀᵏᵐᵗ", "0123456789+-=()niTkmt", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙᵢⱼₖₘₜₓ", "0123456789+-=()nijkmtx", strict=True))
COMBINING = {
    **{"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u0307": "dot"},
    **{"\u0308": "ddot", "\u20d7": "vec", "\u030c": "check"},
}

_ALPHABETS = (
    ("DOUBLE-STRUCK", "mathbb"),
    ("SCRIPT", "mathcal"),
    ("FRAKTUR", "mathfrak"),
    ("BLACK-LETTER", "mathfrak"),
    ("SANS-SERIF", "mathsf"),
    ("MONOSPACE", "mathtt"),
    ("BOLD", "mathbf"),
)


def styled(character: str) -> tuple[str, str]:
    """Return the font or accent command of a character ("" for none) and its plain letter.

    >>> styled("𝔼"), styled("𝐱"), styled("𝑥"), styled("ȳ")
    (('mathbb', 'E'), ('mathbf', 'x'), ('', 'x'), ('bar', 'y'))
    """
    apart = unicodedata.normalize("NFD", character)
    if len(apart) == 2 and apart[1] in COMBINING:
        return COMBINING[apart[1]], apart[0]
    plain = unicodedata.normalize("NFKC", character)
    if plain == character or len(plain) != 1:
        return "", character
    name = unicodedata.name(character, "")
    return next((font for word, font in _ALPHABETS if word in name), ""), plain
