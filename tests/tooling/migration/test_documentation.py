"""The page of exit codes says what the program says."""

import re
from pathlib import Path

from pgproof.errors import Exit as RunnerExit
from tooling.errors import Exit

PAGE = Path(__file__).parents[3] / "docs/reference/exit-codes.md"


def test_every_exit_code_is_on_the_page_and_no_other() -> None:
    rows = re.findall(r"^\| (\d+) \| ([A-Z]+) \|", PAGE.read_text(), re.MULTILINE)
    assert [(int(code), name) for code, name in rows] == sorted(
        (one.value, one.name) for one in Exit
    )


def test_the_codes_of_the_runner_keep_their_meaning_and_each_other_is_the_products() -> None:
    runners = {name: code.value for name, code in RunnerExit.__members__.items()}
    ours = {name: code.value for name, code in Exit.__members__.items()}
    assert len(set(ours.values())) == len(ours)
    assert runners.items() <= ours.items()
    assert all(10 < ours[name] < 126 for name in ours.keys() - runners)
