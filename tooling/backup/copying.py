"""Copy a backup's files and its WAL to where a server is to run, several files at once."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tooling.backup import catalog, programs
from tooling.backup.barman import Barman
from tooling.backup.catalog import Backup
from tooling.backup.settings import BackupSettings
from tooling.backup.timelines import Line
from tooling.errors import ToolingError

Spaces = Mapping[int, Path]
"""The folders of tablespaces by object ID."""

_WORKERS = 4
_LEFT_OUT = {"backup_manifest", "postmaster.pid", "postmaster.opts"}
_SPACES = "pg_tblspc"
_BLOCK = 1 << 30


def base(barman: Barman, backup: Backup, data: Path, spaces: Spaces) -> None:
    """Make a data directory and its tablespaces of a backup and those it adds to.

    Nothing is flushed: a server that recovers flushes all of its files first. Raises ToolingError.
    """
    settings = barman.settings
    links = catalog.chain(backup, catalog.backups(settings))
    if len(links) == 1:
        trees = [(catalog.data(settings, backup.backup_id), data)]
        trees += [(catalog.tablespace(settings, backup.backup_id, oid), place)
                  for oid, place in spaces.items()]  # fmt: skip
        _copy_trees(trees)
        for oid, place in spaces.items():
            (data / _SPACES / str(oid)).symlink_to(place)
    else:
        _combine(barman, links, data, spaces)


def relink(settings: BackupSettings, backup: Backup) -> None:
    """Let the links of a backup lead to its tablespaces, wherever its folder is now."""
    for one in backup.tablespaces:
        link = catalog.data(settings, backup.backup_id) / _SPACES / str(one.oid)
        place = catalog.tablespace(settings, backup.backup_id, one.oid)
        if not link.is_symlink() or link.readlink() != place:
            link.parent.mkdir(mode=0o700, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(place)


def move_links(data: Path, spaces: Spaces) -> None:
    """Let the links of a data directory lead to other folders."""
    for oid, place in spaces.items():
        link = data / _SPACES / str(oid)
        link.unlink()
        link.symlink_to(place)


def atomically(source: Path, target: Path) -> None:
    """Copy a small file, which is there as a whole or not at all."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.new")
    shutil.copyfile(source, beside)
    beside.replace(target)


def wal(line: Line, data: Path, since: int = 0) -> None:
    """Copy segments, from number `since` on, and all histories to where recovery reads them.

    A segment that is still being received is filled up; what is beyond the end of a timeline that
    was left is not copied.
    """
    place = data / "pg_wal"
    (place / "archive_status").mkdir(mode=0o700, parents=True, exist_ok=True)
    for history in (*line.place.glob("wals/*.history"), *line.place.glob("streaming/*.history")):
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(history, place / history.name)
    last = max(line.segments, default=0)

    def copy(number: int) -> None:
        target = place / line.name(number)
        for file in line.files(number):
            with contextlib.suppress(FileNotFoundError):
                _copy_file(file, target)
                break
        if number == last and line.end:
            os.truncate(target, line.end % line.size)
        os.truncate(target, line.size)

    _all([partial(copy, number) for number in line.segments if number >= since])


def size(settings: BackupSettings, backup: Backup) -> tuple[int, dict[int, int]]:
    """Return about how many bytes the data directory of a backup and its tablespaces will take."""
    data, spaces = 0, {one.oid: 0 for one in backup.tablespaces}
    for one in catalog.chain(backup, catalog.backups(settings)):
        data += _bytes(catalog.data(settings, one.backup_id))
        for oid in spaces:
            spaces[oid] += _bytes(catalog.tablespace(settings, one.backup_id, oid))
    return data, spaces


def _bytes(folder: Path) -> int:
    return sum(
        (Path(here) / name).lstat().st_size for here, _, files in os.walk(folder) for name in files
    )


def _copy_trees(trees: Sequence[tuple[Path, Path]]) -> None:
    files = [pair for source, target in trees for pair in _prepared(source, target)]
    files.sort(key=lambda pair: pair[0].stat().st_size, reverse=True)
    _all([partial(_copy_file, *pair) for pair in files])


def _all(copies: Sequence[Callable[[], None]]) -> None:
    """Copy several at once. Raises ToolingError if one fails."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        try:
            list(pool.map(lambda copy: copy(), copies))
        except OSError as error:
            pool.shutdown(cancel_futures=True)
            raise ToolingError(f"cannot copy the backup: {error}") from error


def _prepared(source: Path, target: Path) -> Iterator[tuple[Path, Path]]:
    """Make the folders of a tree, and yield its files with where they go."""
    for here, folders, files in os.walk(source):
        place = target / Path(here).relative_to(source)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in files:
            if name not in _LEFT_OUT:
                yield Path(here) / name, place / name
        folders[:] = [name for name in folders if not (Path(here) / name).is_symlink()]


def _copy_file(source: Path, target: Path) -> None:
    """Copy a file in the kernel where it can, by reference where its file system can."""
    with source.open("rb") as read, target.open("wb") as write:
        os.fchmod(write.fileno(), os.fstat(read.fileno()).st_mode & 0o777)
        with contextlib.suppress(OSError, AttributeError):
            while os.copy_file_range(read.fileno(), write.fileno(), _BLOCK):
                pass
        # What was copied above was read, so that this goes on where it ended.
        write.seek(read.tell())
        shutil.copyfileobj(read, write, 1 << 20)


def _combine(barman: Barman, links: Sequence[Backup], data: Path, spaces: Spaces) -> None:
    settings = barman.settings
    words: list[str | Path] = ["--no-sync", "--no-manifest"]
    if settings.home.stat().st_dev == data.parent.stat().st_dev and hasattr(os, "copy_file_range"):
        words.append("--copy-file-range")
    for oid, place in spaces.items():
        source = catalog.tablespace(settings, links[-1].backup_id, oid)
        words.append(f"--tablespace-mapping={_escaped(source)}={_escaped(place)}")
    folders = [catalog.data(settings, one.backup_id) for one in links]
    done = programs.run(barman.bin_dir, "pg_combinebackup", *words, "-o", data, *folders)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise ToolingError(f"pg_combinebackup: {said[-1].removeprefix('pg_combinebackup: ')}")


def _escaped(path: Path) -> str:
    return str(path).replace("=", "\\=")
