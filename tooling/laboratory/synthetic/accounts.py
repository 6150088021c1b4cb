"""The tenants: who works there, and where their signs stand."""

import random
from dataclasses import dataclass
from struct import Struct

from tooling.laboratory.synthetic import encode, vocabulary

_MICROSECONDS_TO_UNIX = 946_684_800_000_000
_halves = Struct(">QQ").pack


def uuid_v7(moment: int, bits: int) -> bytes:
    """Return a version 7 UUID of a time (microseconds since 2000) and 74 random bits."""
    milliseconds = (moment + _MICROSECONDS_TO_UNIX) // 1000
    return _halves(milliseconds << 16 | 0x7000 | bits & 0xFFF, 1 << 63 | bits >> 12)


@dataclass(frozen=True)
class Account:
    """One tenant. `people` are text fields of COPY."""

    account_id: bytes
    people: tuple[bytes, ...]
    winds: tuple[int, ...]
    exposure: bytes
    material: bytes


def account(seed: int, number: int, joined: int) -> Account:
    """Return the account with a number; the same for the same seed."""
    draw = random.Random(f"{seed}:account:{number}")  # noqa: S311
    domain = f"{draw.choice(vocabulary.OWNERS).split()[0].lower()}{number}.example"
    domain = domain.encode("ascii", "ignore").decode().replace("'", "")
    people = draw.sample(vocabulary.PEOPLE, draw.randint(2, 8))
    home = draw.randrange(len(vocabulary.WINDS))
    winds = (vocabulary.WINDS[home], vocabulary.WINDS[home], vocabulary.WINDS[home - 1])
    return Account(
        account_id=uuid_v7(joined, draw.getrandbits(74)),
        people=tuple(encode.text(f"{name}@{domain}") for name in people),
        winds=winds,
        exposure=draw.choice("BCCD").encode(),
        material=draw.choice(vocabulary.MATERIALS[:3]).encode(),
    )
