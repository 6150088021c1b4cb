"""Retirements, erasures and the evidence of both."""

from tests.tamper.case import statements
from tests.tamper.chains import REHASH, rehashed
from tests.tamper.world import ANA, DETACHED, DROPPED, ERASED, PROJECT, QUIET, RETIRED

_TOMBSTONE = f"where project_id = '{ERASED}' and position = 1"
statements(
    "a tombstone gets another actor",
    f"update app.project_events set actor = 'eve@example.com' {_TOMBSTONE}",
)
statements(
    "a tombstone gets further data",
    f"""update app.project_events set data = data || '{{"by": "eve"}}' {_TOMBSTONE}""",
)
statements(
    "a tombstone gets another time of erasure",
    f"update app.project_events set erased_at = erased_at - interval '1 day' {_TOMBSTONE}",
)
statements(
    "a tombstone gets a time of erasure before the evidence",
    f"update app.project_events set erased_at = '2001-01-01' {_TOMBSTONE}",
)
statements(
    "a tombstone gets another hash",
    "update app.project_events set data = jsonb_build_object('erased_sha256', repeat('0', 64))"
    f" {_TOMBSTONE}",
)
statements(
    "a tombstone gets back what was erased",
    "update app.project_events set actor = 'ana@example.com', erased_at = null,"
    f""" data = '{{"status": "draft"}}' {_TOMBSTONE}""",
)
_BURY = (
    "update app.project_events set actor = '(erased)', erased_at = now(), data ="
    " jsonb_build_object('erased_sha256',"
    " encode(app.event_content_sha256(actor, data), 'hex'))"
)
statements(
    "an event is emptied like an erased one",
    f"{_BURY} where project_id = '{PROJECT}' and position = 3",
)
rehashed(
    "an event is emptied, and an erasure recorded in the chain alone",
    QUIET,
    f"{_BURY} where project_id = '{QUIET}' and position = 2;"
    " insert into app.project_events (account_id, project_id, event_type, actor, data, position,"
    " sha256) select account_id, project_id, 'user.data_deleted', 'privacy@example.com',"
    """ '{"reason": "x", "role": "eagle_operator", "erased_positions": [2]}', 4, sha256"""
    f" from app.event_chains where project_id = '{QUIET}'",
)
statements(
    "an event is emptied, and an erasure recorded in the evidence without a hash",
    f"{_BURY} where project_id = '{PROJECT}' and position = 3;"
    " insert into ops.evidence (position, kind, subject, content, sha256) select max(position) + 1,"
    f" 'erasure', '{ANA}/{PROJECT}', jsonb_build_object('erased_at', extract(epoch from now()),"
    " 'positions', '[3]'::jsonb), sha256('x') from ops.evidence",
)
statements(
    "the erasure names other places",
    "update app.project_events set data = jsonb_set(data, '{erased_positions}', '[2]')"
    f" where project_id = '{ERASED}' and event_type = 'user.data_deleted'",
)
rehashed(
    "the erasure names another actor, and the chain is hashed anew",
    ERASED,
    "update app.project_events set actor = 'eve@example.com'"
    f" where project_id = '{ERASED}' and event_type = 'user.data_deleted'",
)

_LAST = "where position = (select max(position) from ops.evidence)"
_REHASH_EVIDENCE = """
do $rehash$
declare
    entry ops.evidence;
    hash  bytea := decode(repeat('00', 32), 'hex');
    place bigint := 0;
begin
    for entry in select * from ops.evidence order by position loop
        place := place + 1;
        hash := sha256(hash || convert_to(jsonb_build_array(
            place, entry.kind, entry.subject, extract(epoch from entry.recorded_at), entry.role,
            entry.content)::text, 'UTF8'));
        update ops.evidence set position = place, sha256 = hash where position = entry.position;
    end loop;
end $rehash$;
"""
for column, value in (
    ("role", "'eagle_operator'"),
    ("recorded_at", "recorded_at - interval '1 day'"),
    ("content", """content || '{"row_count": 1}'"""),
    ("subject", "'app.other'"),
    ("sha256", "sha256('x')"),
):
    statements(
        f"an entry of the evidence gets another {column}",
        f"update ops.evidence set {column} = {value} where position = 2",
    )
    if column != "sha256":
        statements(
            f"an entry of the evidence gets another {column}, and all are hashed anew",
            f"update ops.evidence set {column} = {value} where position = 2;{_REHASH_EVIDENCE}",
        )
