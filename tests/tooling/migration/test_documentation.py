"""The page of exit codes says what the program says."""

import re
from pathlib import Path

from tooling.errors import Exit

PAGE = Path(__file__).parents[3] / "docs/reference/exit-codes.md"


def test_every_exit_code_is_on_the_page_and_no_other() -> None:
    rows = re.findall(r"^\| (\d+) \| ([A-Z]+) \|", PAGE.read_text(), re.MULTILINE)
    assert [(int(code), name) for code, name in rows] == [(one.value, one.name) for one in Exit]
