"""pytest as a theorem checker.

`pytest --theorems` collects the catalogue: every step, every wording, one test each.
`pytest essay.md` collects the claims of a write-up that is named on the command line.

Write-ups found in a directory are left alone, and so are files that another plugin was told to
take (`--doctest-glob`), so that nobody else's Markdown wakes this up.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from audit.document import Audit, Finding

WRITE_UPS = (".md", ".markdown", ".tex", ".latex", ".ltx")
NAMED: pytest.StashKey[frozenset[Path]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--theorems` and `--audit-strict`."""
    group = parser.getgroup("theorems", "machine-checked mathematics of wide neural networks")
    group.addoption("--theorems", action="store_true", help="check the catalogue of theorems")
    group.addoption(
        "--audit-strict", action="store_true", help="claims that merely survived a search fail too"
    )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Note which write-ups were named, and add the catalogue to what is collected."""
    base = config.invocation_params.dir
    given = config.args if config.args_source == pytest.Config.ArgsSource.ARGS else []
    paths = (Path(base, argument.partition("::")[0]) for argument in given)
    config.stash[NAMED] = frozenset(path.resolve() for path in paths if path.suffix in WRITE_UPS)
    if config.getoption("--theorems"):
        config.args = [*given, str(_catalogue())]


def _catalogue() -> Path:
    return Path(__file__).parent.parent / "theorems" / "__init__.py"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a write-up named on the command line, or the catalogue."""
    config = parent.config
    if config.getoption("--theorems") and file_path == _catalogue():
        return Catalogue.from_parent(parent, path=file_path)
    if file_path.resolve() in config.stash[NAMED] and not _wanted_elsewhere(file_path, config):
        return WriteUp.from_parent(parent, path=file_path)
    return None


def _wanted_elsewhere(path: Path, config: pytest.Config) -> bool:
    return any(path.match(pattern) for pattern in config.getoption("doctestglob", None) or [])


class Failure(Exception):  # noqa: N818 (a verdict, not an error)
    """A claim or a theorem that does not hold; the message is all there is to show."""


class Check(pytest.Item):
    """One thing to be checked; `run` raises Failure, or returns what to skip or warn about."""

    def __init__(self, run: Any, line: int | None = None, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.run = run
        self.line = line

    def runtest(self) -> None:
        """Check it."""
        self.run()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show a failure as text, anything else as pytest would."""
        if isinstance(excinfo.value, Failure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where it is: the file, the line from 0, and the name."""
        return self.path, None if self.line is None else self.line - 1, self.name


class WriteUp(pytest.File):
    """A document; one item for each claim, and one for what was looked at."""

    def collect(self) -> Iterator[pytest.Item]:
        """Audit the document."""
        from audit.document import DocumentError, audit_file
        from theorems import ALL

        try:
            audit = audit_file(self.path, ALL)
        except DocumentError as error:
            raise self.CollectError(str(error)) from None
        for finding in audit.findings:
            yield self._item(finding)
        yield Check.from_parent(self, name="coverage", run=lambda: _show_coverage(audit))

    def _item(self, finding: "Finding") -> pytest.Item:
        what = f"{finding.claim.theorem.number}:{finding.claim.slot.name}" if finding.claim else "?"
        name = f"L{finding.line}:{finding.column}:{what}"
        item = Check.from_parent(
            self, name=name, run=lambda: self._judge(finding), line=finding.line
        )
        judgement = finding.judgement
        item.user_properties += [("verdict", judgement.verdict.value), ("grade", judgement.grade)]
        return item

    def _judge(self, finding: "Finding") -> None:
        from audit.judge import Verdict
        from audit.report import judgement_as_text
        from audit.terminal import Painter

        verdict = finding.judgement.verdict
        lines = list(judgement_as_text(finding.judgement, Painter(on=False)))
        if verdict.accuses or (
            verdict is Verdict.CORROBORATED and self.config.getoption("--audit-strict")
        ):
            correct = [f"correct: {finding.correct}"] if finding.correct else []
            place = f"{self.path.name}:{finding.line}:{finding.column}: {verdict.value}"
            raise Failure("\n".join([place, finding.formula, *lines, *correct]))
        if verdict in (Verdict.UNREAD, Verdict.UNDECIDED):
            pytest.skip(lines[0])


def _show_coverage(audit: "Audit") -> None:
    """Print how much was looked at; shown with -rP, so that silence is no agreement."""
    c = audit.coverage
    print(f"{c.formulas} formulas, {c.read} read, {c.matched} matched, {c.decided} decided")


class Catalogue(pytest.File):
    """The theorems; one item for each step and each wording."""

    def collect(self) -> Iterator[pytest.Collector]:
        """Yield a collector for each theorem."""
        from theorems import ALL

        for theorem in ALL:
            yield TheoremItems.from_parent(self, name=theorem.label, theorem=theorem)


class TheoremItems(pytest.Collector):
    """The parts of one theorem."""

    def __init__(self, theorem: Any, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.theorem = theorem

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each step, for the search, and for each wording."""
        from audit.checkup import wordings

        theorem = self.theorem
        for step in theorem.derivation(theorem.formulas()):
            yield self._item(f"step: {step.reason}", lambda step=step: _prove(step))
        yield self._item("survives", lambda: _try(theorem, {}, must_fall=False))
        for name, must_fall, wording in wordings(theorem):
            fate = "falls" if must_fall else "survives"
            yield self._item(
                f"{fate}: {name}",
                lambda wording=wording, must_fall=must_fall: _try(theorem, wording, must_fall),
            )

    def _item(self, name: str, run: Any) -> pytest.Item:
        return Check.from_parent(self, name=name, run=run)


def _prove(step: Any) -> None:
    from symbolic.step import discharge

    outcome = discharge(step)
    if outcome.status == "cited":
        pytest.skip(f"cited: {step.reason}")
    if outcome.status != "proved":
        raise Failure(f"{outcome.status}: {outcome.detail}")


def _try(theorem: Any, wording: Any, must_fall: bool) -> None:
    from audit.search import hunt

    found = hunt(theorem, wording)
    if must_fall and found.counterexample is None:
        raise Failure(f"no counterexample among {found.summary}")
    if not must_fall and found.counterexample is not None:
        case = found.counterexample.case.describe()
        raise Failure(f"{found.counterexample.margin.failure}\n{case}")
    if not must_fall and found.vacuous:
        raise Failure("no case satisfies the hypotheses")
