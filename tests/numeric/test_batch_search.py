"""The batch search: on functions with known minima, and on Theorem 11.13 over tanh networks."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.activations import activation
from numeric.batch_search import (
    BATCH,
    BROOD,
    Box,
    Columns,
    Found,
    Progress,
    Range,
    worst_cases,
)
from numeric.inputs import FloatArray
from numeric.small_networks import at_start, balls, rounding, slacks, small_networks

PLANE: Box = {"x": (-1.0, 3.0), "y": Range(1e-6, 1e6, log=True)}


def bowl(columns: Columns) -> FloatArray:
    """Return (x - 1/3)^2 + log10(y / 100)^2, which is least, 0, at x = 1/3 and y = 100."""
    return (columns["x"] - 1 / 3) ** 2 + np.log10(columns["y"] / 100) ** 2


def alone(found: Found) -> dict[str, FloatArray]:
    return {name: value[None] for name, value in found.case.items()}


def same(one: list[Found], other: list[Found]) -> bool:
    return all(
        (a.slack, a.origin) == (b.slack, b.origin)
        and all((a.case[name] == b.case[name]).all() for name in a.case)
        for a, b in zip(one, other, strict=True)
    )


def test_the_ascent_reaches_the_minimum_of_a_bowl() -> None:
    """A random point is about 1/sqrt(samples) of the box away from it, the ascent much closer."""
    random = worst_cases(bowl, PLANE, seed=0, samples=2000, ascent_steps=0)
    found = worst_cases(bowl, PLANE, seed=0, samples=2000, ascent_steps=40)
    assert 1e-8 < random[0].slack < 0.1
    assert found[0].slack < 1e-10
    assert found[0].case["x"] == pytest.approx(1 / 3, abs=1e-5)
    assert found[0].case["y"] == pytest.approx(100, rel=1e-4)
    assert {one.origin for one in random} == {"random"}
    assert found[0].origin == "random, improved"


def test_the_worst_come_first_and_are_the_worst_of_all() -> None:
    seen: list[FloatArray] = []

    def slack(columns: Columns) -> FloatArray:
        seen.append(bowl(columns))
        return seen[-1]

    found = worst_cases(slack, PLANE, seed=5, samples=BATCH + 100, keep=10, ascent_steps=0)

    assert [one.slack for one in found] == sorted(np.concatenate(seen))[:10]
    assert [len(batch) for batch in seen] == [BATCH, 100]


@settings(max_examples=10)
@given(st.integers(0, 2**32))
def test_a_seed_decides_everything(seed: int) -> None:
    first, again, other = (
        worst_cases(bowl, PLANE, seed=s, samples=500, ascent_steps=3)
        for s in (seed, seed, seed + 1)
    )
    assert same(first, again)
    assert not same(first, other)
    assert not same(
        *(worst_cases(bowl, PLANE, seed=s, samples=99, ascent_steps=0) for s in (seed, seed + 1))
    )
    assert all(bowl(alone(one))[0] == one.slack for one in first)


def test_numbers_of_a_logarithmic_range_have_uniform_logarithms() -> None:
    batches: list[Columns] = []

    def slack(columns: Columns) -> FloatArray:
        batches.append(columns)
        return columns["y"]

    worst_cases(slack, PLANE, seed=1, samples=BATCH, ascent_steps=0)

    counts, _ = np.histogram(np.log10(batches[0]["y"]), bins=12, range=(-6, 6))
    assert counts.sum() == BATCH
    assert abs(counts - BATCH / 12).max() < 6 * (BATCH / 12) ** 0.5


def test_hard_cases_come_first_even_outside_the_box() -> None:
    hard = [{"x": 5.0, "y": 1.0}, {"x": -20.0, "y": 1e9}, {"x": np.nan, "y": 1.0}]
    found = worst_cases(
        lambda columns: columns["x"], PLANE, seed=0, hard=hard[:2], samples=0, ascent_steps=0
    )
    assert [(one.slack, one.origin) for one in found] == [(-20.0, "hard case"), (5.0, "hard case")]
    assert found[0].case["y"] == 1e9
    with pytest.raises(ValueError, match=r"hard\[2\]\['x'\] = nan"):
        worst_cases(bowl, PLANE, seed=0, hard=hard)


def test_among_equals_the_earlier_is_kept() -> None:
    found = worst_cases(
        lambda columns: np.zeros(len(columns["x"])),
        PLANE,
        seed=0,
        hard=[{"x": 0.5, "y": 2.0}],
        samples=100,
        keep=3,
        ascent_steps=2,
    )
    assert [one.origin for one in found] == ["hard case", "random", "random"]
    assert found[0].case == {"x": 0.5, "y": 2.0}


def test_a_case_without_its_hypotheses_does_not_count() -> None:
    def slack(columns: Columns) -> FloatArray:
        return np.where(columns["x"] > 2, columns["x"], np.nan)

    log: list[Progress] = []
    found = worst_cases(slack, PLANE, seed=0, samples=1000, ascent_steps=10, progress=log.append)
    assert 2 < found[0].slack < 2 + 1e-4
    assert log[0].tried == 1000
    assert 200 < log[0].admitted < 300
    assert log[-1].tried == 1000 + 10 * 8 * BROOD
    assert log[-1].least == found[0].slack

    log.clear()
    hard = [{"x": 0.0, "y": 1.0}]
    nothing = worst_cases(
        lambda columns: np.full(len(columns["x"]), np.nan),
        PLANE,
        seed=0,
        hard=hard,
        samples=10,
        progress=log.append,
    )
    assert nothing == []
    assert log[-1] == Progress(11, 0, np.inf)


def test_arrays_are_drawn_and_improved_within_their_box() -> None:
    box: Box = {"w": Range(-2.0, 1.0, (2, 3)), "t": Range(4.0, 4.0)}
    batches: list[Columns] = []

    def slack(columns: Columns) -> FloatArray:
        batches.append(columns)
        return columns["w"].sum(axis=(1, 2)) + columns["t"]

    found = worst_cases(slack, box, seed=0, samples=300, keep=2, ascent_steps=40)

    assert found[0].case["w"].shape == (2, 3)
    assert found[0].slack == pytest.approx(-8.0, abs=1e-3)
    for columns in batches:
        assert (columns["t"] == 4.0).all()
        assert (abs(columns["w"] + 0.5) <= 1.5).all()


def test_what_cannot_be_searched_is_named() -> None:
    with pytest.raises(ValueError, match=r"box\['x'\]: low = 2.0, high = 1.0"):
        worst_cases(bowl, {"x": (2.0, 1.0)}, seed=0)
    with pytest.raises(ValueError, match="0 < low <= high"):
        Range(0.0, 1.0, log=True)
    with pytest.raises(ValueError, match=r"slack has shape \(\), where \(10,\) is needed"):
        worst_cases(lambda columns: np.array(1.0), PLANE, seed=0, samples=10)
    with pytest.raises(ValueError, match=r"hard\[0\] has not the names of the box, x, y"):
        worst_cases(bowl, PLANE, seed=0, hard=[{"x": 1.0}])
    with pytest.raises(ValueError, match=r"hard\[0\]\['y'\] = -1.0, where > 0 is needed"):
        worst_cases(bowl, PLANE, seed=0, hard=[{"x": 1.0, "y": -1.0}])
    with pytest.raises(ValueError, match="keep = 0"):
        worst_cases(bowl, PLANE, seed=0, keep=0)


# Theorem 11.13 on networks with one hidden layer

STEPS = 40
TANH = activation("tanh")


def box_of_networks(m: int, n: int, d: int) -> Box:
    """Labels stay close to the first outputs, so that Assumption 11.12 (c) can hold at width n."""
    return {
        "w": Range(-2.0, 2.0, (n * (d + 2) + 1,)),
        "X": Range(-2.0, 2.0, (m, d)),
        "direction": Range(-1.0, 1.0, (m,)),
        "away": Range(1e-8, 1e-1, log=True),
        "part": Range(0.05, 1.0),
    }


@dataclass(frozen=True)
class Claim:
    """Theorem 11.13 with other constants in its bounds."""

    step: float = 1.0
    """The step size is at most this over lambda_min + lambda_max."""
    rate: float = 1.0
    """The loss after k steps is at most (1 - rate h lambda_min)^(2k) f0."""
    radius: float = 2.0
    """The distance is at most this times sqrt(m f0) U / lambda_min."""
    threads: int | None = None

    def slack(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        """Return the least slack of the loss and the distance; nan without Assumption 11.12."""
        w, X, away = columns["w"], columns["X"], columns["away"]
        m = X.shape[1]
        networks = small_networks(TANH, w, X, np.zeros(X.shape[:2]), normalised=True)
        start = at_start(networks, threads=self.threads)
        networks = networks.with_labels(start.outputs + away[:, None] * columns["direction"])
        root = np.sqrt(start.losses(networks.y))
        error = 1e-13 * m * start.largest
        low, high = start.smallest - error, start.largest + error
        ball = balls(networks, start, lambda U: 2 * np.sqrt(m) * U * root / low)
        allowed = low**2 / (12 * m**1.5 * ball.U**2 * root)
        admitted = (low > 0) & (allowed >= ball.L)
        h = columns["part"] * self.step / (low + high)
        return slacks(
            networks,
            np.where(admitted, h, np.nan),
            rate=1 - self.rate * h * low,
            radius=ball.radius * self.radius / 2,
            steps=STEPS,
            noise=rounding(networks, start, STEPS),
            threads=self.threads,
        ).least


def test_theorem_11_13_survives_100_000_networks() -> None:
    log: list[Progress] = []
    found = worst_cases(
        Claim().slack, box_of_networks(4, 8, 2), seed=11, ascent_steps=4, progress=log.append
    )
    assert log[-1].tried > 100_000
    assert log[-1].admitted > 40_000
    assert 0 < found[0].slack < 0.05


@pytest.mark.parametrize(
    ("claim", "m"),
    [(Claim(step=2.0), 2), (Claim(step=2.0), 4), (Claim(rate=2.0), 2), (Claim(radius=0.2), 2)],
    ids=["step twice too large", "the same, m = 4", "decay twice too fast", "radius a tenth"],
)
def test_wrong_wordings_of_theorem_11_13_are_refuted_by_networks(claim: Claim, m: int) -> None:
    box = box_of_networks(m, 8, 2)

    found = worst_cases(claim.slack, box, seed=13, samples=4096, keep=4, ascent_steps=4)

    assert found[0].slack < -1e-3
    for one in found:
        assert claim.slack(alone(one))[0] == one.slack
        assert Claim().slack(alone(one))[0] > 0


def test_a_search_does_not_depend_on_the_number_of_threads() -> None:
    box = box_of_networks(2, 3, 1)
    one, three = (
        worst_cases(
            Claim(rate=2.0, threads=threads).slack, box, seed=7, samples=700, ascent_steps=2
        )
        for threads in (1, 3)
    )
    assert same(one, three)
