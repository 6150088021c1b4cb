"""The schema that a review has looked at: a hash of each object, and a fingerprint of all. Pure."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from pgproof.catalogue.grouped import grouped, lasting, renamed
from pgproof.catalogue.snapshot import Objects

_OWNER = "(owner)"


@dataclass(frozen=True)
class Schema:
    """Hashes by `kind name`, each with what is attached to the object, and one hash of all."""

    fingerprint: str
    objects: Mapping[str, str]

    def differing(self, other: "Schema") -> list[str]:
        """Return the objects that are not alike in both, in order."""
        names = self.objects.keys() | other.objects.keys()
        return sorted(one for one in names if self.objects.get(one) != other.objects.get(one))


def schema(objects: Objects) -> Schema:
    """Hash the objects of a database.

    Left out are partitions by ranges, which come and go by the clock, and the settings and
    privileges of the database itself. The role that owns most objects has the same name
    everywhere: a database of a test has another one.
    """
    owners = Counter(one["owner"] for one in objects.values() if "owner" in one)
    names = {min(owners, key=lambda one: (-owners[one], one)): _OWNER} if owners else {}
    found = {
        f"{top[0]} {top[1]}": _hash([[*key, renamed(one, names)] for key, one in group.items()])
        for top, group in grouped(lasting(objects)).items()
        if top[0] != "database"
    }
    return Schema(of(found), found)


def of(objects: Mapping[str, str]) -> str:
    """Return the fingerprint of some hashes."""
    return _hash(sorted(objects.items()))


def _hash(document: object) -> str:
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
