"""Many networks at once: each goes its own way, and together they are a Gaussian process."""

import numpy as np
import numpy.typing as npt
import pytest

from numeric import ensembles
from numeric.activations import activation
from numeric.ensembles import Ensemble, ensemble_gradient_descent
from numeric.networks import Network
from numeric.trajectories import gradient_descent

Array = npt.NDArray[np.float64]


def draws(N: int, n: int, d: int, seed: int = 1) -> tuple[Array, Array, Array, Array]:
    rng = np.random.default_rng(seed)
    return (
        rng.normal(size=(N, n, d)),
        rng.normal(size=(N, n)),
        rng.normal(size=(N, n)),
        rng.normal(size=N),
    )


def data(m: int, d: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(2)
    return rng.normal(size=(m, d)), np.where(rng.normal(size=m) > 0, 1.0, -1.0)


def same_bits(one: Ensemble, other: Ensemble) -> bool:
    names = ("losses", "distances", "U", "b", "v", "c")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


@pytest.mark.parametrize("name", ["tanh", "relu", "cos"])
@pytest.mark.parametrize(("n", "d"), [(13, 1), (400, 3)])
@pytest.mark.parametrize(
    ("loss", "normalised"), [("sum", True), ("half mean", False), ("logistic", True)]
)
def test_each_network_goes_the_way_it_goes_alone(
    name: str, n: int, d: int, loss: str, normalised: bool
) -> None:
    (U, b, v, c), (X, y) = draws(4, n, d), data(3, d)
    h, sigma = 0.01 if normalised else 0.3 / n, activation(name)

    together = ensemble_gradient_descent(
        sigma, U, b, v, c, X, y, h, 8, loss=loss, normalised=normalised
    )

    scales = (d**-0.5, n**-0.5) if normalised else (1.0, 1.0)
    for i in range(4):
        alone = gradient_descent(
            Network(sigma, U[i], b[i], v[i], c[i], *scales), X, y, h, 8, loss=loss
        )
        assert np.array_equal(together.losses[i], alone.losses)
        assert np.array_equal(together.distances[i], alone.distances)
        assert np.array_equal(together.network(i).parameters(), alone.network.parameters())
        np.testing.assert_array_equal(together.outputs(X)[i], alone.network.outputs(X))


def test_threads_and_pauses_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    (U, b, v, c), (X, y) = draws(7, 20, 2), data(3, 2)

    def run(threads: int, progress: ensembles.Progress | None = None) -> Ensemble:
        return ensemble_gradient_descent(
            activation("arctan"),
            *(U, b, v, c, X, y),
            0.01,
            10,
            normalised=True,
            threads=threads,
            progress=progress,
        )

    one = run(1)
    assert same_bits(one, run(2))
    assert same_bits(one, run(3))
    reports: list[tuple[int, int]] = []
    monkeypatch.setattr(ensembles, "SLICE", 3 * 20 * 4 * 3 * 11)
    assert same_bits(one, run(2, lambda done, all_: reports.append((done, all_))))
    assert reports == [(3, 7), (6, 7), (7, 7)]


def test_one_diverging_network_leaves_the_others_alone() -> None:
    (U, b, v, c), (X, y) = draws(3, 10, 2), data(3, 2)
    wild = v.copy()
    wild[1] *= 1e6

    calm = ensemble_gradient_descent(
        activation("relu"), U, b, v, c, X, y, 0.01, 40, normalised=True
    )
    mixed = ensemble_gradient_descent(
        activation("relu"), U, b, wild, c, X, y, 0.01, 40, normalised=True
    )

    for i in (0, 2):
        assert np.array_equal(mixed.losses[i], calm.losses[i])
        assert np.array_equal(mixed.distances[i], calm.distances[i])
        assert np.array_equal(mixed.U[i], calm.U[i])
    k = int(np.argmax(np.isinf(mixed.losses[1])))
    assert 0 < k < 40
    assert np.all(mixed.losses[1, k:] == np.inf)
    assert np.all(mixed.distances[1, k:] == np.inf)
    assert np.isfinite(mixed.losses[1, :k]).all()
    assert np.isfinite(mixed.distances[1, :k]).all()


def test_arguments_are_left_alone_and_bad_ones_are_named() -> None:
    (U, b, v, c), (X, y) = draws(3, 5, 2), data(3, 2)
    before = [array.copy() for array in (U, b, v, c, X, y)]
    sigma = activation("tanh")

    ensemble_gradient_descent(sigma, U, b, v, c, X, y, 0.1, 3)

    for array, old in zip((U, b, v, c, X, y), before, strict=True):
        np.testing.assert_array_equal(array, old)
    with pytest.raises(ValueError, match=r"U has shape \(5, 2\), where \(N, n, d\) is needed"):
        ensemble_gradient_descent(sigma, U[0], b, v, c, X, y, 0.1, 3)
    with pytest.raises(ValueError, match=r"b has shape \(2, 5\), where \(3, 5\) is needed"):
        ensemble_gradient_descent(sigma, U, b[:2], v, c, X, y, 0.1, 3)
    with pytest.raises(ValueError, match=r"c\[1\] = nan"):
        ensemble_gradient_descent(sigma, U, b, v, [0.0, np.nan, 0.0], X, y, 0.1, 3)
    with pytest.raises(ValueError, match=r"X has shape \(3, 1\), where \(m, 2\) is needed"):
        ensemble_gradient_descent(sigma, U, b, v, c, X[:, :1], y, 0.1, 3)


def figure_11_3(N: int, n: int, X: Array, y: Array, h: float, steps: int) -> Ensemble:
    """Train networks that start as (11.5.11) says: d = 1, arctan."""
    U, b, v, c = draws(N, n, 1, seed=113)
    return ensemble_gradient_descent(
        activation("arctan"),
        *(3**0.5 * U, 2**0.5 * b, (3 / n) ** 0.5 * v, 2**0.5 * c),
        *(X, y, h, steps),
    )


def arctan_kernel(X: Array, Z: Array) -> Array:
    """Return E[arctan(u x + b) arctan(u z + b)], u ~ N(0, 3), b ~ N(0, 2).

    The trapezoidal rule with step 1/20 on [-8.5, 8.5]^2, right to 1e-14 for smooth integrands.
    """
    t = np.linspace(-8.5, 8.5, 341)
    density = np.exp(-(t**2) / 2) / (2 * np.pi) ** 0.5 / 20
    weights = np.outer(density, density)

    def values(x: float) -> Array:
        return np.arctan(3**0.5 * x * t[:, None] + 2**0.5 * t)

    return np.array([[np.sum(weights * values(x) * values(z)) for z in Z] for x in X])


def test_figure_11_3_is_the_posterior_of_a_gaussian_process() -> None:
    """Section 11.5.5 with (11.5.11), for wide networks and many steps.

    With K as above, k = K(x, X) and G = K(X, X) the mean at x is k G^{-1} y and the variance is
    3 (K(x, x) - k G^{-1} k) + 2 (1 - k G^{-1} 1)^2.  At width 250 the kernel is off by parts of
    1/250, far below the sampling errors: 1/20 of a deviation for the mean of 400 networks, 1/14
    of the value for their variance.  At a quarter of the printed step size, h = 1/(4 n), all
    converge.
    """
    N, n, X, y = 400, 250, np.array([-2.0, 0.0, 2.0]), np.array([-1.0, 0.5, 1.0])
    x = np.array([1.0, 3.0, -1.0])
    G, k = arctan_kernel(X, X), arctan_kernel(x, X)
    weights = np.linalg.solve(G, k.T).T
    mean = weights @ y
    variance = 3 * (np.diag(arctan_kernel(x, x)) - np.sum(weights * k, axis=1))
    variance += 2 * (1 - weights.sum(axis=1)) ** 2

    nets = figure_11_3(N, n, X[:, None], y, 1 / (4 * n), 1000)

    assert nets.losses[:, -1].max() < 1e-4
    outputs = nets.outputs(x[:, None])
    z_of_means = (outputs.mean(axis=0) - mean) / np.sqrt(variance / N)
    z_of_variances = (outputs.var(axis=0, ddof=1) / variance - 1) / np.sqrt(2 / (N - 1))
    assert np.abs(z_of_means).max() < 4
    assert np.abs(z_of_variances).max() < 4


def test_figure_11_3_diverges_with_the_printed_step_size() -> None:
    """h = 1/n needs lambda_max(K) < 1, but it is above 2 for these points."""
    X, y = np.array([-2.0, 0.0, 2.0]), np.array([-1.0, 0.5, 1.0])
    assert np.linalg.eigvalsh(arctan_kernel(X, X))[-1] > 2

    nets = figure_11_3(10, 250, X[:, None], y, 1 / 250, 1000)

    assert np.all(nets.losses[:, -1] > 1e6)
