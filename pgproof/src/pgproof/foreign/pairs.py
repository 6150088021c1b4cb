"""Formats with a file for each half, told apart by their names: golang-migrate, sqlx, Diesel."""

import hashlib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from pgproof.files.problem import Problem, refuse
from pgproof.foreign.original import Original, Originals, each_once, matching, text_of, undone

_ALONE = re.compile(r"--\s*no-transaction")


def golang_migrate(folder: Path) -> Originals:
    """Read `1_init.up.sql` and `1_init.down.sql`. Raises RefusedError."""
    return _paired(matching(folder, r"(?P<key>\d+)_(?P<name>.*)\.(?P<half>up|down)\.sql"))


def sqlx(folder: Path) -> Originals:
    """Read `1_init.up.sql` and `1_init.down.sql`, or `1_init.sql` alone. Raises RefusedError."""
    return _paired(matching(folder, r"(?P<key>\d+)_(?P<name>.*?)(?:\.(?P<half>up|down))?\.sql"))


def sqlx_checksum(raw: bytes) -> str:
    """Return what sqlx keeps of a file that it applied."""
    return hashlib.sha384(raw).hexdigest()


def diesel(folder: Path) -> Originals:
    """Read folders of `up.sql` and `down.sql`, with `metadata.toml`. Raises RefusedError."""
    found, problems = [], []
    for path, match in matching(folder, r"(?P<half>up|down)\.sql", deep=True):
        if match["half"] != "up":
            continue
        name = path.parent.name
        version, _, words = name.partition("_")
        if path.parent.parent != folder or not re.fullmatch(r"[\d-]+", version):
            message = "stands in no folder named as Diesel names migrations"
            problems.append(Problem(path, 0, message, "Name it VERSION_name, right below DIR."))
            continue
        down, metadata = path.with_name("down.sql"), path.with_name("metadata.toml")
        settings = tomllib.loads(text_of(metadata)) if metadata.is_file() else {}
        alone = settings.get("run_in_transaction") is False
        found.append(
            Original(
                key=version.replace("-", ""),
                name=words,
                path=path,
                up=text_of(path),
                down=text_of(down) if down.is_file() else "",
                transactional=not alone,
                down_transactional=not alone,
            )
        )
    refuse(problems)
    return Originals(each_once(sorted(found, key=lambda one: one.key)))


def _paired(files: Iterable[tuple[Path, re.Match[str]]]) -> Originals:
    ups, undos = [], {}
    for path, match in files:
        key, text = str(int(match["key"])), text_of(path)
        one = Original(key, match["name"], path, text, transactional=not _ALONE.match(text))
        if match["half"] == "down":
            undos[key] = one
        else:
            ups.append(one)
    return Originals(each_once(sorted(undone(ups, undos), key=lambda one: int(one.key))))
