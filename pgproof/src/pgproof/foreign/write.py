"""Writing the converted files: all or none, and never over one that is there."""

import contextlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pgproof.errors import PgproofError
from pgproof.files.entries import entries
from pgproof.files.folder import UNDO, migrations_of
from pgproof.files.numbers import digits
from pgproof.files.problem import Problem, refuse
from pgproof.files.script import Script, load


def missing(scripts: Sequence[Script], target: Path) -> list[Script]:
    """Return the files that are not in `target` yet. Writes nothing.

    Raises RefusedError if a file of the same name has other content, or a migration of another
    name has the number of one of these.
    """
    ours = {one.path.name for one in scripts}
    numbers = {digits(one.path.name) for one in scripts} - {""}
    problems, left = [], []
    for one in scripts:
        if not one.path.exists():
            left.append(one)
        elif load(one.path).raw != one.raw:
            message = "is there already, and is not what would be written"
            problems.append(Problem(one.path, 0, message, "Import into an empty folder."))
    there = entries(target)[0] if target.exists() else []
    problems += [
        Problem(path, 0, "has a number that the import needs", "Import into an empty folder.")
        for path in migrations_of(there)
        if path.name not in ours and digits(path.name) in numbers
    ]
    problems += [
        Problem(path, 0, "undoes a migration that is irreversible as imported", "Remove it.")
        for path in there
        if path.name.endswith(UNDO)
        and path.name not in ours
        and f"{path.name.removesuffix(UNDO)}.sql" in ours
    ]
    refuse(problems)
    return left


def write(scripts: Sequence[Script], target: Path) -> None:
    """Write the files. Raises PgproofError, and leaves none of them, if one cannot be written."""
    done: list[Path] = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".import-", dir=target) as hidden:
            for one in scripts:
                Path(hidden, one.path.name).write_bytes(one.raw)
            for one in scripts:
                os.link(Path(hidden, one.path.name), one.path)
                done.append(one.path)
    except OSError as error:
        for path in done:
            with contextlib.suppress(OSError):
                path.unlink()
        where = error.filename2 or error.filename or target
        raise PgproofError(
            f"{where}: cannot be written: {error.strerror or error}",
            hint="None of the files is written. Mend it, and run the same command again.",
        ) from error
