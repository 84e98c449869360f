"""Work in a child process that can be stopped."""

import os
import pickle
import time
from collections.abc import Callable

import pytest
from flint import arb, fmpq

from audit import worker
from audit.latex import ReadError
from audit.meaning import Untranslated
from audit.tree import Range
from audit.worker import Exhausted, in_children, limited
from symbolic.evaluate import FormulaError
from symbolic.exact import precision


def spin() -> None:
    while True:
        pass


def fail(error: Exception) -> None:
    raise error


def test_the_result_comes_back() -> None:
    assert limited(divmod, 17, 5) == (3, 2)
    assert limited(sorted, [1, 3, 2], reverse=True) == [3, 2, 1]
    assert limited(fmpq, 3, 7) == fmpq(3, 7)


def test_a_result_longer_than_a_pipe_holds_comes_back() -> None:
    data = bytes(range(256)) * 4096

    assert limited(lambda: data) == data


def test_the_work_is_done_in_another_process() -> None:
    assert limited(os.getpid) != os.getpid()


def test_what_the_child_changes_stays_there() -> None:
    seen: list[int] = []

    limited(seen.append, 1)

    assert seen == []


@pytest.mark.parametrize("error", [FormulaError("q has no meaning"), ZeroDivisionError("by zero")])
def test_an_exception_passes_through(error: Exception) -> None:
    with pytest.raises(type(error), match=str(error)):
        limited(fail, error)


@pytest.mark.parametrize(
    "error",
    [ReadError("no place here", 1, 2, "x"), Untranslated("no meaning", Range(1, 2))],
    ids=lambda error: type(error).__name__,
)
def test_an_exception_with_a_place_passes_through(error: Exception) -> None:
    with pytest.raises(type(error)):
        limited(fail, error)


@pytest.mark.parametrize("work", [spin, lambda: time.sleep(60)], ids=["busy", "asleep"])
def test_an_endless_child_is_stopped(
    work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SECONDS", 1)
    started = time.monotonic()

    with pytest.raises(Exhausted, match="stopped after 1 s"):
        limited(work)

    assert time.monotonic() - started < 5


def test_a_child_that_wants_too_much_memory_is_exhausted() -> None:
    with pytest.raises(Exhausted, match="4 GiB"):
        limited(bytearray, 5 << 30)


def test_a_child_that_dies_is_exhausted() -> None:
    with pytest.raises(Exhausted):
        limited(os._exit, 3)


def test_no_child_is_left_behind() -> None:
    limited(os.getpid)

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_without_processes_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")

    assert limited(os.getpid) == os.getpid()


@pytest.mark.parametrize(
    "ball",
    [
        arb(2).sqrt(),
        arb(-1) / 3,
        arb.pi() ** 1000,
        arb(-5000).exp(),
        arb(0, 1),
        arb(1, arb("1e-300")),
        arb(0),
        arb(7),
    ],
    ids=str,
)
def test_a_ball_comes_back_as_one_that_contains_it(ball: arb) -> None:
    back = limited(lambda: ball)

    assert back.contains(ball)
    assert back.rad() <= ball.rad() * arb("1.001") + arb("1e-500")


def test_a_precise_ball_comes_back_precise() -> None:
    with precision(2048):
        root = arb(2).sqrt()

    back = limited(lambda: root)

    with precision(2048):
        assert back.contains(root)
        assert (back * back).contains(arb(2))
        assert back.rad() < arb(10) ** -600


def test_an_infinite_ball_does_not_come_back_finite() -> None:
    assert not limited(lambda: arb.pos_inf()).is_finite()


def test_a_result_that_cannot_be_sent_is_an_error_and_no_result() -> None:
    with pytest.raises((pickle.PicklingError, AttributeError, TypeError)):
        limited(lambda: spin.__code__)


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_every_item_is_worked_on_once_whatever_the_number_of_children(jobs: int) -> None:
    items = list(range(7))

    assert sorted(in_children(lambda item: item**2, items, jobs)) == [(i, i * i) for i in items]


def test_children_are_other_processes() -> None:
    seen = {child for _, child in in_children(lambda item: os.getpid(), [0, 1], 2)}

    assert len(seen - {os.getpid()}) == 2


def test_what_a_child_raises_is_raised_here_and_the_others_are_stopped() -> None:
    def work(item: int) -> None:
        if item == 1:
            raise ZeroDivisionError("item 1")
        time.sleep(600)

    with pytest.raises(ZeroDivisionError, match="item 1"):
        list(in_children(work, [0, 1], 2))


def test_a_child_that_dies_is_noticed() -> None:
    with pytest.raises(RuntimeError, match="a child process died"):
        list(in_children(lambda item: os._exit(3), [0, 1], 2))
