"""The numbers that names begin with. Names are ordered as text, and people count."""

import re
from collections.abc import Collection, Mapping, Sequence

from pgproof.files.problem import Problem
from pgproof.files.script import Migration

_NUMBER = re.compile(r"\d{8}_\d\d(?=_)|\d+", re.ASCII)


def digits(name: str) -> str:
    """Return the number that a name begins with, as written; of yoyo's names the date and index."""
    match = _NUMBER.match(name)
    return match[0].replace("_", "") if match else ""


def problems(
    ordered: Sequence[Migration], depends: Mapping[str, tuple[str, ...]], pending: Collection[str]
) -> list[Problem]:
    """Return where the order of work is not that of the numbers, or two numbers are the same.

    Of two files one must be pending: what is applied stays as it is named. Where one depends on
    the other, whatever is between them, the order is told.
    """
    found = []
    of_number: dict[int, Migration] = {}
    highest: Migration | None = None
    for migration in ordered:
        written = digits(migration.id)
        if not written:
            continue
        other = of_number.setdefault(int(written), migration)
        message, remedy = "has the number of", "Give it the next number"
        if other is migration and highest and int(written) < int(digits(highest.id)):
            if len(written) == len(digits(highest.id)):
                continue
            other = highest
            message, remedy = "by its name comes after", "Write all numbers in as many digits"
        elif other is migration:
            highest = migration
            continue
        if {migration.id, other.id} & set(pending) and other.id not in reached(
            migration.id, depends
        ):
            remedy = f"{remedy}, or name the one that comes first in `-- depends:`."
            found.append(Problem(migration.path, 0, f"{message} {other.path.name}", remedy))
    return found


def reached(name: str, depends: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Return a migration and all that it depends on, directly or through others."""
    seen: set[str] = set()
    left = [name]
    while left:
        one = left.pop()
        if one in depends and one not in seen:
            seen.add(one)
            left += depends[one]
    return seen
