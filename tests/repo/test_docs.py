"""Laws of the documentation."""

import re
from pathlib import Path

import pytest

from tests.repo.documentation import pages
from tooling.reference.markdown import anchor

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
FENCED = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|tmp|root|home|Users)/\S*")
DECISION = re.compile(r"\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.md")
RUN_OR_NOT = {
    "sql",
    "console",
    "diff",
    "blue",
    "green",
    "both",
    "text",
    "mermaid",
    "json",
    "python",
    "toml",
    "yaml",
    "csv",
    "ini",
}
every_page = pytest.mark.parametrize("page", pages.all_pages(), ids=pages.name)


def prose(page: Path) -> str:
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> list[str]:
    """Return the targets of a page's links, less those on the web."""
    found = [one or other for one, other in LINK.findall(prose(page))]
    return [target for target in found if not target.startswith(("https://", "http://", "mailto:"))]


def anchors(page: Path) -> set[str]:
    """Return the fragments that GitHub gives the headings of a page."""
    return {anchor(heading.replace("`", "").strip()) for heading in HEADING.findall(prose(page))}


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in links(page):
        path, _, fragment = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        found = file.is_relative_to(pages.ROOT) and file.exists()
        if not found or (fragment and fragment not in anchors(file)):
            broken.append(target)
    assert broken == []


@every_page
def test_no_page_names_a_path_of_somebodys_machine(page: Path) -> None:
    assert MACHINE_PATH.findall(page.read_text(encoding="utf-8")) == []


@every_page
def test_a_page_opens_with_its_one_title(page: Path) -> None:
    titles = re.findall(r"^# .+$", prose(page), re.MULTILINE)
    assert titles == [page.read_text(encoding="utf-8").splitlines()[0]]


@every_page
def test_every_block_says_what_it_is(page: Path) -> None:
    """So that none escapes the test that runs `sql` and `console`, and colours are right."""
    unknown = [b.place for b in pages.blocks(page) if b.language not in RUN_OR_NOT]
    assert unknown == []


def test_every_page_of_docs_is_in_the_index() -> None:
    index = pages.ROOT / "docs/README.md"
    linked = {(index.parent / target.split("#")[0]).resolve() for target in links(index)}
    written = set((pages.ROOT / "docs").rglob("*.md")) - {index}
    assert sorted(pages.name(page) for page in written - linked) == []


def test_decisions_are_numbered_and_short() -> None:
    folder = pages.ROOT / "docs/decisions"
    files = sorted(folder.glob("*.md"))
    assert [file.name for file in files if not DECISION.fullmatch(file.name)] == []
    numbers = [int(file.name[:4]) for file in files]
    assert numbers == list(range(1, len(files) + 1))
    assert [f.name for f in files if len(f.read_text(encoding="utf-8").splitlines()) > 40] == []


@pytest.mark.parametrize("heading", ["## Context", "## Decision", "## Consequences"])
def test_decisions_say_why_what_and_at_what_price(heading: str) -> None:
    files = sorted((pages.ROOT / "docs/decisions").glob("*.md"))
    assert files
    assert [file.name for file in files if heading not in heading_lines(file)] == []


def heading_lines(page: Path) -> list[str]:
    return [line for line in prose(page).splitlines() if line.startswith("#")]
