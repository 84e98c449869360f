"""Elementary functions that vectorise, with stated errors.

The compiler's own `math.tanh` and its companions call a library for each number; a loop that calls
the functions below handles several numbers at once.  They have no branches and consist of IEEE
operations (fma among them) in a fixed order, so results are the same to the last bit on every
machine, in a loop or alone.

Errors are in units in the last place (ulp) of the true value.  Each bound is the largest error
found against 320-bit balls on millions of points (`benchmarks/elementary.py`), rounded up; they
are measured, not proved.  Results below 2^-1000 may be off by 2^-1000 instead, and may be 0, unless
said otherwise.  Every function returns nan for nan, and its limit at an infinity; odd functions
keep the sign of zero.

The polynomials are best approximations for the relative error of the final value, computed with
the exchange algorithm of Remez at 45 digits by `benchmarks/minimax.py`, then rounded to doubles.
"""

import math

from numeric.intrinsics import bits, fma, from_bits
from numeric.jit import elementary

FAR = 2.0**30
"""`sin_cos` is defined up to this size of the argument."""

# Adding this to a number below 2^51 rounds it to an integer, whose binary digits are then the last
# ones of the sum.
ROUND = 1.5 * 2.0**52
ROUND_BITS = 0x4338000000000000
SIGN = -(2**63)

# A constant in parts: each is what the ones before leave, rounded.
LN2 = (0.6931471805599453, 2.3190468138462996e-17)
HALF_PI = (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33)
TAN_PI_8 = 0.41421356237309503
TAN_3PI_8 = 2.414213562373095
SQRT_HALF = 0.7071067811865476
DENSITY_AT_0 = 0.3989422804014327  # 1 / sqrt(2 pi)
SMALL_ERF = 0.5  # up to here erf is computed from its odd series, beyond from erfc

# Coefficients from the highest power down; relative error of the value in brackets.
# (exp(r) - 1 - r) / r^2 in r, |r| <= ln(2) / 2  [2^-59]
EXP = (2.0875325166688516e-09, 2.5108979191856615e-08, 2.755740266486092e-07,
       2.7557244373316144e-06, 2.480158717250243e-05, 0.0001984126988596675,
       0.0013888888888962396, 0.008333333333321691, 0.04166666666666651,
       0.16666666666666677, 0.5)  # fmt: skip
# (arctan(w) / w - 1) / w^2 in w^2, |w| <= tan(pi / 8)  [2^-57]
ARCTAN = (-0.01790347836655696, 0.038060734718653816, -0.05039135947839811, 0.05847847372205901,
          -0.06663097594779555, 0.07692059578237427, -0.0909089771755525, 0.11111110781891353,
          -0.14285714280161343, 0.19999999999953197, -0.333333333333332)  # fmt: skip
# (log(1 + f) / u - 2) / u^2 in u^2, u = f / (2 + f), 0 <= f <= 1  [2^-58]
LOG1P = (0.1700984844192708, 0.0834491848582696, 0.12104958000314561, 0.13301119574063502,
         0.1538654854437062, 0.18181744471104494, 0.22222223953904185, 0.28571428548113165,
         0.4000000000015516, 0.6666666666666631)  # fmt: skip
# (sin(r) / r - 1) / r^2 in r^2, |r| <= pi / 4  [2^-56]
SIN = (1.589608169835111e-10, -2.5050745356217607e-08, 2.755731360709357e-06,
       -0.00019841269829551643, 0.008333333333322075, -0.1666666666666663)  # fmt: skip
# (cos(r) - 1 + r^2 / 2) / r^4 in r^2, |r| <= pi / 4  [2^-59]
COS = (-1.1358425696237584e-11, 2.0875698769159815e-09, -2.755731416458849e-07,
       2.4801587288802827e-05, -0.0013888888888872982, 0.041666666666666595)  # fmt: skip
# erf(x) / x in x^2, |x| <= 1/2  [2^-56]
ERF = (1.4723215353508247e-06, -1.4845583855143466e-05, 0.00012053324323886661,
       -0.0008548297524748163, 0.005223977370332408, -0.026866170632716322,
       0.11283791670924816, -0.37612638903183465, 1.1283791670955126)  # fmt: skip
