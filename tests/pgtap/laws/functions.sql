begin;
select plan(12);
\ir house.psql

-- A function with a setting of its own is not expanded into the query that calls it.
create temporary table expanded (name text primary key, reason text not null) on commit drop;
insert into expanded (name, reason)
values
    ('app.config_of_account(uuid,jsonb)',
     'An index holds its results; a query that calls it has to look like the index.'),
    ('app.current_account_id()', 'Policies call it for every statement.'),
    ('app.current_actor()', 'Triggers call it for every row.'),
    ('app.latest_payloads(uuid,uuid)', 'What the caller asks for besides reaches the indexes.'),
    ('app.page_events(uuid,uuid,timestamp with time zone,uuid,integer)',
     'A page is planned with its values.'),
    ('app.page_cursor(text,timestamp with time zone,uuid)', 'Is called for every row of a page.'),
    ('app.project_search_text(text,text,text,text)', 'Is called for every row, also of a search.'),
    ('app.save_payload(uuid,uuid,app.project_module,jsonb,jsonb,jsonb,text)',
     'Calls app.put_payload() and nothing else.'),
    ('app.signed_account()', 'Policies call it for every statement.'),
    ('app.signing_required()', 'Is a constant, which the planner takes away.'),
    ('ops.tenant_policies()', 'What the caller asks for besides reaches the catalogs.'),
    ('ops.uuid_v7()', 'Defaults call it for every row.');
select is_empty(
    $$ select name from house_function
        where not coalesce(settings @> array['search_path=pg_catalog, pg_temp'], false)
       except
       select name from expanded $$,
    'a function pins search_path = pg_catalog, pg_temp, or is listed with the reason why not'
);
select is_empty(
    $$ select name from expanded
       except
       select name from house_function where is_standard_body and settings is null $$,
    'every function listed has a standard body, whose names are bound already, and no setting'
);

select is(
    (select p.proconfig from pg_proc as p where p.oid = 'public.eagle_refuse_definition'::regproc),
    array['search_path=pg_catalog, pg_temp'],
    'the superuser''s function that refuses definitions pins it, too'
);
select is_empty(
    $$ select acl.grantee::regrole
         from pg_proc as p
        cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as acl
        where p.oid = 'public.eagle_refuse_definition'::regproc
          and acl.grantee <> p.proowner $$,
    'and nobody but its owner may call that'
);

-- Whoever calls these acts as the owner, whom row security does not bind.
create temporary table definer (name text primary key, reason text not null) on commit drop;
insert into definer (name, reason)
values
    ('app.begin_work(uuid,text,text)',
     'Reads the keys that accounts are signed with, and says which was found signed.'),
    ('app.audit_payload()',
     'Records what only the database may record, whoever saves.'),
    ('app.audit_project()',
     'Records what only the database may record, and adds to totals that no role may write.'),
    ('app.chain_event()',
     'Writes the heads of the chains, on which no other role has a right.'),
    ('app.create_projects(uuid,jsonb,text,text)',
     'No other role sets the key and times of a project, or reads requests; checks the account.'),
    ('app.payloads_page(uuid,jsonb,app.project_module,timestamp with time zone,'
     'timestamp with time zone,text,integer)',
     'Row security would keep jsonb containment from its index; checks the account.'),
    ('app.projects_page(uuid,app.project_status,text,timestamp with time zone,'
     'timestamp with time zone,text,integer)',
     'Row security would keep status and hashes from their indexes; checks the account.'),
    ('app.delete_project(uuid,uuid,uuid,text)',
     'The right to delete from a table is one to lock it against everybody; checks the account.'),
    ('app.erase_events(uuid,uuid,text,text)',
     'Changes events, on which no other role has that right; an operator calls it.'),
    ('app.find_payloads(uuid,jsonb,integer)',
     'Row security would keep jsonb containment from its index; checks the account.'),
    ('app.list_projects(uuid,app.project_status,integer)',
     'Row security would keep the status from its index; checks the account.'),
    ('app.search_projects(uuid,text,integer)',
     'Row security would keep hashes from their index; checks the account.'),
    ('catalog.correct_constant(text,text,jsonb,text)',
     'No role has a right to change constants; an operator calls it.'),
    ('catalog.correct_price(text,text,jsonb,text)',
     'No role has a right to change prices; an operator calls it.'),
    ('catalog.publish_constant(text,text,numeric,text,text,text,date,date,boolean,boolean)',
     'No role has a right to write constants, but by what keeps a record; an operator calls it.'),
    ('catalog.publish_price(text,text,numeric,text,catalog.price_category,date,date,'
     'boolean,boolean)',
     'No role has a right to write prices, but by what keeps a record; an operator calls it.'),
    ('catalog.withdraw_constant(text,text,text)',
     'No role has a right to remove constants; an operator calls it.'),
    ('catalog.withdraw_price(text,text,text)',
     'No role has a right to remove prices; an operator calls it.'),
    ('ops.analyze_partitioned_tables()',
     'Analyzing is the owner''s right; an operator calls it.'),
    ('ops.attach_retired_partition(text)',
     'Attaching is the owner''s right; an operator calls it.'),
    ('ops.begin_retirement(text,text)',
     'An operator retires events that it may not read.'),
    ('ops.check_integrity(boolean)',
     'Reads rows of every account to check them; an operator calls it.'),
    ('ops.begin_job(text,timestamp with time zone)',
     'No role has a right on the record of runs; an operator calls it.'),
    ('ops.find_changed_projects(timestamp with time zone)',
     'Project search follows the log of every account; an indexer calls it.'),
    ('ops.page_projects(uuid,uuid,integer)',
     'Project search is made anew from the projects of every account; an indexer calls it.'),
    ('ops.project_documents(uuid[],uuid[])',
     'Project search holds documents of every account; an indexer calls it.'),
    ('ops.finish_job(uuid,integer,text,jsonb)',
     'No role has a right on the record of runs; an operator calls it.'),
    ('ops.drop_retired_partition(text)',
     'Dropping is the owner''s right; an operator calls it.'),
    ('ops.finish_detachment(text)',
     'Keeps a table of the owner immutable; an operator calls it.'),
    ('catalog.undo_import(uuid,text)',
     'Takes rows back that no role may remove, and records it; an operator calls it.'),
    ('ops.record_catalog_rows()',
     'Hashes rows that were imported; the record is the owner''s, and an operator imports.'),
    ('ops.record_archive(text,text,text,text,bigint)',
     'No role has a right on the record of what was retired; an operator calls it.'),
    ('ops.payload_hashes(uuid,uuid)',
     'An auditor compares designs with the log without reading them.'),
    ('ops.repair_partitions(uuid)',
     'A tenant''s write may need a partition made that belongs to the owner; checks the account.'),
    ('ops.create_time_partitions(text,date)',
     'Makes tables that belong to the owner; an operator calls it.'),
    ('ops.ensure_partitions(date)',
     'Makes tables that belong to the owner; an operator calls it.'),
    ('ops.fold_project_totals()',
     'No role has a right to write totals; an operator calls it.'),
    ('ops.recount_project_totals()',
     'Counts projects that an operator may not read.'),
    ('ops.metrics()',
     'Monitoring counts what is in tables that it may not read.'),
    ('ops.refresh_project_stats()',
     'Refreshing is the owner''s right; an operator calls it.'),
    ('ops.verify_event_chain(uuid,uuid)',
     'An operator verifies events that it may not read.'),
    ('ops.verify_project_totals()',
     'An operator verifies totals of projects that it may not read.');
