"""The catalogue, in the order of the book.

To add a theorem, write its module and add it to `MODULES`; a test fails if the second step is
forgotten.  `ALL` holds every theorem; a module is loaded when it is first asked for.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theorems.base import Theorem

    ALL: tuple[Theorem[Any], ...]

MODULES: Mapping[str, str] = {
    "11.1": "ch11_01_bias",
    "11.2": "ch11_02_minimum_norm",
    "11.3": "ch11_03_gd_min_norm",
    "11.4": "ch11_04_gd_kernel",
    "11.5": "ch11_05_quadratic_features",
    "11.7": "ch11_07_representer",
    "11.8": "ch11_08_kernel",
    "11.9": "ch11_09_kernel_trick",
    "11.10": "ch11_10_common_kernels",
    "11.11": "ch11_11_feature_map",
    "11.3.1": "ch11_s3_1_linearization",
    "11.1/11.2": "ch11_f1_linearized_picture",
    "11.13": "ch11_13_gd_near_linearization",
    "11.5.2": "ch11_s5_2_gradients",
    "11.14": "ch11_14_initial_laws",
    "11.16": "ch11_16_lecun_kernel",
    "11.17": "ch11_17_relu_kernel",
    "11.18": "ch11_18_activation_constants",
    "11.19": "ch11_19_kernel_spectrum",
    "11.20": "ch11_20_random_matrix",
    "11.21": "ch11_21_lipschitz_gradients",
    "11.22": "ch11_22_initial_loss",
    "11.23": "ch11_23_wide_convergence",
    "11.5.8": "ch11_s5_8_recursions",
    "11.24": "ch11_24_linear_dynamics",
    "11.25": "ch11_25_kernel_change",
    "11.26": "ch11_26_close_to_linearized",
    "11.28": "ch11_28_gaussian_process",
    "11.5.10": "ch11_s5_10_trained_process",
    "11.3b": "ch11_f3_recipe",
    "11.6": "ch11_s6_0_gradient_scales",
    "11.29": "ch11_29_adam_step",
    "11.6.1": "ch11_s6_1_normalised_network",
    "11.30": "ch11_30_ntk_kernel",
    "11.31": "ch11_31_relu_ntk",
    "11.32": "ch11_ex32_gd_iterates",
    "11.33": "ch11_ex33_separating_features",
    "11.34": "ch11_ex34_gaussian_features",
    "11.35": "ch11_ex35_polynomial_features",
    "11.36": "ch11_ex36_orthant",
    "11.37": "ch11_ex37_random_biases",
}
"""The module of each theorem, by its number."""


def find(number: str) -> "Theorem[Any]":
    """Return the theorem with this number, loading no other; raise KeyError if there is none."""
    return import_module(f"theorems.{MODULES[number]}").THEOREM


def __getattr__(name: str) -> Any:
    if name != "ALL":
        raise AttributeError(name)
    globals()["ALL"] = found = tuple(map(find, MODULES))
    return found
