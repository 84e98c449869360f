"""What the README shows is what a newcomer sees."""

import re
import shlex
from pathlib import Path

import pytest

from audit.cli import main

README = Path(__file__).parent.parent / "README.md"
FROM_Z3 = re.compile(r"\(z3: .*?\)$", re.MULTILINE)
"""Other versions of z3 find other values."""


def examples() -> list[tuple[str, str]]:
    """Return each command after `$ theorems` with the output shown for it."""
    blocks = re.findall(r"```console\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    parts = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE)]
    pairs = (part.partition("\n") for part in parts if part.startswith("theorems "))
    return [(command.removeprefix("theorems "), shown) for command, _, shown in pairs]


@pytest.mark.parametrize(("command", "shown"), examples(), ids=lambda text: text[:30])
def test_the_readme_shows_real_output(
    command: str, shown: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(README.parent)

    main(shlex.split(command))

    assert FROM_Z3.sub("", capsys.readouterr().out) == FROM_Z3.sub("", shown)


def test_there_are_examples() -> None:
    assert len(examples()) >= 4
