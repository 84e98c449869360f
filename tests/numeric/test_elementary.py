"""Elementary functions against balls, to the bounds their docstrings state."""

import math
import re
from collections.abc import Callable

import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from numeric import elementary
from numeric.elementary import (
    FAR,
    arctan,
    decay,
    erf,
    erfc,
    exp,
    gaussian,
    normal,
    scaled_erfc,
    sigmoid,
    sin_cos,
    softplus,
    tanh,
)
from tests.numeric.references import ELEMENTARY, largest_error, points

SIZE = 20_000
Real = Callable[[float], float]
COMPUTED: dict[str, Real] = {
    "exp": exp,
    "exp(-x)": lambda x: decay(x)[0],
    "1 - exp(-x)": lambda x: decay(x)[1],
    "tanh": tanh,
    "arctan": arctan,
    "sin": lambda x: sin_cos(x)[0],
    "cos": lambda x: sin_cos(x)[1],
    "sigmoid": sigmoid,
    "softplus": softplus,
    "gaussian": gaussian,
    "erf": erf,
    "erfc": erfc,
    "scaled_erfc": scaled_erfc,
    "normal cdf": lambda x: normal(x)[0],
    "normal density": lambda x: normal(x)[1],
}
STATED_IN = {
    "exp(-x)": decay,
    "1 - exp(-x)": decay,
    "sin": sin_cos,
    "cos": sin_cos,
    "normal cdf": normal,
    "normal density": normal,
}
ODD = {"tanh": tanh, "arctan": arctan, "erf": erf, "sin": COMPUTED["sin"]}
LIMITS = [
    (exp, 0.0, math.inf),
    (tanh, -1.0, 1.0),
    (arctan, -math.pi / 2, math.pi / 2),
    (sigmoid, 0.0, 1.0),
    (softplus, 0.0, math.inf),
    (gaussian, 0.0, 0.0),
    (erf, -1.0, 1.0),
    (erfc, 2.0, 0.0),
    (COMPUTED["normal cdf"], 0.0, 1.0),
    (COMPUTED["normal density"], 0.0, 0.0),
]
reals = st.floats(allow_nan=False)
moderate = st.floats(-FAR, FAR)


def stated_bounds(name: str) -> list[float]:
    """Return the errors in ulp that the docstring promises."""
    text = getattr(STATED_IN.get(name, COMPUTED[name]), "__doc__", "")
    found = re.search(r"Errors? at most ([\d.]+)(?: and ([\d.]+))? ulp", text)
    assert found, text
    return [float(number) for number in found.groups() if number]


@pytest.mark.parametrize("name", sorted(ELEMENTARY))
def test_right_to_the_stated_number_of_ulps(name: str) -> None:
    case = ELEMENTARY[name]
    x = points(SIZE, case.low, case.high)
    second = name in ("1 - exp(-x)", "normal density")

    error, place = largest_error(
        x, [COMPUTED[name](float(a)) for a in x], case.exact, gradual=name == "exp"
    )

    bound = stated_bounds(name)[1 if second else 0]
    assert error <= bound, place
    assert bound <= 5


@pytest.mark.parametrize("function", COMPUTED.values(), ids=COMPUTED)
def test_nan_gives_nan(function: Real) -> None:
    assert math.isnan(function(math.nan))
    assert math.isnan(function(-math.nan))


@pytest.mark.parametrize(("function", "below", "above"), LIMITS)
def test_infinities_give_the_limits(function: Real, below: float, above: float) -> None:
    assert (function(-math.inf), function(math.inf)) == (below, above)
    assert function(-1e308) == below
    assert function(1e308) == (1e308 if function is softplus else above)


def test_decay_goes_from_one_to_zero() -> None:
    assert decay(0.0) == (1.0, 0.0)
    assert decay(math.inf) == (0.0, 1.0)


@pytest.mark.parametrize("name", sorted(ODD))
@given(x=moderate)
def test_odd_functions_are_odd_to_the_last_bit(name: str, x: float) -> None:
    assert ODD[name](-x) == -ODD[name](x)


