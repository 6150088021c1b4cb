"""The migrations of two branches since their last common commit, and what their files say."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pgproof.files.entries import entries
from pgproof.files.folder import Folder, read
from pgproof.files.numbers import digits, reached
from pgproof.files.script import Migration
from pgproof.order.git import repository
from pgproof.order.records import Clash
from pgproof.settings import Settings

_DEPENDS = re.compile(rb"\A((?:[ \t]*(?:--[^\n]*)?\n)*?)([ \t]*--[ \t]*depends:[^\n]*)", re.I)


@dataclass(frozen=True)
class Branches:
    """What both sides have (`common`), and what each has alone, in the order of a run.

    A file that both made alike is in `ours` and in `theirs`.
    """

    base: str
    merge_base: str
    common: tuple[Migration, ...]
    ours: tuple[Migration, ...]
    theirs: tuple[Migration, ...]
    clashes: list[Clash] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def doubled(self) -> dict[tuple[str, str], str]:
        """Pairs of ids, one of each side, that have one number; neither depends on the other."""
        depends = {one.id: one.script.header.depends for one in (*self.ours, *self.theirs)}
        return {
            (one.id, other.id): digits(one.id)
            for one in self.ours
            for other in self.theirs
            if one.id != other.id
            and digits(one.id)
            and digits(other.id)
            and int(digits(one.id)) == int(digits(other.id))
            and other.id not in reached(one.id, depends)
            and one.id not in reached(other.id, depends)
        }


def branches(settings: Settings, base: str, here: Path) -> Branches:
    """Return the migrations of the work tree, and of the revision `base`, since their merge base.

    `here` is an empty folder, for the files of the other revisions. Raises InputError where git
    does not know them, and RefusedError for files that cannot be read.
    """
    known = repository(settings.migrations)
    at = known.merge_base(base)
    place, former = known.files(at)
    _, landed = known.files(known.commit(base))
    mine = read(settings.migrations, settings.program)
    before = _of(here / "merge-base", former, settings)
    others = _of(here / "base", landed, settings)
    old = {one.id: one for one in before}
    found = Branches(
        base,
        at,
        before,
        tuple(_new(mine.ordered(), old)),
        tuple(_new(others, old)),
    )
    if place != known.place and former:
        found.notes.append(f"the folder was {place} at the merge base")
    found.clashes.extend(_files(found, mine, others, old))
    found.clashes.extend(
        Clash("number", number, *(f"{first}.sql and {second}.sql",) * 2, (first, second))
        for (first, second), number in found.doubled.items()
    )
    found.notes.extend(_late(found))
    return found


def depending(raw: bytes, names: Sequence[str]) -> bytes:
    """Return the text of a migration that depends on some more."""
    more = " ".join(names).encode()
    if match := _DEPENDS.match(raw):
        return raw[: match.end()].rstrip(b"\r") + b" " + more + raw[match.end() :]
    return b"-- depends: " + more + b"\n" + raw


def _of(folder: Path, files: dict[str, bytes], settings: Settings) -> tuple[Migration, ...]:
    """Return the migrations of files of a commit, in order."""
    folder.mkdir()
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    found, _ = entries(folder)
    return read(folder, settings.program).ordered() if found else ()


def _new(ordered: Sequence[Migration], old: dict[str, Migration]) -> Iterator[Migration]:
    return (one for one in ordered if one.id not in old)


def _files(
    found: Branches, mine: Folder, others: Sequence[Migration], old: dict[str, Migration]
) -> Iterator[Clash]:
    """Yield the files that both sides have changed, or made, otherwise; note those of one side."""
    ours = {one.id: one for one in mine.migrations}
    theirs = {one.id: one for one in others}
    for name in sorted(ours.keys() | theirs.keys() | old.keys()):
        mine_, other, before = ours.get(name), theirs.get(name), old.get(name)
        if mine_ and other and not before and not same(mine_, other):
            yield Clash("file", name, "is one file", "is another file", (name,))
        elif mine_ and other and not before:
            found.notes.append(f"{name} was made on both sides, alike")
        if not before:
            continue
        here, there = (_state(one, before) for one in (mine_, other))
        if here and there and (here, there) != ("deleted", "deleted"):
            if mine_ and other and same(mine_, other):
                continue
            yield Clash("file", name, f"{here} on this branch", f"{there} on {found.base}", (name,))
        elif here or there:
            where = "this branch" if here else found.base
            found.notes.append(f"{name} was {here or there} on {where} after the merge base")


def _state(one: Migration | None, before: Migration) -> str:
    if one is None:
        return "deleted"
    return "" if same(one, before) else "edited"


def same(one: Migration, other: Migration) -> bool:
    """Whether two files are one: comments, and the line ends of a system, do not count."""
    raw, others = (each.script.raw.replace(b"\r\n", b"\n") for each in (one, other))
    return raw == others or one.script.code_sha256 == other.script.code_sha256


def _late(found: Branches) -> Iterator[str]:
    """Say which files of this branch come before one that has landed, by their names."""
    last = max((one.id for one in found.theirs), default="")
    doubled = {first for first, _ in found.doubled}
    for one in found.ours:
        if one.id < last and one.id not in doubled and one.id not in {t.id for t in found.theirs}:
            yield (
                f"{one.id} is ordered before {last}, which has landed: give it a later number, or"
                " run with --allow-out-of-order"
            )
