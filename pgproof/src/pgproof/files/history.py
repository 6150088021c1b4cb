"""What a row of migrations did to one object, from the first to the last."""

import re
from collections.abc import Iterable

from pgproof.files.objects import Act, Change, Named
from pgproof.files.script import Migration

Version = tuple[Migration, Change]
_LAST_WORD = re.compile(r'(?:.*\.)?("?)(.*)\1', re.DOTALL)


def history(named: Named, migrations: Iterable[Migration]) -> list[Version]:
    """Return the changes of the object, in order. Raises RefusedError for a file not parsed.

    A file that does not mention the name is not parsed.
    """
    table_or_name = named.name.split(" on ")[0] if named.kind == "policy" else named.name
    match = _LAST_WORD.fullmatch(table_or_name)
    word = (match[2] if match else table_or_name).replace('""', '"').lower()
    return [
        (migration, change)
        for migration in migrations
        if word in migration.script.text.lower()
        for change in migration.script.changes
        if change.object.is_same(named)
    ]


def standing(found: Iterable[Version]) -> list[Version]:
    """Return the last CREATE of each object that is not dropped after it."""
    last: dict[Named, Version] = {}
    for migration, change in found:
        if change.act is Act.CREATE:
            last[change.object] = (migration, change)
        elif change.act is Act.DROP:
            last = {one: at for one, at in last.items() if not one.is_same(change.object)}
    return list(last.values())
