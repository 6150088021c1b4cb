"""Events and the heads of their chains."""

from tests.tamper.case import case, statements
from tests.tamper.world import ANA, ATTACHED, BOB, ERASED, NEW, PROJECT, QUIET, RETIRED, Copy

_OF = f"where project_id = '{PROJECT}'"
# What somebody would do who knows how chains are made. Of $1, from place 1 on.
REHASH = """
create function pg_temp.rehash(project uuid) returns void language plpgsql as $rehash$
declare
    event app.project_events;
    hash  bytea := decode(repeat('00', 32), 'hex');
    place bigint := 0;
begin
    for event in
        select * from app.project_events where project_id = project order by position, event_id
    loop
        place := event.position;
        hash := app.event_sha256(
            hash, event.account_id, event.project_id, event.position, event.event_id,
            event.event_type, event.occurred_at,
            case
                when event.erased_at is null then app.event_content_sha256(event.actor, event.data)
                else decode(event.data ->> 'erased_sha256', 'hex')
            end
        );
        update app.project_events set sha256 = hash where event_id = event.event_id;
    end loop;
    update app.event_chains set position = place, sha256 = hash where project_id = project;
end
$rehash$;
"""


def rehashed(name: str, project: str, text: str) -> None:
    """Add a tampering after which the chain of a project is hashed anew, with its head."""
    statements(name, f"{REHASH}{text};\nselect pg_temp.rehash('{project}')")


for column, value in (
    ("actor", "'eve@example.com'"),
    ("data", """data || '{"to": "accepted"}'"""),
    ("event_type", "'report.generated'"),
    ("event_id", "gen_random_uuid()"),
    ("occurred_at", "occurred_at - interval '1 second'"),
    ("sha256", "sha256('forged')"),
    ("position", "99"),
    ("account_id", f"'{BOB}'"),
):
    statements(
        f"an event gets another {column}",
        f"update app.project_events set {column} = {value} {_OF} and position = 3",
    )
