"""Running kernels on several threads at once."""

import threading

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.jit import kernel
from numeric.threads import available, barrier, in_parts, meet, together

Integers = npt.NDArray[np.int64]


@kernel
def rounds_out_of_step(state: Integers, log: Integers, index: int, threads: int, n: int) -> int:
    """Return how often some thread had not yet, or no longer, been in the same round."""
    wrong = 0
    for k in range(1, n + 1):
        log[k % 2, index] = k
        meet(state, k, threads)
        for other in range(threads):
            wrong += log[k % 2, other] != k
    return wrong


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_after_a_meeting_every_thread_sees_what_the_others_did_before_it(threads: int) -> None:
    state, log, wrong = barrier(), np.zeros((2, threads), np.int64), [-1] * threads

    def work(index: int) -> None:
        wrong[index] = rounds_out_of_step(state, log, index, threads, 5000)

    together(work, threads)

    assert wrong == [0] * threads


@given(st.integers(1, 50), st.integers(1, 9))
def test_ranges_cover_every_part_once_in_order(parts: int, threads: int) -> None:
    seen: list[tuple[int, int]] = []
    in_parts(lambda first, last: seen.append((first, last)), parts, threads)

    covered = [part for first, last in sorted(seen) for part in range(first, last)]
    assert covered == list(range(parts))
    assert len(seen) == min(parts, threads)


def test_no_thread_is_started_for_too_little_work() -> None:
    seen: list[tuple[int, int]] = []
    in_parts(lambda first, last: seen.append((first, last)), 19, 4, least=10)
    assert seen == [(0, 19)]
    in_parts(lambda first, last: seen.append((first, last)), 20, 4, least=10)
    assert sorted(seen[1:]) == [(0, 10), (10, 20)]


def test_an_error_in_one_thread_is_raised_after_all_have_ended() -> None:
    ended = threading.Event()

    def work(index: int) -> None:
        if index == 1:
            raise ArithmeticError("in thread 1")
        ended.set()

    with pytest.raises(ArithmeticError, match="in thread 1"):
        together(work, 2)
    assert ended.is_set()


def test_the_number_of_threads_can_be_lowered_but_not_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("THEOREMS_THREADS", raising=False)
    cores = available()

    for asked, got in (("1", 1), ("100000", cores), ("0", cores), ("-1", cores), ("x", cores)):
        monkeypatch.setenv("THEOREMS_THREADS", asked)
        assert available() == got
