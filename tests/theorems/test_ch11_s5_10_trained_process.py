"""What is special about Equation (11.5.10)."""

from flint import fmpq_mat

from symbolic.exact import exact
from theorems.ch11_s5_10_trained_process import MEAN, THEOREM, VARIANCE

KERNEL = [["2", "1", "1/2"], ["1", "3", "-1/3"], ["1/2", "-1/3", "1"]]
"""A covariance matrix of x_1, x_2 and x."""


def test_the_variance_is_that_of_a_gaussian_given_the_data() -> None:
    """The conditional variance is one over the last entry of the inverse covariance matrix."""
    K = fmpq_mat([[exact(entry) for entry in row] for row in KERNEL])
    known = {"K_11": K[0, 0], "K_12": K[0, 1], "K_22": K[1, 1], "K_xx": K[2, 2]}

    claimed = THEOREM.formulas()(VARIANCE, **known, K_x1=K[0, 2], K_x2=K[1, 2], tau=exact(1))

    assert claimed == 1 / K.inv()[2, 2]


def test_nothing_varies_at_a_data_point() -> None:
    known = {"K_11": exact(2), "K_12": exact(1), "K_22": exact(3), "tau": exact(5)}

    for x, rest in (("K_11", "K_12"), ("K_22", "K_12")):
        first = {"K_x1": known["K_11"], "K_x2": known["K_12"]}
        second = {"K_x1": known[rest], "K_x2": known["K_22"]}
        at_x = first if x == "K_11" else second
        assert THEOREM.formulas()(VARIANCE, **known, **at_x, K_xx=known[x]) == 0


def test_the_mean_tends_to_the_kernel_estimator() -> None:
    known = {"h": exact("1/8"), "tau": exact(1), "K_11": exact(2), "K_x1": exact(3)}

    at_60 = THEOREM.formulas()(MEAN, **known, k=exact(60), K_xx=exact(9), y_1=exact(5))

    assert abs(at_60 - exact("15/2")) == exact("15/2") / 2**60
