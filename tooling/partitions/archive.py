"""A retired partition as a compressed file with a manifest beside it.

The file is what COPY writes as text, compressed by gzip, in the order of the rows' chains. It is
written under another name, flushed, read back and compared, and only then given its name. Only its
owner reads it.
"""

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

from tooling.errors import InputError

FORMAT = 1
_CHUNK = 1 << 20
# Settings that the text of a value depends on.
_SPELLING = {
    "client_encoding": "UTF8",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}


@dataclass(frozen=True)
class Manifest:
    """What an archive holds. Hashes are SHA-256 in hex: of the file, and of its rows as text."""

    format: int
    partition: str
    relation: str
    bounds: tuple[str, str]
    columns: tuple[str, ...]
    row_count: int
    file_name: str
    file_sha256: str
    content_sha256: str


def write(
    connection: psycopg.Connection[Any], folder: Path, partition: str, retired: dict[str, Any]
) -> Manifest:
    """Write the rows of a detached partition and return the manifest, which is written last.

    An archive of the same partition in the folder is replaced. Raises InputError if what is read
    back is not what was written.
    """
    file = _inside(folder, f"{partition}.copy.gz")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, value in _SPELLING.items():
        connection.execute("select set_config(%s, %s, false)", [name, value])
    unfinished = file.with_name(f"{file.name}.unfinished")
    columns = _columns(connection, partition)
    content, rows = sha256(), 0
    with _private(unfinished) as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, mtime=0, filename="") as out:
            query = sql.SQL("copy (select {} from {} order by {}) to stdout").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)), _name(partition), _order(columns)
            )
            with connection.cursor().copy(query) as copy:
                for chunk in copy:
                    content.update(chunk)
                    rows += bytes(chunk).count(b"\n")
                    out.write(chunk)
        raw.flush()
        os.fsync(raw.fileno())
    _check(unfinished, content.hexdigest(), rows)
    manifest = Manifest(
        FORMAT, partition, retired["relation"],
        (str(retired["starts_at"]), str(retired["ends_at"])), tuple(columns), rows, file.name,
        _file_sha256(unfinished), content.hexdigest(),
    )  # fmt: skip
    unfinished.rename(file)
    _write_whole(folder / f"{partition}.json", json.dumps(asdict(manifest), indent=2) + "\n")
    return manifest


def read_manifest(folder: Path, partition: str) -> Manifest:
    """Return the manifest of a partition's archive. Raises InputError."""
    file = _inside(folder, f"{partition}.json")
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        found["bounds"], found["columns"] = tuple(found["bounds"]), tuple(found["columns"])
        manifest = Manifest(**found)
    except FileNotFoundError as error:
        raise InputError(
            f"{file}: there is no such manifest", hint="Name the folder of archives with --archive."
        ) from error
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise InputError(f"{file}: not a manifest of an archive: {error}") from error
    if manifest.format != FORMAT or manifest.partition != partition:
        raise InputError(f"{file}: a manifest of another format or partition")
    return manifest


def rows(folder: Path, manifest: Manifest) -> Iterator[bytes]:
    """Yield the rows of an archive in chunks.

    Raises InputError before the first if the file is not the manifest's, and after the last if its
    content is not.
    """
    file = _inside(folder, manifest.file_name)
    if not file.is_file() or _file_sha256(file) != manifest.file_sha256:
        raise InputError(
            f"{file}: missing, or not the file that the manifest describes",
            hint="Restore it from a backup copy.",
        )
    content = sha256()
    for chunk in _uncompressed(file):
        content.update(chunk)
        yield chunk
    if content.hexdigest() != manifest.content_sha256:
        raise InputError(f"{file}: its rows are not those that the manifest describes")


def _private(file: Path) -> IO[bytes]:
    """Open a new file for its owner alone, in the place of one that was left half-written."""
    file.unlink(missing_ok=True)
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _inside(folder: Path, name: str) -> Path:
    """Return the file of the folder: whoever owns the database names partitions, and no paths."""
    if Path(name).name != name:
        raise InputError(f"not the name of a file in {folder}: {name}")
    return folder / name


def _check(file: Path, content: str, count: int) -> None:
    found, lines = sha256(), 0
    for chunk in _uncompressed(file):
        found.update(chunk)
        lines += chunk.count(b"\n")
    if (found.hexdigest(), lines) != (content, count):
        raise InputError(f"{file}: what was read back is not what was written")


def _uncompressed(file: Path) -> Iterator[bytes]:
    try:
        with gzip.open(file) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (OSError, EOFError) as error:
        raise InputError(f"{file}: {error}") from error


def _file_sha256(file: Path) -> str:
    with file.open("rb") as stream:
        digest = sha256()
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _write_whole(file: Path, text: str) -> None:
    unfinished = file.with_name(f"{file.name}.unfinished")
    with _private(unfinished) as stream:
        stream.write(text.encode())
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.rename(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _columns(connection: psycopg.Connection[Any], partition: str) -> list[str]:
    query = """
        select a.attname
          from pg_catalog.pg_attribute as a
         where a.attrelid = %s::regclass
           and a.attnum > 0
           and not a.attisdropped
           and a.attgenerated = ''
         order by a.attnum"""
    return [name for (name,) in connection.execute(query, [partition]).fetchall()]


def _order(columns: list[str]) -> sql.Composable:
    """Order by chain, so that an archive's bytes depend on its rows alone."""
    wanted = [name for name in ("account_id", "project_id", "position") if name in columns]
    return sql.SQL(", ").join(map(sql.Identifier, wanted or columns[:1]))


def _name(partition: str) -> sql.Identifier:
    return sql.Identifier(*partition.split("."))
