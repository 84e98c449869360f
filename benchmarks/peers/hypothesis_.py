"""Searching small networks the usual way: Hypothesis draws a case, NumPy checks it."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from peers.numpy_ import least_slacks

M, N, D = 4, 8, 2
Run = Callable[[], tuple[Any, ...]]


def small_networks(cases: int, steps: int) -> Run:
    """Draw the numbers of a case one by one, then descend one network at a time."""
    size = M * D + M + N * D + 2 * N

    def run() -> tuple[Any, ...]:
        least: list[float] = []

        @settings(
            max_examples=cases,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.lists(st.floats(-2, 2), min_size=size, max_size=size))
        def check(drawn: list[float]) -> None:
            X, y, U, b, v = np.split(np.array(drawn), np.cumsum([M * D, M, N * D, N]))
            shapes = X.reshape(1, M, D) / np.sqrt(D), y[None], U.reshape(1, N, D), b[None], v[None]
            least.extend(float(slack[0]) for slack in least_slacks(*shapes, steps))

        check()
        return (least,)

    return run
