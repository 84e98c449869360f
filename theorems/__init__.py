"""The catalogue, in the order of the book.

To add a theorem, write its module and add it to `ALL`; a test fails if the second step is
forgotten.
"""

from typing import Any

from theorems import (
    ch11_03_gd_min_norm,
    ch11_13_gd_near_linearization,
    ch11_16_lecun_kernel,
    ch11_17_relu_kernel,
    ch11_s3_1_linearization,
)
from theorems.base import Theorem

ALL: tuple[Theorem[Any], ...] = (
    ch11_03_gd_min_norm.THEOREM,
    ch11_s3_1_linearization.THEOREM,
    ch11_13_gd_near_linearization.THEOREM,
    ch11_16_lecun_kernel.THEOREM,
    ch11_17_relu_kernel.THEOREM,
)
