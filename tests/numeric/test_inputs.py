"""What is said about arguments that cannot be used."""

import numpy as np
import pytest

from numeric.inputs import count, finite, number, one_of


def test_lists_integers_and_strided_arrays_become_contiguous_doubles() -> None:
    every_other = np.arange(12).reshape(3, 4)[:, ::2]
    array = finite("X", every_other, ("m", 2))

    assert array.tolist() == [[0.0, 2.0], [4.0, 6.0], [8.0, 10.0]]
    assert array.dtype == np.float64
    assert array.flags.c_contiguous
    assert finite("c", 3, ()).shape == ()


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ([1.0, 2.0], r"X has shape \(2,\), where \(m, 3\) is needed"),
        (np.zeros((4, 2)), r"X has shape \(4, 2\), where \(m, 3\) is needed"),
        (np.zeros((0, 3)), r"X has shape \(0, 3\), where \(m, 3\) is needed"),
        ([[1, 2], [3]], "X is not an array of real numbers"),
        ([["a", "b", "c"]], "X is not an array of real numbers"),
        ([[1j, 2, 3]], "X is not an array of real numbers"),
        ([[1.0, 2.0, np.nan]], r"X\[0, 2\] = nan, where a finite number is needed"),
        ([[1.0, -np.inf, 0.0]], r"X\[0, 1\] = -inf"),
    ],
)
def test_an_array_that_does_not_fit_is_named_with_its_shape_or_entry(
    value: object, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        finite("X", value, ("m", 3))  # pyright: ignore[reportArgumentType]


def test_a_vector_is_asked_for_with_a_comma() -> None:
    with pytest.raises(ValueError, match=r"where \(4,\) is needed"):
        finite("y", [1.0], (4,))


def test_numbers_have_ranges() -> None:
    assert number("h", 1) == 1.0
    with pytest.raises(ValueError, match=r"h = 0\.0, where a number above 0 is needed"):
        number("h", 0.0, above=0)
    with pytest.raises(ValueError, match=r"h = -1\.0, where a number from 0 up is needed"):
        number("h", -1, least=0)
    with pytest.raises(ValueError, match="h = nan, where a finite number is needed"):
        number("h", float("nan"))


@pytest.mark.parametrize("value", [0, -3, 2.0, True, "7", None])
def test_a_count_is_an_integer_in_range(value: object) -> None:
    with pytest.raises(ValueError, match=r"steps = .* where an integer from 1 up is needed"):
        count("steps", value)  # pyright: ignore[reportArgumentType]
    assert count("steps", np.int64(3)) == 3


def test_an_unknown_choice_is_answered_with_the_known_ones() -> None:
    assert one_of("loss", "sum", {"sum": 1, "half": 2}) == 1
    with pytest.raises(ValueError, match="loss = 'max', where one of sum, half is needed"):
        one_of("loss", "max", {"sum": 1, "half": 2})
