"""Projects, designs and events that contradict each other."""

from functools import partial

from tests.integrity.case import statements
from tests.tamper.world import ANA, DROPPED, ERASED, NEW, PROJECT, QUIET

contradicted = partial(statements, "events")

_CUT = (
    "delete from app.project_events where project_id = '{0}' and position ="
    " (select max(position) from app.project_events where project_id = '{0}');"
    " update app.event_chains as c set (position, sha256) = (select e.position, e.sha256"
    " from app.project_events as e where e.project_id = c.project_id"
    " order by e.position desc limit 1) where project_id = '{0}'"
)

contradicted(
    "a project is there without an event",
    "insert into app.projects (account_id, name, created_by, updated_by)"
    f" values ('{ANA}', 'Silent sign', 'eve', 'eve')",
)
contradicted(
    "a project and its designs are gone without an event",
    f"delete from app.project_payloads where project_id = '{QUIET}';"
    f" delete from app.projects where project_id = '{QUIET}'",
)
contradicted(
    "a status has no event",
    f"update app.projects set status = 'accepted' where project_id = '{PROJECT}'",
)
contradicted(
    "a design has no event",
    "insert into app.project_payloads (account_id, project_id, module, config) values"
    f" ('{ANA}', '{PROJECT}', 'signage.two_pole.direct_burial', '{{}}')",
)
contradicted(
    "a design is gone without an event",
    f"delete from app.project_payloads where project_id = '{PROJECT}'",
)
contradicted(
    "a design is another than was saved",
    f"""update app.project_payloads set config = '{{"a": 1}}' where project_id = '{PROJECT}'""",
)
contradicted(
    "a design was saved at another time",
    "update app.project_payloads set created_at = created_at - interval '1 day'"
    f" where project_id = '{PROJECT}'",
)
contradicted(
    "updated_by is another",
    f"update app.projects set updated_by = 'eve' where project_id = '{PROJECT}'",
)
contradicted(
    "created_by is another",
    f"update app.projects set created_by = 'eve' where project_id = '{QUIET}'",
)
contradicted("a move is cut off, and the head set back", _CUT.format(PROJECT))
contradicted(
    "the only event is cut off, and the head set back",
    f"delete from app.project_events where project_id = '{NEW}';"
    f" delete from app.event_chains where project_id = '{NEW}'",
)
statements(
    "deleted-events",
    "the tail of a chain is cut off, and the head set back",
    _CUT.format(ERASED),
)
statements(
    "event-chains",
    "the actor of an event is edited",
    f"update app.project_events set actor = 'eve' where project_id = '{PROJECT}' and position = 2",
)
statements(
    "event-chains",
    "an event is removed",
    f"delete from app.project_events where project_id = '{PROJECT}' and position = 3",
)
statements(
    "event-chains",
    "a head is set back",
    f"update app.event_chains set position = position - 1 where project_id = '{PROJECT}'",
)
statements("event-chains", "the heads are gone", "truncate app.event_chains")
statements(
    "evidence",
    "an entry of the evidence is edited",
    "update ops.evidence set role = 'eve' where position = 2",
)
statements(
    "evidence",
    "the last entry of the evidence is gone",
    "delete from ops.evidence where kind = 'retirement' and position ="
    " (select max(position) from ops.evidence where kind = 'retirement')",
)
statements(
    "evidence",
    "the record of a retirement is edited",
    f"update ops.retired_partitions set row_count = 0 where partition = '{DROPPED}'",
)