# (x + 4) exp(x^2) erfc(x) in (x - 4) / (x + 4), 1/2 <= x <= 6  [2^-56 of erf(x)]
ERF_TAIL = (8.773006916402038e-05, 0.00034277905544027686, -0.0002906978875224528,
            -0.00019612731448454503, 0.006114271810540235, -0.026401185683985265,
            0.07635603030526679, -0.17402236490543602, 0.33084828633994606,
            -0.5408544593527446, 0.7732086263590757, -0.9765487343391084,
            1.0959956608428743)  # fmt: skip
# (1 + 9/8 x) exp(x^2) erfc(x) in the same variable, 0 <= x <= 27.5: the even and the odd powers
# [2^-54]
ERFCX_EVEN = (-6.092008553697883e-09, 4.409480244164706e-08, 4.972207849648074e-08,
              -5.029328765381065e-06, 7.485837453053844e-05, -0.00043576869717044307,
              -0.007334860001316333, -0.023617493548714074, -0.009163084533112357,
              0.10434091383445927, 0.7534970169378377)  # fmt: skip
ERFCX_ODD = (-4.678405979141612e-09, 5.214827252023294e-08, -4.2083867740992897e-07,
             3.033324852698633e-06, -1.4557964786018916e-05, -7.752638354880139e-05,
             0.0024808650400538223, 0.015287501113753044, 0.025115050343278485,
             -0.03355820178677935, -0.19187914955539176)  # fmt: skip


@elementary
def _polynomial(coefficients: tuple[float, ...], x: float) -> float:
    total = coefficients[0]
    for coefficient in coefficients[1:]:
        total = fma(total, x, coefficient)
    return total


@elementary
def _reduced_exp(y: float) -> tuple[float, int]:
    """Return exp(r) - 1 and ROUND_BITS + k, where y = k ln 2 + r with |r| <= ln(2) / 2."""
    shifted = fma(y, 1 / LN2[0], ROUND)
    k = shifted - ROUND
    r = fma(-k, LN2[1], fma(-k, LN2[0], y))
    return fma(_polynomial(EXP, r), r * r, r), bits(shifted)


@elementary
def exp(x: float) -> float:
    """Return e^x.  Error at most 1 ulp, also where the result is subnormal."""
    y = 710.0 if x > 710.0 else x
    y = -746.0 if y < -746.0 else y
    p, rounded = _reduced_exp(y)
    # 2^k is a product of two powers of 2, as k may lie outside the range of exponents.
    both = rounded + (2 * 1023 - ROUND_BITS)
    half = both >> 1
    s = from_bits(half << 52)
    return fma(s, p, s) * from_bits((both - half) << 52)


@elementary
def decay(x: float) -> tuple[float, float]:
    """Return (exp(-x), 1 - exp(-x)) for x >= 0.  Errors at most 1 and 1.5 ulp."""
    y = -(709.2 if x > 709.2 else x)
    p, rounded = _reduced_exp(y)
    s = from_bits((rounded + 1023) << 52)  # 0 if k = -1023
    return fma(s, p, s), -fma(s, p, s - 1.0)


@elementary
def tanh(x: float) -> float:
    """Return the hyperbolic tangent.  Error at most 3.5 ulp."""
    e, d = decay(2.0 * abs(x))
    return math.copysign(d * (1.0 / (1.0 + e)), x)


@elementary
def arctan(x: float) -> float:
    """Return the angle in [-pi/2, pi/2] whose tangent is x.  Error at most 2.5 ulp."""
    a = abs(x)
    large = a > TAN_3PI_8
    middle = a > TAN_PI_8
    above = -1.0 if large else (a - 1.0 if middle else a)
    below = a if large else (a + 1.0 if middle else 1.0)
    turned = HALF_PI[0] if large else (0.5 * HALF_PI[0] if middle else 0.0)
    w = above / below
    z = w * w
    return math.copysign(turned + fma(w * z, _polynomial(ARCTAN, z), w), x)


