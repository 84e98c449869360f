"""Enclosures of eigenvalues against counts of roots of characteristic polynomials in rationals."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from flint import arb, arb_mat, fmpq, fmpq_mat, fmpz_mat
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numeric import eigenvalues
from numeric.eigenvalues import (
    ROUNDED,
    TINY,
    UNIT,
    Extremes,
    Interval,
    around,
    eigenvalue_balls,
    eigenvalue_intervals,
    extreme_eigenvalues,
    is_positive_definite,
    spectral_norm,
)
from numeric.inputs import FloatArray
from symbolic.exact import exact, precision


def rational(A: FloatArray) -> fmpq_mat:
    rows, columns = A.shape
    return fmpq_mat(rows, columns, [exact(float(x)) for x in A.ravel()])


def shifted(A: FloatArray, q: float) -> fmpz_mat:
    """Return A - q I times a positive integer."""
    m = len(A)
    matrix = rational(A) - fmpq_mat(
        m, m, [exact(q) if i == j else 0 for i in range(m) for j in range(m)]
    )
    return matrix.numer_denom()[0]


def below(A: FloatArray, q: float) -> tuple[int, int]:
    """Return how many eigenvalues are below q, and how many at most q.

    All roots of the characteristic polynomial are real, so that Descartes' rule of signs is exact.
    """
    coefficients = [int(c) for c in shifted(A, q).charpoly().coeffs()]
    at_zero = next(k for k, c in enumerate(coefficients) if c != 0)
    signs = [c > 0 for c in coefficients if c != 0]
    positive = sum(a != b for a, b in itertools.pairwise(signs))
    return len(A) - positive - at_zero, len(A) - positive


def assert_contains(A: FloatArray, k: int, lo: float, hi: float) -> None:
    """Assert that the k-th eigenvalue, from 0, lies in [lo, hi]."""
    if lo > -np.inf:
        assert below(A, lo)[0] <= k
    if hi < np.inf:
        assert below(A, hi)[1] >= k + 1


def assert_proved(A: FloatArray, found: Extremes) -> None:
    assert_contains(A, 0, found.smallest.lo, found.smallest.hi)
    assert_contains(A, len(A) - 1, found.largest.lo, found.largest.hi)


def symmetric(entries: list[float], m: int) -> FloatArray:
    A = np.zeros((m, m))
    A[np.triu_indices(m)] = entries
    return np.triu(A) + np.triu(A, 1).T


def matrices(entry: st.SearchStrategy[float], largest: int = 5) -> st.SearchStrategy[FloatArray]:
    return st.integers(1, largest).flatmap(
        lambda m: st.lists(entry, min_size=m * (m + 1) // 2, max_size=m * (m + 1) // 2).map(
            lambda entries: symmetric(entries, m)
        )
    )


few = st.integers(-2, 2).map(float)
nearly_few = st.tuples(few, st.integers(-2, 2)).map(lambda t: t[0] + t[1] * 2.0**-50)
doubles = st.floats(-1e3, 1e3, allow_subnormal=True)
graded = st.tuples(st.sampled_from([0.0, 1.0, -1.0, 3.0]), st.integers(-200, 200)).map(
    lambda t: t[0] * 2.0 ** t[1]
)


def second_difference(m: int) -> FloatArray:
    return 2 * np.eye(m) - np.eye(m, k=1) - np.eye(m, k=-1)


def hilbert(m: int) -> FloatArray:
    i = np.arange(m)
    return 1 / (i[:, None] + i[None, :] + 1.0)


def tangent_kernel(m: int) -> FloatArray:
    rng = np.random.default_rng(m)
    X, U, b = rng.normal(size=(m, 3)), rng.normal(size=(500, 3)), rng.normal(size=500)
    S = np.tanh(X @ U.T + b)
    D = rng.normal(size=500) * (1 - S * S)
    A = (S @ S.T + (1 + X @ X.T) * (D @ D.T)) / 500 + 1
    return (A + A.T) / 2


@settings(max_examples=150)
@given(matrices(st.one_of(few, nearly_few, doubles, graded)))
@example(np.array([[1.0, 1.0], [1.0, 1.0]]))
@example(np.zeros((3, 3)))
@example(np.diag([1.0, 1.0, 1.0, -1.0, -1.0]))
@example(np.array([[1.0, 1e-200], [1e-200, 0.0]]))
@example(np.array([[5e-324, 0.0], [0.0, -5e-324]]))
@example(np.array([[5e-324, 5e-324], [5e-324, 5e-324]]))
@example(np.array([[1.7e308, 1.7e308], [1.7e308, -1.7e308]]))
@example(np.array([[1e308, 5e-324], [5e-324, 1e-300]]))
def test_the_extreme_eigenvalues_lie_in_their_intervals(A: FloatArray) -> None:
    assert_proved(A, extreme_eigenvalues(A))


@settings(max_examples=60)
@given(matrices(st.one_of(few, nearly_few, graded), largest=4))
def test_and_in_the_intervals_found_with_balls(A: FloatArray) -> None:
    assert_proved(A, extreme_eigenvalues(A, relative=1e-15))


@settings(max_examples=100)
@given(matrices(st.one_of(few, nearly_few, doubles, graded)))
@example(np.diag([3.0, -1.0, 2.0, 2.0]))
def test_every_eigenvalue_lies_in_its_interval(A: FloatArray) -> None:
    lo, hi = eigenvalue_intervals(A)

    for k in range(len(A)):
        assert_contains(A, k, lo[k], hi[k])


@settings(max_examples=40)
@given(matrices(st.one_of(few, doubles), largest=4))
def test_every_eigenvalue_lies_in_its_ball(A: FloatArray) -> None:
    for k, ball in enumerate(eigenvalue_balls(A)):
        assert_contains(A, k, *_around(ball))


def _around(ball: arb) -> tuple[float, float]:
    """Doubles around a ball."""
    return np.nextafter(float(ball.lower()), -np.inf), np.nextafter(float(ball.upper()), np.inf)


@pytest.mark.parametrize("m", [1, 2, 3, 10, 40, 100])
def test_the_second_difference_matrix_has_squared_sines(m: int) -> None:
    """lambda_k = 4 sin^2(k pi / (2 m + 2))."""
    found = extreme_eigenvalues(second_difference(m))
    lo, hi = eigenvalue_intervals(second_difference(m))

    with precision(100):
        values = [4 * (arb.pi() * k / (2 * m + 2)).sin() ** 2 for k in range(1, m + 1)]
        assert arb(found.smallest.lo) <= values[0] <= arb(found.smallest.hi)
        assert arb(found.largest.lo) <= values[-1] <= arb(found.largest.hi)
        for a, value, b in zip(lo, values, hi, strict=True):
            assert arb(float(a)) <= value <= arb(float(b))
        for ball, value in zip(eigenvalue_balls(second_difference(m)), values, strict=True):
            assert ball.overlaps(value)
    assert found.smallest.width <= 8 * np.spacing(found.smallest.hi)
    assert found.largest.width <= 8 * np.spacing(found.largest.hi)


@pytest.mark.parametrize("m", [2, 5, 8, 11, 13, 16, 20])
def test_hilbert_matrices_of_any_condition(m: int) -> None:
    """As doubles they are exact up to rounding; from m = 13 on some eigenvalues are negative."""
    A = hilbert(m)
    found, sharp = extreme_eigenvalues(A), extreme_eigenvalues(A, relative=1e-14)

    assert_proved(A, found)
    assert_proved(A, sharp)
    assert sharp.smallest.width <= 1e-14 * abs(sharp.smallest.lo)
    assert is_positive_definite(A) is (below(A, 0.0)[1] == 0)


@pytest.mark.parametrize("m", [4, 16, 33, 60])
def test_tangent_kernels_get_intervals_of_a_few_ulps(m: int) -> None:
    """With the eigenvalue simple and the gap wide the bounds are those of fact 3, not of fact 1."""
    A = tangent_kernel(m)

    found = extreme_eigenvalues(A)

    if m <= 33:
        assert_proved(A, found)
    balls = eigenvalue_balls(A)
    assert arb(found.smallest.lo) <= balls[0] <= arb(found.smallest.hi)
    assert arb(found.largest.lo) <= balls[-1] <= arb(found.largest.hi)
    assert found.smallest.width <= 8 * np.spacing(found.smallest.hi)
    assert found.largest.width <= 8 * np.spacing(found.largest.hi)
    assert max(ball.rad() / abs(ball.mid()) for ball in balls) < arb("1e-20")


@pytest.mark.parametrize("exponent", [-498, -150, 150, 498])
def test_a_power_of_two_scales_the_intervals_exactly(exponent: int) -> None:
    A = tangent_kernel(7)
    plain, scaled = extreme_eigenvalues(A), extreme_eigenvalues(np.ldexp(A, exponent))

    for one, other in ((plain.smallest, scaled.smallest), (plain.largest, scaled.largest)):
        assert (other.lo, other.hi) == tuple(np.ldexp([one.lo, one.hi], exponent))


@pytest.mark.parametrize("scale", [1e-150, 1e150, 2.0**-1070])
@pytest.mark.parametrize("A", [second_difference(4), hilbert(4), np.ones((3, 3))])
def test_matrices_of_very_large_and_very_small_entries(A: FloatArray, scale: float) -> None:
    scaled = A * scale

    assert_proved(scaled, extreme_eigenvalues(scaled))
    for k, (lo, hi) in enumerate(zip(*eigenvalue_intervals(scaled), strict=True)):
        assert_contains(scaled, k, lo, hi)


def test_an_eigenvalue_of_high_multiplicity_is_found_to_rounding() -> None:
    """I + a a^T on integers: 1 with multiplicity m - 1, and 1 + |a|^2."""
    a = np.arange(1.0, 41.0)
    A = np.eye(40) + np.outer(a, a)

    plain, sharp = extreme_eigenvalues(A), extreme_eigenvalues(A, relative=1e-15)

    assert 1.0 in plain.smallest
    assert 1 + float(a @ a) in plain.largest
    assert plain.smallest.width <= 1e-13 * float(a @ a)
    assert 1.0 in sharp.smallest
    assert sharp.smallest.width <= 1e-15


@pytest.mark.parametrize("m", [2, 3, 6, 30])
def test_the_smallest_eigenvalue_of_a_singular_matrix_is_not_separated_from_zero(m: int) -> None:
    rng = np.random.default_rng(m)
    B = rng.integers(-9, 10, size=(m - 1, m)).astype(float)

    found = extreme_eigenvalues(B.T @ B)

    assert 0.0 in found.smallest
    assert is_positive_definite(B.T @ B) is None or found.smallest.hi <= 0


def test_positive_definite_is_decided_within_one_unit_of_singular() -> None:
    """[[1, 1 + e], [1 + e, 1]] has the eigenvalue -e."""
    e = 2.0**-52

    assert is_positive_definite([[1.0, 1 + e], [1 + e, 1.0]]) is False
    assert is_positive_definite([[1.0, 1 - e / 2], [1 - e / 2, 1.0]]) is True
    assert is_positive_definite(np.zeros((2, 2))) is False
    assert is_positive_definite([[5e-324]]) is True


def test_a_factorisation_may_succeed_above_the_spectrum_but_within_the_proved_loss() -> None:
    """Rounded matrices of rank one: their smallest eigenvalue is 0 up to rounding."""
    rng = np.random.default_rng(0)
    succeeded_above = 0
    for m in (2, 3, 4) * 40:
        b = rng.normal(size=m)
        A = np.outer(b, b)
        for shift in (-(2.0**-55), 0.0, 2.0**-55, 2.0**-54):
            loss = eigenvalues._cholesky(A, shift, np.zeros((m, m)))
            if loss < np.inf:
                assert below(A, shift - ROUNDED * loss - m * TINY)[0] == 0
                succeeded_above += below(A, shift)[0] > 0
            size = float(b @ b)
            lo, _ = eigenvalues._below_spectrum(A, shift + 4 * UNIT * size, size)
            assert below(A, lo)[0] == 0

    assert succeeded_above > 0


@settings(max_examples=60)
@given(matrices(st.one_of(few, doubles)), st.sampled_from([1e-13, 1e-8, 1e-3]), st.booleans())
def test_nothing_rests_on_what_numpy_computes(
    A: FloatArray, disturbed: float, turned: bool
) -> None:
    """Vectors are turned, stretched and mixed; eigenvalues are moved: the intervals get wider."""
    eigh, eigvalsh = np.linalg.eigh, np.linalg.eigvalsh
    rng, m = np.random.default_rng(0), len(A)

    def wrong_eigh(M: FloatArray) -> tuple[FloatArray, FloatArray]:
        d, V = eigh(M)
        mixed = np.eye(len(M)) + disturbed * rng.normal(size=M.shape)
        moved = d + disturbed * rng.normal(size=len(d))
        return moved, V @ (np.linalg.qr(mixed)[0] if turned else mixed)

    def wrong_eigvalsh(M: FloatArray) -> FloatArray:
        return np.sort(eigvalsh(M) + disturbed * rng.normal(size=m))

    def no_correction(T: arb_mat, F: arb_mat, bits: int) -> tuple[FloatArray, bool]:
        return np.zeros((m, m)), True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(np.linalg, "eigh", wrong_eigh)
        patch.setattr(np.linalg, "eigvalsh", wrong_eigvalsh)
        assert_proved(A, extreme_eigenvalues(A))
        for k, (lo, hi) in enumerate(zip(*eigenvalue_intervals(A), strict=True)):
            assert_contains(A, k, lo, hi)
        for k, ball in enumerate(eigenvalue_balls(A)):
            assert_contains(A, k, *_around(ball))
        patch.setattr(eigenvalues, "_correction", no_correction)
        for k, ball in enumerate(eigenvalue_balls(A)):
            assert_contains(A, k, *_around(ball))


def test_stretched_vectors_stretch_the_balls_of_eigenvalues() -> None:
    """With V = 1.001 I and no correction V^T A V is not A, which the factor must make good."""
    A = np.diag([1.0, 2.0, 3.0])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(np.linalg, "eigh", lambda M: (np.diag(M), 1.001 * np.eye(3)))
        patch.setattr(eigenvalues, "_correction", lambda T, F, bits: (np.zeros((3, 3)), True))
        balls = eigenvalue_balls(A)

    assert all(ball.contains(k) for k, ball in enumerate(balls, start=1))


def test_doubles_around_a_ball() -> None:
    with precision(200):
        third = around(arb(1) / 3)
        assert arb(third.lo) < arb(1) / 3 < arb(third.hi)
        assert third.hi == np.nextafter(third.lo, 1)
        assert around(arb(0.5)) == Interval(0.5, 0.5)
        wide = around(arb(1, 0.25))
        assert 0.749 < wide.lo <= 0.75
        assert 1.25 <= wide.hi < 1.251
        assert around(arb("1e400")) == Interval(np.finfo(float).max, np.inf)
        assert around(arb.nan()) == Interval(-np.inf, np.inf)


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(0, 60))
def test_residuals_are_as_precise_as_claimed(seed: int, n: int, spread: int) -> None:
    """Terms of very different sizes that cancel, against rationals."""
    rng = np.random.default_rng(seed)
    W, A = rng.normal(size=(2, n)), rng.normal(size=(n, 3))
    A = np.ldexp(A, -rng.integers(0, spread + 1, size=A.shape))
    Y, t = W @ A, rng.choice([0.0, 1.0], size=2)

    P, error = eigenvalues._residuals(W, A, t, Y)

    true = rational(W) * rational(A) - rational(np.diag(t)) * rational(Y)
    for i in range(2):
        off = [exact(float(P[i, j])) - true[i, j] for j in range(3)]
        assert sum((x * x for x in off), fmpq(0)) <= exact(float(error[i])) ** 2
        assert float(error[i]) <= 1e-15 * np.linalg.norm(P[i]) + 1e-28


@settings(max_examples=40)
@given(matrices(few, largest=4), st.floats(0, 0.5), st.integers(0, 2**16 - 1))
def test_entry_errors_cover_every_matrix_so_near(A: FloatArray, e: float, signs: int) -> None:
    m = len(A)
    S = symmetric([1.0 if signs >> k & 1 else -1.0 for k in range(m * (m + 1) // 2)], m)
    e = float(np.ldexp(round(e * 1024), -10))

    found = extreme_eigenvalues(A, entry_error=e)

    assert_proved(A + e * S, found)
    assert extreme_eigenvalues(A, entry_error=np.full((m, m), e)) == found


def test_the_widening_for_entry_errors_is_attained() -> None:
    """I + e ones(3) has the eigenvalue 1 + 3 e."""
    found = extreme_eigenvalues(np.eye(3), entry_error=0.125)

    assert 1.375 <= found.largest.hi <= 1.3755


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 5), st.sampled_from([1.0, 1e-9]))
def test_the_spectral_norm_lies_in_its_interval(seed: int, p: int, q: int, small: float) -> None:
    """|A|^2 is the largest eigenvalue of the exact Gram matrix, in rationals."""
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(p, q)) * np.where(rng.random((p, 1)) < 0.5, small, 1.0)

    found = spectral_norm(A)

    gram = rational(A) * rational(A).transpose()
    assert not largest_is_below(gram, exact(found.lo) ** 2)
    assert not largest_is_above(gram, exact(found.hi) ** 2)
    assert found.width <= 1e-14 * found.hi


def largest_is_below(G: fmpq_mat, q: fmpq) -> bool:
    """Whether q I - G is positive definite: all leading minors are positive."""
    p = G.nrows()
    D = fmpq_mat(p, p, [(q if i == j else 0) - G[i, j] for i in range(p) for j in range(p)])
    return all(
        fmpq_mat(k, k, [D[i, j] for i in range(k) for j in range(k)]).det() > 0
        for k in range(1, p + 1)
    )


def largest_is_above(G: fmpq_mat, q: fmpq) -> bool:
    """Whether q I - G times an integer has a negative eigenvalue, by Descartes' rule."""
    p = G.nrows()
    D = fmpq_mat(p, p, [(q if i == j else 0) - G[i, j] for i in range(p) for j in range(p)])
    coefficients = [int(c) for c in D.numer_denom()[0].charpoly().coeffs()]
    return any((c > 0) != ((p - k) % 2 == 0) for k, c in enumerate(coefficients) if c != 0)


