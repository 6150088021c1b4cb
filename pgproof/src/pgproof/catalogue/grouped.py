"""Objects together with what is attached to them: a table with its columns and indexes. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from pgproof.catalogue.snapshot import Definition, Key, Objects

_TO = re.compile(r"( to )(\S+|\"[^\"]+\")( with grant option)?$")


def grouped(objects: Objects) -> dict[Key, dict[Key, Definition]]:
    """Return the objects by the one that each is attached to; what is attached to none, by itself.

    The groups are in order of kind and name, and so are the objects of each, the own one first.
    """
    named = {name: (kind, name) for kind, name in objects if kind in _CARRIERS}
    found: dict[Key, dict[Key, Definition]] = {}
    tops = {key: _top(key, objects, named) for key in sorted(objects)}
    for top in sorted(set(tops.values())):
        found[top] = {top: objects[top]}
    for key, top in tops.items():
        found[top][key] = objects[key]
    return found


def lasting(objects: Objects) -> dict[Key, Definition]:
    """Return the objects without partitions by ranges, which come and go by the clock."""
    return {
        key: definition
        for top, group in grouped(objects).items()
        if not _is_passing(top, objects)
        for key, definition in group.items()
    }


def renamed(definition: Definition, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a definition with owner and grantees of another name."""

    def grantee(found: re.Match[str]) -> str:
        return f"{found[1]}{names.get(found[2], found[2])}{found[3] or ''}"

    changed = dict(definition)
    if "owner" in changed:
        changed["owner"] = names.get(changed["owner"], changed["owner"])
    if "privileges" in changed:
        changed["privileges"] = sorted(_TO.sub(grantee, one) for one in changed["privileges"])
    return changed


_CARRIERS = frozenset(
    (
        "table",
        "foreign table",
        "view",
        "materialized view",
        "column",
        "constraint",
        "sequence",
        "type",
        "domain",
    )
)


def _top(key: Key, objects: Objects, named: Mapping[str, Key]) -> Key:
    seen = {key}
    while True:
        definition = objects[key]
        parent = named.get(str(definition.get("table", definition.get("of"))))
        if parent is None or parent in seen:
            return key
        seen.add(parent)
        key = parent


def _is_passing(key: Key, objects: Objects) -> bool:
    parent = objects[key].get("partition of")
    above = ("table", str(parent))
    if parent is None or above not in objects:
        return False
    is_by_range = str(objects[above].get("partitioned by")).startswith("RANGE")
    return is_by_range or _is_passing(above, objects)
