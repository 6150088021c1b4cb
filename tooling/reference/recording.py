"""A terminal as a picture: commands, and what they print, as SVG."""

import io
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tooling.errors import ToolingError

WIDTH = 80
_FONT = re.compile(r"\s*@font-face \{.*?\n    \}", re.DOTALL)


def record(commands: Sequence[str], folder: Path, title: str) -> str:
    """Run commands of the shell in a folder, and return them with what they print as SVG.

    The picture refers to nothing outside it. Raises ToolingError for a command that fails.
    """
    return draw([(one, _run(one, folder)) for one in commands], title)


def draw(shown: Sequence[tuple[str, str]], title: str) -> str:
    """Return commands and their output as SVG."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=WIDTH, file=io.StringIO(), legacy_windows=False)
    for command, output in shown:
        console.print(Text(f"$ {command}", "bold"))
        console.print(Text(output.rstrip("\n")))
    return _FONT.sub("", console.export_svg(title=title, unique_id="terminal"))


def _run(command: str, folder: Path) -> str:
    done = subprocess.run(  # noqa: S603
        ["sh", "-c", command],  # noqa: S607
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ToolingError(
            f"{command}: exit code {done.returncode}", hint="Record commands that succeed."
        )
    return done.stdout
