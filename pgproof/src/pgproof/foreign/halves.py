"""Formats with both halves in one file, told apart by comments: goose, dbmate and their like."""

import re
from dataclasses import dataclass
from pathlib import Path

from pgproof.files.problem import Problem, collecting, refuse
from pgproof.foreign.original import Original, Originals, each_once, matching, text_of


@dataclass(frozen=True)
class Halves:
    """How files are named and split. `alone` says of a half, `alone_all` of a file: no transaction.

    The pattern of names has a group `key` and a group `name`; lines that match `refused` mean
    something that is not converted.
    """

    file: str
    up: str
    down: str
    alone: str = r"(?!)"
    alone_all: str = r"(?!)"
    refused: str = r"(?!)"
    up_is_marked: bool = True
    numeric: bool = False

    def read(self, folder: Path) -> Originals:
        """Read the folder. Raises RefusedError for files that are not of the format."""
        problems: list[Problem] = []
        found = []
        for path, match in matching(folder, self.file):
            with collecting(problems):
                found.append(self._read_file(path, match))
        refuse(problems)
        found.sort(key=lambda one: (_number(one.path.name), one.path.name))
        return Originals(each_once(found))

    def _read_file(self, path: Path, match: re.Match[str]) -> Original:
        halves: dict[str, list[str]] = {"": [], "up": [], "down": []}
        alone = {"up": False, "down": False}
        marked = current = "" if self.up_is_marked else "up"
        for number, line in enumerate(text_of(path).splitlines(keepends=True), 1):
            if re.match(self.refused, line):
                message = f"`{line.strip()}` means something that is not converted"
                refuse([Problem(path, number, message, "Write what it stands for.")])
            if re.match(self.alone_all, line):
                alone = {"up": True, "down": True}
            for half, pattern in (("up", self.up), ("down", self.down)):
                if re.match(pattern, line):
                    marked = current = half
                    alone[half] = alone[half] or bool(re.search(self.alone, line))
                    break
            else:
                halves[current].append(line)
        if not marked:
            refuse(
                [Problem(path, 1, "marks no half as the one to apply", "Mark it, or remove it.")]
            )
        key = match["key"]
        return Original(
            key=str(int(key)) if self.numeric else key,
            name=match["name"],
            path=path,
            up="".join(halves[""] + halves["up"]),
            down="".join(halves["down"]),
            transactional=not alone["up"],
            down_transactional=not alone["down"],
        )


def _number(name: str) -> int:
    match = re.match(r"\d+", name)
    return int(match[0]) if match else 0


DBMATE = Halves(
    file=r"(?P<key>\d+)(?P<name>.*)\.sql",
    up=r"--\s*migrate:up(?:\s|$)",
    down=r"--\s*migrate:down(?:\s|$)",
    alone=r"\btransaction:false\b",
)
GOOSE = Halves(
    file=r"(?P<key>\d+)_(?P<name>.*)\.sql",
    up=r"--\s*\+goose\s+Up\s*$",
    down=r"--\s*\+goose\s+Down\s*$",
    alone_all=r"--\s*\+goose\s+NO TRANSACTION\s*$",
    refused=r"--\s*\+goose\s+ENVSUB(?:ST)?\s+ON\s*$",
    numeric=True,
)
SQL_MIGRATE = Halves(
    file=r"(?P<key>(?P<name>.*)\.sql)",
    up=r"-- \+migrate Up\b",
    down=r"-- \+migrate Down\b",
    alone=r"\bnotransaction\b",
)
NODE_PG_MIGRATE = Halves(
    file=r"(?P<key>(?P<name>.*))\.sql",
    up=r"(?i)\s*--[\s-]*up\s+migration",
    down=r"(?i)\s*--[\s-]*down\s+migration",
    up_is_marked=False,
)