statements(
    "an event is moved to another month",
    f"update app.project_events set occurred_at = '2001-04-05' {_OF} and position = 3",
)
statements(
    "an event of a past month is changed in its partition",
    f"update {ATTACHED} set actor = 'eve@example.com'",
)
statements("the first event is removed", f"delete from app.project_events {_OF} and position = 1")
statements("an event is removed", f"delete from app.project_events {_OF} and position = 3")
statements("the last event is removed", f"delete from app.project_events {_OF} and position = 6")
statements("all events of a project are removed", f"delete from app.project_events {_OF}")
statements(
    "all events are truncated",
    "truncate app.project_events",
)
statements(
    "a project's events and head are removed",
    f"delete from app.project_events {_OF}; delete from app.event_chains {_OF}",
)
_GONE = "; ".join(
    f"delete from app.{table} where project_id = '{{0}}'"
    for table in ("project_events", "event_chains", "project_payloads", "projects")
)
statements("a project is removed with all it had", _GONE.format(QUIET))
statements(
    "a project is removed with all it had, and the totals corrected",
    f"{_GONE.format(QUIET)}; select ops.recount_project_totals()",
)
statements(
    "a project made after the last anchor is removed with all it had, and the totals corrected",
    f"{_GONE.format(NEW)}; select ops.recount_project_totals()",
)
_INSERT = """
insert into app.project_events
    (account_id, project_id, event_type, actor, position, sha256)
select account_id, project_id, 'file.attached', 'eve@example.com', {place}, sha256
  from app.project_events where project_id = '{project}' and position = 2
"""
statements("an event is put after the head", _INSERT.format(place=7, project=PROJECT))
statements("an event takes a place that is taken", _INSERT.format(place=3, project=PROJECT))
statements(
    "an event is put into an account without projects",
    "insert into app.project_events (account_id, project_id, event_type, actor, position, sha256)"
    " values (gen_random_uuid(), gen_random_uuid(), 'file.attached', 'eve', 1, sha256('x'))",
)
rehashed(
    "an event is put between others, and the chain hashed anew",
    PROJECT,
    f"update app.project_events set position = position + 1 {_OF} and position > 2;"
    + _INSERT.format(place=3, project=PROJECT),
)
statements(
    "two events change places",
    f"update app.project_events set position = 7 - position {_OF} and position in (3, 4)",
)
rehashed(
    "two events change places, and the chain is hashed anew",
    PROJECT,
    f"update app.project_events set position = 9 - position {_OF} and position in (4, 5)",
)
statements(
    "events of two projects change places",
    f"update app.project_events set project_id = case project_id when '{PROJECT}' then"
    f" '{QUIET}'::uuid else '{PROJECT}' end, account_id = case account_id when '{ANA}' then"
    f" '{BOB}'::uuid else '{ANA}' end where project_id in ('{PROJECT}', '{QUIET}')"
    " and position = 2",
)
rehashed(
    "a chain is hashed anew with another actor",
    QUIET,
    "update app.project_events set actor = 'eve@example.com'"
    f" where project_id = '{QUIET}' and position = 2",
)
rehashed(
    "a chain that has grown since is hashed anew with another actor",
    PROJECT,
    f"update app.project_events set actor = 'eve@example.com' {_OF} and position = 2",
)
rehashed(
    "a chain begun after the last anchor is hashed anew with another time",
    NEW,
    "update app.project_events set occurred_at = occurred_at - interval '1 second'"
    f" where project_id = '{NEW}'",
)
rehashed(
    "the last whole and light anchored event is cut off",
    PROJECT,
    f"delete from app.project_events {_OF} and position >= 4",
)
rehashed(
    "what came after the whole anchor is cut off, the light one included",
    PROJECT,
    f"delete from app.project_events {_OF} and position >= 4;"
    f" update app.projects set status = 'estimating', updated_by = 'dan@example.com' {_OF};"
    " select ops.recount_project_totals()",
)
rehashed(
    "what came after the last anchor is cut off, and the project as it was then",
    PROJECT,
    f"delete from app.project_events {_OF} and position >= 5;"
    f" update app.projects set status = 'estimating', updated_by = 'dan@example.com' {_OF};"
    " select ops.recount_project_totals()",
)
rehashed(
    "a move after the last anchor is cut off, and the project left as it is",
    PROJECT,
    f"delete from app.project_events {_OF} and position = 6",
)
rehashed(
    "an event of another's making is put at the end, and the chain hashed anew",
    QUIET,
    _INSERT.format(place=4, project=QUIET),
)
statements("a head gets another hash", f"update app.event_chains set sha256 = sha256('x') {_OF}")
statements("a head is set back", f"update app.event_chains set position = position - 1 {_OF}")
statements("a head is set forward", f"update app.event_chains set position = position + 1 {_OF}")
statements("a head is removed", f"delete from app.event_chains {_OF}")
statements("all heads are removed", "truncate app.event_chains")
statements(
    "a head is put for events that never were",
    "insert into app.event_chains values (gen_random_uuid(), gen_random_uuid(), 2, sha256('x'))",
)
statements(
    "a partition is detached",
    f"alter table app.project_events detach partition {ATTACHED}",
)
statements("a partition is dropped", f"drop table {ATTACHED}")
statements(
    "a partition is detached and takes the name of a retired one",
    f"alter table app.project_events detach partition {ATTACHED};"
    f" alter table {ATTACHED} rename to project_events_y2001m02",
)
statements(
    "an event of a project with retired events is removed",
    f"delete from app.project_events where project_id = '{RETIRED}' and occurred_at < '2002-01-01'",
)
statements(
    "an erased event is removed",
    f"delete from app.project_events where project_id = '{ERASED}' and position = 1",
)


@case("this month's events are copied to a table of the same name without the last")
def _(copy: Copy) -> None:
    copy.run(
        """
        do $$
        declare
            this text := (select p.partition from ops.partitions as p
                           where p.relation = 'app.project_events'
                             and now() between starts_at and ends_at);
        begin
            execute format('alter table app.project_events detach partition %s', this);
            execute format('create table app.copied as select * from %s where position < 3', this);
            execute format('drop table %s', this);
            execute format('alter table app.copied rename to %I', split_part(this, '.', 2));
        end $$
        """
    )
