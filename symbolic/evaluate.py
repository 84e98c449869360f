"""The value of a formula: exactly, at one point, or in doubles, at many.

A formula is compiled once into nested functions.  No source code is generated from it, so no
name that came from a document can be executed, and nothing is compiled anew by Numba.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp
from flint import arb, fmpq

from symbolic.exact import Number, Undefined, power

FloatArray = npt.NDArray[np.float64]
Compiled = Callable[[Sequence[Any]], Any]


class FormulaError(ValueError):
    """A formula cannot be used; the message is meant for its author."""


@dataclass(frozen=True)
class Arithmetic:
    """How to compute with one kind of number."""

    rational: Callable[[int, int], Any]
    power: Callable[[Any, Any], Any]
    constants: Mapping[sp.Basic, Callable[[], Any]]
    functions: Mapping[Any, Callable[..., Any]]


def _ball(function: Callable[[arb], arb]) -> Callable[[Number], arb]:
    return lambda x: function(arb(x))


def _log(x: Number) -> Number:
    if x <= 0:
        raise Undefined("the logarithm of a number that is not positive")
    return arb(x).log()


def _acos(x: Number) -> Number:
    if x > 1 or x < -1:
        raise Undefined("the arc cosine of a number outside [-1, 1]")
    return arb(x).acos()


def _extreme(pick: Callable[..., Number], join: Callable[[arb, arb], arb]) -> Callable[..., Number]:
    def of(*numbers: Number) -> Number:
        if all(isinstance(x, fmpq) for x in numbers):
            return pick(numbers)
        result = arb(numbers[0])
        for x in numbers[1:]:
            result = join(result, arb(x))
        return result

    return of


EXACT = Arithmetic(
    rational=fmpq,
    power=power,
    constants={sp.pi: arb.pi, sp.E: lambda: arb(1).exp()},
    functions={
        sp.exp: _ball(arb.exp),
        sp.log: _log,
        sp.sin: _ball(arb.sin),
        sp.cos: _ball(arb.cos),
        sp.tanh: _ball(arb.tanh),
        sp.acos: _acos,
        sp.Abs: abs,
        sp.Max: _extreme(max, arb.max),
        sp.Min: _extreme(min, arb.min),
    },
)


def _double(p: int, q: int) -> float:
    try:
        return p / q
    except OverflowError:
        return float("inf") if p > 0 else float("-inf")


DOUBLES = Arithmetic(
    rational=_double,
    power=lambda a, b: np.power(np.asarray(a, float), b),
    constants={sp.pi: lambda: np.pi, sp.E: lambda: np.e},
    functions={
        sp.exp: np.exp,
        sp.log: np.log,
        sp.sin: np.sin,
        sp.cos: np.cos,
        sp.tanh: np.tanh,
        sp.acos: np.arccos,
        sp.Abs: np.abs,
        sp.Max: lambda *xs: np.maximum.reduce(np.broadcast_arrays(*xs)),
        sp.Min: lambda *xs: np.minimum.reduce(np.broadcast_arrays(*xs)),
    },
)


def at_point(formula: sp.Expr, over: tuple[sp.Symbol, ...], values: Mapping[str, Number]) -> Number:
    """Return the value of `formula` with `values` for its symbols, exact or as a ball.

    Raises Undefined if the formula has no real value there, FormulaError if it contains
    something that cannot be evaluated.
    """
    return _compiled(formula, over, exactly=True)([values[symbol.name] for symbol in over])


def on_arrays(
    formula: sp.Expr, over: tuple[sp.Symbol, ...], values: Mapping[str, npt.ArrayLike]
) -> FloatArray:
    """Return `formula` in doubles on arrays that broadcast.

    It is nan where the formula is not real, and infinite where it overflows or divides by zero.
    """
    arrays = np.broadcast_arrays(*(np.asarray(values[s.name], float) for s in over), np.zeros(()))
    with np.errstate(all="ignore"):
        result = _compiled(formula, over, exactly=False)(arrays[:-1])
    return np.broadcast_to(np.asarray(result, float), arrays[-1].shape).copy()


@lru_cache(maxsize=2048)
def _compiled(formula: sp.Expr, over: tuple[sp.Symbol, ...], exactly: bool) -> Compiled:
    places = {symbol: i for i, symbol in enumerate(over)}
    return _compile(formula, places, EXACT if exactly else DOUBLES)


def _compile(node: sp.Basic, places: Mapping[sp.Symbol, int], by: Arithmetic) -> Compiled:
    if isinstance(node, sp.Symbol) and node in places:
        place = places[node]
        return lambda values: values[place]
    if isinstance(node, sp.Rational):
        number = by.rational(int(node.p), int(node.q))
        return lambda values: number
    if node in by.constants:
        constant = by.constants[node]
        return lambda values: constant()
    arguments = [_compile(argument, places, by) for argument in node.args]
    if isinstance(node, sp.Add):
        return lambda values: sum((f(values) for f in arguments[1:]), arguments[0](values))
    if isinstance(node, sp.Mul):
        return lambda values: _product(arguments, values)
    if isinstance(node, sp.Pow):
        base, exponent = arguments
        return lambda values: by.power(base(values), exponent(values))
    if function := by.functions.get(node.func):
        return lambda values: function(*(f(values) for f in arguments))
    raise FormulaError(f"{node} cannot be evaluated")


def _product(factors: Sequence[Compiled], values: Sequence[Any]) -> Any:
    result = factors[0](values)
    for factor in factors[1:]:
        result = result * factor(values)
    return result
