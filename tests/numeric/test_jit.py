"""How kernels are compiled."""

import importlib.util
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pytest
from numba.core import config

from numeric import jit
from numeric.intrinsics import bits, fma, from_bits
from numeric.jit import elementary, interpreted, kernel, reduction


def halve(x: float) -> float:
    return x / 2


def divide(x: float, y: float) -> float:
    return x / y


def is_nan(x: float) -> bool:
    return x != x


def multiply_and_add(x: float, y: float, z: float) -> float:
    return x * y + z


def fused(x: float, y: float, z: float) -> float:
    return fma(x, y, z)


def next_double(x: float) -> float:
    return from_bits(bits(x) + 1)


def total(terms: npt.NDArray[np.float64]) -> float:
    result = 0.0
    for k in range(terms.size):
        result += terms[k]
    return result


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


def test_only_a_fused_sum_keeps_the_digits_that_a_rounded_product_loses() -> None:
    """(1 + u)(1 - u) - 1 is -u^2, which rounds to 0 if the product is rounded first."""
    u = 2.0**-40

    for decorate in (kernel, elementary):
        assert decorate(multiply_and_add)(1 + u, 1 - u, -1.0) == 0.0
        assert decorate(fused)(1 + u, 1 - u, -1.0) == -(u**2)


def test_adding_one_to_the_bits_of_a_double_gives_its_successor() -> None:
    assert kernel(next_double)(1.0) == 1 + 2.0**-52
    assert kernel(next_double)(0.0) == 5e-324


def test_a_reordered_sum_still_sees_infinities_and_nan() -> None:
    compiled = reduction(total)
    terms = np.ones(1000)

    assert compiled(terms) == 1000
    terms[700] = math.inf
    assert compiled(terms) == math.inf
    terms[300] = -math.inf
    assert math.isnan(compiled(terms))


def test_a_kernel_is_compiled_anew_when_a_module_it_imports_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jit, "__file__", str(tmp_path / "jit.py"))
    caller, callee = tmp_path / "caller.py", tmp_path / "callee.py"
    caller.write_text("from numeric.middle import f\n", encoding="utf-8")
    (tmp_path / "middle.py").write_text("from numeric.callee import f\n", encoding="utf-8")
    callee.write_text("VALUE = 1\n", encoding="utf-8")
    before = jit._stamp(caller)
    callee.write_text("VALUE = 2\n", encoding="utf-8")
    jit._stamp.cache_clear()

    assert jit._stamp(caller) != before


def test_the_cache_of_a_kernel_carries_that_stamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is set through a private attribute of Numba, which may be renamed one day."""
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "cache"))
    path = tmp_path / "stamped.py"
    double: Any = kernel(load(path))

    assert double.dispatcher._cache._cache_file._source_stamp == jit._stamp(path)
