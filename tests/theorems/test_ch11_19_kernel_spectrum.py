"""Lemma 11.19: why its ends need room, on networks with sigma(t) = t and d = m = 1.

There G_n = x^2 |U|^2 + (1 + x^2) |v|^2 + 1 and K^LC = x^2.
"""

from collections.abc import Iterator

import pytest
from flint import fmpq

from numeric.finite_laws import law
from numeric.perturbed_kernels import perturbed
from theorems.ch11_19_kernel_spectrum import CLOSENESS, LOWER, THEOREM
from theorems.notation import lambda_min_LC, n


def kernels(a: str, b: str, width: int, x: fmpq) -> Iterator[tuple[fmpq, fmpq]]:
    """Yield the values of G_n with their probabilities."""
    sums = law(a, b).square_sums(width)
    for of_u, chance_u in sums:
        for of_v, chance_v in sums:
            yield x * x * of_u + (1 + x * x) * of_v / width + 1, chance_u * chance_v


@pytest.mark.parametrize("width", [1, 10, 50])
def test_with_signs_no_eigenvalue_is_as_small_as_that_of_the_limit(width: int) -> None:
    x = fmpq(3)
    below = sum(p for G, p in kernels("1", "1", width, x) if width * x * x >= G)

    assert below == 0


@pytest.mark.parametrize("width", [25, 60])
def test_with_other_weights_it_is_smaller_in_two_of_five_cases(width: int) -> None:
    x = fmpq(10)
    below = sum(p for G, p in kernels("2", "1/2", width, x) if width * x * x > G)

    assert fmpq(2, 5) < below < fmpq(3, 5)


@pytest.mark.parametrize("width", [25, 60])
def test_it_leaves_the_interval_of_the_lemma_less_and_less(width: int) -> None:
    x = fmpq(10)
    low, high = width * x * x / 2, 2 * width * x * x
    outside = sum(p for G, p in kernels("2", "1/2", width, x) if not low <= G <= high)

    assert outside < fmpq(5, width)


def test_so_close_that_the_bound_is_attained() -> None:
    """G^LC = I and G_n / n = I / 2: the smallest eigenvalue is n / 2."""
    parts = {margin.part: margin for margin in THEOREM.judge(perturbed("1 1", "-1 0 -1", n="8"))}
    lower = parts["close enough for the lower end"]

    assert (lower.value, lower.bound) == (4, 4)


def test_a_writer_may_choose_a_closeness_for_ends_of_their_own() -> None:
    far = perturbed("1 1", "-1 0 -1")
    closeness = {CLOSENESS: 3 * lambda_min_LC / 4}
    further_out = {**closeness, LOWER: n * lambda_min_LC / 4}

    assert any(margin.fails for margin in THEOREM.judge(far, closeness))
    assert not any(margin.fails for margin in THEOREM.judge(far, further_out))
