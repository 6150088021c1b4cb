"""A recording shows commands and what they print, and refers to nothing outside it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tooling.errors import ToolingError
from tooling.reference import recording

PICTURES = sorted((ROOT / "docs/images").glob("*.svg"))


def words(svg: str) -> str:
    """Return the text of a picture, its spaces made plain."""
    return " ".join(re.sub(r"<[^>]*>", " ", svg.replace("&#160;", " ")).split())


def test_a_command_and_its_output_are_shown(tmp_path: Path) -> None:
    file = tmp_path / "new/one.svg"
    run = [sys.executable, "-m", "tooling", "docs", "recording", str(file)]
    run.append("printf 'a <b>\\n1 & 2'")
    subprocess.run(run, cwd=ROOT, check=True, capture_output=True)
    svg = file.read_text()
    assert "$ printf" in words(svg)
    assert "a &lt;b&gt;" in words(svg)
    assert "1 &amp; 2" in words(svg)
    assert recording.draw([("x", "y")], "t") == recording.draw([("x", "y")], "t")


def test_a_command_that_fails_is_not_recorded(tmp_path: Path) -> None:
    with pytest.raises(ToolingError, match="exit 3: exit code 3"):
        recording.record(["exit 3"], tmp_path, "t")


@pytest.mark.parametrize("picture", PICTURES, ids=lambda one: one.name)
def test_a_picture_of_the_documentation_is_whole(picture: Path) -> None:
    svg = picture.read_text()
    assert len(svg) < 40_000
    assert "url(http" not in svg and "@import" not in svg
    assert f"]({picture.relative_to(ROOT)})" in (ROOT / "README.md").read_text()
    for command in re.findall(r"\$ tooling ([a-z]+)", words(svg)):
        run = [sys.executable, "-m", "tooling", command, "--help"]
        subprocess.run(run, cwd=ROOT, check=True, capture_output=True)
