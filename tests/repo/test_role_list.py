"""The roles are listed in sql/roles.sql, and nowhere else."""

import re
from pathlib import Path

from tests.roles import ROOT, roles

LINES, MANY = 5, 6
"""So many lines that name so many roles are taken for a list of them."""
LISTS = {"sql/roles.sql", "compose/ha/patroni.yaml"}
"""The list, and who may connect from where in a file that is not pg_hba.conf by name."""


def lists(text: str, known: set[str]) -> list[int]:
    """Return the numbers of the lines at which a list of roles begins."""
    lines = text.splitlines()
    named = [known & set(re.findall(r"eagle_\w+", line)) for line in lines]
    return [
        number
        for number in range(1, len(lines) + 1)
        if len(set().union(*named[number - 1 :][:LINES])) >= MANY
    ]


def files() -> list[Path]:
    """Return what is run, of this product: SQL, programs and the files of compose."""
    found = [
        path
        for folder in ("sql", "tooling", "compose", "monitoring")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc" and path.name != "pg_hba.conf"
    ]
    assert len(found) > 100
    return [path for path in found if str(path.relative_to(ROOT)) not in LISTS]


def test_no_other_file_lists_the_roles() -> None:
    known = set(roles())
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files()
        for number in lists(path.read_text(encoding="utf-8", errors="replace"), known)
    ]
    assert not found, f"take the roles that begin with eagle_ instead: {found}"


def test_a_list_is_seen() -> None:
    assert lists((ROOT / "sql/roles.sql").read_text(), set(roles()))
