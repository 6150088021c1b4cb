"""Whether the objects are as the last migrations left them: the next ones record what is there."""

from collections.abc import Iterator

from tooling.deploy.findings import Check, Connection, Finding, Given, error

_FINDINGS = """
select unnest(i.findings), i.remedy
  from ops.check_integrity(is_thorough => false) as i
 where i.check_name = 'definitions'
"""


def _look(connection: Connection, given: Given) -> Iterator[Finding]:
    there = connection.execute("select to_regclass('ops.recorded_definitions')").fetchone()
    if there is None or there[0] is None:
        return
    with given.owned(connection, "eagle_operator") as house:
        found = house.execute(_FINDINGS).fetchall()
    for finding, remedy in found:
        yield error(finding, remedy)


CHECK = Check("definitions", "Objects as the last migrations left them.", _look)
