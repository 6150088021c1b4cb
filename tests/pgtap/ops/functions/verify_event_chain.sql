begin;
select plan(33);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.verify_event_chain'),
    '(account_id uuid DEFAULT NULL::uuid, project_id uuid DEFAULT NULL::uuid)'
    ' returns TABLE(chain_account_id uuid, chain_project_id uuid, chain_position bigint,'
    ' event_id uuid, problem text), stable, security definer',
    'chains are verified of one project, of one account or of all'
);

-- Ana's project has ten events, the last of them an erasure of the first two.
select is(
    app.erase_events(pg_temp.ana(), pg_temp.ana_project(), 'privacy', 'request 1'), 2::bigint,
    'two events are erased'
);
insert into app.project_events (account_id, project_id, event_type, actor, data)
select
    pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana',
    jsonb_build_object('file', number)
  from generate_series(4, 10) as number;
select is_empty('select * from ops.verify_event_chain()', 'chains that nobody touched verify');

-- What a tampering changes of Ana's chain, and what the check then says.
-- It is tried as a superuser who has switched the triggers off, and undone.
create function pg_temp.found_after(tampering text)
    returns table (place bigint, problem text)
    language plpgsql
as $function$
declare
    problems jsonb;
    rows     integer;
begin
    begin
        set local session_replication_role = replica;
        execute tampering;
        get diagnostics rows = row_count;
        if rows = 0 then
            raise exception 'nothing was tampered with: %', tampering;
        end if;
        set local session_replication_role = origin;
        select coalesce(jsonb_agg(to_jsonb(v)), '[]') into problems
          from ops.verify_event_chain() as v;
        raise exception sqlstate 'UNDO0';
    exception
        when sqlstate 'UNDO0' then
            null;
    end;
    return query
    select (p ->> 'chain_position')::bigint, p ->> 'problem'
      from jsonb_array_elements(problems) as p;
end
$function$;