statements("the last entry of the evidence is removed", f"delete from ops.evidence {_LAST}")
statements(
    "the erasure is taken out of the evidence, and all are hashed anew",
    f"delete from ops.evidence where kind = 'erasure';{_REHASH_EVIDENCE}",
)
statements("the evidence is emptied", "truncate ops.evidence")
statements(
    "the evidence begins anew",
    "truncate ops.evidence; select ops.record_evidence('beginning', 'app.project_events', '{}')",
)

_STRETCH = f"where partition = '{DROPPED}'"
for column, value in (
    ("last_sha256", "sha256('x')"),
    ("last_position", "last_position + 1"),
    ("erased_positions", "'{1}'"),
    ("partition", "'app.other'"),
    ("project_id", "gen_random_uuid()"),
):
    statements(
        f"a retired stretch gets another {column}",
        f"update app.retired_events set {column} = {value} {_STRETCH}",
    )
statements("a retired stretch is removed", f"delete from app.retired_events {_STRETCH}")
for column, value in (
    ("row_count", "row_count + 1"),
    ("state", "'restored'"),
    ("action", "'archive'"),
    ("file_name", "'elsewhere.gz'"),
    ("ends_at", "'2001-05-01'"),
    ("retired_at", "retired_at - interval '1 day'"),
):
    statements(
        f"a retired partition gets another {column}",
        f"update ops.retired_partitions set {column} = {value} {_STRETCH}",
    )
statements(
    "the record of a retirement is removed", f"delete from ops.retired_partitions {_STRETCH}"
)
statements(
    "a retirement is removed with its stretches",
    f"delete from ops.retired_partitions {_STRETCH}; delete from app.retired_events {_STRETCH}",
)
_FORGED = f"""
insert into app.retired_events
    (account_id, project_id, first_position, last_position, last_sha256, partition)
select account_id, project_id, {{first}}, position, sha256, 'app.project_events_y2001m01'
  from app.project_events where project_id = '{PROJECT}' and position = {{last}};
delete from app.project_events
 where project_id = '{PROJECT}' and position between {{first}} and {{last}};
"""
_RECORD = """
insert into ops.retired_partitions
    (partition, relation, starts_at, ends_at, action, state, row_count)
values ('app.project_events_y2001m01', 'app.project_events', '2001-01-01', '2001-02-01', 'drop',
        'dropped', {count});
"""
statements(
    "events leave with a forged stretch",
    _FORGED.format(first=2, last=3),
)
statements(
    "events leave with a forged retirement",
    _FORGED.format(first=2, last=3) + _RECORD.format(count=2),
)
statements(
    "events that anchors name leave with a forged retirement",
    _FORGED.format(first=1, last=5) + _RECORD.format(count=5),
)
statements(
    "events leave with a forged addition to a retirement",
    _FORGED.format(first=2, last=3).replace("app.project_events_y2001m01", DROPPED)
    + f"update ops.retired_partitions set row_count = row_count + 2 {_STRETCH}",
)
statements(
    "events leave with a forged addition to a detached partition",
    _FORGED.format(first=2, last=3).replace("app.project_events_y2001m01", DETACHED),
)
statements(
    "events leave with a retirement that the evidence was made to hold",
    _FORGED.format(first=2, last=3)
    + _RECORD.format(count=2)
    + """
set timezone = 'UTC';
select ops.record_evidence('retirement', r.partition, to_jsonb(r) || jsonb_build_object(
           'stretches_sha256', encode(ops.stretches_sha256(r.partition), 'hex')))
  from ops.retired_partitions as r where r.partition = 'app.project_events_y2001m01'
""",
)
statements(
    "the stretch between two that are retired is let go as well",
    f"{REHASH} insert into app.retired_events select account_id, project_id, position, position,"
    f" sha256, '{{}}', '{DROPPED}' from app.project_events where project_id = '{RETIRED}'"
    " and occurred_at between '2001-04-01' and '2001-04-02 12:00';"
    f" delete from app.project_events where project_id = '{RETIRED}'"
    " and occurred_at between '2001-04-01' and '2001-04-02 12:00'",
)
