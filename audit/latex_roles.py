"""What the tokens of a formula do: relations, signs, delimiters and their partners, prose."""

from collections.abc import Mapping, Sequence
from itertools import accumulate

from audit import latex_tables as tables
from audit.latex_tokens import DEEPEST, ReadError, Token, shown

WIDEST_ANGLE = 60
"""How many tokens `<a, b>` may span to be taken for an inner product."""


def normalise(tokens: list[Token]) -> list[Token]:
    """Return tokens whose kinds say what they do; spacing and cross-references are gone."""
    tokens = _place_combining(tokens)
    closing = _braces(tokens)
    result: list[Token] = []
    in_substack = -1
    spaced, i = False, 0
    while i < len(tokens):
        token = tokens[i]
        i, kind, text = _meaning(tokens, closing, i)
        if token.text == "substack" and token.kind == "command":
            in_substack = max(in_substack, closing.get(i, -1))
        if not kind:
            spaced = spaced or token.spaced
            continue
        if kind == "row" and i <= in_substack:
            kind, text = "separator", ","
        end = tokens[i - 1].end
        start = min(token.start, end)
        result.append(Token(kind, text, start, max(end, token.end), spaced or token.spaced))
        spaced = False
    return _settle_texts(_settle_angles(result))


def _meaning(tokens: Sequence[Token], closing: Mapping[int, int], i: int) -> tuple[int, str, str]:
    """Return where the thing at `i` ends, and its kind and text; no kind if it is to be dropped."""
    token = tokens[i]
    kind, text = token.kind, token.text
    if kind == "command" and text in _SPECIAL:
        return _special(tokens, closing, i)
    if kind not in ("command", "symbol"):
        return i + 1, kind, text
    end, relation = _relation(tokens, closing, i)
    if relation:
        return end, "relation", relation
    for table, becomes in (
        (tables.SIGNS, "sign"),
        (tables.TIMES, "times"),
        (tables.SEPARATORS, "separator"),
    ):
        if text in table and (kind == "symbol") == (not text[0].isalpha()):
            return i + 1, becomes, table[text]
    if text in tables.DELIMITERS:
        role, name = tables.DELIMITERS[text]
        return i + 1, role, name
    if kind == "symbol":
        return i + 1, {".": "stop", "&": "&"}.get(text, "symbol"), text
    if text in tables.WIDE_SPACES:
        return i + 1, "gap", " "
    if text in tables.ROW_BREAKS:
        return i + 1, "row", text
    if text in tables.DROPPED or text == "!":
        return i + 1, "", ""
    return i + 1, "command", text


_SPECIAL = (
    tables.SIZES
    | tables.DROPPED_WITH_ARGUMENT
    | frozenset(
        (
            "left",
            "right",
            "middle",
            "not",
            "stackrel",
            "overset",
            "underset",
            "xrightarrow",
            "xleftarrow",
        )
    )
    | frozenset(
        (
            "xlongrightarrow",
            "arg",
            "land",
            "lor",
            "forall",
            "substack",
            "over",
            "atop",
            "choose",
            "dots",
            "ldots",
        )
    )
)


def _special(tokens: Sequence[Token], closing: Mapping[int, int], i: int) -> tuple[int, str, str]:
    """Return the meaning of a command that looks at what follows it."""
    text, after = tokens[i].text, i + 1
    if text in tables.DROPPED_WITH_ARGUMENT:
        return _past_argument(tokens, closing, _past_option(tokens, after)), "", ""
    if text in tables.SIZES or text in ("left", "right", "middle"):
        return _delimiter(tokens, closing, i)
    if text.startswith("x"):
        after = _past_argument(tokens, closing, _past_option(tokens, after))
        return after, "relation", "gets" if text == "xleftarrow" else "to"
    if text in ("stackrel", "overset", "underset"):
        after = _past_argument(tokens, closing, after)
        end, relation = _relation(tokens, closing, after)
        if relation:
            return end, "relation", relation
        return i + 1, "command", text
    if text == "not":
        end, relation = _relation(tokens, closing, after)
        if relation:
            return end, "relation", tables.NEGATED.get(relation, "not" + relation)
    if text == "arg" and after < len(tokens) and tokens[after].text in ("min", "max"):
        return after + 1, "command", "arg" + tokens[after].text
    if text in ("land", "lor"):
        return after, "text", " and " if text == "land" else " or "
    if text in ("over", "atop", "choose"):
        return after, "over", text
    if text == "ldots":
        return after, "command", "dots"
    if text == "substack":
        return after, "", ""
    return after, "forall" if text == "forall" else "command", text


