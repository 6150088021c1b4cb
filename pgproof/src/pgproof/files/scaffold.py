"""The pair of files of a new migration, with the header that its reviewer asks for."""

import re
from pathlib import Path

from pgproof.errors import InputError
from pgproof.files.entries import entries
from pgproof.files.folder import UNDO, migrations_of

_NUMBER = re.compile(r"\d+", re.ASCII)
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
    ids = [file.stem for file in migrations_of(entries(folder)[0])] if folder.exists() else []
    numbered = [(int(match[0]), one) for one in ids if (match := _NUMBER.match(one))]
    number, last = max(numbered, default=(0, max(ids, default="")))
    new = f"{number + 1:04}.{name}"
    script, undo = folder / f"{new}.sql", folder / f"{new}{UNDO}"
    if not dry_run:
        folder.mkdir(parents=True, exist_ok=True)
        depends = f"-- depends: {last}\n" if last and not re.search(r"\s", last) else ""
        with script.open("x", encoding="utf-8") as stream:
            stream.write(
                f"-- {new}\n{depends}--\n-- why    \n-- locks  \n-- undo   {undo.name}; \n\n" + text
            )
        with undo.open("x", encoding="utf-8") as stream:
            stream.write(back)
    return script, undo
