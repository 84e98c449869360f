"""The tangent kernel: the Jacobian times its transpose, however it is computed."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.activations import Activation, activation
from numeric.initial_laws import LAWS, draw, rademacher_patterns
from numeric.networks import FIGURE_11_3, Network, initial_network, network
from numeric.tangent_kernel import (
    BLOCK,
    PIECES,
    KernelParts,
    initial_tangent_kernel,
    pieces,
    tangent_kernel,
    tangent_kernel_parts,
)

ULP = 2.0**-53
SQUARE, TANH, RELU = activation("power", 2), activation("tanh"), activation("relu")


def points(m: int, d: int, stream: int = 100) -> np.ndarray:
    return draw("gaussian", 0, stream, 0, m * d).reshape(m, d)


def example(
    n: int, d: int, normalised: bool = False, sigma: Activation = TANH, seed: int = 1
) -> Network:
    """Return a random network with biases."""
    return initial_network(sigma, n, d, seed=seed, normalised=normalised, variances=FIGURE_11_3)


def assert_is_product(K: np.ndarray, J: np.ndarray, other: np.ndarray) -> None:
    """Both K and J other^T are sums of as many terms as J has columns, in two orders.

    Each order costs at most that many roundings of the sum of the absolute values; 60 more are for
    the factors of the terms, whose arguments of sigma differ by the order of d additions.
    """
    allowed = (2 * J.shape[1] + 60) * ULP * (np.abs(J) @ np.abs(other).T)
    assert K.shape == allowed.shape
    assert (np.abs(K - J @ other.T) <= allowed).all()


@pytest.mark.parametrize("n", [1, 2, 255, 256, 257, BLOCK - 1, BLOCK, BLOCK + 1, 1000])
@pytest.mark.parametrize("m", [1, 2, 5])
@pytest.mark.parametrize("normalised", [False, True])
def test_the_kernel_is_the_jacobian_times_its_transpose(n: int, m: int, normalised: bool) -> None:
    net, X, Z = example(n, 3, normalised), points(m, 3), points(4, 3, 101)
    J, other = net.jacobian(X), net.jacobian(Z)

    assert_is_product(tangent_kernel(net, X), J, J)
    assert_is_product(tangent_kernel(net, X, Z), J, other)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 600),
    st.integers(1, 10),
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from([TANH, RELU, SQUARE, activation("softplus")]),
    st.booleans(),
    st.integers(0, 2**64 - 1),
)
def test_any_shape_and_activation(
    n: int, d: int, m: int, m_other: int, sigma: Activation, normalised: bool, seed: int
) -> None:
    """Softplus is positive at 0: neurons that only fill up a block must not count."""
    net = example(n, d, normalised, sigma, seed)
    X, Z = points(m, d), points(m_other, d, 101)
    J, other = net.jacobian(X), net.jacobian(Z)

    assert_is_product(tangent_kernel(net, X), J, J)
    assert_is_product(tangent_kernel(net, X, Z), J, other)


def test_many_points_and_many_inputs() -> None:
    net, X, Z = example(300, 50), points(130, 50) / 7, points(70, 50, 101) / 7
    J, other = net.jacobian(X), net.jacobian(Z)

    assert_is_product(tangent_kernel(net, X), J, J)
    assert_is_product(tangent_kernel(net, X, Z), J, other)


@pytest.mark.parametrize("normalised", [False, True])
def test_parts_belong_to_their_parameters_and_add_up(normalised: bool) -> None:
    n, d = 300, 4
    net, X, Z = example(n, d, normalised), points(6, d), points(5, d, 101)
    columns = np.split(np.arange(net.size), [n * d, n * (d + 1), n * (d + 2)])

    for others in (None, Z):
        parts = tangent_kernel_parts(net, X, others)
        J, other = net.jacobian(X), net.jacobian(X if others is None else others)
        for part, own in zip((parts.U, parts.b, parts.v, parts.c), columns, strict=True):
            assert_is_product(part, J[:, own], other[:, own])
        np.testing.assert_array_equal(parts.total(), parts.U + parts.b + parts.v + parts.c)
        np.testing.assert_array_equal(parts.total(), tangent_kernel(net, X, others))


def test_symmetric_to_the_last_bit_and_positive_semidefinite() -> None:
    K = tangent_kernel(example(2000, 13), points(45, 13) / 3)

    np.testing.assert_array_equal(K, K.T)
    assert np.linalg.eigvalsh(K).min() >= -1e-12 * np.trace(K)


@pytest.mark.parametrize("n", [1, 300, 3000, 20_000])
def test_the_error_is_within_the_stated_bound(n: int) -> None:
    """With sigma the identity and x, z powers of two, only the sums over the neurons round."""
    net = initial_network(activation("identity"), n, 1, seed=3)
    x, z, k = 4.0, -0.5, BLOCK + -(-n // BLOCK // pieces(n, 1, 2, 2)) + pieces(n, 1, 2, 2)
    parts = tangent_kernel_parts(net, [[x], [z]])

    exact_v = Fraction(x) * Fraction(z) * sum(Fraction(u) ** 2 for u in net.U[:, 0])
    exact_b = sum(Fraction(v) ** 2 for v in net.v)
    for computed, exact, roundings in [
        (parts.v[0, 1], exact_v, k + 3),
        (parts.b[0, 1], exact_b, k + 5),
        (parts.U[1, 0], exact_b * Fraction(x) * Fraction(z), k + 10),
    ]:
        assert abs(Fraction(computed) - exact) <= roundings * Fraction(ULP) * abs(exact)


# Expectations, by listing every initial value: signs satisfy Assumption 11.14


def all_starts(sigma: Activation, n: int, d: int, normalised: bool) -> list[Network]:
    """Return every network that (11.5.3) or (11.6.2) can start with when D is a fair sign."""
    inner, outer = (1.0, 1.0) if normalised else (d**-0.5, n**-0.5)
    return [
        network(
            sigma,
            inner * signs[: n * d].reshape(n, d),
            np.zeros(n),
            outer * signs[n * d :],
            normalised=normalised,
        )
        for signs in rademacher_patterns(n * (d + 1))
    ]


def test_two_neurons_with_a_square_by_hand() -> None:
    """Theorem 11.16 with x = 1/2, z = 3/2: E[K] / 2 is exactly 59/16.

    E[sigma sigma] = 9/16 and E[sigma' sigma'] = 3, so v gives 9/8, b 3, U 9/4 and c 1.
    """
    starts = all_starts(SQUARE, 2, 1, normalised=False)
    parts = [tangent_kernel_parts(net, [[0.5]], [[1.5]]) for net in starts]

    def mean(part: Callable[[KernelParts], np.ndarray]) -> float:
        return float(np.mean([part(one)[0, 0] for one in parts]))

    assert len(starts) == 16
    assert mean(lambda one: one.v) == 9 / 8
    assert mean(lambda one: one.b) == pytest.approx(3, rel=1e-15)
    assert mean(lambda one: one.U) == pytest.approx(9 / 4, rel=1e-15)
    assert mean(lambda one: one.c) == 1
    assert mean(KernelParts.total) / 2 == pytest.approx(float(Fraction(59, 16)), rel=1e-15)


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("normalised", [False, True])
def test_the_mean_kernel_is_that_of_one_neuron(n: int, normalised: bool) -> None:
    """Exact for every width, with s = E[sigma sigma] and t = E[sigma' sigma'] over one neuron u.

    LeCun: E K = n s + (1 + x . z) t + 1; normalised (11.30): E K = s + (1 + x . z / d) t + 1.
    """
    d, x, z = 2, np.array([0.75, -0.5]), np.array([1.5, 0.25])
    neurons = [np.array(signs) / d**0.5 for signs in product((1.0, -1.0), repeat=d)]
    s = np.mean([np.tanh(u @ x) * np.tanh(u @ z) for u in neurons])
    t = np.mean([(1 - np.tanh(u @ x) ** 2) * (1 - np.tanh(u @ z) ** 2) for u in neurons])
    expected = s + (1 + x @ z / d) * t + 1 if normalised else n * s + (1 + x @ z) * t + 1

    starts = all_starts(TANH, n, d, normalised)
    computed = np.mean([tangent_kernel(net, [x], [z])[0, 0] for net in starts])

    assert computed == pytest.approx(expected, rel=1e-14)


# The same result by other ways


@pytest.mark.parametrize("Z", [None, points(5, 8, 101)], ids=["X X", "X Z"])
def test_the_number_of_threads_changes_nothing(Z: np.ndarray | None) -> None:
    n, X = 40_000, points(32, 8)
    assert pieces(n, 8, 32, 32 if Z is None else 5) >= 3
    net = example(n, 8)

    one = tangent_kernel(net, X, Z, threads=1)
    for threads in (2, 3, None):
        np.testing.assert_array_equal(tangent_kernel(net, X, Z, threads=threads), one)


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from([1, 2, BLOCK, BLOCK + 1, 5000]),
    st.sampled_from([1, 3, 200]),
    st.sampled_from(sorted(LAWS)),
    st.integers(0, 2**64 - 1),
    st.booleans(),
    st.booleans(),
)
def test_weights_need_not_be_stored(
    n: int, d: int, law: str, seed: int, normalised: bool, symmetric: bool
) -> None:
    X, Z = points(7, d), None if symmetric else points(3, d, 101)
    net = initial_network(TANH, n, d, law, seed, normalised=normalised)

    streamed = initial_tangent_kernel(TANH, n, X, law, seed, Z=Z, normalised=normalised)

    np.testing.assert_array_equal(streamed, tangent_kernel(net, X, Z))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_drawing_in_several_threads_changes_nothing(threads: int) -> None:
    n, X = 50_000, points(32, 8)

    streamed = initial_tangent_kernel(RELU, n, X, seed=5, variances=FIGURE_11_3, threads=threads)

    net = initial_network(RELU, n, 8, seed=5, variances=FIGURE_11_3)
    np.testing.assert_array_equal(streamed, tangent_kernel(net, X))


def test_a_million_neurons_are_close_to_infinitely_many() -> None:
    """ReLU, x and z orthogonal unit vectors, normalised: K -> 1/4 + 1/(4 pi) + 1.

    By Example 11.31 with theta = pi / 2, d = 2.  The neurons' terms have a variance below 1.
    """
    n = 1_000_000
    K = initial_tangent_kernel(RELU, n, np.eye(2), seed=7, normalised=True)

    assert abs(K[0, 1] - (0.25 + 1 / (4 * np.pi) + 1)) < 5 / n**0.5
    assert abs(K[0, 0] - (1.5 * 0.5 + 0.25 + 1)) < 5 * 3 / n**0.5


def test_progress_is_reported_up_to_the_end() -> None:
    calls: list[tuple[int, int]] = []
    initial_tangent_kernel(
        TANH, 100_000, points(32, 8), progress=lambda done, n: calls.append((done, n))
    )

    assert len(calls) > 3
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert {n for _, n in calls} == {100_000}
    assert calls[-1] == (100_000, 100_000)


def test_a_computation_can_be_given_up() -> None:
    """With a million million neurons it would go on for hours."""

    class Enough(Exception):  # noqa: N818 (it is no error)
        pass

    def give_up(done: int, n: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        initial_tangent_kernel(TANH, 10**12, points(2, 2), threads=2, progress=give_up)


@given(st.integers(1, 10**9), st.integers(1, 100), st.integers(1, 500), st.integers(1, 500))
def test_pieces_are_few_and_not_empty(n: int, d: int, m: int, m_other: int) -> None:
    """Their sums take at most 8 MiB, or as much as eight kernels of two parts."""
    count = pieces(n, d, m, m_other)

    assert 1 <= count <= min(PIECES, -(-n // BLOCK))
    assert 16 * count * m * m_other <= max(2**23, 8 * 16 * m * m_other)


def test_sums_of_32_points_take_one_mebibyte_at_any_width() -> None:
    assert 16 * pieces(10**9, 8, 32, 32) * 32 * 32 == 2**20


def test_arguments_are_left_alone() -> None:
    net, X, Z = example(300, 3), points(5, 3), points(4, 3, 101)
    before = [array.copy() for array in (net.U, net.b, net.v, X, Z)]

    tangent_kernel(net, X, Z)
    tangent_kernel(net, X)

    for array, copy in zip((net.U, net.b, net.v, X, Z), before, strict=True):
        np.testing.assert_array_equal(array, copy)


NET = example(3, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tangent_kernel(NET, np.zeros((0, 2))), r"X has shape \(0, 2\), where \(m, 2\)"),
        (lambda: tangent_kernel(NET, [[1.0, 2.0]], np.zeros((0, 2))), r"Z has shape \(0, 2\)"),
        (lambda: tangent_kernel(NET, [[1.0]]), r"X has shape \(1, 1\), where \(m, 2\) is needed"),
        (lambda: tangent_kernel(NET, [1.0, 2.0]), r"X has shape \(2,\)"),
        (lambda: tangent_kernel(NET, [[1.0, float("nan")]]), r"X\[0, 1\] = nan"),
        (lambda: tangent_kernel(NET, [[1.0, 1.0]], threads=0), "threads = 0"),
        (lambda: initial_tangent_kernel(TANH, 0, [[1.0]]), "n = 0, where an integer from 1 up"),
        (lambda: initial_tangent_kernel(TANH, 5, np.zeros((2, 0))), r"X has shape \(2, 0\)"),
        (lambda: initial_tangent_kernel(TANH, 5, [[1.0]], law="normal"), "law = 'normal'"),
    ],
)
def test_what_has_no_kernel_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_a_kernel_beyond_doubles_is_an_error() -> None:
    net = network(SQUARE, [[1e100]], [0.0], [1.0])

    with pytest.raises(OverflowError, match="points 1 and 1 is too large"):
        tangent_kernel(net, [[0.0], [1.0]])
