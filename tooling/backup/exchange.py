"""Exchange a data directory and tablespaces for a copy beside them, or put them back."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tooling.errors import ToolingError

Move = tuple[Path, Path]
_NOT_DATA = "lost+found"
_NEW, _OLD = "restoring-", "before-"


@dataclass(frozen=True)
class Site:
    """A data directory, and where a copy of it is made and what it held is moved to.

    A mount point cannot be renamed: the copy is made inside of it, and its contents are exchanged.
    So are those of a tablespace's folder, whose parent may belong to another account.
    """

    data: Path
    stamp: str

    @property
    def is_mount(self) -> bool:
        """Tell whether the data directory is a file system of its own."""
        return self.data.is_mount()

    @property
    def new(self) -> Path:
        """The folder in which the copy is made."""
        name = f"{_NEW}{self.stamp}"
        return self.data / name if self.is_mount else _beside(self.data, name)

    @property
    def old(self) -> Path:
        """The folder to which the contents of the data directory are moved."""
        name = f"{_OLD}{self.stamp}"
        return self.data / name if self.is_mount else _beside(self.data, name)

    def new_space(self, location: Path) -> Path:
        """Return the folder in which the copy of a tablespace is made."""
        return location / f"{_NEW}{self.stamp}"

    def is_empty(self) -> bool:
        """Tell whether there is nothing to be moved away."""
        return not self.data.exists() or not any(_contents(self.data))

    def moves(self, locations: Sequence[Path]) -> list[Move]:
        """Return what has to be renamed, in order, so that the copy is in the place of the data."""
        found: list[Move] = []
        if self.is_mount:
            found += _exchanged(self.data, self.new, self.old)
        else:
            found += [(self.data, self.old)] if not self.is_empty() else []
            found.append((self.new, self.data))
        for location in locations:
            found += _exchanged(location, self.new_space(location), self._old_space(location))
        return found

    def before(self, locations: Sequence[Path]) -> tuple[Path, ...]:
        """Return the folders to which something was moved."""
        folders = (self.old, *map(self._old_space, locations))
        return tuple(one for one in folders if one.exists())

    def _old_space(self, location: Path) -> Path:
        return location / f"{_OLD}{self.stamp}"


def make(moves: Sequence[Move]) -> None:
    """Do all moves, or none. Raises ToolingError."""
    for number, (source, target) in enumerate(moves):
        try:
            target.parent.mkdir(mode=0o700, exist_ok=True)
            source.rename(target)
        except OSError as error:
            put_back(moves[:number])
            raise ToolingError(f"cannot move {source} to {target}: {error.strerror}") from error


def put_back(moves: Sequence[Move]) -> None:
    """Undo moves, and remove the folders that were made for them."""
    for source, target in reversed(moves):
        target.rename(source)
    clear([target.parent for _, target in moves if target.parent.name.startswith(_OLD)])


def clear(folders: Sequence[Path]) -> None:
    """Remove folders out of which everything was moved."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def free(needed: Mapping[Path, int]) -> Iterator[tuple[Path, int, int]]:
    """Yield each folder whose file system has not as much space as is needed, with both numbers."""
    by_disk: dict[int, list[Path]] = {}
    for folder in needed:
        by_disk.setdefault(_existing(folder).stat().st_dev, []).append(folder)
    for folders in by_disk.values():
        disk = os.statvfs(_existing(folders[0]))
        wanted, there = sum(needed[one] for one in folders), disk.f_bavail * disk.f_frsize
        if wanted > there:
            yield folders[0], wanted, there


def is_writable(folder: Path) -> bool:
    """Tell whether this account may make something in a folder, or may make the folder."""
    return os.access(_existing(folder), os.W_OK | os.X_OK, effective_ids=True)


def _existing(folder: Path) -> Path:
    return next(one for one in (folder, *folder.parents) if one.exists())


def _beside(folder: Path, name: str) -> Path:
    return folder.with_name(f"{folder.name}.{name}")


def _contents(folder: Path) -> Iterator[Path]:
    return (one for one in folder.iterdir() if one.name != _NOT_DATA)


def _exchanged(folder: Path, new: Path, old: Path) -> list[Move]:
    out = [] if not folder.exists() else [
        (one, old / one.name)
        for one in _contents(folder)
        if not one.name.startswith((new.name, _OLD))
    ]  # fmt: skip
    return [*out, *((one, folder / one.name) for one in new.iterdir())]