@elementary
def sin_cos(x: float) -> tuple[float, float]:
    """Return (sin(x), cos(x)).  Error at most 1.5 ulp for |x| <= FAR = 2^30; nan beyond.

    The argument is reduced by multiples of pi/2 in three parts (Cody and Waite, 1980); fma makes
    each of the three steps right to one rounding.
    """
    a = abs(x)
    a = math.nan if a > FAR else a
    shifted = fma(a, 1 / HALF_PI[0], ROUND)
    k = shifted - ROUND
    r = fma(-k, HALF_PI[2], fma(-k, HALF_PI[1], fma(-k, HALF_PI[0], a)))
    z = r * r
    s = fma(r * z, _polynomial(SIN, z), r)
    c = 1.0 + fma(z * z, _polynomial(COS, z), -0.5 * z)
    quadrant = bits(shifted)
    odd = (quadrant & 1) == 1
    sign_of_sin = (bits(x) ^ (quadrant << 62)) & SIGN
    sign_of_cos = ((quadrant + 1) << 62) & SIGN
    return (
        from_bits(bits(c if odd else s) ^ sign_of_sin),
        from_bits(bits(s if odd else c) ^ sign_of_cos),
    )


@elementary
def sigmoid(x: float) -> float:
    """Return 1 / (1 + exp(-x)).  Error at most 3 ulp."""
    e, _ = decay(abs(x))
    i = 1.0 / (1.0 + e)
    return i if x >= 0.0 else e * i


@elementary
def softplus(x: float) -> float:
    """Return log(1 + exp(x)).  Error at most 3 ulp."""
    e, _ = decay(abs(x))
    u = e / (2.0 + e)
    z = u * u
    return (0.0 if x < 0.0 else x) + fma(u * z, _polynomial(LOG1P, z), 2.0 * u)


@elementary
def gaussian(x: float) -> float:
    """Return exp(-x^2).  Error at most 2 ulp."""
    a = abs(x)
    a = 27.0 if a > 27.0 else a
    square = a * a
    e, _ = decay(square)
    return fma(-e, fma(a, a, -square), e)


@elementary
def scaled_erfc(x: float) -> float:
    """Return exp(x^2) erfc(x) for 0 <= x <= 27.5.  Error at most 3 ulp."""
    u = (x - 4.0) / (x + 4.0)
    z = u * u
    scaled = fma(u, _polynomial(ERFCX_ODD, z), _polynomial(ERFCX_EVEN, z))
    return scaled / fma(1.125, x, 1.0)


@elementary
def erf(x: float) -> float:
    """Return the error function.  Error at most 3.5 ulp.

    Too long for the compiler to vectorise: loops call `erf_given(x, gaussian(x))`, the same.
    """
    return erf_given(x, gaussian(x))


@elementary
def erf_given(x: float, bell: float) -> float:
    """Return erf(x) from bell = gaussian(x), which its derivative needs anyway."""
    a = abs(x)
    a = 8.0 if a > 8.0 else a
    r = 1.0 / (a + 4.0)
    tail = bell * (r * _polynomial(ERF_TAIL, (a - 4.0) * r))
    return x * _polynomial(ERF, x * x) if a < SMALL_ERF else math.copysign(1.0 - tail, x)


@elementary
def erfc(x: float) -> float:
    """Return 1 - erf(x), accurate also where erf(x) is near 1.  Error at most 5 ulp."""
    a = abs(x)
    tail = gaussian(a) * scaled_erfc(27.0 if a > 27.0 else a)
    return 2.0 - tail if x < 0.0 else tail


@elementary
def normal(x: float) -> tuple[float, float]:
    """Return the cumulative distribution function and the density of N(0, 1) at x.

    Errors at most 5 and 3 ulp, in both tails.
    """
    a = abs(x)
    a = 38.0 if a > 38.0 else a
    square = a * a
    e, _ = decay(0.5 * square)
    e = fma(-0.5 * e, fma(a, a, -square), e)
    tail = 0.5 * e * scaled_erfc(SQRT_HALF * a)
    return tail if x < 0.0 else 1.0 - tail, DENSITY_AT_0 * e
