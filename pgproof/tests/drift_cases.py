"""Changes by hand, each with the objects that are then not as the migrations made them."""

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROLES = ("drift_owner", "drift_reader", "drift_other")
BASE = (HERE / "drift_base.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Case:
    """`names` are those of the objects, with their kinds; `mends`: whether statements are known."""

    kind: str
    sql: str
    names: tuple[str, ...]
    mends: bool
    since: int


def _read(text: str) -> Case:
    def said(word: str) -> list[str]:
        return re.findall(rf"^-- {word}: (.*)$", text, re.MULTILINE)

    sql = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    since = max(map(int, said("since")), default=16)
    return Case(said("kind")[0], sql, tuple(said("differs")), "-- by hand\n" not in text, since)


CASES = tuple(
    _read(block)
    for block in (HERE / "drift_cases.sql").read_text(encoding="utf-8").split("\n\n")
    if block.startswith("-- kind")
)
