"""The command `theorems`.

Exit codes: 0 all is well, 1 something was found, 2 the command was not understood or could not
be carried out.  Nothing heavy is imported before a command needs it.
"""

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import sympy as sp

    from theorems.base import Slot, Theorem

FINE, FOUND, USAGE = 0, 1, 2
LOSSES = ("sum", "half", "mean", "half-mean")


class UsageError(Exception):
    """The command cannot be carried out; the message is for whoever typed it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except UsageError as error:
        print(f"theorems: {error}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="theorems",
        description="Machine-checked mathematics of wide neural networks.",
        epilog="exit codes: 0 fine, 1 findings, 2 usage",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        sub.add_argument("--color", choices=("auto", "always", "never"), default="auto")
        return sub

    sub = command("list", _list, "List the theorems of the catalogue.")
    sub.add_argument("--json", action="store_true", help="print one JSON object a theorem")

    sub = command("show", _show, "Show a theorem: statement, formulas, derivation, wordings.")
    sub.add_argument("label", metavar="LABEL", help="such as 11.13")
    sub.add_argument("--json", action="store_true", help="print a JSON object")

    sub = command("check", _check, "Derive theorems, attack them, and try their false wordings.")
    sub.add_argument("labels", metavar="LABEL", nargs="*", help="all if none is given")
    sub.add_argument("--quick", action="store_true", help="fewer random cases")
    sub.add_argument("--mutants", action="store_true", help="try systematic slips in every slot")
    sub.add_argument("-j", "--jobs", type=_jobs, metavar="N", help="processes; all cores if absent")
    sub.add_argument("--json", action="store_true", help="print one JSON object a theorem")

    sub = command("sharpness", _sharpness, "Bracket the constant in each slot of theorems.")
    sub.add_argument("labels", metavar="LABEL", nargs="*", help="all if none is given")
    sub.add_argument("-j", "--jobs", type=_jobs, metavar="N", help="processes; all cores if absent")
    sub.add_argument("--json", action="store_true", help="print one JSON object a theorem")

    sub = command("errata", _errata, "List the slips of the book, with what shows them.")
    formats = ("text", "markdown", "latex", "json")
    sub.add_argument("--format", choices=formats, default="text")
    sub.add_argument("--json", action="store_const", const="json", dest="format")

    command("warmup", _warmup, "Compile everything once, so that later commands need not wait.")

    sub = command("claim", _claim, "Judge a theorem with other formulas in some of its slots.")
    sub.add_argument("label", metavar="LABEL", help="such as 11.13")
    sub.add_argument("formulas", metavar="FORMULA", nargs="+", help=r"r = \frac{..}{..} or slot=..")
    sub.add_argument("--loss", choices=LOSSES, default="sum", help="normalisation of the loss")
    sub.add_argument("--json", action="store_true", help="print a JSON object")

    sub = command("derive", _derive, "Write a derivation as LaTeX, every line of it checked.")
    sub.add_argument("label", metavar="LABEL", help="such as 11.13")
    sub.add_argument("-o", "--output", metavar="FILE", type=Path, help="standard output if absent")

    sub = command("audit", _audit, "Judge the formulas of Markdown and LaTeX documents.")
    sub.add_argument("files", metavar="FILE", nargs="+", type=Path)
    sub.add_argument("--format", choices=("text", "json"), default="text")
    sub.add_argument("--json", action="store_const", const="json", dest="format")
    sub.add_argument("--quiet", action="store_true", help="only what is wrong")
    return parser


def _theorem(label: str) -> "Theorem[Any]":
    from theorems import MODULES, find

    wanted = label.strip().lower()
    number = wanted.rpartition(" ")[2].strip("()")
    if number in MODULES:
        theorem = find(number)
        if wanted in (theorem.number, theorem.label.lower()):
            return theorem
    raise UsageError(f"no theorem is called {label!r}; there are {', '.join(MODULES)}")


def _list(options: argparse.Namespace) -> int:
    from audit.report import theorem_as_json
    from audit.terminal import table
    from theorems import ALL

    if options.json:
        for theorem in ALL:
            print(json.dumps(theorem_as_json(theorem)))
        return FINE
    rows = [[t.label, t.title, ", ".join(slot.name for slot in t.slots)] for t in ALL]
    for line in table([["theorem", "title", "slots"], *rows]):
        print(line)
    return FINE


def _show(options: argparse.Namespace) -> int:
    from audit.report import theorem_as_json
    from audit.terminal import painter
    from symbolic.latex import RELATIONS

    theorem, paint = _theorem(options.label), painter(options.color)
    if options.json:
        print(json.dumps(theorem_as_json(theorem), indent=1))
        return FINE
    print((theorem.statement or "").rstrip() + "\n")
    print(paint("Slots", "bold"))
    for slot in theorem.slots:
        print(f"    {slot.name}: {slot.quantity} {slot.relation} {slot.formula}")
        print(paint(f"        {slot.meaning}", "faint"))
    print("\n" + paint("Derivation", "bold"))
    for step in theorem.derivation(theorem.formulas()):
        assert step.relation in RELATIONS
        print(f"    {step.left} {step.relation} {step.right}")
        print(paint(f"        {step.reason} ({step.by})", "faint"))
    for title, wordings in (
        ("Wordings that must fall", {**theorem.false, **theorem.nudged()}),
        ("Wordings that must survive", theorem.also_true),
    ):
        print("\n" + paint(title, "bold"))
        for name, wording in wordings.items():
            formulas = ", ".join(f"{slot.name} = {formula}" for slot, formula in wording.items())
            print(f"    {name}: {paint(formulas, 'faint')}")
    return FINE


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes")
    return int(text)


def _of_each(options: argparse.Namespace, work: "Callable[[Theorem[Any]], Any]") -> list[Any]:
    """Return what `work` makes of each theorem that was asked for, in the order of the book."""
    from audit.terminal import Progress
    from audit.worker import cores, in_children
    from theorems import ALL

    chosen = [_theorem(label) for label in options.labels] or list(ALL)
    progress = Progress(len(chosen))
    done: dict[int, Any] = {}
    try:
        jobs = min(options.jobs or cores(), len(chosen))
        for index, result in in_children(work, chosen, jobs):
            progress.step(f"{chosen[index].label} done")
            done[index] = result
    finally:
        progress.clear()
    return [done[index] for index in sorted(done)]


def _check(options: argparse.Namespace) -> int:
    if options.mutants:
        return _check_mutants(options)
    from audit.checkup import check
    from audit.report import CHECK_HEADINGS, checkup_as_json, checkup_row
    from audit.terminal import painter, table

    def work(theorem: "Theorem[Any]") -> tuple[list[str], dict[str, Any]]:
        checkup = check(theorem, quick=options.quick)
        return checkup_row(checkup), checkup_as_json(checkup)

    checkups, paint = _of_each(options, work), painter(options.color)
    problems = [(data["theorem"], problem) for _, data in checkups for problem in data["problems"]]
    if options.json:
        for _, data in checkups:
            print(json.dumps(data))
        return FOUND if problems else FINE
    for line in table([CHECK_HEADINGS, *(row for row, _ in checkups)]):
        print(line)
    for label, problem in problems:
        print(f"{paint(label, 'bold')}: {paint(problem, 'red')}")
    good = f"{len(checkups)} theorems derived, attacked and defended"
    print(paint(f"{len(problems)} problems", "red") if problems else paint(good, "green"))
    return FOUND if problems else FINE


def _check_mutants(options: argparse.Namespace) -> int:
    from audit.mutants import try_mutants
    from audit.report import MUTANT_HEADINGS, mutants_as_json, mutants_row
    from audit.terminal import painter, table

    def work(theorem: "Theorem[Any]") -> tuple[list[str], dict[str, Any]]:
        tried = list(try_mutants(theorem))
        return mutants_row(theorem, tried), mutants_as_json(theorem, tried)

    results, paint = _of_each(options, work), painter(options.color)
    unexplained = 0
    if options.json:
        for _, data in results:
            print(json.dumps(data))
    else:
        for line in table([MUTANT_HEADINGS, *(row for row, _ in results)]):
            print(line)
    for _, data in results:
        for one in data["survived"]:
            unexplained += not one["why"]
            if not options.json:
                fate = paint(one["why"], "faint") if one["why"] else paint("unexplained", "red")
                print(f"{paint(data['theorem'], 'bold')}: {one['slip']} ({one['formula']}): {fate}")
    return FOUND if unexplained else FINE


def _errata(options: argparse.Namespace) -> int:
    from audit import errata
    from audit.terminal import Progress
    from theorems.errata import ERRATA

    progress = Progress(len(ERRATA))
    try:
        found = list(errata.entries(progress.step))
    finally:
        progress.clear()
    if options.format == "json":
        lines = [json.dumps(errata.as_data(entry), ensure_ascii=False) for entry in found]
    elif options.format == "markdown":
        lines = [errata.MARKDOWN_HEAD, *map(errata.as_markdown, found)]
    elif options.format == "latex":
        items = [line for entry in found for line in errata.as_latex(entry)]
        lines = [*errata.LATEX_HEAD, *items, *errata.LATEX_FOOT]
    else:
        lines = [line for entry in found for line in errata.as_text(entry)]
    print("\n".join(lines))
    return FINE


def _warmup(options: argparse.Namespace) -> int:
    import time

    import numpy as np

    from audit.terminal import Progress
    from numeric.warmup import problems
    from theorems import ALL

    def sweep(theorem: "Theorem[Any]") -> None:
        middle = {name: np.full(2, sum(ends) / 2) for name, ends in theorem.sweep.box.items()}
        with np.errstate(all="ignore"):
            theorem.sweep.slack(middle, theorem.formulas())

    works = {**problems(), **{t.label: lambda t=t: sweep(t) for t in ALL}}
    progress, start = Progress(len(works)), time.monotonic()
    try:
        for name, work in works.items():
            progress.step(name)
            work()
    finally:
        progress.clear()
    print(f"{len(works)} computations ready after {time.monotonic() - start:.1f} s")
    return FINE


def _sharpness(options: argparse.Namespace) -> int:
    from audit.report import BRACKET_HEADINGS, bracket_as_json, bracket_row
    from audit.sharpness import sharpness
    from audit.terminal import table

    def work(theorem: "Theorem[Any]") -> list[tuple[list[str], dict[str, Any]]]:
        brackets = sharpness(theorem)
        return [(bracket_row(theorem, b), bracket_as_json(theorem, b)) for b in brackets]

    results = [entry for entries in _of_each(options, work) for entry in entries]
    if options.json:
        for _, data in results:
            print(json.dumps(data))
    else:
        for line in table([BRACKET_HEADINGS, *(row for row, _ in results)]):
            print(line)
    return FINE


def _claim(options: argparse.Namespace) -> int:
    from audit.document import correct_form, judge_in_child
    from audit.judge import Verdict
    from audit.report import STYLES, judgement_as_json, judgement_as_text
    from audit.terminal import painter
    from symbolic.evaluate import FormulaError
    from theorems import base

    theorem, paint = _theorem(options.label), painter(options.color)
    wording: dict[Slot, sp.Expr] = {}
    for text in options.formulas:
        wording.update(_wording(theorem, text))
    index = LOSSES.index(options.loss)
    convention = base.LOSSES[index - 1] if index and theorem.conventions else None
    try:
        theorem.formulas(wording)
    except FormulaError as error:
        raise UsageError(str(error)) from None
    judgement = judge_in_child(theorem, wording, convention=convention, convention_known=True)
    correct = {slot.name: correct_form(slot, convention) for slot in wording}
    if options.json:
        data = {"theorem": theorem.label, **judgement_as_json(judgement), "correct_form": correct}
        print(json.dumps(data, indent=1))
    else:
        grade = f" [{judgement.grade}]" if judgement.grade else ""
        style = STYLES.get(judgement.verdict, ("yellow",))
        print(f"{theorem.label}: {paint(judgement.verdict.value + grade, *style)}")
        for line in judgement_as_text(judgement, paint):
            print(f"  {line}")
        if judgement.verdict is not Verdict.MATCHES:
            for form in correct.values():
                print(f"  the statement: {paint(form, 'cyan')}")
    return FOUND if judgement.verdict.accuses else FINE


def _wording(theorem: "Theorem[Any]", text: str) -> "dict[Slot, sp.Expr]":
    """Return the slot and the formula of `slot=formula`, or of a LaTeX relation."""
    from audit.latex import ReadError
    from audit.plain import read_plain
    from symbolic.evaluate import FormulaError

    plain = re.match(r"\s*([A-Za-z_]\w{2,40})\s*=(?!=)", text)
    try:
        if plain and "\\" not in text:
            slot = theorem.slot(plain[1])
            rest = " " * plain.end() + text[plain.end() :]
            return {slot: read_plain(rest, slot.over)}
        return _latex_wording(theorem, text)
    except ReadError as error:
        raise UsageError(f"{_place(text, error.start)}: {error.message}") from None
    except FormulaError as error:
        raise UsageError(str(error)) from None


def _latex_wording(theorem: "Theorem[Any]", text: str) -> "dict[Slot, sp.Expr]":
    from audit.claims import claims_in, why_not
    from audit.latex import clauses

    wording: dict[Slot, sp.Expr] = {}
    for clause in clauses(text):
        if clause.error is not None:
            raise clause.error
        if clause.tree is None:
            continue
        wording.update({claim.slot: claim.formula for claim in claims_in(clause.tree, [theorem])})
        if not wording and (unknown := why_not(clause.tree, theorem)):
            raise UsageError(f"{_place(text, unknown.at.start)}: {unknown}")
    if not wording:
        slots = ", ".join(f"{slot.name} ({slot.quantity})" for slot in theorem.slots)
        raise UsageError(f"this states nothing about {theorem.label}, which speaks of {slots}")
    return wording


def _place(text: str, offset: int) -> str:
    before = text[:offset]
    return f"formula:{before.count(chr(10)) + 1}:{offset - (before.rfind(chr(10)) + 1) + 1}"


def _derive(options: argparse.Namespace) -> int:
    from audit.derivation import derivation_as_latex

    lines = derivation_as_latex(_theorem(options.label))
    if options.output is None:
        for line in lines:
            print(line)
    else:
        _write(options.output, lines)
    return FINE


def _write(path: Path, lines: Iterable[str]) -> None:
    """Write a file whole or not at all: what was there stays until the new text is complete."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            try:
                file.writelines(f"{line}\n" for line in lines)
                file.close()
                Path(file.name).chmod(0o666 & ~_umask())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _audit(options: argparse.Namespace) -> int:
    from audit.document import DocumentError, audit_file
    from audit.report import audit_as_json, audit_as_text
    from audit.terminal import Progress, painter
    from theorems import ALL

    paint, code = painter(options.color), FINE
    for path in options.files:
        bar = Progress(1)
        try:
            audit = audit_file(path, ALL, progress=lambda *now, bar=bar: bar.show("formulas", *now))
        except DocumentError as error:
            print(f"theorems: {error}", file=sys.stderr)
            code = USAGE
            continue
        finally:
            bar.clear()
        if options.format == "json":
            print(json.dumps(audit_as_json(audit), ensure_ascii=False))
        else:
            for line in audit_as_text(audit, paint, quiet=options.quiet):
                print(line)
        if audit.accuses and code == FINE:
            code = FOUND
    return code


if __name__ == "__main__":
    sys.exit(main())
