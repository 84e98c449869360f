"""What Python does not have, for use inside compiled functions only."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.extending import intrinsic


def _fma(typing: Any, x: Any, y: Any, z: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), build


def _bits(typing: Any, x: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), build


def _from_bits(typing: Any, n: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), build


def _atomic_add(typing: Any, state: Any, amount: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        return builder.atomic_rmw("add", array.data, arguments[1], "acq_rel")

    return types.int64(state, types.int64), build


fma: Callable[[float, float, float], float] = cast(Any, intrinsic(_fma))
"""fma(x, y, z) is x y + z, rounded once."""
bits: Callable[[float], int] = cast(Any, intrinsic(_bits))
"""bits(x) is the integer with the 64 bits of the double x."""
from_bits: Callable[[int], float] = cast(Any, intrinsic(_from_bits))
"""from_bits(n) is the double with the 64 bits of the integer n."""
atomic_add: Callable[[npt.NDArray[np.int64], int], int] = cast(Any, intrinsic(_atomic_add))
"""Add to the first entry, indivisibly, and return what was there before."""
let_others_run: Callable[[], int] = cast(Any, types.ExternalFunction("sched_yield", types.int32()))
"""Give the rest of this thread's turn to whoever waits for the core."""
