"""All attacks, by importing the modules that hold them, and what is known to stand open."""

from tests.attacks import (
    commands,
    exhaustion,
    injection,
    leaks,
    log,
    oracles,
    oversize,
    privileges,
    reads,
    sessions,
    signing,
    takeover,
    writes,
)
from tests.attacks.case import CASES

__all__ = [
    "CASES",
    "NOTED",
    "commands",
    "exhaustion",
    "injection",
    "leaks",
    "log",
    "oracles",
    "oversize",
    "privileges",
    "reads",
    "sessions",
    "signing",
    "takeover",
    "writes",
]

NOTED = {
    "set app.account_id to an account whose id one knows": (
        "the setting is the switch between accounts: the API sets it from a checked login, and "
        "must never let a request's text become SQL"
    ),
    "alter role … set and password of one's own role": (
        "PostgreSQL lets every role change its own; ops.check_access() finds every setting that is "
        "not on its list, what a client asks for at its login comes first, and who logs in by "
        "certificate has no password to change"
    ),
    "have a superuser run what the owner planted, in psql and tooling generate": (
        "who types SQL as a superuser calls what the owner wrote; generate loads with triggers "
        "off, which only a superuser can, and is refused where others reach the server"
    ),
    "sizes": (
        "pg_class and EXPLAIN tell how many rows all accounts have together, and how statuses, "
        "times and confidences are distributed over them"
    ),
    "compute, sleep and wait": (
        "who runs SQL can do so in as many sessions as its role may have; a time-out is where a "
        "session begins, and each may set another"
    ),
    "hold the rows that one may change": (
        "an account can keep its own rows locked, and keep old versions of all rows from being "
        "removed, for as long as a transaction of it is open"
    ),
    "names of objects": "the catalogue, with the source of functions, is readable by every role",
}
