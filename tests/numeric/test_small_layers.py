"""Small networks: derivatives by hand and by SymPy, norms by known spectra."""

import numpy as np
import pytest
import sympy as sp
from flint import arb, fmpq

from numeric.ridge_models import fractions
from numeric.small_layers import Layer, box, layer, member, members, spectral_norm
from symbolic.exact import exact


def test_one_square_neuron_by_hand() -> None:
    """Phi = v (2 u + b)^2 + c at u = 1, b = 1/2, v = -3: inside 5/2.

    Derivatives: by u -3 * 5 * 2, by b -3 * 5, by v 25/4, by c 1.
    """
    case = layer(2, "1", b="1/2", v="-3", x="2", c="7")

    assert case.output() == fmpq(-75, 4) + 7
    assert [case.slope(i) for i in range(4)] == [-30, -15, fmpq(25, 4), 1]
    assert [[case.curvature(i, j) for j in range(3)] for i in range(3)] == [
        [-24, -12, 10],
        [-12, -6, 5],
        [10, 5, 0],
    ]


def rational(value: sp.Expr) -> fmpq:
    return exact(str(sp.nsimplify(value)))


@pytest.mark.parametrize("power", [1, 2, 3])
def test_derivatives_agree_with_sympy(power: int) -> None:
    """Two neurons, two inputs, with scales 1/3 and 2."""
    case = layer(power, "1 2; 1/2 -1", b="1 -1/2", v="-3 1", x="2 1/3", c="5")
    w = sp.symbols("w:9")
    x = (sp.Integer(2), sp.Rational(1, 3))
    point = dict(zip(w, (sp.Rational(str(entry)) for entry in case.parameters), strict=True))

    def phi(inner: sp.Expr, outer: sp.Expr) -> sp.Expr:
        insides = [inner * (w[2 * i] * x[0] + w[2 * i + 1] * x[1]) + w[4 + i] for i in (0, 1)]
        return outer * sum((w[6 + i] * insides[i] ** power for i in (0, 1)), sp.S.Zero) + w[8]

    scaled, plain = phi(sp.Rational(1, 3), sp.Integer(2)), phi(sp.S.One, sp.S.One)
    scales = fractions("1/3", "2")

    assert case.output(*scales) == rational(scaled.subs(point))
    for i in range(9):
        assert case.slope(i, *scales) == rational(sp.diff(scaled, w[i]).subs(point))
        for j in range(9):
            true = sp.diff(plain, w[i], w[j]).subs(point)
            assert case.curvature(i, j) == rational(true)


def test_sigma_and_its_derivatives() -> None:
    cubic, line = layer(3, "1", b="0", v="1", x="1"), layer(1, "1", b="0", v="1", x="1")

    assert [cubic.sigma(fmpq(2), order) for order in range(5)] == [8, 12, 12, 6, 0]
    assert [line.sigma(fmpq(0), order) for order in range(3)] == [0, 1, 0]


def test_the_parameters_of_a_neuron() -> None:
    """Order: U row by row, b, v, c."""
    case = layer(1, "1 2; 3 4; 5 6", b="7 8 9", v="10 11 12", x="0 0", c="13")

    assert case.parameters == list(range(1, 14))
    assert [case.parameters[i] for i in case.places(1)] == [3, 4, 8, 11]
    assert case.moved({4: fmpq(1), 12: fmpq(2)}).parameters == [1, 2, 3, 4, 6, *range(6, 13), 15]
    assert (case.n, case.d, case.size) == (3, 2, 13)


@pytest.mark.parametrize(
    ("rows", "norm"),
    [
        ([[0, 1], [1, 0]], 1),
        ([[3, 4], [4, -3]], 5),
        ([[-7, 0, 0], [0, 2, 0], [0, 0, 2]], 7),
        ([[0, 0], [0, 0]], 0),
        ([[1, 1, 1], [1, 1, 1], [1, 1, 1]], 3),
    ],
)
def test_known_spectra(rows: list[list[int]], norm: int) -> None:
    assert spectral_norm([[fmpq(entry) for entry in row] for row in rows]).contains(norm)


def test_many_networks_are_those_of_the_exact_family() -> None:
    """Ten products at most, of size below 1e5, in doubles."""
    rng = np.random.default_rng(1)
    p = {name: rng.uniform(low, high, 20) for name, (low, high) in box(3, 2).items()}

    many = members(p, 3, 2)
    z = many.insides(0.5)

    for row in range(20):
        one = member({name: exact(float(value[row])) for name, value in p.items()}, 3, 2)
        insides = one.insides(fmpq(1, 2))
        for order in range(3):
            true = [float(arb(one.sigma(t, order))) for t in insides]
            assert many.sigma(z, order)[row] == pytest.approx(true, rel=1e-12, abs=1e-12)
        assert [many.c[row], *many.v[row]] == [float(arb(t)) for t in (one.c, *one.v)]


def test_a_case_says_everything_needed_to_rebuild_it() -> None:
    case = Layer(2, (fractions(1, "1/2"),), fractions(0), fractions(3), exact(1), fractions(2, 0))

    assert case.describe() == {
        "sigma": "t^2",
        "U": "1, 1/2",
        "b": "0",
        "v": "3",
        "c": "1",
        "x": "2, 0",
    }
