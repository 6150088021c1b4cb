"""A database that is older than the evidence verifies after the migration, and is held to it."""

from pathlib import Path

import psycopg

from tests.repo.staging import Stage, names
from tooling.audit import verify
from tooling.server.server import Server

ANA = "a0000000-0000-7000-8000-000000000000"
PROJECT, GONE, ERASED, OLD = (f"a{number}000000-0000-7000-8000-000000000000" for number in "1234")
FILL = f"""
set app.actor = 'ana';
insert into app.projects (account_id, project_id, name, created_by, updated_by)
values ('{ANA}', '{PROJECT}', 'Sign', 'ana', 'ana'), ('{ANA}', '{GONE}', 'Gone', 'ana', 'ana'),
       ('{ANA}', '{ERASED}', 'Erased', 'ana', 'ana'), ('{ANA}', '{OLD}', ' Old ', 'ana', ' bob ');
insert into app.project_payloads (account_id, project_id, module, config)
select account_id, project_id, module::app.project_module, '{{}}'
  from app.projects
 cross join unnest(
           array['signage.single_pole.base_plate', 'signage.two_pole.direct_burial']
       ) as module;
update app.projects set updated_by = 'eve' where project_id = '{PROJECT}';
delete from app.project_payloads
 where project_id = '{PROJECT}' and module = 'signage.two_pole.direct_burial';
delete from app.projects where project_id = '{GONE}';
select app.append_event('{ANA}', '{GONE}', 'file.attached', '');
select app.erase_events('{ANA}', '{ERASED}', 'privacy', 'request');
select ops.create_time_partitions('app.project_events', '2001-02-01');
insert into app.project_events (account_id, project_id, event_type, actor, occurred_at)
values ('{ANA}', '{PROJECT}', 'file.attached', 'ana', '2001-02-03');
select ops.begin_retirement('app.project_events_y2001m02', 'drop');
alter table app.project_events detach partition app.project_events_y2001m02;
select ops.finish_detachment('app.project_events_y2001m02');
select ops.drop_retired_partition('app.project_events_y2001m02');
set session_replication_role = replica;
insert into app.projects (account_id, project_id, name, created_by, updated_by, status)
values ('{ANA}', 'a9000000-0000-7000-8000-000000000000', 'Unlogged', 'x', 'x', 'submitted');
insert into app.project_payloads (account_id, project_id, module, config)
values ('{ANA}', 'a9000000-0000-7000-8000-000000000000', 'signage.two_pole.direct_burial', '{{}}');
set session_replication_role = origin;
select ops.recount_project_totals();
"""
KINDS = "select kind, count(*) from ops.evidence group by kind order by kind"


def test_what_was_there_before_is_recorded_as_it_was(
    server: Server, empty_database: str, tmp_path: Path
) -> None:
    before = [name for name in names() if name < "0027"]
    stage = Stage(tmp_path, empty_database)
    stage.add(*before)
    stage.tooling("migrate")
    with psycopg.connect(empty_database, autocommit=True) as admin:
        admin.execute(FILL.encode())
        stage.add(*(name for name in names() if name not in before))
        stage.tooling("migrate")
        _, found = verify.verify(admin)
        assert found == []
        assert admin.execute(KINDS).fetchall() == [
            ("beginning", 1), ("erasure", 1), ("retirement", 1), ("unlogged", 4)
        ]  # fmt: skip
        for tampering, problem in (
            ("update app.projects set updated_by = 'mallory' where name = 'Sign'", "updated_by"),
            ("update app.projects set status = 'accepted' where name = 'Unlogged'", "status"),
            ("update app.project_events set erased_at = '2001-01-01' where erased_at is not null",
             "time of the erasure"),
            ("update ops.retired_partitions set row_count = 2", "evidence"),
            ("delete from app.project_payloads where project_id = 'a9000000-0000-7000-8000-"
             "000000000000'; update app.project_payloads set config = '{\"a\": 1}'", "payload"),
        ):  # fmt: skip
            admin.execute("set session_replication_role = replica")
            admin.execute(tampering.encode())
            admin.execute("set session_replication_role = origin")
            known, found = found, verify.verify(admin)[1]
            new = [one.problem for one in found if one not in known]
            assert any(problem in one for one in new), (tampering, new)
