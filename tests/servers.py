"""The servers that the tests run against."""

from pathlib import Path

BUILD = Path(__file__).resolve().parent.parent / "build"
VERSIONS = ("16", "17", "18")


def bin_dir(version: str) -> Path | None:
    """Return the folder of the programs of a major version; None: the embedded ones."""
    if version == "18":
        return None
    folder = BUILD / f"postgresql-{version}/bin"
    assert folder.is_dir(), f"PostgreSQL {version} is not in {folder}: run `make servers`"
    return folder
