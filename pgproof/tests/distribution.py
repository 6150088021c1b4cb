"""Print what an install of pgproof brings: version, size and licence of each distribution.

    python -m tests.distribution [server lint]

Run by the Python of an environment that has pgproof. Sizes are of the installed files, byte code
included, in MB of 10^6 bytes.
"""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

_CLASSIFIER = "License :: OSI Approved :: "
_WORDS = {
    "Apache": "Apache-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD License": "BSD",
    "MIT License": "MIT",
}


@dataclass(frozen=True)
class Part:
    name: str
    version: str
    licence: str
    megabytes: float


def parts(extras: Iterable[str] = ()) -> list[Part]:
    """Return pgproof and everything that it needs with these extras, by name."""
    from pip._vendor.packaging.requirements import Requirement

    found: dict[str, Part] = {}
    pending = [(Requirement("pgproof"), frozenset(extras))]
    done: set[tuple[str, frozenset[str]]] = set()
    while pending:
        requirement, wanted = pending.pop()
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if (name, wanted) in done:
            continue
        done.add((name, wanted))
        one = distribution(name)
        found[name] = Part(one.metadata["Name"], one.version, licence(one), size(one))
        for line in one.requires or []:
            inner = Requirement(line)
            environments = [{"extra": extra} for extra in wanted or {""}] + [{"extra": ""}]
            if inner.marker is None or any(inner.marker.evaluate(env) for env in environments):
                pending.append((inner, frozenset(inner.extras)))
    return sorted(found.values(), key=lambda part: part.name.lower())


def licence(one: Distribution) -> str:
    """Return the SPDX expression, or what the older fields say, as one; `unknown` if nothing."""
    metadata = one.metadata
    said = metadata.get("License-Expression") or metadata.get("License", "")
    if not said or "\n" in said:
        classifiers = metadata.get_all("Classifier") or []
        names = [text.removeprefix(_CLASSIFIER) for text in classifiers if _CLASSIFIER in text]
        said = " OR ".join(_WORDS.get(name, name) for name in names)
    return _WORDS.get(said, said) or "unknown"


def size(one: Distribution) -> float:
    files = (Path(str(file.locate())) for file in one.files or [])
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


if __name__ == "__main__":
    whole = 0.0
    for part in parts(sys.argv[1:]):
        whole += part.megabytes
        print(f"{part.name:<22}{part.version:<10}{part.megabytes:>7.2f} MB  {part.licence}")
    print(f"{'in all':<32}{whole:>7.2f} MB")