@pytest.mark.parametrize("name", sorted(ODD))
def test_odd_functions_keep_the_sign_of_zero(name: str) -> None:
    assert math.copysign(1, ODD[name](0.0)) == 1
    assert math.copysign(1, ODD[name](-0.0)) == -1


@pytest.mark.parametrize("name", ["tanh", "arctan", "sin"])
def test_close_to_zero_these_are_the_identity(name: str) -> None:
    for x in (5e-324, 1e-310, 2.0**-1022, 1e-200, 1e-20):
        assert ODD[name](x) == x


@given(reals)
def test_values_stay_in_the_range_of_the_function(x: float) -> None:
    assert -1 <= tanh(x) <= 1
    assert -1 <= erf(x) <= 1
    assert 0 <= erfc(x) <= 2
    assert 0 <= sigmoid(x) <= 1
    assert 0 <= gaussian(x) <= 1
    assert 0 <= normal(x)[0] <= 1
    assert -math.pi / 2 <= arctan(x) <= math.pi / 2
    assert softplus(x) >= max(x, 0)
    assert exp(x) >= 0


@given(moderate)
def test_sine_and_cosine_lie_on_the_circle(x: float) -> None:
    s, c = sin_cos(x)

    assert abs(s) <= 1
    assert abs(c) <= 1
    assert abs(s * s + c * c - 1) <= 4 * np.finfo(float).eps


def test_exp_overflows_and_vanishes_where_it_should() -> None:
    """The largest double is e^709.782712893384; half of the smallest is e^-745.13321910194."""
    assert exp(709.782712893384) < math.inf
    assert exp(math.nextafter(709.782712893384, math.inf)) == math.inf
    assert exp(-745.1332191019411) == 5e-324
    assert exp(-745.1332191019412) == 0
    assert exp(-0.0) == 1


@pytest.mark.parametrize(
    "numerator",
    [3, 22, 333, 355, 103993, 104348, 208341, 312689, 833719, 1146408, 4272943, 5419351,
     80143857, 165707065, 245850922, 411557987, 1068966896],
)  # fmt: skip
@pytest.mark.parametrize("part", [1, 2, 4])
def test_reduction_keeps_its_digits_next_to_multiples_of_pi(numerator: int, part: int) -> None:
    """Numerators of the continued fraction of pi are the integers closest to its multiples."""
    x = numerator / part

    for name in ("sin", "cos"):
        error, _ = largest_error([x], [COMPUTED[name](x)], ELEMENTARY[name].exact)
        assert error <= 1.5


def test_doubles_closest_to_large_multiples_of_half_pi() -> None:
    """Here the reduced argument is as small as the distance of pi/2 from the doubles."""
    before, ctx.prec = ctx.prec, 200
    multiples = [k * 3**j for k in range(1, 400) for j in (0, 6, 12)]
    x = [float(arb(k) * arb.pi() / 2) for k in multiples]
    ctx.prec = before

    for name in ("sin", "cos"):
        error, place = largest_error(x, map_over(COMPUTED[name], x), ELEMENTARY[name].exact)
        assert error <= 1.5, place


def map_over(function: Real, numbers: list[float]) -> list[float]:
    return [function(x) for x in numbers]


def test_sines_of_unreasonable_arguments_are_refused() -> None:
    beyond = math.nextafter(FAR, math.inf)

    assert all(map(math.isfinite, sin_cos(FAR)))
    assert all(map(math.isnan, sin_cos(beyond)))
    assert all(map(math.isnan, sin_cos(-math.inf)))


@given(st.floats(-5.5, 26))
def test_erf_and_erfc_add_up_to_one(x: float) -> None:
    assert abs(erf(x) + erfc(x) - 1) <= 3 * np.finfo(float).eps


def test_constants_are_split_into_parts_that_are_right_to_the_last_bit() -> None:
    before, ctx.prec = ctx.prec, 250
    exact = {"LN2": arb(2).log(), "HALF_PI": arb.pi() / 2}
    for name, value in exact.items():
        for part in getattr(elementary, name):
            assert part == float(value)
            value -= arb(part)
    ctx.prec = before
