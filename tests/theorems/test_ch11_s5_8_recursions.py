"""What is special about Equation (11.5.8)."""

from numeric.averaged_jacobians import averaged_jacobian
from numeric.instances import polynomial
from numeric.ridge_models import Model, Ridge, fractions
from symbolic.exact import exact

POWERS = Model(
    (
        (Ridge(fractions(1), polynomial("0 1")),),
        (Ridge(fractions(1), polynomial("0 0 1")),),
    )
)
"""The outputs w^2 and w^3 of one parameter."""


def test_no_point_of_the_step_serves_two_outputs() -> None:
    """The mean slopes on [0, 1] are 1; 2 t = 1 asks for t = 1/2, where 3 t^2 is 3/4."""
    assert averaged_jacobian(POWERS, fractions(0), fractions(1)) == [[1], [1]]
    assert POWERS.jacobian([exact("1/2")]) == [[1], [exact("3/4")]]