def _relation(tokens: Sequence[Token], closing: Mapping[int, int], i: int) -> tuple[int, str]:
    """Return where the relation at `i` ends, and its name, or "" if there is none.

    It may stand in braces of its own, as in `a {=} b`.
    """
    if i >= len(tokens):
        return i, ""
    kind, text = tokens[i].kind, tokens[i].text
    if i in closing and tokens[i + 1].text != "{":
        end, relation = _relation(tokens, closing, i + 1)
        return (end + 1, relation) if end == closing[i] else (i, "")
    if text == ":" and _is(tokens, i + 1, "symbol", "="):
        return i + 2, ":="
    if kind == "relation":
        return i + 1, text
    return i + 1, (tables.RELATIONS if kind == "command" else tables.TYPED_RELATIONS).get(text, "")


def _delimiter(tokens: Sequence[Token], closing: Mapping[int, int], i: int) -> tuple[int, str, str]:
    r"""Return the delimiter after `\left`, `\bigl`, ...; only the side of a size counts."""
    command, after = tokens[i].text, i + 1
    if after >= len(tokens):
        return after, "command", command
    following = tokens[after].text
    role, name = tables.DELIMITERS.get(following, ("", tables.STRETCHED.get(following)))
    if tokens[after].kind == "relation":
        role, name = "", tables.STRETCHED.get(following)
    if name is None or (command in tables.SIZES and not role):
        return (after, "", "") if command in tables.SIZES else (after, "command", command)
    if command == "middle":
        return after + 1, "separator", "|"
    if command in ("left", "right"):
        return after + 1, command, name
    return after + 1, {"l": "open", "r": "close"}.get(command[-1], role), name


def _braces(tokens: Sequence[Token]) -> dict[int, int]:
    """Return for each brace that is closed the place of the closing one."""
    stack: list[int] = []
    closing: dict[int, int] = {}
    for i, token in enumerate(tokens):
        if token.kind == "symbol" and token.text == "{":
            stack.append(i)
        elif token.kind == "symbol" and token.text == "}" and stack:
            closing[stack.pop()] = i
    return closing


def _is(tokens: Sequence[Token], i: int, kind: str, text: str) -> bool:
    return i < len(tokens) and tokens[i].kind == kind and tokens[i].text == text


def _past_argument(tokens: Sequence[Token], closing: Mapping[int, int], i: int) -> int:
    return min(closing.get(i, i) + 1, len(tokens))


def _past_option(tokens: Sequence[Token], i: int) -> int:
    if not _is(tokens, i, "symbol", "["):
        return i
    stop = min(i + 40, len(tokens))
    return next((j + 1 for j in range(i, stop) if tokens[j].text == "]"), i)


def _place_combining(tokens: list[Token]) -> list[Token]:
    """Put an accent that was typed after its letter, as Unicode does, before it."""
    if all(token.kind != "combining" for token in tokens):
        return tokens
    result: list[Token] = []
    for token in tokens:
        if token.kind != "combining":
            result.append(token)
        elif result:
            result.insert(len(result) - 1, token._replace(kind="command"))
    return result


def _settle_angles(tokens: list[Token]) -> list[Token]:
    """Let `<a, b>` be an inner product where `<` can be no relation."""
    result = list(tokens)
    for i, token in enumerate(tokens):
        before = tokens[i - 1].kind if i else "relation"
        if token.kind != "relation" or token.text != "<" or before not in _BEFORE_OPERANDS:
            continue
        end = _angle_end(tokens, i)
        if end:
            result[i] = token._replace(kind="open")
            result[end] = tokens[end]._replace(kind="close")
    return result


_BEFORE_OPERANDS = frozenset(("relation", "sign", "times", "separator", "open", "left", "gap"))


