begin;
select plan(25);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.chain_event'), '() returns trigger, volatile, security definer',
    'an event is chained in a trigger that alone may write the heads'
);

create function pg_temp.append(data jsonb) returns bigint
begin atomic
    insert into app.project_events (account_id, project_id, event_type, actor, data)
    values (pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana', append.data)
    returning position;
end;
set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ insert into app.project_events (account_id, project_id, event_type, actor)
       values (pg_temp.ana(), 'a9000000-0000-7000-8000-000000000000', 'file.attached', 'ana') $$,
    '23503', 'there is no project a9000000-0000-7000-8000-000000000000 to record an event of',
    'a project that never was has no events'
);
select results_eq(
    $$ select hint, "table"
         from pg_temp.error_of($e$
             insert into app.project_events (account_id, project_id, event_type, actor)
             values (pg_temp.ana(), 'a9000000-0000-7000-8000-000000000000', 'file.attached', 'ana')
         $e$) $$,
    $$ values ('Create the project first, in the account that the event names.', 'project_events') $$,
    'the refusal tells what to do first'
);

select throws_ok(
    format('select pg_temp.append(%L)', wrong.data), wrong.code, null, wrong.what
)
  from (values
            ('{"erased_sha256": "00"}', '42501', 'an event does not look like an erased one'),
            ('{"erased_positions": [1]}', '42501', 'an event does not look like an erasure'),
            (format('{"a": "%s"}', repeat('x', 65536)), '54000', 'the data of an event is bounded'),
            (format('{"a": [%s1]}', repeat('1e131071, ', 100)), '54000',
             'a number of few bytes counts with all the digits that it is written with'),
            (format('{"a": [%s1]}', repeat('{"b": 1e-16000}, ', 100)), '54000',
             'a number of many places counts with them'),
            (format('{"a": [%s1]}', repeat(rpad('1.0', 16000, '0') || ', ', 100)), '54000',
             'a number of many zeroes counts with them'),
            ('{"a": [1e131071, 1e131070]}', '54000', 'so does one in a small document')
       ) as wrong (data, code, what);
select is(
    (pg_temp.error_of(format('select pg_temp.append(%L)', '{"a": [1e131071]}'))).hint,
    'Keep what is larger elsewhere, and record its name and hash; a number has at most 40 digits'
    ' before and after its point.',
    'the refusal tells what to record instead'
);
select results_eq(
    format('select pg_temp.append(%L) > 0', jsonb_build_object('a', repeat('x', 65000))),
    array[true], 'what is not larger is recorded'
);
select throws_ok(
    $$ insert into app.project_events (account_id, project_id, event_type, actor)
       values (pg_temp.ana(), pg_temp.ana_project(), 'file.attached', E'ana\nbob') $$,
    '22023', null, 'the actor of an event is one line'
);
insert into app.project_events (account_id, project_id, event_type, actor, data)
values
    (pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana', '{"file": "site.jpg"}'),
    (pg_temp.ana(), pg_temp.ana_project(), 'report.generated', 'ana', '{"pages": 12}');
select results_eq(
    'select position from app.project_events order by occurred_at, position',
    array[1::bigint, 2, 3, 4, 5],
    'events take places one after the other'
);
select app.delete_project(p.account_id, p.project_id, p.etag, 'ana') from app.projects as p;
select throws_ok(
    $$ insert into app.project_events (account_id, project_id, event_type, actor)
       values (pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana') $$,
    '23503', 'there is no project a1000000-0000-7000-8000-000000000000 to record an event of',
    'a project that is gone has no further events'
);

set local role eagle_auditor;
select is_empty(
    $$ select e.position
         from app.project_events as e
         left join app.project_events as before
           on before.account_id = e.account_id
          and before.project_id = e.project_id
          and before.position = e.position - 1
        where e.sha256 <> app.event_sha256(
                  coalesce(before.sha256, decode(repeat('00', 32), 'hex')),
                  e.account_id, e.project_id, e.position, e.event_id, e.event_type, e.occurred_at,
                  app.event_content_sha256(e.actor, e.data)
              ) $$,
    'the hash of an event covers the event and the hash of the one before it'
);
select results_eq(
    $$ select account_id, position from app.event_chains order by account_id $$,
    $$ values (pg_temp.ana(), 6::bigint), (pg_temp.bob(), 2) $$,
    'each project has a chain of its own'
);

-- Chosen by a writer with the right to, place, hash and tombstone are still not his.
reset role;
set local role eagle_owner;
insert into app.project_events (
    account_id, project_id, event_type, actor, position, sha256, erased_at
)
values (
    pg_temp.bob(), pg_temp.bob_project(), 'file.attached', 'bob', 77,
    decode(repeat('ff', 32), 'hex'), now()
);
reset role;
select results_eq(
    $$ select e.position, e.sha256 = c.sha256, e.erased_at
         from app.project_events as e
         join app.event_chains as c using (account_id, project_id)
        where e.account_id = pg_temp.bob()
          and e.event_type = 'file.attached' $$,
    $$ values (3::bigint, true, null::timestamptz) $$,
    'place, hash and tombstone of an event are the chain''s to give'
);
select is_empty('select * from ops.verify_event_chain()', 'chains made this way verify');

-- The exact bounds, asked as the owner, whose statement no other function limits before.
create function pg_temp.append_to_bob(data jsonb) returns bigint
begin atomic
    insert into app.project_events (account_id, project_id, event_type, actor, data)
    values (pg_temp.bob(), pg_temp.bob_project(), 'file.attached', 'bob', append_to_bob.data)
    returning position;
end;
set local role eagle_owner;
select throws_ok(
    format('select pg_temp.append_to_bob(%L)', wrong.data), '54000',
    'the data of an event is at most 65536 bytes of JSON',
    wrong.what
)
  from (values
            (format('{"a": "%s"}', repeat('x', 65537 - 9)), 'data of 65,537 bytes are too long'),
            (format('{"a": ["%s", 1e40]}', repeat('x', 600)), 'a number of 41 digits is too long'),
            (format('{"a": ["%s", 0.%s1]}', repeat('x', 600), repeat('0', 40)),
             'a number of 41 places is too long')
       ) as wrong (data, what);
select lives_ok(
    format('select pg_temp.append_to_bob(%L)', allowed.data), allowed.what
)
  from (values
            (format('{"a": "%s"}', repeat('x', 65536 - 9)), 'data of 65,536 bytes are not'),
            (format('{"a": ["%s", %s]}', repeat('x', 600), repeat('9', 40)), 'nor a number of 40 digits'),
            (format('{"a": ["%s", 0.%s1]}', repeat('x', 600), repeat('0', 39)), 'nor one of 40 places')
       ) as allowed (data, what);

select * from finish();
rollback;
