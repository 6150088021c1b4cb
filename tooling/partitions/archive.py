"""A retired partition as a compressed file with a manifest beside it.

The file is what COPY writes as text, compressed by gzip, in the order of the rows' chains. It is
written under another name, flushed, read back and compared, and only then given its name. Only its
owner reads it.
"""

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from psycopg import sql

from tooling.database import Connection
from tooling.errors import InputError
from tooling.partitions import manifest as manifests
from tooling.partitions.manifest import FORMAT, Content, Manifest, inside

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


def write(
    connection: Connection, folder: Path, partition: str, retired: dict[str, Any]
) -> Manifest:
    """Write the rows of a detached partition and return the manifest, which is written last.

    An archive of the same partition in the folder is replaced. Raises InputError if what is read
    back is not what was written.
    """
    file = inside(folder, f"{partition}.copy.gz")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, value in _SPELLING.items():
        connection.execute("select set_config(%s, %s, false)", [name, value])
    columns = _columns(connection, partition)
    query = sql.SQL("copy (select {} from {} as e order by {}) to stdout").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Identifier(*partition.split(".")),
        _order(columns),
    )
    content, found = Content(), Content()
    with _unfinished(file) as (raw, unfinished):
        with (
            gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, mtime=0, filename="") as out,
            connection.cursor().copy(query) as copy,
        ):
            for chunk in copy:
                content.update(bytes(chunk))
                out.write(chunk)
        raw.flush()
        for part in _uncompressed(unfinished):
            found.update(part)
        digest = content.hexdigest()
        if (found.hexdigest(), found.rows) != (digest, content.rows):
            raise InputError(f"{unfinished}: what was read back is not what was written")
        manifest = Manifest(
            FORMAT, partition, retired["relation"],
            (str(retired["starts_at"]), str(retired["ends_at"])), tuple(columns), content.rows,
            file.name, _file_sha256(unfinished), digest,
        )  # fmt: skip
    with _unfinished(folder / f"{partition}.json") as (raw, _):
        raw.write((json.dumps(asdict(manifest), indent=2) + "\n").encode())
    return manifest


def rows(folder: Path, manifest: Manifest) -> Iterator[bytes]:
    """Yield the rows of an archive in chunks.

    Raises InputError before the first if the file is not the manifest's, and after the last if its
    content is not.
    """
    file = inside(folder, manifest.file_name)
    if not file.is_file() or _file_sha256(file) != manifest.file_sha256:
        raise InputError(
            f"{file}: missing, or not the file that the manifest describes",
            hint="Restore it from a backup copy.",
        )
    content = Content(manifest.format)
    for chunk in _uncompressed(file):
        content.update(chunk)
        yield chunk
    if content.hexdigest() != manifest.content_sha256:
        raise InputError(f"{file}: its rows are not those that the manifest describes")


def prove(folder: Path, recorded: dict[str, Any]) -> None:
    """Read an archive once more and compare it with its record. Raises InputError."""
    manifest = manifests.read(folder, recorded["partition"])
    if (manifest.file_sha256, manifest.content_sha256, manifest.row_count) != (
        recorded["file_sha256"], recorded["content_sha256"], recorded["row_count"]
    ):  # fmt: skip
        raise InputError(f"{folder / manifest.file_name}: not the archive that was recorded")
    for _ in rows(folder, manifest):
        pass


@contextmanager
def _unfinished(file: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """Yield a new file under another name, for its owner alone; give it its name at the end."""
    beside = file.with_name(f"{file.name}.unfinished")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        yield stream, beside
        stream.flush()
        os.fsync(stream.fileno())
    beside.rename(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _uncompressed(file: Path) -> Iterator[bytes]:
    try:
        with gzip.open(file) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (OSError, EOFError) as error:
        raise InputError(f"{file}: {error}") from error


def _file_sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _columns(connection: Connection, partition: str) -> list[str]:
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
    """Order as ops.archive_sha256() does, so that an archive's bytes depend on its rows alone."""
    wanted = [name for name in ("account_id", "project_id", "position") if name in columns]
    whole = sql.SQL('e::text collate "C"')
    return sql.SQL(", ").join([*map(sql.Identifier, wanted), whole])