def _angle_end(tokens: Sequence[Token], i: int) -> int:
    """Return where `<a, b>` ends, or 0 if `<` can be nothing but a relation."""
    depth = commas = 0
    for j in range(i + 1, min(i + WIDEST_ANGLE, len(tokens))):
        token = tokens[j]
        depth += opens(token) - closes(token)
        if depth < 0:
            return 0
        if depth == 0 and token.kind == "relation":
            return j if token.text == ">" and commas == 1 else 0
        commas += depth == 0 and token.text == ","
    return 0


_OPERAND_ENDS = frozenset(("letter", "number", "word", "command", "close", "right", "end"))


def _settle_texts(tokens: list[Token]) -> list[Token]:
    """Tell words from prose, and prose from a side of a relation; drop gaps within a formula."""
    inside = ("relation", "sign", "times")
    result: list[Token] = []
    for i, token in enumerate(tokens):
        if token.kind == "gap":
            before = result[-1].kind if result else "text"
            after = tokens[i + 1].kind if i + 1 < len(tokens) else "text"
            if before in inside or (after in inside and before in _OPERAND_ENDS | {"symbol"}):
                continue
        if token.kind == "text":
            neighbours = tokens[max(i - 1, 0) : i] + tokens[i + 1 : i + 2]
            kind, text = "text", token.text
            if _is_word(text):
                kind = "word"
            elif not text.strip(" ,;.:~"):
                kind, text = ("separator", text.strip()[0]) if text.strip(" .:~") else ("gap", " ")
            elif any(neighbour.kind == "relation" for neighbour in neighbours):
                kind = "phrase"
            token = token._replace(kind=kind, text=text)
        result.append(token)
    return result


def _is_word(text: str) -> bool:
    word = text.replace("-", "").replace(".", "")
    return word.isalnum() and word.lower() not in tables.CONNECTIVES


# --- delimiters ---

_OPENERS = frozenset(("open", "left", "begin"))
_CLOSERS = frozenset(("close", "right", "end"))


def opens(token: Token) -> bool:
    """Tell whether a group starts here: a delimiter, a brace or an environment."""
    return token.kind in _OPENERS or (token.kind == "symbol" and token.text == "{")


def closes(token: Token) -> bool:
    """Tell whether a group ends here."""
    return token.kind in _CLOSERS or (token.kind == "symbol" and token.text == "}")


def nesting(tokens: Sequence[Token]) -> list[int]:
    """Return how deep each token stands; a delimiter without a partner does not count."""
    change = [0] * (len(tokens) + 1)
    stack: list[int] = []
    braces = 0
    for i, token in enumerate(tokens):
        is_brace = token.kind == "symbol"
        if arranges(token):
            continue
        if opens(token):
            stack.append(i)
            braces += is_brace
        elif (
            closes(token) and stack and (braces if is_brace else tokens[stack[-1]].kind != "symbol")
        ):
            while is_brace and tokens[stack[-1]].kind != "symbol":
                stack.pop()
            braces -= is_brace
            change[stack.pop()] += 1
            change[i + 1] -= 1
    return list(accumulate(change[:-1]))


def arranges(token: Token) -> bool:
    """Tell whether an environment starts or ends here that only arranges statements in rows."""
    return token.kind in ("begin", "end") and token.text in tables.ALIGNED


def pair(tokens: list[Token]) -> tuple[list[Token], dict[int, int]]:
    """Settle the role of every delimiter; return the tokens and the partner of each opening one.

    A bar opens where no operand ends before it; where one does, it closes an open bar of its
    kind, and without one it opens if bars are left for it to pair with, and otherwise separates.
    """
    left = _bars_left(tokens)
    result: list[Token] = []
    partners: dict[int, int] = {}
    backwards: dict[int, int] = {}
    stack: list[int] = []
    i = 0
    while i < len(tokens):
        operand = _ends_operand(result, backwards)
        token = _with_role(tokens, i, result[stack[-1]] if stack else None, operand, left)
        i += 2 if token.text == "||" and tokens[i].text == "|" else 1
        if token.kind == "gap" and stack:
            continue
        if opens(token):
            stack.append(len(result))
            if len(stack) > DEEPEST:
                raise ReadError("the formula is nested too deeply", token.start, token.end)
        elif closes(token):
            opening = _match(result, stack, token)
            partners[opening], backwards[len(result)] = len(result), opening
        result.append(token)
    if stack:
        raise _unclosed(result[stack[-1]])
    return result, partners


