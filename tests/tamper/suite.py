"""All tamperings, by importing the modules that hold them, and those that nothing can see."""

import re

from tests.attacks.world import ROOT
from tests.tamper import chains, guards, records, tables
from tests.tamper.case import CASES

__all__ = ["CASES", "chains", "guards", "records", "tables", "unseen"]

PAGE = ROOT / "docs/explanation/audit-log.md"
_HEADING = "## What nothing inside the database can see"


def unseen() -> list[str]:
    """Return the tamperings that the page lists, each with its reason, as seen by nothing."""
    section = PAGE.read_text(encoding="utf-8").partition(_HEADING)[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| .{20,} \|$", section, re.MULTILINE)
    return [name for name in rows if name != "what is done"]
