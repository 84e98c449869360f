"""Curves and models: values, bounds that must not be too small, exact gradient descent."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, pairwise

import pytest
from flint import arb, fmpq, fmpq_mat
from hypothesis import assume, given
from hypothesis import strategies as st

from numeric.ridge_models import (
    Curve,
    Imprecise,
    Model,
    Polynomial,
    Profile,
    Ridge,
    Sine,
    Tanh,
    dot,
    fractions,
    gradient_descent,
    gram,
    is_positive_semidefinite,
    separable,
)
from symbolic.exact import exact

TRAP = Profile(((fmpq(0), fmpq(1)), (fmpq(2), fmpq(-1))))
"""Slope 1 up to 0, then falling at rate 1, then -1 from 2 on."""
CUBIC = Polynomial(fractions(1, 0, "-1/3"))

rationals = st.fractions(-3, 3, max_denominator=8).map(exact)
reaches = st.fractions(Fraction(1, 8), 3, max_denominator=8).map(exact)
positive = st.fractions(Fraction(1, 4), 2, max_denominator=4).map(exact)
polynomials = st.lists(rationals, min_size=1, max_size=5).map(lambda c: Polynomial(tuple(c)))
profiles = st.lists(
    st.tuples(rationals, rationals), min_size=1, max_size=5, unique_by=lambda point: point[0]
).map(lambda points: Profile(tuple(sorted(points))))
curves = st.one_of(
    polynomials, profiles, st.builds(Tanh, positive), st.builds(Sine, rationals.filter(bool))
)
directions = st.tuples(*[st.integers(-2, 2).map(fmpq)] * 2).filter(any)
ridges = st.builds(Ridge, directions, curves)
models = st.lists(st.lists(ridges, min_size=1, max_size=3).map(tuple), min_size=1, max_size=2).map(
    lambda outputs: Model(tuple(outputs))
)
inside = st.lists(
    st.tuples(*[st.fractions(Fraction(-2, 3), Fraction(2, 3), max_denominator=9).map(exact)] * 2),
    min_size=2,
    max_size=4,
    unique=True,
)
"""Points of the unit ball of the plane: both entries are at most 2/3, and 4/9 + 4/9 < 1."""


def grid(reach: fmpq, points: int = 41) -> list[fmpq]:
    """Return equally spaced numbers from -reach to reach."""
    return [reach * fmpq(2 * i, points - 1) - reach for i in range(points)]


# Curves


def test_a_polynomial_by_hand() -> None:
    """t - t^3/3 at t = 3: value 3 - 9, slope 1 - 9."""
    assert CUBIC.value(fmpq(3)) == -6
    assert CUBIC.slope(fmpq(3)) == -8


@pytest.mark.parametrize(
    ("t", "value", "slope"),
    [("-1", "-1", 1), ("0", "0", 1), ("1", "1/2", 0), ("2", "0", -1), ("3", "-1", -1)],
)
def test_a_trap_by_hand(t: str, value: str, slope: int) -> None:
    """The area under the slope: a triangle 1/2 up to 1, its negative up to 2, and -1 from there."""
    assert TRAP.value(exact(t)) == exact(value)
    assert TRAP.slope(exact(t)) == slope


def test_a_profile_of_one_point_is_linear() -> None:
    line = Profile(((fmpq(5), fmpq(3)),))

    assert [line.value(fmpq(t)) for t in (-2, 0, 5, 7)] == [-6, 0, 15, 21]
    assert line.curvatures(fmpq(9)) == (0, 0)


@given(curves)
def test_a_curve_is_0_at_0(curve: Curve) -> None:
    assert curve.value(fmpq(0)) == 0


@given(st.one_of(polynomials, profiles), reaches)
def test_the_value_grows_as_the_slope_says(curve: Curve, reach: fmpq) -> None:
    """By the mean value theorem a difference quotient lies between the bounds for the slope."""
    low, high = curve.slopes(reach)

    for a, b in pairwise(grid(reach)):
        quotient = (curve.value(b) - curve.value(a)) / (b - a)
        assert not quotient < low
        assert not quotient > high


@given(polynomials, rationals)
def test_the_slope_is_the_limit_of_difference_quotients(curve: Polynomial, t: fmpq) -> None:
    """The symmetric quotient of a polynomial is p'(t) + step^2 p'''(t) / 6 + ...; degree <= 5.

    So p' = (4 q(1/2) - q(1)) / 3 up to the fifth derivative, which q(2) takes care of.
    """
    steps = fractions("1/2", 1, 2)
    half, whole, double = ((curve.value(t + s) - curve.value(t - s)) / (2 * s) for s in steps)

    first, second = (4 * half - whole) / 3, (4 * whole - double) / 3
    assert curve.slope(t) == (16 * first - second) / 15


@given(curves, reaches)
def test_no_slope_lies_outside_its_bounds(curve: Curve, reach: fmpq) -> None:
    low, high = curve.slopes(reach)

    assert not low > high
    for t in grid(reach):
        assert not curve.slope(t) < low
        assert not curve.slope(t) > high


@given(curves, reaches)
def test_no_curvature_lies_outside_its_bounds(curve: Curve, reach: fmpq) -> None:
    """A difference quotient of the slope is an average of the curvature."""
    low, high = curve.curvatures(reach)

    assert not low > high
    for a, b in pairwise(grid(reach)):
        quotient = (curve.slope(b) - curve.slope(a)) / (b - a)
        assert not quotient < low
        assert not quotient > high


@pytest.mark.parametrize(
    ("coefficients", "reach", "slopes", "curvatures"),
    [
        ("2", "5", (2, 2), (0, 0)),
        ("0 1", "3", (-6, 6), (2, 2)),
        ("1 0 -1/3", "2", (-3, 1), (-4, 4)),
        ("0 -1 1", "1", ("-1/3", 5), (-8, 4)),
        ("1 0 0 0 -1/5", "2", (-15, 1), (-32, 32)),
    ],
)
def test_the_bounds_of_a_polynomial_are_attained(
    coefficients: str, reach: str, slopes: tuple[int, int], curvatures: tuple[int, int]
) -> None:
    """-t^2 + t^3 has slope -2 t + 3 t^2, least at 1/3, and curvature -2 + 6 t."""
    curve = Polynomial(fractions(*coefficients.split()))

    for (low, high), expected in (
        (curve.slopes(exact(reach)), fractions(*slopes)),
        (curve.curvatures(exact(reach)), fractions(*curvatures)),
    ):
        assert arb(low).contains(expected[0])
        assert arb(high).contains(expected[1])
        assert arb(low).rad() + arb(high).rad() < 1e-12


def test_an_irrational_critical_point_is_not_missed() -> None:
    """t^2/2 - t^4/8 has slope t - t^3/2, largest at the root of 2/3: (2/3)^(3/2) = 0.5443."""
    low, high = Polynomial(fractions(0, "1/2", 0, "-1/8")).slopes(fmpq(1))

    assert exact("0.5443") < high < exact("0.5444")
    assert exact("-0.5444") < low < exact("-0.5443")


@pytest.mark.parametrize(
    ("reach", "slopes", "curvatures"),
    [("1/2", ("1/2", 1), (-1, 0)), ("1", (0, 1), (-1, 0)), ("7", (-1, 1), (-1, 0))],
)
def test_the_bounds_of_a_trap_are_attained(
    reach: str, slopes: tuple[str, int], curvatures: tuple[int, int]
) -> None:
    assert TRAP.slopes(exact(reach)) == fractions(*slopes)
    assert TRAP.curvatures(exact(reach)) == fractions(*curvatures)


def test_a_bend_counts_once_the_ball_reaches_it() -> None:
    late = Profile(((fmpq(3), fmpq(1)), (fmpq(4), fmpq(0))))

    assert late.curvatures(fmpq(3)) == (0, 0)
    assert late.curvatures(exact("301/100")) == (-1, 0)


def test_the_largest_curvature_of_tanh_is_attained() -> None:
    """tanh'' = -2 u (1 - u^2) at u = tanh(t), largest for u^2 = 1/3: 4 / (3 sqrt 3) = 0.7698."""
    low, high = Tanh(fmpq(1)).curvatures(fmpq(1))

    assert exact("-0.7699") < low < exact("-0.7698")
    assert exact("0.7698") < high < exact("0.7699")


@pytest.mark.parametrize("scale", ["-1", "-1/2"])
def test_tanh_may_fall(scale: str) -> None:
    """tanh(-t) has slopes from -1 to 0, and tanh(-t/2) from -1/2."""
    curve = Tanh(exact(scale))

    low, high = curve.slopes(fmpq(1))

    assert low <= curve.slope(fmpq(0)) <= high


def test_a_number_known_too_roughly_lies_on_no_piece() -> None:
    nearly_two = arb(2, 0.001)

    with pytest.raises(Imprecise):
        TRAP.slope(nearly_two)
    with pytest.raises(Imprecise):
        TRAP.value(arb(0, 0.001))
    assert arb(TRAP.slope(arb(1, 0.001))).contains(0)


def test_a_trap_is_bounded_on_a_ball_whose_radius_is_known_roughly_only() -> None:
    """sqrt(2) sqrt(2) = 2 is where the trap ends, but a ball around 2 is all that is known."""
    reach = arb(2).sqrt() ** 2

    low, high = TRAP.slopes(reach)

    assert not low > -1
    assert not high < 1


# Models


def test_a_model_by_hand() -> None:
    """Phi_1 = w_1 + (w_1 + 2 w_2)^2 and Phi_2 = 3 w_2 at w = (1, -1)."""
    model = Model(
        (
            (
                Ridge(fractions(1, 0), Polynomial(fractions(1))),
                Ridge(fractions(1, 2), Polynomial(fractions(0, 1))),
            ),
            (Ridge(fractions(0, 1), Polynomial(fractions(3))),),
        )
    )
    w = fractions(1, -1)

    assert model.parameters == 2
    assert model.values(w) == [2, -3]
    assert model.jacobian(w) == [[-1, -4], [0, 3]]
    assert gram(model.jacobian(w)) == [[17, -12], [-12, 9]]


def test_bounds_of_a_quadratic_model_by_hand() -> None:
    """Phi = w_1^2 + w_2^2 has gradient 2 w and Hessian 2 I."""
    square = Polynomial(fractions(0, 1))
    model = Model(((Ridge(fractions(1, 0), square), Ridge(fractions(0, 1), square)),))

    assert model.lipschitz_bound(fmpq(3)) == 2
    assert model.gradient_bound(fmpq(3)) == 6


def test_a_bounded_slope_bounds_the_gradient_on_a_large_ball() -> None:
    """|cos| <= 1, while the slope at 0 and the curvature allow for 1 + 100."""
    assert separable(Sine(fmpq(1))).gradient_bound(fmpq(100)) == 1


def test_ridges_that_cancel_leave_nothing_to_bound() -> None:
    square, negative = Polynomial(fractions(0, 1)), Polynomial(fractions(0, -1))
    model = Model(((Ridge(fractions(1), square), Ridge(fractions(1), negative)),))

    assert model.lipschitz_bound(fmpq(5)) == 0
    assert model.gradient_bound(fmpq(5)) == 0


@given(models, reaches, inside)
def test_no_gradient_in_the_ball_exceeds_its_bound(
    model: Model, radius: fmpq, points: list[tuple[fmpq, fmpq]]
) -> None:
    bound = model.gradient_bound(radius)

    for point in points:
        for gradient in model.jacobian([radius * entry for entry in point]):
            assert not dot(gradient, gradient) > bound**2


@given(models, reaches, inside)
def test_no_two_gradients_in_the_ball_differ_by_more_than_the_lipschitz_bound_allows(
    model: Model, radius: fmpq, points: list[tuple[fmpq, fmpq]]
) -> None:
    bound = model.lipschitz_bound(radius)
    places = [[radius * entry for entry in point] for point in points]

    for a, b in pairwise(places):
        apart = [p - q for p, q in zip(a, b, strict=True)]
        for at_a, at_b in zip(model.jacobian(a), model.jacobian(b), strict=True):
            change = [p - q for p, q in zip(at_a, at_b, strict=True)]
            assert not dot(change, change) > bound**2 * dot(apart, apart)


def test_a_gradient_bound_holds_where_one_curve_falls_and_another_rises() -> None:
    """Phi = tanh(-w_1) + tanh(w_1 + w_2) has gradient close to (1, 1) at w = (50, -50)."""
    falling = Ridge(fractions(1, 0), Tanh(fmpq(-1)))
    rising = Ridge(fractions(1, 1), Tanh(fmpq(1)))
    model = Model(((falling, rising),))

    assert not model.gradient_bound(fmpq(100)) < exact("1.41")


def test_a_gradient_bound_exists_for_a_radius_known_roughly_only() -> None:
    """Along (1, 1) the ball of radius sqrt(2) reaches 2, where the trap ends."""
    model = Model(((Ridge(fractions(1, 1), TRAP),),))

    assert not model.gradient_bound(arb(2).sqrt()) < arb(2).sqrt()


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (separable(CUBIC), "Phi_1 = w_1 - 1/3 w_1^3"),
        (separable(Sine(fmpq(2)), Polynomial(())), "Phi_1 = 2 sin(w_1); Phi_2 = 0"),
        (
            Model(((Ridge(fractions(1, "-1/2"), Tanh(fmpq(1))),),)),
            "Phi_1 = tanh(1 (w_1 - 1/2 w_2))",
        ),
        (
            separable(TRAP),
            "Phi_1 = curve of w_1 with slope 1 at t = 0, -1 at t = 2",
        ),
    ],
)
def test_a_model_can_be_read(model: Model, text: str) -> None:
    assert str(model) == text


# Positive semidefinite matrices


def matrix(text: str) -> list[list[fmpq]]:
    """Return the matrix written `1 2; 2 4`."""
    return [list(fractions(*row.split())) for row in text.split(";")]


@pytest.mark.parametrize(
    "text", ["0", "3", "1 2; 2 4", "0 0; 0 5", "2 -1 0; -1 2 -1; 0 -1 2", "1 1 1; 1 1 1; 1 1 1"]
)
def test_is_positive_semidefinite(text: str) -> None:
    assert is_positive_semidefinite(matrix(text))


@pytest.mark.parametrize(
    "text",
    [
        "-1/1000000",
        "1 2; 2 3999999/1000000",
        "0 1; 1 5",
        "5 1; 1 0",
        "1 0 0; 0 0 1; 0 1 0",
        "1 0 0; 0 1 0; 0 0 -1",
        "1 1 1; 1 1 0; 1 0 1",
        "2 -2 0; -2 2 -2; 0 -2 2",
    ],
)
def test_is_not_positive_semidefinite(text: str) -> None:
    assert not is_positive_semidefinite(matrix(text))


@given(st.lists(st.integers(-2, 2), min_size=6, max_size=6))
def test_positive_semidefinite_means_that_no_principal_minor_is_negative(
    entries: Sequence[int],
) -> None:
    a, b, c, d, e, f = map(fmpq, entries)
    rows = [[a, b, c], [b, d, e], [c, e, f]]
    chosen = [s for size in (1, 2, 3) for s in combinations(range(3), size)]
    minors = [fmpq_mat([[rows[i][j] for j in s] for i in s]).det() for s in chosen]

    assert is_positive_semidefinite(rows) == all(minor >= 0 for minor in minors)


@given(st.lists(st.lists(rationals, min_size=3, max_size=3), min_size=1, max_size=4))
def test_a_gram_matrix_is_positive_semidefinite_and_less_than_its_least_entry_is_not(
    rows: list[list[fmpq]],
) -> None:
    matrix = gram(rows)

    assert is_positive_semidefinite(matrix)
    matrix[-1][-1] = fmpq(-1, 10**9)
    assert not is_positive_semidefinite(matrix)


def test_a_matrix_known_too_roughly_is_not_certainly_positive_semidefinite() -> None:
    assert not is_positive_semidefinite([[arb(0, 0.001)]])
    assert not is_positive_semidefinite([[arb(1), arb(1)], [arb(1), arb(1, 0.001)]])


# Gradient descent


def test_gradient_descent_on_one_parameter_by_hand() -> None:
    """f = (w - 1)^2 and h = 1/4 halve the error in each step."""
    iterates = list(
        gradient_descent(separable(Polynomial(fractions(1))), (fmpq(1),), fmpq(1, 4), 3)
    )

    assert [i.k for i in iterates] == [0, 1, 2, 3]
    assert [i.w for i in iterates] == [[0], [fmpq(1, 2)], [fmpq(3, 4)], [fmpq(7, 8)]]
    assert [i.loss for i in iterates] == list(fractions(1, "1/4", "1/16", "1/64"))
    assert iterates[2].squared_distance == fmpq(9, 16)


def test_gradient_descent_on_a_curved_model_by_hand() -> None:
    """f = (w + w^2 - 2)^2 with h = 1/8: w_1 = 4/8, then the error is -5/4 and the slope 2."""
    model = separable(Polynomial(fractions(1, 1)))

    iterates = list(gradient_descent(model, (fmpq(2),), fmpq(1, 8), 2))

    assert [i.w for i in iterates] == [[0], [fmpq(1, 2)], [fmpq(9, 8)]]
    assert iterates[1].loss == fmpq(25, 16)


def test_gradient_descent_moves_along_the_gradient_of_the_sum_of_squares() -> None:
    """Phi = (w_1 + w_2, w_1) and y = (1, 2): the gradient at 0 is -2 (1 + 2, 1)."""
    line = Polynomial(fractions(1))
    model = Model(((Ridge(fractions(1, 1), line),), (Ridge(fractions(1, 0), line),)))

    *_, last = gradient_descent(model, fractions(1, 2), fmpq(1, 2), 1)

    assert last.w == [3, 1]
    assert last.errors == [3, 1]


def test_gradient_descent_stops_where_a_ball_gets_too_wide() -> None:
    """The slope falls from 1 to 1/2 on [0, 1], then to 0: w = 1 solves Phi(w) = 3/4.

    There two pieces meet, so a ball that is wider than its distance to 1 lies on neither.
    """
    bent = separable(Profile(((fmpq(0), fmpq(1)), (fmpq(1), fmpq(1, 2)), (fmpq(2), fmpq(0)))))

    iterates = list(gradient_descent(bent, fractions("3/4"), fmpq(1, 2), 400))

    assert 20 < len(iterates) < 401
    (last,) = iterates[-1].w
    assert isinstance(last, arb)
    assert abs(last - 1) < 1e-6


@given(profiles, rationals, st.integers(1, 6))
def test_exact_iterates_repeat_from_where_they_stand(curve: Profile, y: fmpq, steps: int) -> None:
    """w_{k+1} - w_k = -2 h (Phi(w_k) - y) Phi'(w_k), for one parameter."""
    h = fmpq(1, 8)
    iterates = list(gradient_descent(separable(curve), (y,), h, steps))
    assume(len(iterates) == steps + 1)

    for a, b in pairwise(iterates):
        (w,) = a.w
        assert b.w == [w - 2 * h * (curve.value(w) - y) * curve.slope(w)]
