"""A server set up as docs/how-to/secure-connections.md lets in who proves it, over TLS only."""

import dataclasses
import re
import secrets
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests import servers
from tests.attacks.world import ROOT
from tests.conftest import close
from tests.monitoring.api import free_ports, wait_for
from tests.repo.documentation import pages
from tests.tooling.deploy import certificates
from tooling.cli import group
from tooling.deploy import postflight, preflight
from tooling.errors import Exit
from tooling.metrics import certificate
from tooling.server import places
from tooling.server.embedded import temporary_server
from tooling.server.server import Server

PAGE = ROOT / "docs/how-to/secure-connections.md"
PASSWORD = secrets.token_urlsafe(24)
ROLES = ("application", "reader", "auditor", "operator", "migrator", "exporter", "backup")


def block(language: str, words: str) -> str:
    """Return the block of the page that holds the words."""
    return next(b.text for b in pages.blocks(PAGE, language) if words in b.text)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server with OpenSSL on an address that a network could reach, as the page says."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with temporary_server(bin_dir=servers.bin_dir("16")) as plain:
        plain.stop()
        certificates.make(plain.data_dir, "localhost", "127.0.0.1")
        certificates.make(tmp_path_factory.getbasetemp(), "localhost")  # another authority
        lines = [line.split(" = ") for line in block("ini", "ssl = on").splitlines()]
        settings = {name: value.strip("'") for name, value in lines}
        served = dataclasses.replace(plain, port=port)
        write_hba(served, as_documented())
        hand_over(served)
        served.start({**settings, "listen_addresses": "0.0.0.0"})
        with psycopg.connect(served.url(), autocommit=True) as connection:
            connection.execute("create database eagle_sign")
            for role in ROLES:
                connection.execute(f"create role eagle_{role} login".encode())
            set_password(connection, "eagle_application", PASSWORD)
        yield served


def as_documented() -> str:
    """Return the page's pg_hba.conf, for clients on this machine and a server run by a test.

    Another OS user than the superuser's runs the test, so that peer would not let it in.
    """
    return (
        block("text", "hostssl")
        .replace("10.0.0.0/8", "127.0.0.1/32")
        .replace("peer map=dba", "peer")
        .replace("peer", "trust")
    )


def hand_over(server: Server) -> None:
    """Make the certificate and its key the server's."""
    for name in ("server.key", "server.crt"):
        (server.data_dir / name).chmod(0o600)
        places.hand_over(server.data_dir / name, places.account_of(server.data_dir.parent))


def write_hba(server: Server, text: str) -> None:
    file = server.data_dir / "pg_hba.conf"
    file.write_text(text, encoding="utf-8")
    places.hand_over(file, places.account_of(server.data_dir.parent))


def set_password(connection: "psycopg.Connection[Any]", role: str, password: str) -> None:
    """Set a password as the page on passwords says: hashed here."""
    hashed = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    connection.execute(f"alter role {role} password '{hashed.decode()}'".encode())


def log_in(server: Server, **changes: str) -> str:
    """Log in as the page's connection string does; return the version of TLS."""
    given = {
        "host": "localhost",
        "hostaddr": "127.0.0.1",
        "port": str(server.port),
        "dbname": "eagle_sign",
        "user": "eagle_application",
        "password": PASSWORD,
        "sslmode": "verify-full",
        "sslrootcert": str(server.data_dir / "ca.crt"),
        **changes,
    }
    query = "select version from pg_stat_ssl where pid = pg_backend_pid()"
    with psycopg.connect(**given) as connection:  # type: ignore[arg-type]
        row = connection.execute(query).fetchone()
    return str(row[0]) if row else ""


def test_a_client_with_the_password_comes_in_over_tls(tls: Server) -> None:
    assert "sslmode=verify-full" in block("text", "sslmode")
    assert re.fullmatch(r"TLSv1\.[23]", log_in(tls))


