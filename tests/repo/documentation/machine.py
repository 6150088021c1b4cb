"""A copy of the repository, as a reader of the documentation has it, and commands run in it."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.repo.documentation.expected import matches
from tests.repo.documentation.pages import ROOT, repository_files
from tooling.server import embedded, places

SECONDS = 600


@dataclass(frozen=True)
class Machine:
    """A clone of the working tree with its virtual environment in place."""

    clone: Path
    environment: Mapping[str, str]

    def run(self, command: str) -> "subprocess.CompletedProcess[str]":
        """Run a shell command in the clone; both its streams are in `stdout`."""
        return subprocess.run(
            ["sh", "-c", command],
            cwd=self.clone,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def type(self, text: str, place: str) -> None:
        """Run the commands of a console block; fail when one prints something else than shown.

        A line that starts with `$ ` is a command, continued after a backslash; the lines below it
        are what it prints. A command with nothing below it has only to exit with 0, as all have.
        """
        for command, shown in commands(text):
            done = self.run(command)
            said = f"{place}: $ {command}\n{done.stdout}"
            assert done.returncode == 0, f"{said}exit code {done.returncode}"
            printed = done.stdout.rstrip().splitlines()
            assert matches(shown or ["…"], printed), f"{said}shown: {shown}"

    def add(self, pattern: str, text: str, place: str) -> None:
        """Add text at the end of the one file whose path matches; the file is there already."""
        found = sorted(self.clone.glob(pattern))
        assert len(found) == 1, f"{place}: {pattern} is {[str(file) for file in found]}"
        with found[0].open("a", encoding="utf-8") as file:
            file.write(text)

    def patch(self, text: str, place: str) -> None:
        """Apply a diff to the clone."""
        done = subprocess.run(
            ["git", "apply", "-"],
            cwd=self.clone,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{place}: {done.stderr}"


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a console block with the lines below it."""
    lines = text.splitlines()
    assert lines and lines[0].startswith("$ "), "a console block starts with a command"
    while lines:
        command = lines.pop(0).removeprefix("$ ")
        while command.endswith("\\"):
            command += "\n" + lines.pop(0).removeprefix("> ")
        shown = []
        while lines and not lines[0].startswith("$ "):
            shown.append(lines.pop(0))
        while shown and not shown[-1].strip():
            shown.pop()
        yield command, shown


@contextmanager
def machine(bin_dir: Path, url: str | None) -> Iterator[Machine]:
    """Yield a machine whose commands find the database `url`, or none and start their own.

    A server that they start is stopped, and all is removed, when the block ends.
    """
    folder = places.scratch_folder("eagle-reader-")
    folder.chmod(0o755)
    clone = folder / "eagle-sign"
    try:
        _copy(clone)
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PG", "MAKE", "MFLAGS"))
        }
        kept.pop("DATABASE_URL", None)
        kept.pop("AISC_DATA", None)
        path = f"{clone}/.venv/bin:{bin_dir}:{kept['PATH']}"
        given = {"DATABASE_URL": url} if url else {"XDG_STATE_HOME": str(folder / "state")}
        given["TOOLING_PROJECT"] = str(clone)
        yield Machine(clone, {**kept, **given, "PATH": path, "COLUMNS": "100"})
    finally:
        server = embedded.project_server(clone)
        if server is not None:
            server.stop("immediate")
        shutil.rmtree(folder)


def _copy(clone: Path) -> None:
    """Copy what is committed or could be; the virtual environment and downloads are linked."""
    for path in repository_files():
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, clone / path)
    (clone / ".venv").mkdir()
    for part in (ROOT / ".venv").iterdir():
        if part.name != "run":
            (clone / ".venv" / part.name).symlink_to(part)
    (clone / ".venv/run").touch()
    (clone / "build").mkdir()
    (ROOT / "build/downloads").mkdir(parents=True, exist_ok=True)
    for fetched in (ROOT / "build").iterdir():
        (clone / "build" / fetched.name).symlink_to(fetched)
    subprocess.run(["git", "init", "--quiet"], cwd=clone, check=True)
