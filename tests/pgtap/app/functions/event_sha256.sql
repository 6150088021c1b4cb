begin;
select plan(12);
\ir ../../shape.psql

select is(
    pg_temp.head_of('app.event_sha256'),
    '(previous bytea, account_id uuid, project_id uuid, place bigint, event_id uuid,'
    ' event_type app.project_event_type, occurred_at timestamp with time zone, content bytea)'
    ' returns bytea, immutable, security invoker',
    'the hash of an event covers all of it and the hash before it'
);

create function pg_temp.hash(changes jsonb default '{}') returns text
    stable
begin atomic
    select encode(
        app.event_sha256(
            decode(coalesce(changes ->> 'previous', repeat('00', 32)), 'hex'),
            coalesce(changes ->> 'account_id', '00000000-0000-7000-8000-000000000001')::uuid,
            coalesce(changes ->> 'project_id', '00000000-0000-7000-8000-000000000002')::uuid,
            coalesce(changes ->> 'place', '1')::bigint,
            coalesce(changes ->> 'event_id', '00000000-0000-7000-8000-000000000003')::uuid,
            coalesce(changes ->> 'event_type', 'project.created')::app.project_event_type,
            coalesce(changes ->> 'occurred_at', '2026-01-01 00:00:00+00')::timestamptz,
            decode(coalesce(changes ->> 'content', repeat('ab', 32)), 'hex')
        ),
        'hex'
    );
end;

set local role eagle_application;
select throws_ok(
    $$ select app.event_sha256(
           '', null, null, 1, null, 'file.attached', now(), ''
       ) $$,
    '42501', 'permission denied for function event_sha256',
    'the application does not compute hashes of events'
);
set local role eagle_auditor;
select is(
    pg_temp.hash(), '339e75b78edaefff412a136ab612c5a23840aeb9baffb58d899b35bc4cfd5ae0',
    'a hash once recorded is computed the same ever after'
);
select isnt(
    pg_temp.hash(jsonb_build_object(part, value)), pg_temp.hash(),
    format('an event with another %s has another hash', part)
)
  from (values
            ('previous', repeat('00', 31) || '01'),
            ('account_id', '00000000-0000-7000-8000-000000000009'),
            ('project_id', '00000000-0000-7000-8000-000000000009'),
            ('place', '2'),
            ('event_id', '00000000-0000-7000-8000-000000000009'),
            ('event_type', 'project.updated'),
            ('occurred_at', '2026-01-01 00:00:00.000001+00'),
            ('content', repeat('ab', 31) || 'aa')
       ) as changed (part, value);
set local timezone = 'Pacific/Auckland';
set local datestyle = 'German';
select is(
    pg_temp.hash('{"occurred_at": "2026-01-01 00:00:00+00"}'),
    '339e75b78edaefff412a136ab612c5a23840aeb9baffb58d899b35bc4cfd5ae0',
    'the hash is the same wherever it is computed'
);

select * from finish();
rollback;
