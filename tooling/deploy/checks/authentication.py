"""Who the server lets in on what proof: the lines of pg_hba.conf as it has read them."""

from collections.abc import Iterator

from tooling.deploy.findings import (
    Check,
    Connection,
    Finding,
    Given,
    error,
    is_loopback,
    warning,
)

_RULES = """
select line_number, type, array_to_string(database, ','), array_to_string(user_name, ','),
       coalesce(address, ''), auth_method, error
  from pg_hba_file_rules
 order by line_number
"""
_WEAK = {
    "trust": "asks for no proof",
    "password": "sends passwords as they are",  # pragma: allowlist secret
    "md5": "takes passwords kept as md5",
    "ident": "believes what the client's machine says",
}


def _look(connection: Connection, _given: Given) -> Iterator[Finding]:
    for number, kind, database, user, address, method, problem in connection.execute(_RULES):
        line = f"pg_hba.conf line {number} ({kind} {database} {user} {address}".rstrip() + ")"
        if problem:
            yield error(f"{line}: {problem}", "Correct the line.")
            continue
        if method == "reject":
            continue
        if kind == "local":
            if method == "trust":
                yield warning(
                    f"{line}: every account of the server's machine is let in as anybody",
                    "Write peer, or scram-sha-256, instead of trust.",
                )
            continue
        if is_loopback(address):
            continue
        if "all" in database.split(","):
            yield warning(
                f"{line}: leads to every database of the server, also to those where a role may"
                " watch and stop what its own role runs here",
                "Name the database, and the roles that come from there.",
            )
        if method in _WEAK:
            yield error(
                f"{line}: {method} {_WEAK[method]}",
                f"Write scram-sha-256, or cert, instead of {method}.",
            )
        if kind not in ("hostssl", "hostgssenc"):
            yield error(
                f"{line}: a connection without TLS is let in", f"Write hostssl instead of {kind}."
            )


CHECK = Check(
    "authentication",
    "Lines of pg_hba.conf that let in on weak or no proof.",
    _look,
    is_lenient=True,
)
