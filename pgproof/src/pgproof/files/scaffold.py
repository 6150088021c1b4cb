"""The pair of files of a new migration, with the header that its reviewer asks for."""

import re
from pathlib import Path

from pgproof.errors import InputError
from pgproof.files.folder import UNDO

_NUMBER = re.compile(r"(\d+)\.")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


def scaffold(
    folder: Path, name: str, *, dry_run: bool = False, text: str = "", back: str = ""
) -> tuple[Path, Path]:
    """Make `NNNN.name.sql` and its rollback file after the last migration; return their paths.

    The first is a header and `text`, the other `back`. The folder is made if it is missing. Raises
    InputError for a name that is not words of lower case letters and digits joined by hyphens.
    """
    if not _NAME.match(name):
        raise InputError(
            f"{name!r} is not a migration's name",
            hint="Use words of lower case letters and digits joined by hyphens: project-status.",
        )
    files = sorted(folder.glob("*.sql")) if folder.is_dir() else []
    ids = [file.stem for file in files if not file.name.endswith(UNDO)]
    numbers = [int(match[1]) for match in map(_NUMBER.match, ids) if match]
    new = f"{max(numbers, default=0) + 1:04}.{name}"
    script, undo = folder / f"{new}.sql", folder / f"{new}{UNDO}"
    if not dry_run:
        folder.mkdir(parents=True, exist_ok=True)
        depends = f"-- depends: {ids[-1]}\n" if ids else ""
        with script.open("x", encoding="utf-8") as stream:
            stream.write(
                f"-- {new}\n{depends}--\n-- why    \n-- locks  \n-- undo   {undo.name}; \n\n" + text
            )
        with undo.open("x", encoding="utf-8") as stream:
            stream.write(back)
    return script, undo
