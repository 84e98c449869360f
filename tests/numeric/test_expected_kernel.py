"""The expected tangent kernel: by hand, by differentiating the network, and compiled."""

from itertools import product

import numpy as np
import pytest
import sympy as sp
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.expected_kernel import (
    ACTIVATIONS,
    BOX,
    DIMENSION,
    KINDS,
    expected_kernel,
    expected_kernels,
    inputs,
    member,
    members,
    moments,
)
from numeric.jit import interpreted
from numeric.ridge_models import fractions
from symbolic.exact import exact

quarters = st.integers(-8, 8).map(lambda n: fmpq(n, 4))
points = st.tuples(*[quarters] * DIMENSION)


def test_two_neurons_with_a_square_by_hand() -> None:
    """sigma = t^2, x = 1/2, z = 3/2: E[sigma sigma] = 9/16 and E[sigma' sigma'] = 4 * 3/4 = 3.

    E[K] = 2 * 9/16 + 3 + 3 * 3/4 + 1 = 59/8 for n = 2, from v, b, U and c.
    """
    x, z = fractions("1/2"), fractions("3/2")

    assert moments("t^2", x, z) == fractions("9/16", 3)
    assert expected_kernel("t^2", 2, x, z) == fmpq(59, 16)


def test_one_relu_on_a_unit_vector_by_hand() -> None:
    """u_1 is 1/2 or -1/2: E[sigma^2] = 1/8 and E[sigma'^2] = 1/2, so E[K] = 1/8 + 1/2 + 1/2 + 1."""
    e = fractions(1, 0, 0, 0)

    assert moments("relu", e, e) == fractions("1/8", "1/2")
    assert expected_kernel("relu", 1, e, e) == fmpq(17, 8)


def test_opposite_inputs_share_no_active_relu() -> None:
    x, z = fractions(1, 2, 0, 1), fractions(-1, -2, 0, -1)

    assert moments("relu", x, z) == (0, 0)
    assert expected_kernel("relu", 1, x, z) == 1


@pytest.mark.parametrize("power", [1, 2, 3])
@pytest.mark.parametrize(("x", "z"), [("1/2", "3/2"), ("2", "-1/3"), ("0", "1")])
def test_agrees_with_differentiating_the_network(power: int, x: str, z: str) -> None:
    """Two neurons, one input; all 16 signs of U and v, each v_i being +-1/sqrt(2)."""
    n, t = 2, sp.Symbol("t")
    U, v, b = sp.symbols("U:2"), sp.symbols("v:2"), sp.symbols("b:2")
    c = sp.Symbol("c")
    w = (*U, *v, *b, c)
    phi = sum((v[i] * (U[i] * t + b[i]) ** power for i in range(n)), c)
    at = [[sp.diff(phi, p).subs(t, sp.Rational(point)) for p in w] for point in (x, z)]
    kernel = sp.Add(*(p * q for p, q in zip(*at, strict=True)))

    start = {**dict.fromkeys(b, 0), c: 0}
    total = sp.Integer(0)
    for signs in product((1, -1), repeat=2 * n):
        weights = dict(zip(U, signs[:n], strict=True))
        weights |= {p: s / sp.sqrt(n) for p, s in zip(v, signs[n:], strict=True)}
        total += kernel.subs({**weights, **start})
    name = "t" if power == 1 else f"t^{power}"

    computed = expected_kernel(name, n, fractions(x), fractions(z))

    assert computed == exact(str(sp.nsimplify(sp.expand(total / 16 / n))))


@given(st.sampled_from(sorted(ACTIVATIONS)), quarters, quarters, st.integers(1, 3))
def test_symmetric_and_positive_on_the_diagonal(name: str, x: fmpq, z: fmpq, n: int) -> None:
    assert expected_kernel(name, n, (x,), (z,)) == expected_kernel(name, n, (z,), (x,))
    assert expected_kernel(name, n, (x,), (x,)) >= fmpq(1, n)


@settings(max_examples=40)
@given(st.sampled_from(KINDS), points, points, st.sampled_from([1, 2]))
def test_compiled_agrees_with_rationals_to_the_last_bit(
    name: str, x: tuple[fmpq, ...], z: tuple[fmpq, ...], n: int
) -> None:
    """Multiples of 1/8 below 4, and their products of degree 6, fit into 53 bits."""
    kinds = np.array([KINDS.index(name)])
    at_x, at_z = (np.array([[int(c.p) / int(c.q) for c in point]]) for point in (x, z))

    (kernel,), (values,), (slopes,) = expected_kernels(kinds, at_x, at_z, n)

    assert (exact(values), exact(slopes)) == moments(name, x, z)
    assert exact(kernel) == expected_kernel(name, n, x, z)


def test_compiled_and_interpreted_agree() -> None:
    kinds = np.arange(4)
    x = np.array([[1.0, -0.5, 0.25, 2.0]] * 4)
    z = np.array([[0.5, 1.0, -2.0, 0.75]] * 4)

    for compiled, plain in zip(
        expected_kernels(kinds, x, z, 2),
        interpreted(expected_kernels)(kinds, x, z, 2),
        strict=True,
    ):
        np.testing.assert_array_equal(compiled, plain)


def test_arguments_are_left_alone() -> None:
    kinds, x, z = np.array([2]), np.full((1, DIMENSION), 0.5), np.full((1, DIMENSION), -1.0)

    expected_kernels(kinds, x, z, 3)

    np.testing.assert_array_equal(kinds, [2])
    np.testing.assert_array_equal(x, [[0.5] * DIMENSION])
    np.testing.assert_array_equal(z, [[-1.0] * DIMENSION])


def test_large_inputs_overflow_to_infinity() -> None:
    far = np.full((1, DIMENSION), 1e100)

    kernels, values, _ = expected_kernels(np.array([3]), far, far, 1)

    assert kernels[0] == values[0] == np.inf


@pytest.mark.parametrize(("kind", "name"), [(0.0, "relu"), (1.5, "t"), (2.9, "t^2"), (3.0, "t^3")])
def test_the_exact_and_the_fast_form_of_a_random_case_are_the_same_case(
    kind: float, name: str
) -> None:
    parameters = {key: (i - 4) / 4 for i, key in enumerate(BOX) if key != "kind"} | {"kind": kind}

    case = member({key: exact(value) for key, value in parameters.items()})
    kinds, x, z = members({key: np.array([value]) for key, value in parameters.items()})

    assert case.activation == KINDS[kinds[0]] == name
    assert [exact(float(c)) for c in x[0]] == list(case.x)
    assert [exact(float(c)) for c in z[0]] == list(case.z)


def test_a_case_says_everything_needed_to_rebuild_it() -> None:
    case = inputs("t^2", "1 0 0 1/2", "0 -1 0 0")

    assert case.size == 4
    assert case.describe() == {
        "sigma": "t^2",
        "law": "Rademacher",
        "d": "4",
        "x": "1, 0, 0, 1/2",
        "z": "0, -1, 0, 0",
    }


def test_a_number_of_inputs_that_is_no_square_is_refused() -> None:
    """Signs over sqrt(2) are no rationals."""
    with pytest.raises(ValueError, match="has to be a square, not 2"):
        moments("relu", fractions(1, 2), fractions(1, 0))
