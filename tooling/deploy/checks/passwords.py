"""Passwords that everybody knows, or that are kept in a way that gives them away."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator

from tooling.deploy.findings import Check, Connection, Finding, Given, error, setting

KNOWN = (
    "",
    "postgres",
    "password",
    "eagle",
    "eagle_sign",
    "changeme",
    "change_me",
    "admin",
    "secret",
    "test",
    "example",
    "123456",
)
_REMEDY = "Set another one: see docs/how-to/set-passwords.md"
_ROLES = "select rolname, rolpassword from pg_authid where rolpassword is not null order by rolname"


def is_password(verifier: str, role: str, guess: str) -> bool:
    """Tell whether a stored verifier, SCRAM or md5, is that of a password."""
    if verifier.startswith("md5"):
        # How PostgreSQL keeps such passwords, not how we would.
        digest = hashlib.md5((guess + role).encode(), usedforsecurity=False).hexdigest()
        return hmac.compare_digest(verifier, f"md5{digest}")
    try:
        _, parameters, keys = verifier.split("$")
        iterations, salt = parameters.split(":")
        stored = base64.b64decode(keys.split(":")[0])
        salted = hashlib.pbkdf2_hmac(
            "sha256", guess.encode(), base64.b64decode(salt), int(iterations)
        )
    except (ValueError, binascii.Error):
        return False
    client = hmac.new(salted, b"Client Key", "sha256").digest()
    return hmac.compare_digest(hashlib.sha256(client).digest(), stored)


def guesses(role: str, database: str) -> tuple[str, ...]:
    """Return what somebody would try first."""
    return tuple(dict.fromkeys((*KNOWN, role, role.removeprefix("eagle_"), database)))


def _look(connection: Connection, _given: Given) -> Iterator[Finding]:
    if setting(connection, "password_encryption") != "scram-sha-256":
        yield error(
            "new passwords are not kept as SCRAM",
            "alter system reset password_encryption; select pg_reload_conf()",
        )
    for role, verifier in connection.execute(_ROLES).fetchall():
        if not verifier.startswith("SCRAM-SHA-256$"):
            yield error(f"the password of {role} is not kept as SCRAM", _REMEDY)
        known = [g for g in guesses(role, connection.info.dbname) if is_password(verifier, role, g)]
        if known:
            what = "empty" if known[0] == "" else "one that everybody tries first"
            yield error(f"the password of {role} is {what}", _REMEDY)


CHECK = Check(
    "passwords", "Default and empty passwords, and those not kept as SCRAM.", _look, is_lenient=True
)
