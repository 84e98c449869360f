"""How kernels are compiled."""

import importlib.util
import math
from collections.abc import Callable
from pathlib import Path

import numba
import pytest
from numba.core import config

from numeric.jit import interpreted, kernel


def halve(x: float) -> float:
    return x / 2


def divide(x: float, y: float) -> float:
    return x / y


def is_nan(x: float) -> bool:
    return x != x


def load(path: Path) -> Callable[[float], float]:
    """Return the function `double` of a new module in this folder."""
    path.write_text("def double(x):\n    return 2.0 * x\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.double


def test_a_kernel_computes_what_its_source_says() -> None:
    assert kernel(halve)(3.0) == 1.5


def test_dividing_by_zero_is_infinite_or_nan_but_does_not_raise() -> None:
    compiled = kernel(divide)

    assert compiled(1.0, 0.0) == math.inf
    assert compiled(-1.0, 0.0) == -math.inf
    assert math.isnan(compiled(0.0, 0.0))


def test_checks_for_nan_are_not_optimised_away() -> None:
    compiled = kernel(is_nan)

    assert compiled(math.nan)
    assert not compiled(1.0)


def test_the_function_behind_a_kernel_is_the_one_that_was_compiled() -> None:
    assert interpreted(kernel(halve)) is halve
    assert interpreted(halve) is halve


def test_the_result_is_kept_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "cache"))

    assert kernel(load(tmp_path / "cached.py"))(3.0) == 6
    assert list((tmp_path / "cache").rglob("*.nbi"))


def test_a_kernel_works_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files stand where Numba would make the folders for its cache."""
    obstacle = tmp_path / "__pycache__"
    obstacle.touch()
    monkeypatch.setattr(config, "CACHE_DIR", "")
    monkeypatch.setenv("HOME", str(obstacle))
    monkeypatch.setenv("XDG_CACHE_HOME", str(obstacle))
    double = load(tmp_path / "uncached.py")

    with pytest.raises(RuntimeError, match="cannot cache"):
        numba.njit(cache=True)(double)
    assert kernel(double)(3.0) == 6
    assert not list(tmp_path.rglob("*.nbi"))
