"""Whether the database is as open, and as closed, as sql/ declares it."""

from collections.abc import Iterator

from tooling.deploy.findings import Check, Connection, Finding, Given, error, warning


def _look(connection: Connection, given: Given) -> Iterator[Finding]:
    there = connection.execute("select to_regprocedure('ops.check_access()')").fetchone()
    if there is None or there[0] is None:
        yield warning(
            "not checked: ops.check_access() is not in this database",
            "Apply the migrations: tooling migrate",
        )
        return
    with given.owned(connection, "eagle_operator") as house:
        found = house.execute("select finding, remedy from ops.check_access()").fetchall()
    for finding, remedy in found:
        yield error(finding, remedy)


CHECK = Check("access", "Grants, roles, row security and triggers, by ops.check_access().", _look)
