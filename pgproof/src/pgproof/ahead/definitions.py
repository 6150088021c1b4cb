"""What a statement changes in a function, a view, a policy or the rights on a table that exist."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pgproof.ahead import types
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.rights import changed

_WITH_RIGHTS = ("OBJECT_TABLE", "OBJECT_SEQUENCE")
_AROUND = 6
"""Lines around a change: as many as a policy has."""
_WORDS = {"language": "sql", "volatility": "volatile", "parallel": "unsafe"}
"""Attributes of a function that are words, and what they are where they are not written."""
_FLAGS = {
    "security": ("security invoker", "security definer"),
    "strict": ("called on null input", "strict"),
    "leakproof": ("not leakproof", "leakproof"),
}


@dataclass
class Definitions:
    """The present definitions, as lines: of functions by schema, name and OIDs of arguments.

    Of views by OID, of policies by OID of the table and name; rights by OID of the table.
    Statements change them.
    """

    functions: dict[tuple[str, str, tuple[int, ...]], list[str]] = field(default_factory=dict)
    views: dict[int, list[str]] = field(default_factory=dict)
    policies: dict[tuple[int, str], list[str]] = field(default_factory=dict)
    rights: dict[int, set[str]] = field(default_factory=dict)

    def change(self, tree: Any, sql: str, catalogue: Catalogue) -> tuple[str, ...]:
        """Return the difference that a statement makes, as a unified diff; () where none is known.

        What it defines is the present definition from then on.
        """
        if tree.is_a("CreateFunctionStmt") and tree.sql_body is None:
            key = self._function(tree, catalogue)
            if key is None:
                return ()
            before, now = self.functions.get(key, []), function(tree)
            self.functions[key] = now
            return _difference(".".join(key[:2]), before, now)
        if tree.is_a("GrantStmt"):
            return self._granted(tree, catalogue)
        now = sql.splitlines()
        if tree.is_a("ViewStmt"):
            view = catalogue.named(tree.view)
            before = self.views.get(view.oid, []) if view else []
            if view:
                self.views[view.oid] = now
            return _difference(tree.view.relname, before, now)
        if tree.is_a("CreatePolicyStmt", "AlterPolicyStmt"):
            table = catalogue.named(tree.table)
            place = (table.oid if table else 0, tree.policy_name)
            before = self.policies.get(place, [])
            after = now if tree.is_a("CreatePolicyStmt") else [*before, *now]
            self.policies[place] = after
            return _difference(tree.policy_name, before, after)
        return ()

    def _granted(self, tree: Any, catalogue: Catalogue) -> tuple[str, ...]:
        found: list[str] = []
        on_tables = tree.targtype == "ACL_TARGET_OBJECT" and tree.objtype in _WITH_RIGHTS
        for one in tree.objects or () if on_tables else ():
            table = catalogue.named(one)
            before = self.rights.get(table.oid) if table else None
            if table is None or before is None:
                continue
            after = changed(before, tree, table, catalogue)
            if after is not None:
                name = f"rights on {catalogue.label(table)}"
                found += _difference(name, sorted(before), sorted(after), around=0)
                self.rights[table.oid] = after
        return tuple(found)

    def _function(self, tree: Any, catalogue: Catalogue) -> tuple[str, str, tuple[int, ...]] | None:
        *schema, name = [part.sval for part in tree.funcname]
        home = schema[-1] if schema else (*catalogue.search_path, "public")[0]
        given = [
            types.resolve(catalogue, one.argType)
            for one in tree.parameters or ()
            if one.mode not in ("FUNC_PARAM_OUT", "FUNC_PARAM_TABLE")
        ]
        oids = tuple(one.oid for one in given if one is not None)
        return (home, name, oids) if len(oids) == len(given) else None


def function(tree: Any) -> list[str]:
    """Return the attributes and the body of a CREATE FUNCTION as lines."""
    options: dict[str, Any] = {}
    settings = []
    for one in tree.options or ():
        if one.defname == "set":
            values = [_value(value) for value in one.arg.args or ()]
            settings.append(f"{one.arg.name}={', '.join(values)}")
        else:
            options[one.defname] = one.arg
    flags = {name: bool(options[name].boolval) if name in options else False for name in _FLAGS}
    said = {name: one.sval for name, one in options.items() if name in _WORDS}
    language, volatility, parallel = (said.get(name, word) for name, word in _WORDS.items())
    body = options["as"][0].sval or "" if "as" in options else ""
    return lines(language, volatility, parallel, flags, settings, body)


def lines(
    language: str,
    volatility: str,
    parallel: str,
    flags: dict[str, bool],
    settings: Sequence[str],
    body: str,
) -> list[str]:
    """Return attributes and body, one a line, in the order of pg_get_functiondef."""
    said = [_FLAGS[name][flags[name]] for name in _FLAGS]
    head = [f"language {language}", volatility, *said, f"parallel {parallel}"]
    return [*head, *(f"set {one}" for one in settings), *body.strip("\n").splitlines()]


def _value(node: Any) -> str:
    constant = node.sval or node.ival or node.fval
    text = str((constant and (constant.sval or constant.ival or constant.fval)) or "")
    return text or '""'


def _difference(
    name: str, before: list[str], now: list[str], *, around: int = _AROUND
) -> tuple[str, ...]:
    if not before:
        return ()
    return tuple(
        difflib.unified_diff(
            before, now, f"{name} in the database", f"{name} here", n=around, lineterm=""
        )
    )
