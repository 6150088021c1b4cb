begin;
select plan(26);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select * from pg_temp.columns_of('app.project_payloads') $$,
    $$ values
        ('account_id', 'uuid', 'not null', ''),
        ('project_id', 'uuid', 'not null', ''),
        ('payload_id', 'uuid', 'not null', 'ops.uuid_v7()'),
        ('module', 'app.project_module', 'not null', ''),
        ('config', 'jsonb', 'not null', ''),
        ('files', 'jsonb', 'not null', '''[]''::jsonb'),
        ('cost_snapshot', 'jsonb', 'not null', '''{}''::jsonb'),
        ('created_at', 'timestamp with time zone', 'not null', 'clock_timestamp()'),
        ('sha256', 'text', 'not null', 'app.snapshot_sha256(config, files, cost_snapshot)') $$,
    'a payload has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('app.project_payloads') $$,
    $$ values
        ('project_payloads_account_id_project_id_fkey',
         'FOREIGN KEY (account_id, project_id) REFERENCES app.projects(account_id, project_id)'
         ' ON DELETE CASCADE'),
        ('project_payloads_account_id_project_id_module_sha256_key',
         'UNIQUE (account_id, project_id, module, sha256)'),
        ('project_payloads_config_check',
         'CHECK (((jsonb_typeof(config) = ''object''::text) AND ops.json_fits(config, 65536)))'),
        ('project_payloads_cost_snapshot_check',
         'CHECK (((jsonb_typeof(cost_snapshot) = ''object''::text) AND'
         ' ops.json_fits(cost_snapshot, 65536)))'),
        ('project_payloads_files_check',
         'CHECK (((jsonb_typeof(files) = ''array''::text) AND ops.json_fits(files, 65536)))'),
        ('project_payloads_pkey', 'PRIMARY KEY (account_id, payload_id, module)'),
        ('project_payloads_sha256_check',
         'CHECK (((length(sha256) = 64) AND (sha256 !~ ''[^0-9a-f]''::text)))') $$,
    'a payload has these constraints'
);
select results_eq(
    $$ select * from pg_temp.indexes_of_table('app.project_payloads') $$,
    $$ values
        ('CREATE INDEX project_payloads_account_id_config_of_account_idx gin (account_id, '
         'app.config_of_account(account_id, config) jsonb_path_ops)'),
        ('CREATE INDEX project_payloads_account_id_project_id_module_created_at_idx btree '
         '(account_id, project_id, module, created_at DESC)') $$,
    'these indexes serve queries'
);
select results_eq(
    $$ select * from pg_temp.triggers_of('app.project_payloads') $$,
    $$ values
        ('project_payloads_audit',
         'AFTER INSERT OR UPDATE OF created_at ON app.project_payloads FOR EACH ROW'
         ' EXECUTE FUNCTION app.audit_payload()'),
        ('project_payloads_normalize',
         'BEFORE INSERT ON app.project_payloads FOR EACH ROW'
         ' EXECUTE FUNCTION app.normalize_payload()'),
        ('project_payloads_renew',
         'BEFORE UPDATE OF created_at ON app.project_payloads FOR EACH ROW'
         ' EXECUTE FUNCTION app.renew_payload()') $$,
    'a saved payload passes these triggers'
);
select is(
    pg_get_partkeydef('app.project_payloads'::regclass), 'LIST (module)',
    'payloads are partitioned by module'
);
select is(
    (select attgenerated::text
       from pg_attribute
      where attrelid = 'app.project_payloads'::regclass
        and attname = 'sha256'),
    's', 'the database computes the hash of a payload, and stores it'
);

set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    format('update app.project_payloads set %I = default', kept.name),
    '42501', 'permission denied for table project_payloads',
    format('the application does not change the %s of a payload', kept.name)
)
  from unnest(array[
           'account_id', 'project_id', 'payload_id', 'module', 'config', 'files', 'cost_snapshot',
           'sha256'
       ]) as kept (name);
select throws_ok(
    'delete from app.project_payloads',
    '42501', 'permission denied for table project_payloads',
    'the application does not remove a payload from its project'
);
select throws_ok(
    'truncate app.project_payloads',
    '42501', 'permission denied for table project_payloads',
    'the application cannot empty the payloads of everyone'
);
select throws_ok(
    format(
        'insert into app.project_payloads (account_id, project_id, module, config, files,'
        ' cost_snapshot) values (pg_temp.ana(), pg_temp.ana_project(),'
        ' ''signage.two_pole.direct_burial'', %L, %L, %L)',
        wrong.config, wrong.files, wrong.cost_snapshot
    ),
    '23514', null,
    wrong.what
)
  from (values
            ('[]', '[]', '{}', 'the config of a payload is a JSON object'),
            ('{}', '{}', '{}', 'the files of a payload are a JSON list'),
            ('{}', '[]', '12', 'the costs of a payload are a JSON object'),
            ('null', '[]', '{}', 'the config of a payload is not a JSON null')
       ) as wrong (config, files, cost_snapshot, what);
select throws_ok(
    $$ insert into app.project_payloads (account_id, project_id, module, config)
       values (pg_temp.ana(), 'a9000000-0000-7000-8000-000000000000',
               'signage.two_pole.direct_burial', '{}') $$,
    '23503', null,
    'a payload belongs to a project'
);
select throws_ok(
    $$ insert into app.project_payloads (account_id, project_id, module, config)
       values (pg_temp.ana(), pg_temp.bob_project(), 'signage.two_pole.direct_burial', '{}') $$,
    '23503', null,
    'a payload belongs to a project of its own account'
);
select throws_ok(
    $$ insert into app.project_payloads (account_id, project_id, module, config)
       values (pg_temp.ana(), pg_temp.ana_project(), 'signage.single_pole.base_plate',
               '{"height_ft": 25, "material": "A500 Gr C"}') $$,
    '23505', null,
    'the same snapshot is not stored twice, however its keys are ordered'
);

-- Deleting a project.
select results_eq(
    $$ select count(*) from app.project_payloads where project_id = pg_temp.ana_project() $$,
    array[1::bigint], 'a project has its payloads'
);
select app.delete_project(p.account_id, p.project_id, p.etag, 'ana') from app.projects as p;
reset role;
select is_empty(
    $$ select * from app.project_payloads where account_id = pg_temp.ana() $$,
    'a deleted project takes its payloads with it'
);
select results_eq(
    $$ select project_id from app.project_payloads $$,
    $$ select pg_temp.bob_project() $$,
    'a deleted project takes no payload of another'
);

select * from finish();
rollback;
