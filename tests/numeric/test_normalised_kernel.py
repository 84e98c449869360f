"""The expected kernel of the normalised network: by hand, by differentiation, and in doubles."""

from itertools import product

import numpy as np
import pytest
import sympy as sp
from flint import fmpq

from numeric.expected_kernel import BOX, KINDS, members
from numeric.expected_kernel import member as member_inputs
from numeric.finite_laws import law
from numeric.initial_outputs import Start, start
from numeric.normalised_kernel import (
    expected_normalised_kernel,
    expected_normalised_kernels,
    variance_of_inside,
)
from symbolic.exact import exact


def test_one_square_neuron_by_hand() -> None:
    """sigma = t^2, x = 1/2, z = 3/2: sigma sigma = 9/16, sigma' sigma' = 3, x z = 3/4.

    v adds 9/16, b adds 3, U adds 9/4, c adds 1: 109/16 at every width.
    """
    case = start("t^2", "1/2; 3/2")

    assert expected_normalised_kernel(case, 1) == fmpq(109, 16)
    assert expected_normalised_kernel(case, 2) == fmpq(109, 16)


def test_four_inputs_by_hand() -> None:
    """sigma = t, x = z = (2, 0, 0, 0): v adds |x|^2 / 4 = 1, b adds 1, U adds 1, c adds 1."""
    case = start("t", "2 0 0 0; 2 0 0 0", n=1)

    assert expected_normalised_kernel(case, 1) == 4
    assert variance_of_inside(case) == 1


@pytest.mark.parametrize("power", [1, 2, 3])
def test_agrees_with_differentiating_the_network(power: int) -> None:
    """Two neurons, four inputs with two zeros; SymPy's gradients at all 2^6 relevant signs."""
    x, z = (2, 1, 0, 0), (-1, 3, 0, 0)
    n, d = 2, 4
    U = sp.symbols(f"U:{n * d}")
    b, v = sp.symbols(f"b:{n}"), sp.symbols(f"v:{n}")
    c, *at = sp.symbols("c x:4")
    root = sp.sqrt(sp.Integer(n))
    insides = [sum(U[i * d + j] * at[j] for j in range(d)) / 2 + b[i] for i in range(n)]
    phi = sum((v[i] * insides[i] ** power for i in range(n)), sp.S.Zero) / root + c
    gradient = [sp.diff(phi, p) for p in (*U, *b, *v, c)]
    at_x, at_z = ([g.subs(dict(zip(at, point, strict=True))) for g in gradient] for point in (x, z))
    kernel = sp.expand(sum(p * q for p, q in zip(at_x, at_z, strict=True)))
    kernel = kernel.subs(dict.fromkeys(b, 0))
    total = sp.S.Zero
    for signs in product((1, -1), repeat=6):
        inner = {U[0]: signs[0], U[1]: signs[1], U[4]: signs[2], U[5]: signs[3]}
        total += kernel.subs({**inner, v[0]: signs[4], v[1]: signs[5]})

    name = "t" if power == 1 else f"t^{power}"
    case = start(name, "2 1 0 0; -1 3 0 0")

    assert expected_normalised_kernel(case, n) == exact(str(sp.nsimplify(total / 64)))


def test_the_variance_inside_is_the_squared_norm_over_d() -> None:
    assert variance_of_inside(start("t", "1 2 3 4", a="2", b="0")) == fmpq(30, 4)


def test_doubles_agree_with_rationals() -> None:
    """At most 16 terms of size below 1e4, each with some twenty roundings."""
    rng = np.random.default_rng(0)
    p = {name: rng.uniform(low, high, 24) for name, (low, high) in BOX.items()}
    kinds, x, z = members(p)

    kernels, of_values, of_slopes = expected_normalised_kernels(kinds, x, z)

    assert {KINDS[kind] for kind in kinds} == set(KINDS)
    for row in range(24):
        one = member_inputs({name: exact(float(value[row])) for name, value in p.items()})
        case = Start(one.activation, law(), 1, (one.x, one.z))
        true = [expected_normalised_kernel(case, 1), case.mean(1, 1), case.mean_of_slopes()]
        found = [kernels[row], of_values[row], of_slopes[row]]
        assert found == pytest.approx([int(t.p) / int(t.q) for t in true], rel=1e-11, abs=1e-11)
