"""The programs that backups need: PostgreSQL's of the server's own version, and rsync."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tooling.errors import RefusedError
from tooling.packages import debian

_DEBIAN = "/usr/lib/postgresql/{major}/bin"
_RSYNC_PACKAGES = ("rsync", "libpopt0", "libxxhash0")


def find(major: int, chosen: Path | None = None) -> Path:
    """Return the folder of the programs of a major version. Raises RefusedError.

    That is `chosen`, else Debian's folder, else the PATH's, else the embedded server's; each only
    if it is of that version: a backup is combined and checked by the programs that made it.
    """
    from tooling.server.embedded import psql_program

    on_path = shutil.which("pg_basebackup")
    places = [Path(_DEBIAN.format(major=major)), psql_program().parent]
    if on_path:
        places.insert(1, Path(on_path).resolve().parent)
    for folder in [chosen] if chosen else places:
        if version(folder) == major:
            return folder
    looked = ", ".join(str(folder) for folder in ([chosen] if chosen else places))
    raise RefusedError(
        f"no programs of PostgreSQL {major} in {looked}",
        hint="Install the client and server packages of that version, or name their folder in "
        "TOOLING_BIN_DIR.",
    )


def version(folder: Path) -> int | None:
    """Return the major version of the programs in a folder; None if there are none."""
    try:
        done = run(folder, "pg_basebackup", "--version")
    except OSError:
        return None
    found = None if done.returncode else re.search(r"\d+", done.stdout)
    return int(found[0]) if found else None


def run(
    bin_dir: Path, program: str, *words: str | Path, **given: str
) -> "subprocess.CompletedProcess[str]":
    """Run a program of the folder and return how it went; `given` joins its environment."""
    return subprocess.run(  # noqa: S603
        [str(bin_dir / program), *words],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        env={**environment(bin_dir), **given},
    )


def environment(bin_dir: Path) -> Mapping[str, str]:
    """Return the environment in which the programs find their libraries; libpq's variables stay."""
    libraries = [str(bin_dir.parent / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]
    return {
        **os.environ,
        "LD_LIBRARY_PATH": ":".join(filter(None, libraries)),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }


def rsync_folder(home: Path) -> Path | None:
    """Return a folder with rsync to put on the PATH; None if the PATH has it already.

    Where the machine has none, Debian's package is unpacked into `home`. Raises RefusedError.
    """
    if shutil.which("rsync"):
        return None
    folder = home / "programs"
    script = folder / "rsync"
    if not script.is_file():
        unpacked = debian.unpacked(_RSYNC_PACKAGES, folder / "debian")
        libraries = ":".join(str(path) for path in sorted(unpacked.glob("usr/lib/*-linux-gnu*")))
        half_made = folder / f"rsync.half-made-{os.getpid()}"
        half_made.write_text(
            f'#!/bin/sh\nLD_LIBRARY_PATH="{libraries}" exec "{unpacked}/usr/bin/rsync" "$@"\n',
            encoding="utf-8",
        )
        half_made.chmod(0o755)
        half_made.replace(script)
    return folder
