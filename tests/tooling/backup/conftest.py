"""Backups are flushed to disk file by file: in memory, where there is room, they take no time."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import BUILD
from tests.tooling.backup.world import World
from tooling.backup import programs

MEMORY = Path("/dev/shm")
NEEDED = 2 << 30


@pytest.fixture(scope="package", autouse=True)
def in_memory() -> Iterator[None]:
    """Make temporary folders in memory if there is room; fetch rsync once, if there is none."""
    with pytest.MonkeyPatch.context() as patch:
        if rsync := programs.rsync_folder(BUILD / "rsync"):
            patch.setenv("PATH", f"{rsync}:{os.environ['PATH']}")
        if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > NEEDED:
            patch.setattr(tempfile, "tempdir", str(MEMORY))
            patch.setenv("TMPDIR", str(MEMORY))
        yield


@pytest.fixture
def folder(source: World) -> Iterator[Path]:
    """Return a place to restore to; what runs in it is stopped. `source` is each file's own."""
    place = source.place / "copy"
    yield place
    source.stop_copy(place)
