"""The test files: which there are, what each says with what it includes, how it may be run."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pgproof.errors import InputError

ENDINGS = (".sql", ".pg")
_INCLUDED = re.compile(r"^\\(i|ir|include|include_relative)\s+(\S+)\s*$", re.MULTILINE)
_BEGIN = re.compile(
    r"\A(?:\s|--[^\n]*\n|/\*.*?\*/|\\(?!i)[^\n]*\n)*(?:begin|start\s+transaction)\b[^;]*;",
    re.IGNORECASE | re.DOTALL,
)
_ROLLBACK = re.compile(r"\brollback\s*;\s*\Z", re.IGNORECASE)
_OUTSIDE = re.compile(
    r"^\\(?:c|connect|!|copy|g\s*\|)\b|\bdblink|\bpostgres_fdw\b|^\s*(?:commit|prepare\s+transaction)\b",
    re.IGNORECASE | re.MULTILINE,
)
_COMMENTS = re.compile(r"--[^\n]*")
_CATALOGUE = re.compile(
    r"\bpg_(?:class|proc|constraint|attribute|attrdef|index|trigger|policy|policies|type|enum|get_\w+"
    r"|description|namespace|roles|depend|rewrite|views|indexes|tables)\b|\baclexplode\b"
    r"|\bhas_\w+_privilege\b|\w+_privs_are\b|\binformation_schema\.",
    re.IGNORECASE,
)
_DESCRIBED = re.compile(r"\b(?:obj|col|shobj)_description\b|\bpg_description\b", re.IGNORECASE)
_DEEPEST = 10


@dataclass(frozen=True)
class TestFile:
    """`name` is relative to the folder of settings; `text` is `own` with what it includes."""

    __test__ = False

    path: Path
    name: str
    own: str
    text: str

    @cached_property
    def is_enclosed(self) -> bool:
        """Whether it is one transaction that is rolled back, so that a mutant may be part of it."""
        bare = _COMMENTS.sub("", self.text)
        return (
            _BEGIN.match(self.text) is not None
            and _ROLLBACK.search(bare) is not None
            and len(re.findall(r"^\s*rollback\s*;", bare, re.IGNORECASE | re.MULTILINE)) == 1
            and not _OUTSIDE.search(bare)
        )

    @cached_property
    def reads_catalogue(self) -> bool:
        """Whether it asks the catalogue, and so perhaps about every object.

        What it includes asks for it about objects that it names.
        """
        return _CATALOGUE.search(self.own) is not None

    @cached_property
    def includes_catalogue(self) -> bool:
        """Whether it asks the catalogue by a file that it includes."""
        return _CATALOGUE.search(self.text) is not None

    @cached_property
    def reads_comments(self) -> bool:
        """Whether it makes claims about comments."""
        return _DESCRIBED.search(self.text) is not None

    @cached_property
    def words(self) -> frozenset[str]:
        """Return the words in it, in lower case; a dot does not divide them."""
        plain = self.text.lower()
        return frozenset(re.findall(r"[\w.]+", plain)) | frozenset(re.findall(r"\w+", plain))

    def text_with(self, statements: str) -> str:
        """Return the text with statements just before the transaction is rolled back."""
        head, _, _ = self.text.rstrip().rpartition(";")
        start = head.lower().rindex("rollback")
        return f"{self.text[:start]}{statements}\nrollback;\n"


def read(folder: Path, root: Path) -> tuple[TestFile, ...]:
    """Return the test files at and below `folder`, in pg_prove's order. Raises InputError."""
    if folder.is_file():
        paths = [folder]
    else:
        paths = sorted(one for one in folder.rglob("*") if one.suffix in ENDINGS and one.is_file())
    if not paths:
        raise InputError(
            f"{folder}: there are no pgTAP tests",
            hint="Name their folder with --tests, or in the setting `tests`.",
        )
    return tuple(
        TestFile(
            one,
            str(one.relative_to(root)) if one.is_relative_to(root) else str(one),
            _text(one),
            _whole(one, 0),
        )
        for one in paths
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8", hint="Write the test in UTF-8.") from error


def _whole(path: Path, depth: int) -> str:
    """Return a file's text with the files that it includes in their places."""
    text = _text(path)
    if depth > _DEEPEST:
        return text

    def included(match: re.Match[str]) -> str:
        name = match[2].strip("'")
        other = path.parent / name if "r" in match[1] else Path(name)
        return _whole(other, depth + 1) if other.is_file() else match[0]

    return _INCLUDED.sub(included, text)
