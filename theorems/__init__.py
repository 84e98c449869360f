"""The catalogue, in the order of the book.

To add a theorem, write its module and add it to `ALL`; a test fails if the second step is
forgotten.
"""

from typing import Any

from theorems import (
    ch11_01_bias,
    ch11_02_minimum_norm,
    ch11_03_gd_min_norm,
    ch11_04_gd_kernel,
    ch11_05_quadratic_features,
    ch11_07_representer,
    ch11_08_kernel,
    ch11_09_kernel_trick,
    ch11_10_common_kernels,
    ch11_11_feature_map,
    ch11_13_gd_near_linearization,
    ch11_14_initial_laws,
    ch11_16_lecun_kernel,
    ch11_17_relu_kernel,
    ch11_20_random_matrix,
    ch11_22_initial_loss,
    ch11_24_linear_dynamics,
    ch11_28_gaussian_process,
    ch11_30_ntk_kernel,
    ch11_31_relu_ntk,
    ch11_s3_1_linearization,
    ch11_s5_2_gradients,
    ch11_s6_1_normalised_network,
)
from theorems.base import Theorem

ALL: tuple[Theorem[Any], ...] = (
    ch11_01_bias.THEOREM,
    ch11_02_minimum_norm.THEOREM,
    ch11_03_gd_min_norm.THEOREM,
    ch11_04_gd_kernel.THEOREM,
    ch11_05_quadratic_features.THEOREM,
    ch11_07_representer.THEOREM,
    ch11_08_kernel.THEOREM,
    ch11_09_kernel_trick.THEOREM,
    ch11_10_common_kernels.THEOREM,
    ch11_11_feature_map.THEOREM,
    ch11_s3_1_linearization.THEOREM,
    ch11_13_gd_near_linearization.THEOREM,
    ch11_s5_2_gradients.THEOREM,
    ch11_14_initial_laws.THEOREM,
    ch11_16_lecun_kernel.THEOREM,
    ch11_17_relu_kernel.THEOREM,
    ch11_20_random_matrix.THEOREM,
    ch11_22_initial_loss.THEOREM,
    ch11_24_linear_dynamics.THEOREM,
    ch11_28_gaussian_process.THEOREM,
    ch11_s6_1_normalised_network.THEOREM,
    ch11_30_ntk_kernel.THEOREM,
    ch11_31_relu_ntk.THEOREM,
)
