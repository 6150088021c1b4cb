begin;
select plan(9);
\ir ../../shape.psql
\ir ../../two_accounts.psql

create function pg_temp.document_of(
    account uuid, project uuid, out version bigint, out document jsonb
)
    language sql
as $function$
    select d.version, d.document from ops.project_documents(array[account], array[project]) as d
$function$;

select is(
    pg_temp.head_of('ops.project_documents'),
    '(account_ids uuid[], project_ids uuid[]) '
    'returns TABLE(account_id uuid, project_id uuid, version bigint, document jsonb), '
    'stable, security definer',
    'project search reads documents by their keys'
);
set local role eagle_application;
select throws_ok(
    $$ select * from ops.project_documents('{}', '{}') $$,
    '42501', 'permission denied for function project_documents',
    'the application does not read what others search'
);

set local role eagle_indexer;
select is(
    (pg_temp.document_of(pg_temp.ana(), pg_temp.ana_project())).document
    - array['created_at', 'updated_at'],
    jsonb_build_object(
        'account_id', pg_temp.ana(), 'project_id', pg_temp.ana_project(), 'name', 'Harbour sign',
        'customer', 'Ana''s Diner', 'description', null, 'site_name', 'Pier 9',
        'street', '12 Quay St', 'status', 'draft'
    ),
    'a document says what is searched for, and names nobody who worked on the project'
);
select is(
    (pg_temp.document_of(pg_temp.ana(), pg_temp.ana_project())).version, 2::bigint,
    'its version is the place of the last event'
);
select is_empty(
    $$ select * from ops.project_documents(array[pg_temp.ana()], array[pg_temp.bob_project()]) $$,
    'a project is found in its own account only'
);
reset role;
update app.projects
   set name = 'Harbour sign II', updated_by = 'ana@example.com'
 where account_id = pg_temp.ana();
select row_eq(
    $$ select version, document ->> 'name'
         from pg_temp.document_of(pg_temp.ana(), pg_temp.ana_project()) $$,
    row(3::bigint, 'Harbour sign II'::text),
    'a change has a higher version'
);
delete from app.projects where account_id = pg_temp.ana();
select row_eq(
    $$ select version, document
         from pg_temp.document_of(pg_temp.ana(), pg_temp.ana_project()) $$,
    row(4::bigint, null::jsonb),
    'what is gone has a version that is higher still, and no document'
);
insert into app.projects (account_id, project_id, name, created_by, updated_by)
values (pg_temp.ana(), pg_temp.ana_project(), 'Again', 'ana@example.com', 'ana@example.com');
select is(
    (pg_temp.document_of(pg_temp.ana(), pg_temp.ana_project())).version, 5::bigint,
    'a project that comes back under its key goes on from there'
);

reset role;
set local role eagle_indexer;
select throws_ok(
    $$ select ops.project_documents(
           array_fill(gen_random_uuid(), array[10001]), array_fill(gen_random_uuid(), array[10001])
       ) $$,
    '22023', 'number of keys must be from 0 to 10000',
    'at most 10,000 documents are read at a time'
);

select * from finish();
rollback;
