"""Who connects again later, connects to whichever of the servers is asked for then."""

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tooling.database import connect, parameters


def test_the_other_servers_of_a_cluster_are_kept(
    migrated_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection itself is to the second of them."""
    known = conninfo_to_dict(migrated_database)
    several = {"host": f"/nowhere,{known['host']}", "port": f"1,{known['port']}"}
    wanted = {**several, "target_session_attrs": "read-write"}
    with connect(make_conninfo(migrated_database, **wanted), role="eagle_backup") as connection:
        found = parameters(connection)
    assert {key: found[key] for key in wanted} == wanted
    assert (found["user"], "hostaddr" in found) == ("eagle_backup", False)
    for name, value in several.items():
        monkeypatch.setenv(f"PG{name.upper()}", value)
        del known[name]
    with connect(make_conninfo("", **known)) as connection:
        found = parameters(connection)
    assert {key: found[key] for key in several} == several
