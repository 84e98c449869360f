"""Networks with one hidden layer: the formulas of the chapter, and where they start."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.activations import activation
from numeric.initial_laws import LAWS, draw
from numeric.networks import (
    FIGURE_11_3,
    Network,
    Variances,
    initial_network,
    initialisation,
    network,
)

TANH = activation("tanh")


def example(normalised: bool = False, n: int = 5, d: int = 3) -> tuple[Network, np.ndarray]:
    """Return a network with nothing equal to zero, and four points."""
    rng = np.random.default_rng(7)
    U, b, v = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=n)
    return network(TANH, U, b, v, 0.25, normalised=normalised), rng.normal(size=(4, d))


def test_the_output_by_hand() -> None:
    """v . (U x + b)^2 + c = 2 (3 - 1)^2 - (6 + 2)^2 + 1 for x = 3."""
    net = network(activation("power", 2), [[1.0], [2.0]], [-1.0, 2.0], [2.0, -1.0], 1.0)

    np.testing.assert_array_equal(net.outputs([[3.0]]), [2 * 4 - 64 + 1])


def test_the_normalised_output_by_hand() -> None:
    """2^(-1/2) v . relu(4^(-1/2) U x + b) with d = 4: z = (1 + 0, 2 + 1)."""
    U = [[1.0, 1, 0, 0], [2.0, 2, 0, 0]]
    net = network(activation("relu"), U, [0.0, 1.0], [1.0, 3.0], normalised=True)

    np.testing.assert_allclose(net.outputs([[1.0, 1, 5, 5]]), [(1 + 9) / 2**0.5], rtol=1e-15)


@pytest.mark.parametrize("normalised", [False, True])
def test_the_jacobian_is_the_derivative(normalised: bool) -> None:
    """Central differences with step 1e-5 are off by 1e-10 |Phi'''| + 1e-16 / 1e-5."""
    net, X = example(normalised)
    w, h = net.parameters(), 1e-5
    columns = []
    for k in range(net.size):
        step = h * np.eye(net.size)[k]
        after, before = net.with_parameters(w + step), net.with_parameters(w - step)
        columns.append((after.outputs(X) - before.outputs(X)) / (2 * h))

    np.testing.assert_allclose(net.jacobian(X), np.transpose(columns), atol=1e-9)


def test_parameters_are_u_row_by_row_then_b_v_and_c() -> None:
    net, _ = example()
    w = net.parameters()

    assert w.shape == (net.size,) == (5 * (3 + 2) + 1,)
    np.testing.assert_array_equal(w[:6], [*net.U[0], *net.U[1]])
    np.testing.assert_array_equal(w[15:], [*net.b, *net.v, net.c])
    again = net.with_parameters(w)
    assert (again.U == net.U).all()
    assert (again.b == net.b).all()
    assert (again.v == net.v).all()
    assert again.c == net.c


# How networks start


@pytest.mark.parametrize("law", LAWS)
def test_lecun_weights_have_variance_one_over_the_number_of_inputs(law: str) -> None:
    """(11.5.3): d U_ij^2 and n v_j^2 have mean 1 and variance mu4 - 1; five standard errors."""
    n, d = 20_000, 5
    net = initial_network(TANH, n, d, law=law, seed=3)
    spread = (LAWS[law].fourth_moment - 1) ** 0.5

    assert abs(d * np.mean(net.U**2) - 1) <= 5 * spread / (n * d) ** 0.5 + 1e-14
    assert abs(n * np.mean(net.v**2) - 1) <= 5 * spread / n**0.5 + 1e-14
    assert abs(np.mean(net.U)) <= 5 / (n * d * d) ** 0.5
    assert not net.b.any()
    assert net.c == 0
    assert (net.input_scale, net.output_scale) == (1, 1)


def test_normalised_weights_are_the_entries_of_the_law_themselves() -> None:
    n, d = 300, 4
    net = initial_network(TANH, n, d, seed=9, normalised=True)

    np.testing.assert_array_equal(net.U.ravel(), draw("gaussian", 9, 0, 0, n * d))
    np.testing.assert_array_equal(net.v, draw("gaussian", 9, 2, 0, n))
    assert (net.input_scale, net.output_scale) == (d**-0.5, n**-0.5)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 300),
    st.integers(1, 9),
    st.sampled_from(sorted(LAWS)),
    st.integers(0, 2**64 - 1),
)
def test_both_forms_are_the_same_function_at_the_start(n: int, d: int, law: str, seed: int) -> None:
    """(11.6.1).  Each form makes d + 3 roundings in U x, 6 in sigma and n + 3 in v . sigma."""
    X = draw("uniform", seed, 100, 0, 3 * d).reshape(3, d)
    lecun = initial_network(TANH, n, d, law=law, seed=seed)
    other = initial_network(TANH, n, d, law=law, seed=seed, normalised=True)

    reach = np.abs(X) @ np.abs(lecun.U).T
    largest = (reach + 1) @ np.abs(lecun.v)
    difference = np.abs(lecun.outputs(X) - other.outputs(X))
    assert (difference <= 2 * (d + n + 12) * 2.0**-53 * largest).all()


def test_both_forms_agree_to_fifteen_digits() -> None:
    X = draw("uniform", 1, 100, 0, 8).reshape(4, 2)
    lecun, other = (
        initial_network(TANH, 1000, 2, seed=1, normalised=normalised, variances=FIGURE_11_3)
        for normalised in (False, True)
    )

    np.testing.assert_allclose(lecun.outputs(X), other.outputs(X), atol=1e-14)


def test_a_wider_normalised_network_begins_with_the_narrow_one() -> None:
    narrow, wide = (initial_network(TANH, n, 3, seed=4, normalised=True) for n in (10, 1000))

    np.testing.assert_array_equal(narrow.U, wide.U[:10])
    np.testing.assert_array_equal(narrow.v, wide.v[:10])


@pytest.mark.parametrize("normalised", [False, True])
def test_neurons_are_the_same_whichever_are_asked_for(normalised: bool) -> None:
    start = initialisation(1000, 3, seed=4, normalised=normalised, variances=FIGURE_11_3)
    net = initial_network(TANH, 1000, 3, seed=4, normalised=normalised, variances=FIGURE_11_3)

    U, b, v = start.neurons(313, 871)
    np.testing.assert_array_equal(U, net.U[313:871])
    np.testing.assert_array_equal(b, net.b[313:871])
    np.testing.assert_array_equal(v, net.v[313:871])
    assert start.bias() == net.c


def test_the_variances_of_figure_11_3() -> None:
    """(11.5.11): U ~ N(0, 3/d), v ~ N(0, 3/n), b and c ~ N(0, 2); five standard errors."""
    n, d = 50_000, 2
    net = initial_network(TANH, n, d, seed=5, variances=FIGURE_11_3)
    bound = 5 * (2 / n) ** 0.5

    assert abs(d * np.mean(net.U**2) / 3 - 1) < bound
    assert abs(n * np.mean(net.v**2) / 3 - 1) < bound
    assert abs(np.mean(net.b**2) / 2 - 1) < bound
    cs = [initial_network(TANH, 1, 1, seed=s, variances=FIGURE_11_3).c for s in range(2000)]
    assert abs(np.mean(np.square(cs)) / 2 - 1) < 5 * (2 / 2000) ** 0.5


def test_the_four_groups_are_independent() -> None:
    n = 100_000
    net = initial_network(TANH, n, 1, seed=6, variances=Variances(1, 1, n, 1))

    for x, y in [(net.U[:, 0], net.b), (net.b, net.v), (net.v, net.U[:, 0])]:
        assert abs(np.mean(x * y)) < 5 / n**0.5


def test_different_seeds_give_different_networks() -> None:
    first, second = (initial_network(TANH, 50, 2, seed=seed) for seed in (0, 1))

    assert not (first.U == second.U).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: initial_network(TANH, 0, 1), "n = 0, where an integer from 1 up"),
        (lambda: initial_network(TANH, 1, 0), "d = 0, where an integer from 1 up"),
        (lambda: initial_network(TANH, 1, 1, law="normal"), "law = 'normal', where one of"),
        (lambda: initial_network(TANH, 1, 1, seed=-1), "seed = -1"),
        (
            lambda: initial_network(TANH, 1, 1, variances=Variances(b=-1.0)),
            "variances.b = -1.0, where a number from 0 up is needed",
        ),
        (
            lambda: initial_network(TANH, 1, 1, variances=Variances(U=float("inf"))),
            "variances.U = inf, where a finite number is needed",
        ),
        (lambda: network(TANH, [[1.0, 2.0]], [0.0, 0.0], [1.0]), "b has shape .2,., where .1,."),
        (lambda: network(TANH, [[float("nan")]], [0.0], [1.0]), "U.0, 0. = nan"),
        (lambda: example()[0].outputs([[1.0, 2.0]]), "X has shape .1, 2., where .m, 3. is needed"),
    ],
)
def test_what_is_no_network_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