@pytest.mark.parametrize("scale", [5e-324, 1e-200, 1.0, 1e200])
def test_the_norm_of_an_outer_product(scale: float) -> None:
    """|3 (2, 3, 6)| = 21; powers of ten and subnormals too, where squares leave the range."""
    A = scale * np.array([[6.0, 9.0, 18.0]])

    assert 21 * scale in Interval(
        spectral_norm(A).lo * (1 - 1e-15), spectral_norm(A).hi * (1 + 1e-15)
    )
    assert spectral_norm(np.zeros((2, 3))) == Interval(0.0, 0.0)


def test_norms_larger_than_every_double_are_bounded_by_infinity() -> None:
    A = np.full((4, 4), 1e308)

    assert extreme_eigenvalues(A).largest.hi == spectral_norm(A).hi == np.inf
    assert extreme_eigenvalues(A).largest.lo == spectral_norm(A).lo == np.finfo(float).max


@pytest.mark.parametrize(
    "function",
    [extreme_eigenvalues, eigenvalue_intervals, eigenvalue_balls, is_positive_definite],
)
def test_what_is_not_a_symmetric_matrix_is_named(function: Callable[[object], object]) -> None:
    with pytest.raises(ValueError, match=r"A has shape \(2, 3\), where a square"):
        function(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"A\[0, 1\] = 2.0 but A\[1, 0\] = 3.0"):
        function([[1, 2], [3, 4]])
    with pytest.raises(ValueError, match=r"A\[1, 1\] = nan"):
        function([[1, 2], [2, np.nan]])
    with pytest.raises(ValueError, match="A has shape"):
        function(np.ones((0, 0)))


def test_bounds_of_errors_that_are_none_are_named() -> None:
    with pytest.raises(ValueError, match=r"entry_error = -1\.0"):
        extreme_eigenvalues([[1.0]], entry_error=-1.0)
    with pytest.raises(ValueError, match=r"entry_error has the entry -1\.0"):
        extreme_eigenvalues([[1.0]], entry_error=[[-1.0]])
    with pytest.raises(ValueError, match=r"entry_error has shape \(1, 2\)"):
        extreme_eigenvalues([[1.0]], entry_error=[[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"relative = 0\.0"):
        extreme_eigenvalues([[1.0]], relative=0.0)
