"""Reading a repository of git: revisions, and the files of a folder in one. Writes nothing."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pgproof.errors import InputError

_REGULAR = ("100644", "100755")
_UNKNOWN = "Name a branch, a tag or a commit; `git fetch` brings those of a remote."
_SHALLOW = "The clone is shallow: run `git fetch --unshallow`, or check out with fetch-depth: 0."
_UNRELATED = "Name a revision that has a commit in common with this branch."
_SUFFIX = ".sql"


@dataclass(frozen=True)
class Repository:
    """The repository that a folder is in; `place` is the folder within it."""

    root: Path
    place: PurePosixPath

    def commit(self, revision: str) -> str:
        """Return the commit that a revision names. Raises InputError."""
        done = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{}}")
        commit = done.stdout.decode().strip()
        if done.returncode or not commit or self._type(commit) != "commit":
            hint = _SHALLOW if self._is_shallow() else _UNKNOWN
            raise InputError(f"git knows no commit {revision!r}", hint=hint)
        return commit

    def merge_base(self, revision: str) -> str:
        """Return the last commit that HEAD and a revision have in common. Raises InputError."""
        head, other = self.commit("HEAD"), self.commit(revision)
        done = self._run("merge-base", head, other)
        if done.returncode:
            hint = _SHALLOW if self._is_shallow() else _UNRELATED
            raise InputError(f"HEAD and {revision} have no commit in common", hint=hint)
        return done.stdout.decode().strip()

    def files(self, commit: str) -> tuple[PurePosixPath, dict[str, bytes]]:
        """Return the SQL files of the folder as they are in a commit, and where it is there.

        A folder that was moved meanwhile is found by its files.
        """
        blobs = self._blobs(commit)
        place = self.place if self.place in blobs else self._former(blobs)
        found = blobs.get(place, {})
        texts = self._contents(list(found.values()))
        return place, dict(zip(found, texts, strict=True))

    def _former(self, blobs: dict[PurePosixPath, dict[str, str]]) -> PurePosixPath:
        """Return the folder that has the most files of the folder's present names."""
        names = {one.name for one in (self.root / self.place).glob(f"*{_SUFFIX}")}
        shared = {place: len(names & files.keys()) for place, files in blobs.items()}
        best = max(shared, key=lambda place: shared[place], default=self.place)
        return best if shared.get(best) else self.place

    def _blobs(self, commit: str) -> dict[PurePosixPath, dict[str, str]]:
        """Return names and hashes of all SQL files of a commit, by folder."""
        listed = self._insist("ls-tree", "-r", "-z", "--full-tree", commit)
        found: dict[PurePosixPath, dict[str, str]] = {}
        for entry in listed.split(b"\0"):
            about, _, name = entry.partition(b"\t")
            if not name.endswith(_SUFFIX.encode()):
                continue
            mode, _, sha = about.decode().split()
            path = PurePosixPath(os.fsdecode(name))
            if mode in _REGULAR:
                found.setdefault(path.parent, {})[path.name] = sha
        return found

    def _contents(self, hashes: list[str]) -> Iterator[bytes]:
        given = "".join(f"{one}\n" for one in hashes).encode()
        answer = self._insist("cat-file", "--batch", given=given)
        for _ in hashes:
            head, _, answer = answer.partition(b"\n")
            size = int(head.split()[-1])
            yield answer[:size]
            answer = answer[size + 1 :]

    def _type(self, name: str) -> str:
        return self._run("cat-file", "-t", name).stdout.decode().strip()

    def _is_shallow(self) -> bool:
        return self._run("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    def _insist(self, *arguments: str, given: bytes = b"") -> bytes:
        done = self._run(*arguments, given=given)
        if done.returncode:
            raise _failed(done)
        return done.stdout

    def _run(self, *arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        return _run(self.root, *arguments, given=given)


def repository(folder: Path) -> Repository:
    """Return the repository that a folder is in. Raises InputError without one, or without git."""
    if not folder.is_dir():
        raise InputError(
            f"{folder}: no such folder", hint="Name the folder of migrations with --migrations."
        )
    here = folder.resolve()
    done = _run(here, "rev-parse", "--show-toplevel")
    if done.returncode:
        raise _failed(done, f"{folder} is not in a work tree of git")
    root = Path(os.fsdecode(done.stdout).removesuffix("\n")).resolve()
    return Repository(root, PurePosixPath(here.relative_to(root).as_posix()))


def _run(where: Path, *arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    program = shutil.which("git")
    if program is None:
        raise InputError("git is not installed", hint="Install git: the base is read from it.")
    return subprocess.run(  # noqa: S603
        [program, "-C", str(where), *arguments], input=given, capture_output=True, check=False
    )


def _failed(done: "subprocess.CompletedProcess[bytes]", what: str = "git failed") -> InputError:
    said = next(iter(done.stderr.decode(errors="replace").splitlines()), "no message")
    return InputError(
        f"{what}: {said.removeprefix('fatal: ')}",
        hint="Run it in a clone of the repository that holds the migrations.",
    )
