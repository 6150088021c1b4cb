"""Flyway: versions in names (V), undo (U) and repeatable (R) files, settings beside a file."""

import re
import zlib
from pathlib import Path

from pgproof.files.problem import Problem, collecting, refuse
from pgproof.foreign.original import (
    Original,
    Originals,
    each_once,
    matching,
    placeholders,
    text_of,
    undone,
)

_NAME = r"(?:(?P<kind>[VUB])(?P<version>\d+(?:[._]\d+)*)|(?P<again>R))__(?P<name>.*)\.sql"
_PLACEHOLDER = re.compile(r"\$\{[^}\n]*\}")
_ALONE = re.compile(r"^\s*executeInTransaction\s*=\s*false\s*$", re.MULTILINE | re.IGNORECASE)


def read(folder: Path) -> Originals:
    """Read the folder and those below it. Raises RefusedError for what cannot be converted."""
    undos: dict[str, Original] = {}
    found, always, problems = [], [], []
    for path, match in matching(folder, _NAME, deep=True):
        text = text_of(path)
        problems += placeholders(path, text, _PLACEHOLDER)
        name = match["name"]
        key = normal(match["version"]) if match["version"] else name
        if match["again"]:
            always.append(Original(key, name, path, text))
        elif match["kind"] == "U":
            undos[key] = Original(key, name, path, text)
        elif match["kind"] == "B":
            message = "a baseline migration: the versions before it make the same"
            problems.append(Problem(path, 0, message, "Move it out of the folder."))
        else:
            conf = path.with_name(f"{path.name}.conf")
            alone = conf.is_file() and bool(_ALONE.search(text_of(conf)))
            found.append(Original(key, name, path, text, transactional=not alone))
    with collecting(problems):
        found = undone(found, undos)
    refuse(problems)
    found.sort(key=lambda one: rank(one.key))
    return Originals(each_once(found), tuple(sorted(always, key=lambda one: one.name)))


def normal(version: str) -> str:
    """Return a version as all spellings of it are compared: 1_02 is 1.2, and so is 1.2.0."""
    return ".".join(map(str, rank(version))) or "0"


def rank(version: str) -> list[int]:
    """Return a version as numbers, by which versions are ordered."""
    parts = [int(part) for part in re.split(r"[._]", version)]
    while parts and parts[-1] == 0:
        parts.pop()
    return parts


def checksum(raw: bytes) -> str:
    """Return what Flyway keeps of a file that it applied: a CRC of its lines without their ends."""
    text = raw.decode("utf-8-sig", "replace")
    number = zlib.crc32("".join(re.split(r"\r\n|\r|\n", text)).encode())
    return str(number - (1 << 32) if number >= 1 << 31 else number)
