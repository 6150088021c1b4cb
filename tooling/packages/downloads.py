"""Archives from the package index that are unpacked, not installed; pinned by hash."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tooling.errors import InputError, ToolingError

PINS = "requirements/downloads.txt"


def fetch(package: str, folder: Path, *, root: Path, pins: str = PINS) -> Path:
    """Return the archive of `package` in `folder`, downloaded if it is not there.

    Version and hashes are those of `root`/`pins`. Raises ToolingError.
    """
    line = pin(package, root, pins)
    version = line.split()[0].partition("==")[2]
    pattern = f"{package.replace('-', '_')}-{version}-*.whl"
    if not list(folder.glob(pattern)):
        _download(line, folder)
    return next(folder.glob(pattern))


def pin(package: str, root: Path, pins: str = PINS) -> str:
    """Return the line that pins `package`: name, version and hashes. Raises InputError."""
    file = root / pins
    lines = file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    for line in lines:
        if line.startswith(f"{package}=="):
            return line
    raise InputError(f"{file}: no line for {package}", hint="`make lock` writes the file.")


def _download(line: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(line)
        file.flush()
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary=:all:", "--python-version=3.12", "--require-hashes"]
        done = subprocess.run(  # noqa: S603
            [*command, "--dest", str(folder), "--requirement", file.name],
            check=False,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["pip said nothing"]
        raise ToolingError(
            f"cannot download {line.split()[0]}: {said[-1]}",
            hint=f"Check that pip reaches its package index, or copy the file into {folder}.",
        )
