"""Definition 11.8 on problems small enough to work out by hand."""

from numeric.kernel_least_squares import fit
from theorems.ch11_08_kernel import THEOREM


def test_parallel_features_attain_the_bound_of_cauchy_and_schwarz() -> None:
    margin, *_ = THEOREM.judge(fit("1; 2", y="0 0", phi="0"))

    assert margin.value == margin.bound == 2
