"""Checking one theorem of the catalogue: derive it, attack it, and see that it can be broken."""

from dataclasses import dataclass
from typing import Any

from audit.search import Hunt, hunt
from symbolic.step import Outcome, Step, discharge
from theorems.base import Margin, Theorem, Wording


@dataclass(frozen=True)
class Tried:
    """A wording that must fall or must survive, and what the search made of it."""

    name: str
    must_fall: bool
    hunt: Hunt

    @property
    def as_expected(self) -> bool:
        """Whether it fell if it had to, or survived on at least one case if it had to."""
        if self.must_fall:
            return self.hunt.counterexample is not None
        return self.hunt.counterexample is None and not self.hunt.vacuous


@dataclass(frozen=True)
class Checkup:
    """What is known of a theorem after checking it."""

    theorem: Theorem[Any]
    steps: tuple[tuple[Step, Outcome], ...]
    attack: Hunt
    tried: tuple[Tried, ...]

    @property
    def derived(self) -> int:
        """The number of steps proved."""
        return sum(outcome.status == "proved" for _, outcome in self.steps)

    @property
    def cited(self) -> int:
        """The number of steps taken from the literature."""
        return sum(outcome.status == "cited" for _, outcome in self.steps)

    @property
    def weakest(self) -> Margin | None:
        """The margin of the book's wording with the least slack."""
        return self.attack.weakest

    @property
    def problems(self) -> list[str]:
        """Everything that is not as it should be, in words."""
        found = [
            f"step {step.reason!r} is {outcome.status}: {outcome.detail}"
            for step, outcome in self.steps
            if outcome.status in ("broken", "open")
        ]
        if self.attack.counterexample is not None:
            found.append(f"refuted: {self.attack.counterexample.margin}")
        if self.attack.vacuous:
            found.append("no case satisfies its hypotheses")
        for tried in self.tried:
            if not tried.as_expected:
                fate = "survived" if tried.must_fall else "did not survive"
                found.append(f"wording {tried.name!r} {fate}")
        return found


def wordings(theorem: Theorem[Any]) -> list[tuple[str, bool, Wording]]:
    """Return every wording to be tried: name, whether it must fall, formulas."""
    false = {**theorem.false, **theorem.nudged()}
    return [
        *((name, True, wording) for name, wording in false.items()),
        *((name, False, wording) for name, wording in theorem.also_true.items()),
    ]


def check(theorem: Theorem[Any], *, quick: bool = False) -> Checkup:
    """Check a theorem; quickly means with fewer random cases."""
    batches = 1 if quick else 4
    steps = tuple((step, discharge(step)) for step in theorem.derivation(theorem.formulas()))
    attack = hunt(theorem, batches=batches)
    tried = tuple(
        Tried(name, must_fall, hunt(theorem, wording, batches=4 if must_fall else batches))
        for name, must_fall, wording in wordings(theorem)
    )
    return Checkup(theorem, steps, attack, tried)
