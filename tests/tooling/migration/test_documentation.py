"""The page of exit codes says what the program says."""

import re
from pathlib import Path

from tooling.errors import Exit, OwnExit

PAGE = Path(__file__).parents[3] / "docs/reference/exit-codes.md"


def test_every_exit_code_is_on_the_page_and_no_other() -> None:
    rows = re.findall(r"^\| (\d+) \| ([A-Z]+) \|", PAGE.read_text(), re.MULTILINE)
    codes = sorted((one.value, one.name) for one in (*Exit, *OwnExit))
    assert [(int(code), name) for code, name in rows] == codes
    assert len(dict(codes)) == len(codes)
