begin;
select plan(13);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select * from pg_temp.columns_of('app.project_events') $$,
    $$ values
        ('account_id', 'uuid', 'not null', ''),
        ('project_id', 'uuid', 'not null', ''),
        ('event_id', 'uuid', 'not null', 'ops.uuid_v7()'),
        ('event_type', 'app.project_event_type', 'not null', ''),
        ('actor', 'text', 'not null', ''),
        ('occurred_at', 'timestamp with time zone', 'not null', 'clock_timestamp()'),
        ('data', 'jsonb', 'not null', '''{}''::jsonb'),
        ('position', 'bigint', 'not null', ''),
        ('sha256', 'bytea', 'not null', ''),
        ('erased_at', 'timestamp with time zone', 'null', '') $$,
    'an event has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('app.project_events') $$,
    $$ values
        ('project_events_data_check', 'CHECK ((jsonb_typeof(data) = ''object''::text))'),
        ('project_events_pkey', 'PRIMARY KEY (account_id, project_id, occurred_at, event_id)'),
        ('project_events_position_check', 'CHECK (("position" > 0))'),
        ('project_events_sha256_check', 'CHECK ((octet_length(sha256) = 32))') $$,
    'an event has these constraints, and none that a deleted project could break'
);
select results_eq(
    $$ select * from pg_temp.indexes_of_table('app.project_events') $$,
    $$ values
        ('CREATE INDEX project_events_account_id_occurred_at_idx btree (account_id, '
         'occurred_at DESC) INCLUDE (event_type)') $$,
    'these indexes serve queries'
);
select results_eq(
    $$ select * from pg_temp.triggers_of('app.project_events') $$,
    $$ values
        ('project_events_authorize',
         'BEFORE INSERT ON app.project_events FOR EACH ROW EXECUTE FUNCTION app.authorize_event()'),
        ('project_events_chain',
         'BEFORE INSERT ON app.project_events FOR EACH ROW EXECUTE FUNCTION app.chain_event()'),
        ('project_events_immutable',
         'BEFORE DELETE OR UPDATE ON app.project_events FOR EACH ROW'
         ' EXECUTE FUNCTION app.refuse_event_change()'),
        ('project_events_no_truncate',
         'BEFORE TRUNCATE ON app.project_events FOR EACH STATEMENT'
         ' EXECUTE FUNCTION app.refuse_event_change()') $$,
    'an event passes these triggers, in this order'
);
select is(
    pg_get_partkeydef('app.project_events'::regclass), 'RANGE (occurred_at)',
    'events are partitioned by the time they occurred at'
);

set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    format(
        'insert into app.project_events (account_id, project_id, event_type, actor, %I)'
        ' values (pg_temp.ana(), pg_temp.ana_project(), ''file.attached'', ''ana'', default)',
        given.name
    ),
    '42501', 'permission denied for table project_events',
    format('the application does not choose the %s of an event', given.name)
)
  from unnest(array['event_id', 'occurred_at', 'position', 'sha256', 'erased_at']) as given (name);
select throws_ok(
    $$ insert into app.project_events (account_id, project_id, event_type, actor, data)
       values (pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana', '[]') $$,
    '23514', null,
    'what else is known of an event is a JSON object'
);
select throws_ok(
    $$ insert into app.project_events (account_id, project_id, event_type, actor)
       values (pg_temp.ana(), pg_temp.ana_project(), 'file.burnt', 'ana') $$,
    '22P02', 'invalid input value for enum app.project_event_type: "file.burnt"',
    'an event has one of the known types'
);

-- Deleting a project.
select app.delete_project(p.account_id, p.project_id, p.etag, 'ana@example.com') from app.projects as p;
select results_eq(
    $$ select position, event_type::text, actor
         from app.project_events
        where project_id = pg_temp.ana_project()
        order by position $$,
    $$ values
        (1::bigint, 'project.created', 'ana@example.com'),
        (2, 'payload.saved', 'ana@example.com'),
        (3, 'user.data_deleted', 'ana@example.com') $$,
    'a deleted project leaves its events, and the deletion is one more'
);

select * from finish();
rollback;
