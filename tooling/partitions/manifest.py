"""What an archive of a partition holds: its manifest, and the hash of its rows."""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tooling.errors import InputError

FORMAT = 2
_LINES = 1000
"""Format 1 had the hash of the whole text; from 2 on it is that of the hashes of so many lines."""
_CHUNK = 1 << 20


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


def read(folder: Path, partition: str) -> Manifest:
    """Return the manifest of a partition's archive. Raises InputError."""
    file = inside(folder, f"{partition}.json")
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


def inside(folder: Path, name: str) -> Path:
    """Return the file of the folder. The owner of the database chooses its name, not its path."""
    if Path(name).name != name:
        raise InputError(f"not the name of a file in {folder}: {name}")
    return folder / name
