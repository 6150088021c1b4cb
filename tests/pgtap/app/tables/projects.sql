begin;
select plan(46);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select * from pg_temp.columns_of('app.projects') $$,
    $$ values
        ('account_id', 'uuid', 'not null', ''),
        ('project_id', 'uuid', 'not null', 'ops.uuid_v7()'),
        ('name', 'text', 'not null', ''),
        ('customer', 'text', 'null', ''),
        ('description', 'text', 'null', ''),
        ('site_name', 'text', 'null', ''),
        ('street', 'text', 'null', ''),
        ('status', 'app.project_status', 'not null', '''draft''::app.project_status'),
        ('created_by', 'text', 'not null', ''),
        ('updated_by', 'text', 'not null', ''),
        ('created_at', 'timestamp with time zone', 'not null', 'now()'),
        ('updated_at', 'timestamp with time zone', 'not null', 'now()'),
        ('etag', 'uuid', 'not null', 'gen_random_uuid()'),
        ('constants_version', 'text[]', 'null', ''),
        ('content_sha256', 'text', 'null', ''),
        ('confidence', 'double precision', 'null', '') $$,
    'a project has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('app.projects') $$,
    $$ values
        ('projects_account_id_etag_key', 'UNIQUE (account_id, etag)'),
        ('projects_check', 'CHECK ((updated_at >= created_at))'),
        ('projects_confidence_check',
         'CHECK (((confidence >= (0)::double precision) AND (confidence <= (1)::double'
         ' precision)))'),
        ('projects_constants_version_check',
         'CHECK (((array_position(constants_version, NULL::text) IS NULL) AND'
         ' (cardinality(constants_version) <= 50) AND (length(array_to_string(constants_version,'
         ' ''''::text)) <= 5000)))'),
        ('projects_content_sha256_check',
         'CHECK (((length(content_sha256) = 64) AND (content_sha256 !~ ''[^0-9a-f]''::text)))'),
        ('projects_created_by_check', 'CHECK ((length(created_by) <= 255))'),
        ('projects_customer_check', 'CHECK ((length(customer) <= 200))'),
        ('projects_description_check', 'CHECK ((length(description) <= 10000))'),
        ('projects_name_check', 'CHECK (((btrim(name) <> ''''::text) AND (length(name) <= 200)))'),
        ('projects_pkey', 'PRIMARY KEY (account_id, project_id)'),
        ('projects_site_name_check', 'CHECK ((length(site_name) <= 200))'),
        ('projects_street_check', 'CHECK ((length(street) <= 200))'),
        ('projects_updated_by_check', 'CHECK ((length(updated_by) <= 255))') $$,
    'a project has these constraints'
);
select results_eq(
    $$ select * from pg_temp.indexes_of_table('app.projects') $$,
    $$ values
        ('CREATE INDEX projects_account_id_content_sha256_idx btree (account_id, '
         'content_sha256) WHERE (content_sha256 IS NOT NULL)'),
        ('CREATE INDEX projects_account_id_created_at_draft_idx btree (account_id, created_at '
         'DESC) WHERE (status = ''draft''::app.project_status)'),
        ('CREATE INDEX projects_account_id_project_id_estimating_idx btree (account_id, '
         'project_id) WHERE (status = ''estimating''::app.project_status)'),
        ('CREATE INDEX projects_account_id_status_updated_at_idx btree (account_id, status, '
         'updated_at DESC) INCLUDE (confidence)'),
        ('CREATE INDEX projects_account_id_updated_at_idx btree (account_id, updated_at DESC)'),
        ('CREATE INDEX projects_account_id_word_hashes_idx gin (account_id, '
         'app.word_hashes(account_id, app.project_search_text(name, customer, site_name, '
         'street)))') $$,
    'these indexes serve queries'
);
select results_eq(
    $$ select * from pg_temp.triggers_of('app.projects') $$,
    $$ values
        ('projects_audit',
         'AFTER INSERT OR DELETE OR UPDATE ON app.projects FOR EACH ROW'
         ' EXECUTE FUNCTION app.audit_project()'),
        ('projects_change',
         'BEFORE INSERT OR UPDATE ON app.projects FOR EACH ROW EXECUTE FUNCTION app.change_project()'),
        ('projects_status_move',
         'BEFORE UPDATE ON app.projects FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status))'
         ' EXECUTE FUNCTION app.check_status_move()') $$,
    'a change of a project passes these triggers'
);

-- The database gives key, status, etag and times.
set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    format(
        'insert into app.projects (account_id, name, created_by, updated_by, %I)'
        ' values (pg_temp.ana(), ''Sign'', ''ana'', ''ana'', default)',
        given.name
    ),
    '42501', 'permission denied for table projects',
    format('the application does not choose the %s of a new project', given.name)
)
  from unnest(array['project_id', 'status', 'etag', 'created_at', 'updated_at']) as given (name);
select throws_ok(
    format('update app.projects set %I = default', kept.name),
    '42501', 'permission denied for table projects',
    format('the application does not change the %s of a project', kept.name)
)
  from unnest(
      array['account_id', 'project_id', 'created_by', 'created_at', 'updated_at']
  ) as kept (name);
select throws_ok(
    'truncate app.projects cascade',
    '42501', 'permission denied for table projects',
    'the application cannot empty the projects of everyone'
);

select throws_ok(
    format('update app.projects set name = %L', wrong.name),
    '23514', 'new row for relation "projects" violates check constraint "projects_name_check"',
    format('the name of a project is not %s', wrong.what)
)
  from (values ('', 'empty'), ('   ', 'blank'), (repeat('x', 201), 'longer than 200 characters'))
       as wrong (name, what);
select throws_ok(
    'update app.projects set name = null',
    '23502', 'null value in column "name" of relation "projects" violates not-null constraint',
    'a project has a name'
);
select lives_ok(
    format('update app.projects set name = %L', repeat('é', 200)),
    'the name of a project may have 200 characters of more than one byte'
);

select throws_ok(
    format('update app.projects set confidence = %L', wrong.confidence),
    '23514', 'new row for relation "projects" violates check constraint "projects_confidence_check"',
    format('confidence is not %s', wrong.confidence)
)
  from unnest(array['-0.0001', '1.0001', 'NaN', 'Infinity', '-Infinity']) as wrong (confidence);
select lives_ok(
    format('update app.projects set confidence = %L', allowed.confidence),
    format('confidence may be %s', coalesce(allowed.confidence, 'unknown'))
)
  from unnest(array['0', '0.5', '1', null]) as allowed (confidence);

select throws_ok(
    format('update app.projects set content_sha256 = %L', wrong.sha256),
    '23514',
    'new row for relation "projects" violates check constraint "projects_content_sha256_check"',
    format('a content hash is not %s', wrong.what)
)
  from (values
            (repeat('a', 63), '63 digits'),
            (repeat('a', 65), '65 digits'),
            (repeat('A', 64), 'in capitals'),
            (repeat('g', 64), 'in other letters than hex digits'),
            (repeat('a', 64) || E'\n', 'followed by a line end')
       ) as wrong (sha256, what);
select lives_ok(
    format('update app.projects set content_sha256 = %L', repeat('0f', 32)),
    'a content hash is 64 hex digits'
);

select throws_ok(
    $$ update app.projects set constants_version = array['footing_v1', null] $$,
    '23514',
    'new row for relation "projects" violates check constraint "projects_constants_version_check"',
    'no constant pack of a result is unknown'
);
select lives_ok(
    $$ update app.projects set constants_version = array['footing_v1', 'material_v1'] $$,
    'a result names the constant packs that it used'
);

-- What row triggers would mend is refused even without them.
reset role;
set local session_replication_role = replica;
select throws_ok(
    $$ update app.projects set updated_at = created_at - interval '1 second' $$,
    '23514', 'new row for relation "projects" violates check constraint "projects_check"',
    'a project is not changed before it is created'
);
select throws_ok(
    $$ insert into app.projects (account_id, project_id, etag, name, created_by, updated_by)
       values (pg_temp.bob(), 'b2000000-0000-7000-8000-000000000000', pg_temp.bob_etag(),
               'Sign', 'bob', 'bob') $$,
    '23505', 'duplicate key value violates unique constraint "projects_account_id_etag_key"',
    'no two projects of an account have the same etag'
);
select throws_ok(
    $$ insert into app.projects (account_id, project_id, name, created_by, updated_by)
       values (pg_temp.bob(), pg_temp.bob_project(), 'Sign', 'bob', 'bob') $$,
    '23505', 'duplicate key value violates unique constraint "projects_pkey"',
    'no two projects of an account have the same key'
);
select lives_ok(
    $$ insert into app.projects (account_id, project_id, etag, name, created_by, updated_by)
       values (pg_temp.ana(), pg_temp.bob_project(), pg_temp.bob_etag(), 'Sign', 'ana', 'ana') $$,
    'the keys and etags of one account are free in another'
);

reset role;
set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    format('update app.projects set %I = repeat(''é'', %s)', field, greatest + 1),
    '23514',
    format(
        'new row for relation "projects" violates check constraint "projects_%s_check"', field
    ),
    format('%s has at most %s characters', field, greatest)
)
  from (values
            ('customer', 200), ('description', 10000), ('site_name', 200), ('street', 200),
            ('updated_by', 255)
       ) as given (field, greatest);

select * from finish();
rollback;