def test_what_is_not_documented_stays_out(
    tls: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    refused = [
        ({"password": "wrong"}, "password authentication failed"),  # pragma: allowlist secret
        ({"sslmode": "disable"}, "rejects connection"),
        ({"dbname": "postgres"}, "rejects connection"),
        ({"user": "postgres"}, "rejects connection"),
        ({"host": "db.example.com"}, "does not match host name"),
        (
            {"sslrootcert": str(tmp_path_factory.getbasetemp() / "ca.crt")},
            "certificate verify failed",
        ),
    ]
    for changes, reason in refused:
        with pytest.raises(psycopg.OperationalError, match=reason):
            log_in(tls, **changes)


@pytest.fixture
def admin(tls: Server) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(tls.url("eagle_sign"), autocommit=True) as connection:
        yield connection


def errors(connection: "psycopg.Connection[Any]", *names: str) -> list[str]:
    return [f.finding for f in look(connection, *names) if f.severity == "error"]


def test_a_server_set_up_as_documented_has_no_error(admin: "psycopg.Connection[Any]") -> None:
    assert errors(admin, "passwords", "authentication", "transport") == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("hostssl all all 10.0.0.0/8 trust", "trust asks for no proof"),
        ("hostssl all all 10.0.0.0 255.0.0.0 md5", "md5 takes passwords kept as md5"),
        ("hostssl all all all password", "password sends passwords as they are"),
        ("host all all 0.0.0.0/0 scram-sha-256", "without TLS"),
        ("hostnossl all all samenet scram-sha-256", "without TLS"),
        ("hostssl all all ::/0 ident", "ident believes"),
        ("hostssl all all .example.com trust", "trust asks for no proof"),
        ("hostssl all all 10.0.0.0/8 scam", "invalid authentication method"),
    ],
)
def test_a_weak_line_is_found(
    tls: Server, admin: "psycopg.Connection[Any]", line: str, reason: str
) -> None:
    """The file is read as it is now, before the server would heed it."""
    write_hba(tls, f"{line}\n{as_documented()}")
    try:
        found = errors(admin, "authentication")
    finally:
        write_hba(tls, as_documented())
    assert len(found) == 1
    assert "line 1 " in found[0] or "line 1)" in found[0]
    assert reason in found[0]


@pytest.mark.parametrize(
    "line",
    [
        "host all all 127.0.0.1/32 trust",
        "host all all ::1/128 trust",
        "host all all localhost md5",
        "host all all all reject",
        "hostssl all all 10.0.0.0/8 cert",
    ],
)
def test_a_line_that_no_network_reaches_or_that_asks_for_proof_is_no_error(
    tls: Server, admin: "psycopg.Connection[Any]", line: str
) -> None:
    write_hba(tls, f"{line}\n{as_documented()}")
    try:
        assert errors(admin, "authentication") == []
    finally:
        write_hba(tls, as_documented())


@pytest.mark.parametrize(
    "password",
    ["postgres", "password", "changeme", "eagle_reader", "reader", "eagle_sign", "123456"],
)
def test_a_password_that_everybody_tries_is_found(
    admin: "psycopg.Connection[Any]", password: str
) -> None:
    set_password(admin, "eagle_reader", password)
    found = errors(admin, "passwords")
    admin.execute("alter role eagle_reader password null")
    assert found == ["the password of eagle_reader is one that everybody tries first"]


def test_a_password_kept_as_md5_is_found(admin: "psycopg.Connection[Any]") -> None:
    admin.execute("set password_encryption = 'md5'")  # pragma: allowlist secret
    admin.execute(f"alter role eagle_reader password '{PASSWORD}'".encode())
    found = errors(admin, "passwords")
    admin.execute("alter role eagle_reader password 'postgres'")
    default_too = errors(admin, "passwords")
    admin.execute("alter role eagle_reader password null")
    assert found == [
        "new passwords are not kept as SCRAM",
        "the password of eagle_reader is not kept as SCRAM",
    ]
    assert default_too[-1] == "the password of eagle_reader is one that everybody tries first"


def test_a_network_without_tls_is_found(tls: Server, admin: "psycopg.Connection[Any]") -> None:
    admin.execute("alter system set ssl = off")
    admin.execute("select pg_reload_conf()")
    try:
        admin.execute("select pg_sleep(0.5)")
        with psycopg.connect(tls.url("eagle_sign"), autocommit=True) as anew:
            found = errors(anew, "transport")
    finally:
        admin.execute("alter system reset ssl")
        admin.execute("select pg_reload_conf()")
    assert found == ["the server listens on 0.0.0.0 without TLS"]


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (-0.5, ["certificate-expired"]),
        (20, ["certificate-expires"]),
        (22, []),
    ],
)
def test_a_certificate_that_expires_is_found_over_socket_and_network(
    tls: Server, admin: "psycopg.Connection[Any]", days: float, found: list[str]
) -> None:
    names = ("ca.crt", "server.crt", "server.key")
    kept = [(tls.data_dir / name).read_bytes() for name in names]
    until = datetime.now(UTC) + timedelta(days=days)
    certificates.make(tls.data_dir, "localhost", "127.0.0.1", valid=timedelta(days=days))
    hand_over(tls)
    admin.execute("select pg_reload_conf()")
    try:
        wait_for(lambda: is_shown(tls, until), "the new certificate", 10)
        assert [one.fault for one in certificate.find(admin)] == found
        if "certificate-expired" not in found:
            with psycopg.connect(network(tls), autocommit=True) as connection:
                assert [one.fault for one in certificate.find(connection)] == found
        assert [f.severity for f in look(admin, "server") if "certificate" in f.finding] == [
            {"certificate-expired": "error", "certificate-expires": "warning"}[one] for one in found
        ]
    finally:
        for name, content in zip(names, kept, strict=True):
            (tls.data_dir / name).write_bytes(content)
        hand_over(tls)
        admin.execute("select pg_reload_conf()")


