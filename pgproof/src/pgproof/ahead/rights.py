"""Rights on tables, as lines, and what GRANT and REVOKE make of them."""

from typing import Any

from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import Relation

_OPTION = " with grant option"
_TABLE = ("select", "insert", "update", "delete", "truncate", "references", "trigger")
_SEQUENCE = ("select", "update", "usage")
_MAINTAIN = 17
"""The version that has the right to maintain a table."""


def changed(rights: set[str], tree: Any, table: Relation, catalogue: Catalogue) -> set[str] | None:
    """Return the rights on a table after a GRANT or REVOKE; None where they are not known."""
    roles = [_role(one) for one in tree.grantees or ()]
    written = tree.privileges or ()
    if None in roles or any(one.cols for one in written):
        return None
    after = set(rights)
    for right in [one.priv_name for one in written] or _all(table, catalogue):
        for role in roles:
            plain = f"{right} to {role}"
            has_option = plain + _OPTION in after
            had = plain in after or has_option
            after -= {plain, plain + _OPTION}
            if tree.is_grant:
                after.add(plain + _OPTION if tree.grant_option or has_option else plain)
            elif tree.grant_option and had:
                after.add(plain)
    return after


def _all(table: Relation, catalogue: Catalogue) -> tuple[str, ...]:
    if table.kind == "S":
        return _SEQUENCE
    return (*_TABLE, "maintain") if catalogue.version >= _MAINTAIN else _TABLE


def _role(grantee: Any) -> str | None:
    if grantee.roletype == "ROLESPEC_PUBLIC":
        return "public"
    return grantee.rolename if grantee.roletype == "ROLESPEC_CSTRING" else None
