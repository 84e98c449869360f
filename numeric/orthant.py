"""The probability that two standard Gaussian numbers with a given correlation are both positive.

Given the first, g, the second is cos(theta) g + sin(theta) g' with g' independent of g, so the
probability is the integral of the density of g times P[g' > -g cos(theta) / sin(theta)] over
g > 0.  It is integrated numerically here, so that the closed form has something to be compared
with.
"""

from flint import acb, arb

from symbolic.exact import precision

FAR = 12
"""Where the integral is cut off; beyond it a Gaussian number lies with probability 1e-32."""
BITS = 128


def orthant_probability(theta: arb) -> arb:
    """Return a ball that contains the probability, for an angle in (0, pi).

    Its radius is below 1e-25 for angles at least 1e-9 from 0 and pi.
    """
    with precision(BITS):
        slope = theta.cos() / theta.sin() / arb(2).sqrt()

        def integrand(g: acb, _: bool) -> acb:
            both = (-(g * g) / 2).exp() * (-slope * g).erfc() / 2
            return both / (2 * acb.pi()).sqrt()

        inside = acb.integral(integrand, acb(0), acb(FAR)).real
        beyond = (acb(FAR) / acb(2).sqrt()).erfc().real / 2
        return inside + arb(0, 1) * beyond
