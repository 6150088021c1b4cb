begin;
select plan(8);
\ir house.psql

-- LOCK TABLE asks for a right on the whole table: with UPDATE, DELETE or TRUNCATE, from version 17 on
-- also MAINTAIN, it takes any mode; with INSERT up to ROW EXCLUSIVE. Rights on columns do not count.
create temporary view login as
select r.rolname::text as name
  from pg_roles as r
 where r.rolname like 'eagle\_%'
   and r.rolcanlogin;
select is_empty(
    $$ select l.name, r.name, lower(acl.privilege_type)
         from house_relation as r
         join pg_class as c on c.oid = r.oid
        cross join lateral aclexplode(c.relacl) as acl
        cross join login as l
        where (acl.grantee = 0 or pg_has_role(l.name, acl.grantee, 'usage'))
          and l.name <> 'eagle_migrator'
          and acl.privilege_type not in ('SELECT', 'INSERT', 'USAGE') $$,
    'nobody who logs in, but a migrator, has a right that permits a lock above ROW EXCLUSIVE'
);
select is_empty(
    $$ select m.member::regrole
         from pg_auth_members as m
        where m.roleid::regrole::text in ('pg_write_all_data', 'pg_maintain', 'pg_signal_backend')
          and m.member::regrole::text like 'eagle\_%' $$,
    'nor is anybody a member of a role that has such rights on all tables'
);

-- What every session shares.
select is_empty(
    $$ select p.oid::regprocedure, l.name
         from pg_proc as p
        cross join login as l
        where p.pronamespace = 'pg_catalog'::regnamespace
          and (p.proname ~ '^pg_(try_)?advisory_(xact_)?lock'
               or p.proname = 'pg_notify'
               or p.proname = 'pg_logical_emit_message'
                   and current_setting('server_version_num')::integer >= 170000)
          and has_function_privilege(l.name, p.oid, 'execute')
          and not (
              p.proname ~ 'advisory'
              and l.name in ('eagle_migrator', 'eagle_operator', 'eagle_indexer')
          )
          -- A backup ends a segment of WAL with it.
          and not (p.proname = 'pg_logical_emit_message' and l.name = 'eagle_backup') $$,
    'only who runs migrations, maintenance and the search feed takes advisory locks'
);
select results_eq(
    $$ select r.rolname::text collate "default", r.rolconnlimit
         from pg_roles as r
        where r.rolname like 'eagle\_%' and r.rolcanlogin
        order by 1 $$,
    $$ values
        ('eagle_application', 50), ('eagle_auditor', 5), ('eagle_backup', 8),
        ('eagle_exporter', 5), ('eagle_indexer', 4), ('eagle_migrator', 5),
        ('eagle_operator', 10), ('eagle_reader', 10) $$,
    'every role that logs in has a limit of connections'
);
select cmp_ok(
    (
        select sum(r.rolconnlimit)
          from pg_roles as r
         where r.rolname like 'eagle\_%' and r.rolcanlogin
    ),
    '<=', 97::bigint,
    'together they leave a superuser three connections of a hundred'
);

-- A definition that would wait for its lock before it is refused.
select results_eq(
    $$ select e.evtevent::text collate "default", e.evtenabled::text, e.evttags,
              e.evtfoid::regproc::text,
              bool_and(r.rolsuper), min(p.provolatile::text), bool_or(p.prosecdef)
         from pg_event_trigger as e
         join pg_proc as p on p.oid = e.evtfoid
         join pg_roles as r on r.oid in (e.evtowner, p.proowner)
        where e.evtname = 'eagle_refuse_definition'
        group by 1, 2, 3, 4 $$,
    $$ values ('ddl_command_start', 'O', null::text[], 'eagle_refuse_definition', true, 'v',
               false) $$,
    'definitions are looked at before they begin, by a function that belongs to a superuser'
);
set local session authorization eagle_operator;
select lives_ok(
    'create temporary table staged (x integer) on commit drop',
    'an operator stages what it imports'
);
select throws_ok(
    'create view pg_temp.seen as select 1 as one',
    '42501', 'CREATE VIEW is refused to eagle_operator',
    'and defines nothing else'
);
reset session authorization;

select * from finish();
rollback;
