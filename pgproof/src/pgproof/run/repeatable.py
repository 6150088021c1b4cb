"""Files run around the migrations, whenever they or the set of migrations changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pgproof.files.folder import Folder
from pgproof.files.problem import Problem, collecting, refuse
from pgproof.files.script import Script
from pgproof.files.script import load as read
from pgproof.ledger.state import State
from pgproof.settings import Settings


@dataclass(frozen=True)
class Repeatable:
    """A repeatable file; `name` is its path below the root, `after` what it must have seen."""

    name: str
    script: Script
    after: str

    def is_due(self, state: State) -> bool:
        """Whether it has not yet succeeded as it is, after the migrations there are."""
        return state.repeatables.get(self.name) != (self.script.raw_sha256, self.after)


def load(paths: Iterable[Path], root: Path, applied: Iterable[str] | None) -> list[Repeatable]:
    """Read the files. `applied` names the migrations they run after; None for those before all.

    Raises RefusedError for a file that is not there.
    """
    after = "" if applied is None else sha256("\n".join(sorted(applied)).encode()).hexdigest()
    found = []
    for path in paths:
        if not path.is_file():
            remedy = "Correct `before` and `after` in the settings."
            refuse([Problem(path, 0, "no such file", remedy)])
        name = path.relative_to(root) if path.is_relative_to(root) else Path(path.name)
        found.append(Repeatable(name.as_posix(), read(path), after))
    return found


def repeatables(settings: Settings, folder: Folder) -> tuple[list[Repeatable], list[Repeatable]]:
    """Return the files run before and after the migrations."""
    ids = [migration.id for migration in folder.migrations]
    return (
        load(settings.before, settings.root, None),
        load((*settings.after, *folder.always), settings.root, ids),
    )


def problems(settings: Settings, folder: Folder) -> list[Problem]:
    """Return what is wrong with those files."""
    # Imported late: most runs find nothing to do, and their cost is mostly imports.
    from pgproof.files.checks import checked

    found: list[Problem] = []
    with collecting(found):
        before, after = repeatables(settings, folder)
        found += [problem for one in (*before, *after) for problem in checked(one.script)]
    return found
