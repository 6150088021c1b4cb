"""The schema that a review has looked at: a hash of each object, and a fingerprint of all. Pure."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from pgproof.catalogue.grouped import grouped, lasting, renamed
from pgproof.catalogue.snapshot import Objects

_OWNER = "(owner)"
_BUILT_IN = "pg_"


@dataclass(frozen=True)
class Schema:
    """Hashes by `kind name`, each with what is attached to the object, and one hash of all.

    `owner` is the role that the hashes do not name.
    """

    fingerprint: str
    objects: Mapping[str, str]
    owner: str | None = None

    def differing(self, other: "Schema") -> list[str]:
        """Return the objects that are not alike in both, in order."""
        names = self.objects.keys() | other.objects.keys()
        return sorted(one for one in names if self.objects.get(one) != other.objects.get(one))


def schema(objects: Objects, owner: str | None = None) -> Schema:
    """Hash the objects of a database.

    Left out are partitions by ranges, which come and go by the clock, and the settings and
    privileges of the database itself. The role `owner`, by default that which owns most objects,
    is not named: in a database of a test it has another name.
    """
    owners = Counter(one["owner"] for one in objects.values() if "owner" in one)
    mine = [one for one in owners if not one.startswith(_BUILT_IN)]
    owner = owner or min(mine, key=lambda one: (-owners[one], one), default=None)
    names = {owner: _OWNER} if owner else {}
    found = {
        f"{top[0]} {top[1]}": _hash([[*key, renamed(one, names)] for key, one in group.items()])
        for top, group in grouped(lasting(objects)).items()
        if top[0] != "database"
    }
    return Schema(of(found), found, owner)


def of(objects: Mapping[str, str]) -> str:
    """Return the fingerprint of some hashes."""
    return _hash(sorted(objects.items()))


def _hash(document: object) -> str:
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
