begin;
select plan(37);
\ir ../two_accounts.psql

-- Ana tries to learn of Bob, or to touch what is his, as the application in her own transaction.
insert into app.projects (account_id, name, status, created_by, updated_by)
values
    (pg_temp.ana(), 'Sign', 'accepted', 'ana', 'ana'),
    (pg_temp.bob(), 'Secret', 'accepted', 'bob', 'bob');
refresh materialized view app.project_stats;
analyze app.projects, app.project_payloads, app.project_events, app.project_stats;

-- A function that is cheap and tells what it is shown.
create temporary sequence told;
grant all on sequence told to public;
create function pg_temp.tell(word text) returns boolean
    language plpgsql
    cost 0.0001
as $function$
begin
    if word ~ 'Secret|Bakery|Bob|Mill|bob@|30' then
        perform nextval('pg_temp.told');
    end if;
    return true;
end
$function$;
-- Temporary objects in front of the real ones.
create temporary table projects (account_id uuid, name text);
create temporary table pg_class (relname name);
create function pg_temp.current_account_id() returns uuid
    return 'b0000000-0000-7000-8000-000000000000'::uuid;
grant select on pg_temp.projects, pg_temp.pg_class to public;

set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';

-- What she sees through anything that she may call.
select is_empty(
    $$ select account_id from app.projects where account_id <> pg_temp.ana()
        union all
       select account_id from app.project_payloads where account_id <> pg_temp.ana()
        union all
       select account_id from app.project_events where account_id <> pg_temp.ana()
        union all
       select account_id from app.account_stats where account_id <> pg_temp.ana()
        union all
       select account_id from app.list_projects(pg_temp.ana(), 'accepted')
        where account_id <> pg_temp.ana()
        union all
       select account_id from app.search_projects(pg_temp.ana(), 's')
        where account_id <> pg_temp.ana()
        union all
       select account_id from app.find_payloads(pg_temp.ana(), '{}')
        where account_id <> pg_temp.ana() $$,
    'nothing that an account can read shows a row of another'
);
select throws_ok(
    call, 'ES005', 'the transaction is not set to this account',
    format('app.%s shows nothing of another account', substring(call from 'app\.(\w+)'))
)
  from unnest(array[
           'select * from app.list_projects(pg_temp.bob(), ''accepted'')',
           'select * from app.search_projects(pg_temp.bob(), ''s'')',
           'select * from app.find_payloads(pg_temp.bob(), ''{}'')',
           'select * from app.latest_payloads(pg_temp.bob(), pg_temp.bob_project())',
           'select * from app.page_events(pg_temp.bob(), pg_temp.bob_project())',
           'select * from app.get_project(pg_temp.bob(), pg_temp.bob_project())',
           'select * from app.projects_page(pg_temp.bob())',
           'select * from app.payloads_page(pg_temp.bob(), ''{}'')',
           'select * from app.events_page(pg_temp.bob())',
           'select * from app.count_projects(pg_temp.bob())'
       ]) as call;

