"""Laws with mean 0 and variance 1 on at most four numbers, so that expectations are finite sums.

The law takes the values +-a and +-b, where 0 <= b <= 1 <= a, and the probability of |X| = a makes
the variance 1.  With a = 1 or b = 1 it is Rademacher's; with b = 0 and a large, rare large values
make the fourth moment as large as one likes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import comb, prod

from flint import fmpq

from symbolic.exact import as_text, exact

Atoms = list[tuple[tuple[fmpq, ...], fmpq]]
"""Values of a random vector with their probabilities."""


@dataclass(frozen=True)
class FiniteLaw:
    """The symmetric law on +-a and +-b with variance 1."""

    a: fmpq
    b: fmpq

    @property
    def is_valid(self) -> bool:
        """Whether there is such a law."""
        return 0 <= self.b <= 1 <= self.a

    @property
    def p(self) -> fmpq:
        """The probability of |X| = a."""
        a2, b2 = self.a**2, self.b**2
        return (1 - b2) / (a2 - b2) if a2 > b2 else fmpq(1)

    def moment(self, power: int) -> fmpq:
        """Return E[X^power], summed over the values."""
        return sum((weight * value**power for (value,), weight in self.vectors(1)), fmpq(0))

    def vectors(self, size: int) -> Atoms:
        """Return all vectors of independent entries; there are at most 4^size."""
        moduli = {self.a: self.p, self.b: 1 - self.p} if self.a != self.b else {self.a: fmpq(1)}
        one = {
            sign * modulus: weight / (2 if modulus > 0 else 1)
            for modulus, weight in moduli.items()
            for sign in (1, -1)
            if weight > 0
        }
        return [
            (values, prod((one[value] for value in values), start=fmpq(1)))
            for values in product(one, repeat=size)
        ]

    def square_sums(self, size: int) -> list[tuple[fmpq, fmpq]]:
        """Return the values of X_1^2 + ... + X_size^2 with their probabilities."""
        p = self.p
        return [
            (k * self.a**2 + (size - k) * self.b**2, comb(size, k) * p**k * (1 - p) ** (size - k))
            for k in range(size + 1)
        ]

    def __str__(self) -> str:
        if 1 in (self.a, self.b):
            return "Rademacher"
        return f"+-{as_text(self.a)} with probability {as_text(self.p)}, else +-{as_text(self.b)}"


def law(a: str = "1", b: str = "1") -> FiniteLaw:
    """Return the law on +-a and +-b; Rademacher's if nothing is said."""
    return FiniteLaw(exact(a), exact(b))


def dot(a: Sequence[fmpq], b: Sequence[fmpq]) -> fmpq:
    """Return the inner product."""
    return sum((p * q for p, q in zip(a, b, strict=True)), fmpq(0))