def _with_role(
    tokens: Sequence[Token], i: int, top: Token | None, operand: bool, left: Mapping[int, int]
) -> Token:
    """Return the token at `i` in its role; `top` is the innermost open delimiter."""
    token = tokens[i]
    if token.kind == "bar":
        after = i + 1
        if _doubles(tokens, i) and not (operand and top and (top.text, top.kind) == _BAR):
            token = token._replace(text="||", end=tokens[after].end)
            after += 1
        role = _bar_kind(token, top, operand, left.get(i, 0))
        if role == "separator" and _is(tokens, after, "symbol", "_"):
            role = "restriction"
        return token._replace(kind=role)
    if token.kind in ("open", "close") and token.text in "[]":
        return _reversed_interval(token, top, operand)
    if token.kind == "times" and not operand:
        return token._replace(kind="command")
    return token


_BAR = ("|", "open")


def _doubles(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether the bar at `i` and the next one are typed as `||`."""
    if tokens[i].text != "|" or not _is(tokens, i + 1, "bar", "|"):
        return False
    return tokens[i].end == tokens[i + 1].start and not tokens[i + 1].spaced


def _bars_left(tokens: Sequence[Token]) -> dict[int, int]:
    """Return how many bars of its kind stand at the level of each bar from there on."""
    levels: list[dict[str, list[int]]] = [{}]
    stack = [levels[0]]
    for i, token in enumerate(tokens):
        if token.kind == "bar":
            stack[-1].setdefault(token.text, []).append(i)
        elif opens(token):
            levels.append({})
            stack.append(levels[-1])
        elif closes(token) and len(stack) > 1:
            stack.pop()
    places = [places for level in levels for places in level.values()]
    return {place: len(group) - k for group in places for k, place in enumerate(group)}


def _bar_kind(token: Token, top: Token | None, operand: bool, left: int) -> str:
    if not operand:
        return "open"
    if top is not None and top.kind == "open" and top.text == token.text:
        return "close"
    return "open" if token.text == "||" or left % 2 == 0 else "separator"


def _reversed_interval(token: Token, top: Token | None, operand: bool) -> Token:
    """Let `]0, 1[` be an interval."""
    inside = top is not None and top.kind == "open"
    if token.text == "]" and not operand and not (inside and top and top.text in "[("):
        return token._replace(kind="open")
    if token.text == "[" and operand and inside and top and top.text == "]":
        return token._replace(kind="close")
    return token


def _ends_operand(tokens: Sequence[Token], backwards: Mapping[int, int]) -> bool:
    r"""Tell whether an operand ends with the last token; `\sum_{i}` and `\sin` are none."""
    i = len(tokens) - 1
    if i < 0 or opens(tokens[i]):
        return False
    for _ in range(2):
        start = backwards.get(i, i)
        if start < 1 or tokens[start - 1].text not in ("^", "_") or tokens[i].kind == "close":
            break
        i = start - 2
        if i < 0:
            return False
    token = tokens[i]
    if token.kind in ("command", "word"):
        takes_more = token.text in tables.OPERATORS or token.text in tables.FUNCTIONS
        return not takes_more and token.text not in _PREFIXES
    return token.kind in _OPERAND_ENDS or token.text in ("}", "'", "!")


_PREFIXES = (
    frozenset(tables.ACCENTS) | frozenset(tables.FONTS) | tables.FRACTIONS | frozenset(("sqrt",))
)


def _match(tokens: Sequence[Token], stack: list[int], closing: Token) -> int:
    """Take the partner of a closing delimiter off the stack."""
    if not stack:
        raise ReadError(
            f"nothing is open that {shown(closing)} could close",
            closing.start,
            closing.end,
            shown(closing),
        )
    opening = tokens[stack[-1]]
    pair = {"right": "left", "end": "begin", "close": "open", "symbol": "symbol"}
    fits = opening.kind == pair[closing.kind]
    if closing.kind == "close":
        fits = fits and (opening.text, closing.text) in tables.PARTNERS
    if closing.kind == "end":
        fits = fits and opening.text == closing.text
    if not fits:
        raise _unclosed(opening)
    return stack.pop()


def _unclosed(token: Token) -> ReadError:
    return ReadError(f"{shown(token)} is never closed", token.start, token.end, shown(token))
