"""graphile-migrate: committed files with a header of `--!` lines, which nothing undoes."""

import re
from pathlib import Path

from pgproof.files.problem import Problem, refuse
from pgproof.foreign.original import Original, Originals, matching, placeholders, text_of

_HEADER = re.compile(r"(?:--![^\n]*\n)+\r?\n?")
_ALONE = re.compile(r"--!\s*no-transaction\b")
_PLACEHOLDER = re.compile(r":DATABASE_(?:NAME|OWNER)\b")


def read(folder: Path) -> Originals:
    """Read the folder that holds `committed`. Raises RefusedError for what is not committed."""
    problems = []
    current = folder / "current.sql"
    if current.is_file() and re.sub(r"--[^\n]*", "", text_of(current)).strip():
        problems.append(Problem(current, 1, "is not committed", "Run `graphile-migrate commit`."))
    found = []
    for path, match in matching(folder / "committed", r"(?P<number>\d{6,})(?:-(?P<name>.*))?\.sql"):
        text = text_of(path)
        header = _HEADER.match(text)
        body = text[header.end() :] if header else text
        problems += placeholders(path, text, _PLACEHOLDER)
        alone = bool(_ALONE.match(body) or _ALONE.search(header[0] if header else ""))
        number = match["number"]
        name = match["name"] or number
        found.append(Original(f"{number}.sql", name, path, body, transactional=not alone))
    refuse(problems)
    return Originals(tuple(found))
