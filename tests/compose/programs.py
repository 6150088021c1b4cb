"""The programs that the image of tooling has: Debian's own and those of the packages it adds."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.conftest import ROOT
from tooling.backup import programs

DOCKERFILE = ROOT / "compose/tooling/Dockerfile"


def packages() -> list[str]:
    """Return the packages that the Dockerfile installs."""
    found = re.findall(r"apt-get install (.*?)\\?$", DOCKERFILE.read_text(), re.MULTILINE)
    return [word for line in found for word in line.split() if not word.startswith("-")]


def folder(place: Path) -> str:
    """Fill `place` with links to the image's programs; return a PATH that has no others.

    Where the machine has no dpkg to tell which they are, that is the machine's own PATH.
    """
    if not shutil.which("dpkg-query"):
        return os.environ["PATH"]
    place.mkdir()
    for package in [*_essential(), *packages()]:
        for program in _programs(package):
            if os.access(program, os.X_OK):
                (place / program.name).unlink(missing_ok=True)
                (place / program.name).symlink_to(program)
    return str(place)


def _essential() -> list[str]:
    lines = _query("-W", "-f", "${Essential} ${Package}\n")
    return [line.split()[1] for line in lines if line.startswith("yes ")]


def _programs(package: str) -> list[Path]:
    """Return the programs of a package, as files of this machine."""
    if package == "rsync":
        unpacked = programs.rsync_folder(ROOT / "build/rsync")
        return [unpacked / "rsync" if unpacked else Path(str(shutil.which("rsync")))]
    if package == "python3-venv":  # the virtual environment that the tests run in
        return []
    folders = {"/bin", "/sbin", "/usr/bin", "/usr/sbin"}
    files = [Path(line) for line in _query("-L", package)]
    found = [file for file in files if str(file.parent) in folders]
    return [*found, Path("/bin/sh")] if package == "dash" else found


def _query(*words: str) -> list[str]:
    done = subprocess.run(["dpkg-query", *words], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()