def network(server: Server) -> str:
    return make_conninfo(
        host="127.0.0.1", port=server.port, dbname="eagle_sign", user="eagle_application",
        password=PASSWORD, sslmode="require",
    )  # fmt: skip


def is_shown(server: Server, until: datetime) -> bool:
    shown = certificate.expiry("localhost", server.port)
    return shown is not None and abs(shown - until) < timedelta(minutes=1)


def test_what_shows_no_certificate_expires_never(server: Server) -> None:
    (port,) = free_ports(1)
    assert certificate.expiry("localhost", port) is None
    with psycopg.connect(server.url(), autocommit=True) as connection:
        assert certificate.find(connection) == []


def test_what_a_role_may_not_see_is_said_not_to_be_checked(
    tls: Server, admin: "psycopg.Connection[Any]"
) -> None:
    admin.execute("set role eagle_reader")
    found = look(admin, "passwords", "authentication")
    assert [(f.check, f.severity) for f in found] == [
        ("passwords", "warning"),
        ("authentication", "warning"),
    ]
    assert all(f.finding.startswith("not checked: permission denied") for f in found)


def test_on_a_machine_of_ones_own_they_are_notes(server: Server, migrated_database: str) -> None:
    with psycopg.connect(close(migrated_database), autocommit=True) as connection:
        set_password(connection, "eagle_reader", "postgres")
        found = look(connection, "access", "passwords", "authentication", "transport")
        code = run("--check", "passwords", "--dsn", migrated_database)
        connection.execute("alter role eagle_reader password null")
    assert {f.severity for f in found} == {"note"}
    assert "passwords" in {f.check for f in found}
    assert code == Exit.OK


def test_what_stands_open_in_the_database_is_an_error_anywhere(migrated_database: str) -> None:
    with psycopg.connect(close(migrated_database), autocommit=True) as connection:
        assert run("--check", "access", "--dsn", migrated_database) == Exit.OK
        for privilege in (
            "select on app.projects",
            "create on schema public",
            "create on schema ops",
            f"create on database {connection.info.dbname}",
        ):
            connection.execute(f"grant {privilege} to public".encode())
            assert run("--check", "access", "--dsn", migrated_database) == Exit.REFUSED, privilege
            connection.execute(f"revoke {privilege} from public".encode())
            assert run("--check", "access", "--dsn", migrated_database) == Exit.OK


def look(connection: "psycopg.Connection[Any]", *names: str) -> list[preflight.Finding]:
    checks = [check for check in preflight.CHECKS if check.name in names]
    return preflight.run(checks, connection, preflight.Given())


def run(*arguments: str) -> int:
    """Run the command; return its exit code."""
    code = group.main(args=["preflight", *arguments], prog_name="tooling", standalone_mode=False)
    return int(code or 0)


def test_every_check_is_in_the_page() -> None:
    shown = (ROOT / "docs/how-to/deployment-procedure.md").read_text(encoding="utf-8")
    for check in (*preflight.CHECKS, *postflight.CHECKS):
        assert check.about in shown


def test_what_a_client_asks_for_comes_before_what_its_role_gave_itself(
    server: Server, migrated_database: str
) -> None:
    options = re.search(r"\?(options=\S+)", block("text", "options=-c"))
    assert options
    url = migrated_database.replace("postgres@", "eagle_application@")
    settings = ("default_transaction_read_only", "synchronous_commit", "statement_timeout")
    with psycopg.connect(url, autocommit=True) as own:
        for place in ("", f"in database {own.info.dbname} "):
            for name, value in zip(settings, ("on", "off", "1ms"), strict=True):
                own.execute(f"alter role eagle_application {place}set {name} = '{value}'".encode())
    try:
        with psycopg.connect(f"{url}&{options[1]}") as connection:
            found = [connection.execute(f"show {name}".encode()).fetchone() for name in settings]
        assert found == [("off",), ("on",), ("30s",)]
    finally:
        with psycopg.connect(migrated_database, autocommit=True) as admin:
            for name in settings:
                admin.execute(f"alter role eagle_application reset {name}".encode())
