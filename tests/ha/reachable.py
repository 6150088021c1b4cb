"""A Python with Patroni that the servers' account can run, wherever this one's is."""

import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from tooling.server import places


@dataclass(frozen=True)
class Python:
    """How it is called, and what its environment needs."""

    command: list[str]
    environment: dict[str, str]


def python(place: Path, account: places.Account | None) -> Python:
    """Return this Python, or the system's with a copy in `place` of what Patroni needs."""
    if places.run_as(account, [sys.executable, "-c", "import patroni, psycopg, etcd"]):
        return Python([sys.executable], {})
    copy = place / "packages"
    for name in sorted(_needed("patroni", {"etcd3", "psycopg3"})):
        for file in metadata.files(name) or ():
            source = Path(str(file.locate()))
            if ".." not in file.parts and source.is_file():
                (copy / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, copy / file)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return Python([f"{sys.base_prefix}/bin/python3"], {"PYTHONPATH": str(copy)})


def _needed(name: str, extras: set[str]) -> set[str]:
    found, todo = set(), [(name, extras)]
    while todo:
        package, wanted = todo.pop()
        if package in found:
            continue
        found.add(package)
        for line in metadata.requires(package) or ():
            needed = Requirement(line)
            if needed.marker is None or any(
                needed.marker.evaluate({"extra": extra}) for extra in ("", *wanted)
            ):
                try:
                    metadata.distribution(needed.name)
                except metadata.PackageNotFoundError:
                    continue
                todo.append((needed.name, needed.extras))
    return found
