"""Two dumps of pg_dump, compared object by object: what differs, and the files to look at."""

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.repo.staging import ROOT

_TITLE = re.compile(r"^-- Name: (?P<name>.*); Type: (?P<type>.*); Schema: (?P<schema>.*?); Owner")
_MIGRATION = re.compile(r"^\d{4}\..*(?<!\.rollback)\.sql$")


def differences(present: Sequence[str], past: Sequence[str], root: Path = ROOT) -> list[str]:
    """Return for each object that differs its name, its files, and a diff from past to present."""
    now, before = _objects(present), _objects(past)
    found = []
    for key in sorted(now.keys() | before.keys()):
        old, new = before.get(key, []), now.get(key, [])
        if old == new:
            continue
        state = (
            "differs" if old and new else "is in sql/ alone" if new else "is in migrations alone"
        )
        diff = [*difflib.unified_diff(old, new, "migrations/", "sql/", lineterm="", n=1)]
        files = ", ".join(_files(key, root)) or "no file names it"
        found.append("\n".join([f"{' '.join(key)} {state}; see {files}", *diff]))
    return found


def _objects(dump: Sequence[str]) -> dict[tuple[str, str], list[str]]:
    """Return the lines of each object, by its type and its name with the schema."""
    found: dict[tuple[str, str], list[str]] = {}
    lines: list[str] = []
    for line in dump:
        if title := _TITLE.match(line):
            schema = title["schema"]
            name = title["name"] if schema == "-" else f"{schema}.{title['name']}"
            lines = found.setdefault((title["type"], name), [])
        elif line.strip() and line != "--":
            lines.append(line)
    return found


def _files(key: tuple[str, str], root: Path) -> Iterator[str]:
    """Yield the files of sql/ that name an object, and the last migration that does."""
    schema, _, rest = key[1].partition(".")
    words = [re.sub(r"\(.*", "", word) for word in rest.split(" ") if word.isascii()]
    names = [word for word in words if re.fullmatch(r"\w+", word)]
    if key[0] in ("COMMENT", "ACL") and len(names) > 1:
        names = names[1:]
    if key[0] == "ACL":
        yield f"sql/{schema}/grants.sql"
    for name in names[:1]:
        made = rf"\b(?:create|alter|drop|comment on)\b[^;(]*\b(?:{schema}\.)?{name}\b"
        yield from _naming(sorted((root / "sql").rglob("*.sql")), made, name, root)
        past = [one for one in (root / "migrations").iterdir() if _MIGRATION.match(one.name)]
        yield from [*_naming(sorted(past), made, name, root)][-1:]


def _naming(files: Sequence[Path], made: str, name: str, root: Path) -> Iterator[str]:
    """Yield the files that make or change an object, or those that have its name."""
    own = [one for one in files if one.stem == name]
    own.sort(key=lambda one: one.parent.name != "tables")
    for one in own or files:
        if own or re.search(made, one.read_text(encoding="utf-8")):
            yield str(one.relative_to(root))
