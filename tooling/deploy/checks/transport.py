"""Whether what travels to and from the server is encrypted."""

from collections.abc import Iterator

from tooling.deploy.findings import Check, Connection, Finding, Given, error, is_private, setting

_OLD = ("", "TLSv1", "TLSv1.1")


def _look(connection: Connection, _given: Given) -> Iterator[Finding]:
    if is_private(connection):
        return
    if setting(connection, "ssl") != "on":
        yield error(
            f"the server listens on {setting(connection, 'listen_addresses')} without TLS",
            "Set ssl, ssl_cert_file and ssl_key_file: see docs/how-to/secure-connections.md",
        )
    elif setting(connection, "ssl_min_protocol_version") in _OLD:
        yield error(
            "versions of TLS before 1.2 are accepted",
            "alter system set ssl_min_protocol_version = 'TLSv1.2'; select pg_reload_conf()",
        )


CHECK = Check("transport", "TLS on every address that is reached over a network.", _look)