select is_empty(
    $$ select name from house_function where is_definer except select name from definer $$,
    'every function that acts as its owner is listed with its reason'
);
select is_empty(
    $$ select name from definer except select name from house_function where is_definer $$,
    'every function listed acts as its owner'
);
select is_empty(
    $$ select f.name
         from house_function as f
        where f.is_definer
          and (
                  has_function_privilege('eagle_application', f.oid, 'execute')
                  or has_function_privilege('eagle_reader', f.oid, 'execute')
              )
          and f.definition !~ '\nbegin\n    perform app\.require_account\(\w+\.account_id\);\n'
          -- It is what the account is checked with.
          and f.name <> 'app.begin_work(uuid,text,text)' $$,
    'a function that acts as its owner for a tenant checks the account before anything else'
);
select is_empty(
    $$ select name from house_function
        where is_definer
          and definition ~* '\mexecute\M\s+[^f]'
          and definition !~* 'returns trigger' $$,
    'a function that acts as its owner builds commands with format alone'
);
-- A name that the caller gives may be that of his own table, with his code in it.
select is_empty(
    $$ select name from house_function
        where is_definer
          and has_function_privilege('eagle_operator', oid, 'execute')
          and name ~ '\((.*,)?(text|name|oid|regclass)\M'
          and definition ~* '\mexecute\M|regclass|(perform|:=)\s+ops\.(create|record)_'
          and definition !~ '\mops\.require_own_relation\('
          -- Take what ops.retired_partitions names, which only functions of the owner write.
          and name not in (
                  'ops.drop_retired_partition(text)',
                  'ops.record_archive(text,text,text,text,bigint)'
              )
          -- Name no table: what they record is of one project, one import, one constant or price.
          and name not in (
                  'app.erase_events(uuid,uuid,text,text)', 'catalog.undo_import(uuid,text)'
              )
          and name !~ '^catalog\.publish_(constant|price)\(' $$,
    'a function that acts as its owner on a table that its caller names makes sure whose it is'
);
select is_empty(
    $$ select name from house_function
        where is_definer
          and name ~ '[(,](reg[a-z]+|oid|record|any[a-z]*)\M' $$,
    'a function that acts as its owner takes no object of its caller, only names and values'
);
select is_empty(
    $$ select name from house_function
        where definition ~* '\mraise exception\M(?! using)'
           or definition ~* '\mraise exception using\s+(?!\s|errcode)' $$,
    'a function that refuses says so with a code'
);
select is_empty(
    $$ select name
         from house_function
        cross join regexp_matches(definition, 'raise exception using[^;]*;', 'g') as raised (words)
        where words[1] !~ '\mhint\M' $$,
    'a function that refuses says what to do instead'
);

select * from finish();
rollback;
