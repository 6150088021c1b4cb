"""What a pending file changes in the text of functions, views and policies, by the files alone."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import unified_diff

from pgproof.files.history import Version, history, standing
from pgproof.files.objects import Act, Change
from pgproof.files.script import Migration


def differences(migration: Migration, earlier: Sequence[Migration]) -> dict[int, tuple[str, ...]]:
    """Return a unified diff for each statement that creates an object in place of another text.

    That is what the `earlier` migrations left, or a statement before it in the file created; for a
    routine also the one of its name that the file drops. What is new has no diff.
    """
    return dict(_differences(migration, earlier))


def _differences(
    migration: Migration, earlier: Sequence[Migration]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    preceding: list[Change] = []
    for change in migration.script.changes:
        if change.act is Act.CREATE:
            own = [(migration, one) for one in preceding if one.act is Act.CREATE]
            name = replace(change.object, arguments=None)
            found = [*standing(history(name, earlier)), *own]
            dropped = [one.object for one in preceding if one.act is Act.DROP]
            candidates = (change.object, *(one for one in dropped if one.is_same(name)))
            versions = [at for at in found if any(at[1].object.is_same(one) for one in candidates)]
            if versions:
                lines = _difference(versions[-1], (migration, change))
                yield change.statement.number, lines
        preceding.append(change)


def _difference(before: Version, after: Version) -> tuple[str, ...]:
    old, new = (change.or_replace.splitlines() for _, change in (before, after))
    of, to = (f"{at.path.name}:{what.statement.line} {what.object}" for at, what in (before, after))
    return tuple(unified_diff(old, new, of, to, lineterm=""))