select bag_eq(
    format('select * from pg_temp.found_after(%L)', tampering),
    format('values %s', problems),
    what || ' is found'
)
  from (values
    (
        'an event with another actor',
        $$ update app.project_events set actor = 'eve' where position = 6 $$,
        $$ (6::bigint, 'changed: the hash does not match the event') $$
    ),
    (
        'an event with other data',
        $$ update app.project_events set data = '{"file": 66}' where position = 6 $$,
        $$ (6::bigint, 'changed: the hash does not match the event') $$
    ),
    (
        'an event of another type',
        $$ update app.project_events set event_type = 'report.generated' where position = 6 $$,
        $$ (6::bigint, 'changed: the hash does not match the event') $$
    ),
    (
        'an event of another time',
        $$ update app.project_events
              set occurred_at = occurred_at + interval '1 microsecond' where position = 6 $$,
        $$ (6::bigint, 'changed: the hash does not match the event') $$
    ),
    (
        'an event with another key',
        $$ update app.project_events set event_id = ops.uuid_v7() where position = 6 $$,
        $$ (6::bigint, 'changed: the hash does not match the event') $$
    ),
    (
        'an event with another hash',
        $$ update app.project_events set sha256 = sha256('x') where position = 6 $$,
        $$ (6::bigint, 'changed: the hash does not match the event'),
           (7, 'changed: the hash does not match the event') $$
    ),
    (
        'a last event with another hash',
        $$ update app.project_events set sha256 = sha256('x') where position = 10 $$,
        $$ (10::bigint, 'changed: the hash does not match the event'),
           (10, 'changed: the head is not the last event') $$
    ),
    (
        'a removed event',
        $$ delete from app.project_events where position = 6 $$,
        $$ (7::bigint, 'removed: 1 before this one') $$
    ),
    (
        'a removed pair of events',
        $$ delete from app.project_events where position in (6, 7) $$,
        $$ (8::bigint, 'removed: 2 before this one') $$
    ),
    (
        'a removed beginning',
        $$ delete from app.project_events
            where account_id = pg_temp.bob() and position = 1 $$,
        $$ (2::bigint, 'removed: 1 before this one') $$
    ),
    (
        'a removed end',
        $$ delete from app.project_events where position > 8 $$,
        $$ (10::bigint, 'removed: the last 2') $$
    ),
    (
        'the removal of all events of a project',
        $$ delete from app.project_events where account_id = pg_temp.ana() $$,
        $$ (10::bigint, 'removed: all 10 events') $$
    ),
    (
        'the removal of the head of a chain',
        $$ delete from app.event_chains where account_id = pg_temp.bob() $$,
        $$ (1::bigint, 'inserted: the project has no chain'),
           (2, 'inserted: the project has no chain') $$
    ),
    (
        'an event inserted at a place that is taken',
        $$ insert into app.project_events (
               account_id, project_id, event_type, actor, position, sha256
           )
           select account_id, project_id, 'report.generated', 'eve', position, sha256
             from app.project_events
            where account_id = pg_temp.bob() and position = 2 $$,
        $$ (2::bigint, 'inserted: the place is taken twice') $$
    ),
    (
        'an event inserted after the end',
        $$ insert into app.project_events (
               account_id, project_id, event_id, event_type, actor, occurred_at, position, sha256
           )
           select account_id, project_id, account_id, 'report.generated', 'eve', now(), 3,
                  app.event_sha256(
                      sha256, account_id, project_id, 3, account_id, 'report.generated', now(),
                      app.event_content_sha256('eve', '{}')
                  )
             from app.project_events
            where account_id = pg_temp.bob() and position = 2 $$,
        $$ (2::bigint, 'inserted: events after the head') $$
    ),
    (
        'an exchange of two events',
        $$ update app.project_events
              set position = case position when 6 then 7 else 6 end where position in (6, 7) $$,
        $$ (6::bigint, 'changed: the hash does not match the event'),
           (7, 'changed: the hash does not match the event'),
           (8, 'changed: the hash does not match the event') $$
    ),
    (
        'an event moved to another project',
        $$ update app.project_events
              set account_id = pg_temp.bob(), project_id = pg_temp.bob_project(), position = 3
            where position = 10 $$,
        $$ (10::bigint, 'removed: the last 1'),
           (3, 'changed: the hash does not match the event'),
           (2, 'inserted: events after the head') $$
    ),
    (
        'a tombstone that no erasure names',
        $$ update app.project_events
              set actor = '(erased)', erased_at = now(),
                  data = jsonb_build_object(
                      'erased_sha256', encode(app.event_content_sha256(actor, data), 'hex')
                  )
            where position = 6 $$,
        $$ (6::bigint, 'erased: no recorded erasure names this event') $$
    ),
    (
        'a tombstone of other content than was erased',
        $$ update app.project_events
              set data = jsonb_build_object('erased_sha256', repeat('00', 32)) where position = 1
              and account_id = pg_temp.ana() $$,
        $$ (1::bigint, 'changed: the hash does not match the event') $$
    ),
    (
        'a tombstone without its hash',
        $$ update app.project_events
              set data = '{}' where position = 1 and account_id = pg_temp.ana() $$,
        $$ (1::bigint, 'changed: the hash does not match the event') $$
    ),
    (
        'a tombstone whose hash is no hash',
        $$ update app.project_events
              set data = '{"erased_sha256": "none"}'
            where position = 1 and account_id = pg_temp.ana() $$,
        $$ (1::bigint, 'changed: the hash does not match the event') $$
    ),
    (
        'a tombstone made an event again',
        $$ update app.project_events
              set erased_at = null where position = 1 and account_id = pg_temp.ana() $$,
        $$ (1::bigint, 'changed: the hash does not match the event') $$
    ),
    (
        'an erasure that names other places than it emptied',
        $$ update app.project_events
              set data = data || '{"erased_positions": [1]}'
            where position = 3 and account_id = pg_temp.ana() $$,
        $$ (2::bigint, 'erased: no recorded erasure names this event'),
           (3, 'changed: the hash does not match the event') $$
    )
  ) as tampered (what, tampering, problems);

-- Whom it concerns, and who may ask.
set local session_replication_role = replica;
update app.project_events set actor = 'eve' where account_id = pg_temp.ana() and position = 6;
set local session_replication_role = origin;
select results_eq(
    $$ select v.chain_account_id, v.chain_project_id, v.chain_position, v.event_id
         from ops.verify_event_chain() as v $$,
    $$ select e.account_id, e.project_id, e.position, e.event_id
         from app.project_events as e
        where e.actor = 'eve' $$,
    'the event that breaks a chain is named with its account, project and place'
);
select isnt_empty(
    'select * from ops.verify_event_chain(pg_temp.ana(), pg_temp.ana_project())',
    'the chain of one project is verified alone'
);
select is_empty(
    'select * from ops.verify_event_chain(account_id => pg_temp.bob())',
    'the chains of one account are verified apart from those of others'
);

set local role eagle_application;
select throws_ok(
    'select * from ops.verify_event_chain()',
    '42501', 'permission denied for function verify_event_chain',
    'the application does not look at all chains'
);
set local role eagle_reader;
select throws_ok(
    'select * from ops.verify_event_chain()',
    '42501', 'permission denied for schema ops',
    'a reader does not look at all chains'
);
set local role eagle_auditor;
select isnt_empty('select * from ops.verify_event_chain()', 'an auditor verifies the chains');
set local role eagle_operator;
select isnt_empty('select * from ops.verify_event_chain()', 'an operator verifies the chains');

select * from finish();
rollback;
