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

FORMAT = 2
_LINES = 1000
"""Format 1 had the hash of the whole text; from 2 on it is that of the hashes of so many lines."""
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


class Content:
    """The hash of rows as ops.archive_sha256() computes it, and their number."""

    def __init__(self, of_format: int = FORMAT) -> None:
        """Begin with no rows; of format 1 the hash is that of the whole text."""
        self._is_plain = of_format == 1
        self._all, self._block, self._rest, self.rows = sha256(), sha256(), b"", 0

    def update(self, chunk: bytes) -> None:
        """Add a piece of the text, however it was cut."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._block.update(line + b"\n")
            self.rows += 1
            if self.rows % _LINES == 0 and not self._is_plain:
                self._end_block()

    def hexdigest(self) -> str:
        """Return the hash, 64 hex digits; nothing can be added any more."""
        if self._is_plain:
            return self._block.hexdigest()
        if self.rows % _LINES:
            self._end_block()
        return self._all.hexdigest()

    def _end_block(self) -> None:
        self._all.update(self._block.digest())
        self._block = sha256()


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
    content = Content()
    with _private(unfinished) as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, mtime=0, filename="") as out:
            query = sql.SQL("copy (select {} from {} as e order by {}) to stdout").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)), _name(partition), _order(columns)
            )
            with connection.cursor().copy(query) as copy:
                for chunk in copy:
                    content.update(bytes(chunk))
                    out.write(chunk)
        raw.flush()
        os.fsync(raw.fileno())
    digest = content.hexdigest()
    _check(unfinished, digest, content.rows)
    manifest = Manifest(
        FORMAT, partition, retired["relation"],
        (str(retired["starts_at"]), str(retired["ends_at"])), tuple(columns), content.rows,
        file.name, _file_sha256(unfinished), digest,
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
            f"{file}: no such manifest", hint="Name the folder of archives with --archive."
        ) from error
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise InputError(f"{file}: not a manifest of an archive: {error}") from error
    if manifest.format not in (1, FORMAT) or manifest.partition != partition:
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
    content = Content(manifest.format)
    for chunk in _uncompressed(file):
        content.update(chunk)
        yield chunk
    if content.hexdigest() != manifest.content_sha256:
        raise InputError(f"{file}: its rows are not those that the manifest describes")


def prove(folder: Path, recorded: dict[str, Any]) -> None:
    """Read an archive once more and compare it with its record. Raises InputError."""
    manifest = read_manifest(folder, recorded["partition"])
    if (manifest.file_sha256, manifest.content_sha256, manifest.row_count) != (
        recorded["file_sha256"], recorded["content_sha256"], recorded["row_count"]
    ):  # fmt: skip
        raise InputError(f"{folder / manifest.file_name}: not the archive that was recorded")
    for _ in rows(folder, manifest):
        pass


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
    found = Content()
    for chunk in _uncompressed(file):
        found.update(chunk)
    if (found.hexdigest(), found.rows) != (content, count):
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
    """Order as ops.archive_sha256() does, so that an archive's bytes depend on its rows alone."""
    wanted = [name for name in ("account_id", "project_id", "position") if name in columns]
    whole = sql.SQL('e::text collate "C"')
    return sql.SQL(", ").join([*map(sql.Identifier, wanted), whole])


def _name(partition: str) -> sql.Identifier:
    return sql.Identifier(*partition.split("."))