-- The account of a transaction can change, as it does on a pooled connection.
set local app.account_id = 'b0000000-0000-7000-8000-000000000000';
select is_empty(
    'select * from app.projects where account_id = pg_temp.ana()',
    'after the transaction changes its account it sees nothing of the one before'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';

-- What a condition is shown.
select is_empty(
    format(
        'select %2$s from app.%1$s where pg_temp.tell(%2$s::text)'
        ' and account_id <> app.current_account_id()',
        relation, expression
    ),
    format('a function in a condition is shown no %s of another account', expression)
)
  from (values
            ('projects', 'name'), ('projects', 'customer'), ('projects', 'created_by'),
            ('project_payloads', 'config'), ('project_events', 'actor'),
            ('project_events', 'data')
       ) as told (relation, expression);
select is(
    (select is_called from pg_temp.told), false,
    'and none of them told anything'
);
select lives_ok(
    $$ select * from app.projects where 1 / (case when name = 'Secret' then 0 else 1 end) = 1 $$,
    'an error that a condition makes on the rows of another account does not happen'
);

-- What the planner knows.
select is_empty(
    $$ select tablename, attname, most_common_vals, histogram_bounds
         from pg_stats where schemaname = 'app' $$,
    'statistics over the rows of all accounts are not shown'
);
select throws_ok(
    'explain select * from app.project_payloads_single_pole_base_plate',
    '42501', 'permission denied for table project_payloads_single_pole_base_plate',
    'a plan over a partition is not shown to who may not read it'
);
select throws_ok(
    'explain analyze select * from app.project_stats',
    '42501', 'permission denied for materialized view project_stats',
    'a plan over the statistics of all accounts is not shown to who may not read them'
);
select throws_ok(
    'select * from pg_statistic_ext_data',
    '42501', null,
    'extended statistics are not shown'
);
select throws_ok(
    'select * from pg_statistic', '42501', 'permission denied for table pg_statistic',
    'the statistics behind the view are not shown'
);

-- What a refusal says.
select ok(
    (pg_temp.error_of(statement)).message !~ 'Secret|Bakery'
    and coalesce((pg_temp.error_of(statement)).detail, '') !~ 'Secret|Bakery|be000000',
    format('a refusal says nothing of the row that it is about: %s', left(statement, 60))
)
  from unnest(array[
           'insert into app.projects (account_id, name, created_by, updated_by)'
           ' values (pg_temp.bob(), ''Bakery sign'', ''ana'', ''ana'')',
           'select app.update_project(pg_temp.bob(), pg_temp.bob_project(), pg_temp.ana_etag(),'
           ' ''ana'', ''{}'')',
           'select app.set_project_status(pg_temp.bob(), pg_temp.bob_project(),'
           ' pg_temp.ana_etag(), ''ana'', ''estimating'')'
       ]) as statement;
select results_eq(
    $$ select (pg_temp.error_of(format(
                  'select app.update_project(pg_temp.ana(), %L, pg_temp.ana_etag(), ''a'', ''{}'')',
                  project_id
              ))).code
         from unnest(array[
                  pg_temp.bob_project(), 'b9000000-0000-7000-8000-000000000000'
              ]::uuid[]) as project_id $$,
    array['P0002', 'P0002'],
    'a project of another account and one that never was are refused alike'
);

-- What stands before the real objects in the search path.
set local search_path = pg_temp, app, public;
select results_eq(
    $$ select distinct account_id from app.list_projects(pg_temp.ana(), 'accepted') $$,
    'select pg_temp.ana()',
    'temporary tables and functions do not stand before those that a function names'
);
select throws_ok(
    $$ select app.list_projects(pg_temp.bob(), 'accepted') $$,
    'ES005', 'the transaction is not set to this account',
    'a temporary function does not say whom the transaction works for'
);
set local search_path = public;

-- Whatever she writes.
select lives_ok(
    statement,
    format('this runs, and does nothing to another account: %s', left(statement, 60))
)
  from unnest(array[
           'update app.projects set name = ''Mine'' where account_id = pg_temp.bob()',
           'update app.project_payloads set created_at = now() where account_id = pg_temp.bob()',
           'select app.delete_project(p.account_id, p.project_id, p.etag, ''x'') from app.projects as p'
       ]) as statement;
reset role;
select results_eq(
    $$ select name, etag = pg_temp.bob_etag() or name = 'Secret'
         from app.projects
        where account_id = pg_temp.bob()
        order by name $$,
    $$ values ('Bakery sign', true), ('Secret', true) $$,
    'the projects of the other account are as they were'
);
select results_eq(
    'select count(*) from app.project_payloads where account_id = pg_temp.bob()',
    array[1::bigint],
    'the payloads of the other account are as they were'
);
select results_eq(
    'select count(*) from app.project_events where account_id = pg_temp.bob()',
    array[3::bigint],
    'nothing was recorded of the other account'
);

select * from finish();
rollback;
