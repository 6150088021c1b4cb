"""How objects differ before and after a migration, as lines of their definitions. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from pgproof.catalogue.grouped import grouped
from pgproof.catalogue.snapshot import Definition, Key, Objects
from pgproof.drift.words import unquoted

Group = Mapping[Key, Definition]
_CONTEXT = 3
_ORDER = (
    "column",
    "constraint",
    "index",
    "trigger",
    "rule",
    "policy",
    "statistics",
    "sequence",
)
_TOLD = frozenset(("table", "columns", "attributes"))
"""Attributes that the place of a line says already."""


@dataclass(frozen=True)
class Change:
    """An object, with what is attached to it. `lines` begin with `+`, `-`, a space, or are `…`."""

    kind: str
    name: str
    state: Literal["new", "dropped", "changed"]
    lines: tuple[str, ...]


def changes(before: Objects, after: Objects) -> tuple[Change, ...]:
    """Return what differs, in order of kind and name; nothing of it is left out."""
    first, second = grouped(before), grouped(after)
    found = []
    for key in sorted(first.keys() | second.keys()):
        old, new = first.get(key, {}), second.get(key, {})
        if old == new:
            continue
        state: Literal["new", "dropped", "changed"] = "changed" if old and new else "new"
        state = "dropped" if not new else state
        lines = tuple(_difference(list(text(key, old)), list(text(key, new))))
        found.append(Change(*key, state, lines))
    return tuple(found)


def text(key: Key, group: Group) -> Iterator[str]:
    """Yield an object as lines: its attributes, then what is attached to it."""
    if key not in group:
        return
    own = group[key]
    yield f"{key[0]} {key[1]}"
    yield from _attributes(own, "    ")
    order = {
        name: place for place, name in enumerate(own.get("columns", own.get("attributes", ())))
    }

    def place(one: Key) -> tuple[int, int, str]:
        kind = _ORDER.index(one[0]) if one[0] in _ORDER else len(_ORDER)
        return kind, order.get(unquoted(_short(one, key)), 0), one[1]

    for one in sorted(group.keys() - {key}, key=place):
        yield from _attached(one, key, group[one])


def _attached(one: Key, of: Key, definition: Definition) -> Iterator[str]:
    kind, name = one[0], _short(one, of)
    if kind == "column":
        words = [f"    column {name} {definition['type']}"]
        words += ["not null"] if definition.get("not null") else []
        words += [f"default {definition['default']}"] if "default" in definition else []
        yield from _indented(" ".join(words), "        ")
        left = {k: v for k, v in definition.items() if k not in ("type", "default", "not null")}
        not_null = definition.get("not null")
        if not_null not in (None, True, "true"):
            left["not null"] = not_null
    else:
        yield f"    {kind} {name}"
        left = dict(definition)
    if left.get("of") == of[1]:
        del left["of"]
    yield from _attributes(left, "        ")


def _attributes(definition: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in sorted(definition.items(), key=lambda one: (one[0] == "definition", one[0])):
        if name in _TOLD:
            continue
        if name == "definition":
            yield from (f"{indent}{line}" for line in str(value).strip("\n").splitlines())
        elif isinstance(value, list):
            yield f"{indent}{name}:"
            yield from (f"{indent}    {one}" for one in value)
        else:
            yield from _indented(f"{indent}{name}: {value}", f"{indent}    ")


def _indented(line: str, indent: str) -> Iterator[str]:
    first, *others = line.splitlines() or [""]
    yield first
    yield from (f"{indent}{one}" for one in others)


def _short(one: Key, of: Key) -> str:
    return one[1].removeprefix(f"{of[1]}.")


def _difference(before: list[str], after: list[str]) -> Iterator[str]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    last = 0
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        if group[0][1] > last:
            yield "…"
        last = group[-1][2]
        for tag, i, j, k, end in group:
            if tag == "equal":
                yield from (f" {line}" for line in before[i:j])
                continue
            yield from (f"-{line}" for line in before[i:j])
            yield from (f"+{line}" for line in after[k:end])
    if last < len(before):
        yield "…"
