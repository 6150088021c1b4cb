-- 0035.integrity
-- depends: 0034.role-list
--
-- why    Planted faults were not found: of triggers, constraints, functions, bounds, totals, catalog
--        rows and events. What the migrations leave is recorded, and compared as a whole; each rule
--        is evaluated for each row; a check that cannot read a table says so, and the others run.
-- locks  none that anybody waits for: functions, and tables that are new. The rows of the catalogs
--        are read once.
-- undo   0035.integrity.rollback.sql; what was recorded of definitions and rows is lost.

create table ops.recorded_definitions (
    place       text  not null,
    object      text  not null,
    definition  text  not null,
    constraint recorded_definitions_pkey primary key (place, object),
    constraint recorded_definitions_place_check check (length(place) <= 300),
    constraint recorded_definitions_object_check check (length(object) <= 2000),
    constraint recorded_definitions_definition_check check (length(definition) <= 1000000)
);
select ops.place('ops.recorded_definitions', 'local');

comment on table ops.recorded_definitions is
    'Every object as the migrations left it, to be compared with what is there.';
comment on column ops.recorded_definitions.place is
    'The partition by time that the object belongs to, or its table and an asterisk for partitions '
    'made later; empty for all else.';
comment on column ops.recorded_definitions.object is 'The object, as ops.definitions() names it.';
comment on column ops.recorded_definitions.definition is
    'What ops.definitions() returned when the migrations had run.';

create table ops.recorded_rows (
    relation  text   not null,
    key       text   not null,
    sha256    bytea  not null,
    constraint recorded_rows_pkey primary key (relation, key),
    constraint recorded_rows_relation_check check (length(relation) <= 260),
    constraint recorded_rows_key_check check (length(key) <= 500),
    constraint recorded_rows_sha256_check check (octet_length(sha256) = 32)
);
select ops.place('ops.recorded_rows', 'local');

comment on table ops.recorded_rows is
    'Hashes of the rows of the catalogs as they were published or imported, and of '
    'app.project_stats as it was refreshed.';
comment on column ops.recorded_rows.relation is 'Schema-qualified name of the table.';
comment on column ops.recorded_rows.key is
    'Primary key of the row; empty where the hash is that of all rows.';
comment on column ops.recorded_rows.sha256 is 'Hash of the row, 32 bytes.';

-- A list of privileges as text, in one order, without the role that granted each.
--
--     select ops.privileges_text('{=U/postgres}');
--     -- public=USAGE
--
create function ops.privileges_text(privileges aclitem[])
    returns text
    language sql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
begin atomic
    select string_agg(held.item, ' ' order by held.item)
      from (
               select distinct format(
                   '%s=%s%s',
                   case when acl.grantee = 0 then 'public' else acl.grantee::regrole::text end,
                   acl.privilege_type,
                   case when acl.is_grantable then '*' end
               ) as item
                 from aclexplode(privileges_text.privileges) as acl
           ) as held;
end;
comment on function ops.privileges_text(aclitem[]) is
    'A list of privileges as text that is the same whoever granted them.';

-- The definition of every table, view and sequence of the database, and of all that belongs to one:
-- columns, constraints, indexes, triggers, rules and policies.
--
-- A partition by time is made and retired while the database runs. What belongs to one is named as
-- what it is to the partitioned table, so that such partitions have equal definitions; `place` is
-- its name, and empty for all else. Retired partitions are left out.
--
--     select definition from ops.relation_definitions()
--      where object = 'catalog.pricing_configs column version';
--     -- text, not null, extended
--
create function ops.relation_definitions()
    returns table (
        place      text,
        object     text,
        definition text
    )
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
    set datestyle = 'ISO, MDY'
    set intervalstyle = 'postgres'
    set extra_float_digits = 1
    set quote_all_identifiers = off
as $function$
begin
    return query
    with relation as materialized (
        select
            c.*,
            format('%I.%I', n.nspname, c.relname) as full_name,
            parent.name as parent_name,
            case when is_timed.yes then format('%I.%I', n.nspname, c.relname) else '' end as place,
            case when is_timed.yes then parent.name || ' partition'
                 else format('%I.%I', n.nspname, c.relname) end as shown
          from pg_class as c
          join pg_namespace as n on n.oid = c.relnamespace
          left join pg_inherits as h on h.inhrelid = c.oid and c.relispartition
          left join pg_partitioned_table as s on s.partrelid = h.inhparent
          left join lateral (
              select format('%I.%I', pn.nspname, p.relname) as name
                from pg_class as p
                join pg_namespace as pn on pn.oid = p.relnamespace
               where p.oid = h.inhparent
          ) as parent on true
         cross join lateral (
              select c.relkind = 'r' and coalesce(s.partstrat = 'r', false) as yes
          ) as is_timed
         where n.nspname in ('app', 'catalog', 'ops')
           and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
           and not exists (
                   select
                     from ops.retired_partitions as r
                    where r.partition = format('%I.%I', n.nspname, c.relname)
                      and (r.state <> 'restored' or not c.relispartition)
               )
           and not coalesce(h.inhdetachpending, false)
    ),

    described (place, object, definition) as (
        select
            r.place,
            r.shown,
            concat_ws(
                ', ',
                case r.relkind when 'r' then 'table' when 'p' then 'partitioned table'
                               when 'v' then 'view' when 'm' then 'materialized view'
                               when 'S' then 'sequence' else 'foreign table' end,
                case r.relpersistence when 'u' then 'unlogged' when 't' then 'temporary' end,
                'owner ' || r.relowner::regrole::text,
                'privileges ' || ops.privileges_text(
                    coalesce(r.relacl, acldefault(case r.relkind when 'S' then 's' else 'r' end::"char", r.relowner))
                ),
                case when r.relrowsecurity then 'row security' end,
                case when r.relforcerowsecurity then 'row security forced' end,
                case when r.relkind in ('r', 'p', 'm') then 'replica identity ' || r.relreplident::text end,
                (select am.amname from pg_am as am where am.oid = r.relam),
                (select string_agg(o, ' ' order by o) from unnest(r.reloptions) as o),
                (select 'toast ' || string_agg(o, ' ' order by o)
                   from pg_class as t
                  cross join unnest(t.reloptions) as o
                  where t.oid = r.reltoastrelid),
                case when r.relkind = 'p' then pg_get_partkeydef(r.oid) end,
                case when r.relispartition and r.place = ''
                     then format('partition of %s %s', r.parent_name, pg_get_expr(r.relpartbound, r.oid)) end,
                case when r.relispartition and r.place <> ''
                       and pg_get_expr(r.relpartbound, r.oid) not like 'FOR VALUES FROM %'
                     then pg_get_expr(r.relpartbound, r.oid) end,
                (select 'inherits ' || string_agg(h.inhparent::regclass::text, ' ')
                   from pg_inherits as h
                  where h.inhrelid = r.oid
                    and not r.relispartition),
                case when not r.relispopulated then 'not populated' end,
                (select format('%s from %s to %s by %s start %s cache %s cycle %s', s.seqtypid::regtype,
                               s.seqmin, s.seqmax, s.seqincrement, s.seqstart, s.seqcache, s.seqcycle)
                   from pg_sequence as s
                  where s.seqrelid = r.oid),
                -- What a table has and the server does not look for, since its row says so.
                case when not r.relhasindex
                       and exists (select from pg_index as i where i.indrelid = r.oid)
                     then 'indexes ignored' end,
                case when not r.relhastriggers
                       and exists (select from pg_trigger as t where t.tgrelid = r.oid)
                     then 'triggers ignored' end,
                case when not r.relhasrules
                       and exists (select from pg_rewrite as w where w.ev_class = r.oid)
                     then 'rules ignored' end,
                case when not r.relhassubclass
                       and exists (select from pg_inherits as h where h.inhparent = r.oid)
                     then 'partitions ignored' end,
                case when r.relkind in ('r', 'p')
                       and r.relchecks <> (select count(*) from pg_constraint as k
                                            where k.conrelid = r.oid and k.contype = 'c')
                     then 'checks ignored' end
            )
          from relation as r
        union all
        select
            r.place,
            format('%s column %I', r.shown, a.attname),
            concat_ws(
                ', ',
                format_type(a.atttypid, a.atttypmod),
                (select format('collation %I', l.collname)
                   from pg_collation as l
                  where l.oid = a.attcollation
                    and a.attcollation <> t.typcollation),
                case when a.attnotnull then 'not null' end,
                case a.attidentity when 'a' then 'identity always' when 'd' then 'identity' end,
                case a.attgenerated when 's' then 'generated' when 'v' then 'generated virtual' end,
                (select 'default ' || pg_get_expr(d.adbin, d.adrelid)
                   from pg_attrdef as d
                  where d.adrelid = a.attrelid
                    and d.adnum = a.attnum),
                case when a.atthasdef <> exists (select from pg_attrdef as d
                                                  where d.adrelid = a.attrelid and d.adnum = a.attnum)
                     then 'default ignored' end,
                case a.attstorage when 'p' then 'plain' when 'e' then 'external'
                                  when 'm' then 'main' else 'extended' end,
                case when a.attcompression <> '' then 'compression ' || a.attcompression::text end,
                'statistics ' || nullif(a.attstattarget, -1),
                (select string_agg(o, ' ' order by o) from unnest(a.attoptions) as o),
                'privileges ' || ops.privileges_text(a.attacl)
            )
          from relation as r
          join pg_attribute as a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
          join pg_type as t on t.oid = a.atttypid
         where r.relkind <> 'S'
        union all
        select
            r.place,
            format(
                '%s constraint %s', r.shown,
                case when r.place = '' then quote_ident(k.conname)
                     when k.contype = 'n' then pg_get_constraintdef(k.oid)
                     else coalesce(
                              (select quote_ident(p.conname) from pg_constraint as p where p.oid = k.conparentid),
                              quote_ident(k.conname)
                          )
                end
            ),
            concat_ws(
                ', ',
                pg_get_constraintdef(k.oid),
                case when not k.convalidated then 'not validated' end,
                case when k.contype in ('p', 'u', 'x') and k.conindid = 0 then 'without index' end
            )
          from relation as r
          join pg_constraint as k on k.conrelid = r.oid
         where k.contype <> 't'
           -- DETACH PARTITION CONCURRENTLY leaves the bounds as a check on what may be attached again.
           and not (
               r.place <> ''
               and k.contype = 'c'
               and pg_get_expr(k.conbin, k.conrelid) = pg_get_partition_constraintdef(r.oid)
           )
        union all
        select
            r.place,
            format(
                '%s index %s', r.shown,
                case when r.place = '' then quote_ident(c.relname)
                     else coalesce(
                              (select quote_ident(p.relname)
                                 from pg_inherits as h
                                 join pg_class as p on p.oid = h.inhparent
                                where h.inhrelid = i.indexrelid),
                              quote_ident(c.relname)
                          )
                end
            ),
            concat_ws(
                ', ',
                substring(pg_get_indexdef(i.indexrelid) from ' (USING .*)$'),
                case when i.indisunique then 'unique' end,
                case when i.indisprimary then 'primary' end,
                case when i.indisexclusion then 'exclusion' end,
                case when not i.indimmediate then 'deferred' end,
                case when i.indisreplident then 'replica identity' end,
                case when not i.indisvalid then 'invalid' end,
                case when not i.indisready then 'not ready' end,
                case when not i.indislive then 'not live' end,
                case c.relpersistence when 'u' then 'unlogged' end,
                (select 'statistics ' || string_agg(format('%s:%s', a.attnum, a.attstattarget), ' ' order by a.attnum)
                   from pg_attribute as a
                  where a.attrelid = i.indexrelid
                    and a.attstattarget <> -1)
            )
          from relation as r
          join pg_index as i on i.indrelid = r.oid
          join pg_class as c on c.oid = i.indexrelid
        union all
        select
            r.place,
            case when t.tgisinternal
                 then format('%s trigger of %s %I: %s', r.shown, k.conrelid::regclass, k.conname, t.tgfoid::regproc)
                 else format('%s trigger %I', r.shown, t.tgname) end,
            concat_ws(
                ', ',
                case when t.tgisinternal then t.tgtype::text
                     else replace(pg_get_triggerdef(t.oid), format(' ON %s ', r.full_name), ' ON … ') end,
                case t.tgenabled when 'O' then null when 'D' then 'disabled'
                                 when 'A' then 'always' else 'on replicas' end
            )
          from relation as r
          join pg_trigger as t on t.tgrelid = r.oid
          left join pg_constraint as k on k.oid = t.tgconstraint
          left join relation as other on other.oid = k.conrelid and other.oid <> r.oid
         where coalesce(other.place, '') = ''
           -- Constraints of deferred keys only: other internal triggers are of extensions.
           and (not t.tgisinternal or k.oid is not null)
        union all
        select
            r.place,
            format('%s rule %I', r.shown, w.rulename),
            concat_ws(
                ', ',
                case when w.rulename = '_RETURN' then pg_get_viewdef(r.oid) else pg_get_ruledef(w.oid) end,
                case when w.ev_enabled <> 'O' then 'enabled ' || w.ev_enabled::text end
            )
          from relation as r
          join pg_rewrite as w on w.ev_class = r.oid
        union all
        select
            r.place,
            format('%s policy %I', r.shown, p.polname),
            concat_ws(
                ', ',
                case when p.polpermissive then 'permissive' else 'restrictive' end,
                'for ' || p.polcmd::text,
                (select 'to ' || string_agg(case when o = 0 then 'public' else o::regrole::text end, ' '
                                            order by o::regrole::text)
                   from unnest(p.polroles) as o),
                'using ' || pg_get_expr(p.polqual, p.polrelid),
                'check ' || pg_get_expr(p.polwithcheck, p.polrelid)
            )
          from relation as r
          join pg_policy as p on p.polrelid = r.oid
    )

    select d.place, d.object, string_agg(d.definition, E'\n' order by d.definition)
      from described as d
     group by d.place, d.object;
end
$function$;
comment on function ops.relation_definitions() is
    'Every table, view and sequence with its columns, constraints, indexes, triggers, rules and '
    'policies, as text that is the same in every session.';

-- The definition of every object of the database, as text that is the same in every session: what
-- ops.relation_definitions() returns, functions, types, operators, schemas, extensions, event
-- triggers, default privileges, and the rows that are part of the schema: jobs, placements and
-- applied migrations.
--
--     select definition from ops.definitions() where object = 'type catalog.price_category';
--     -- base addon permit, owner eagle_owner, …
--
create function ops.definitions()
    returns table (
        place      text,
        object     text,
        definition text
    )
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
    set datestyle = 'ISO, MDY'
    set intervalstyle = 'postgres'
    set extra_float_digits = 1
    set quote_all_identifiers = off
as $function$
begin
    return query select * from ops.relation_definitions();

    return query
    with room as (
        select n.oid, n.nspname, n.nspowner, n.nspacl
          from pg_namespace as n
         where n.nspname in ('app', 'catalog', 'ops')
    ),

    described (object, definition) as (
        select
            'schema ' || r.nspname,
            concat_ws(
                ', ', 'owner ' || r.nspowner::regrole::text,
                ops.privileges_text(coalesce(r.nspacl, acldefault('n', r.nspowner)))
            )
          from room as r
        union all
        select
            'function ' || p.oid::regprocedure::text,
            concat_ws(
                ', ',
                case when p.prokind = 'a'
                     then (select row_to_json(a)::jsonb - 'aggfnoid' from pg_aggregate as a where a.aggfnoid = p.oid)::text
                     else pg_get_functiondef(p.oid) end,
                'owner ' || p.proowner::regrole::text,
                ops.privileges_text(coalesce(p.proacl, acldefault('f', p.proowner)))
            )
          from pg_proc as p
         where p.pronamespace in (select r.oid from room as r)
            or p.oid in (select e.evtfoid from pg_event_trigger as e where e.evtname like 'eagle\_%')
        union all
        select
            'type ' || t.oid::regtype::text,
            concat_ws(
                ', ',
                (select string_agg(l.enumlabel, ' ' order by l.enumsortorder)
                   from pg_enum as l
                  where l.enumtypid = t.oid),
                case when t.typtype = 'd'
                     then format('%s %s %s', format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault) end,
                (select string_agg(format('%I %s', k.conname, pg_get_constraintdef(k.oid)), ' ' order by k.conname)
                   from pg_constraint as k
                  where k.contypid = t.oid),
                (select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ' '
                                   order by a.attnum)
                   from pg_attribute as a
                  where a.attrelid = t.typrelid
                    and a.attnum > 0
                    and not a.attisdropped),
                'owner ' || t.typowner::regrole::text,
                ops.privileges_text(coalesce(t.typacl, acldefault('T', t.typowner)))
            )
          from pg_type as t
          left join pg_class as c on c.oid = t.typrelid
         where t.typnamespace in (select r.oid from room as r)
           and t.typcategory <> 'A'
           and (t.typtype <> 'c' or c.relkind = 'c')
        union all
        select
            'operator ' || o.oid::regoperator::text,
            concat_ws(
                ', ', o.oprcode, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprrest, o.oprjoin,
                o.oprcanhash, o.oprcanmerge, 'owner ' || o.oprowner::regrole::text
            )
          from pg_operator as o
         where o.oprnamespace in (select r.oid from room as r)
        union all
        select format('%s %s', i.type, i.identity), 'present'
          from pg_depend as d
         cross join lateral pg_identify_object(d.classid, d.objid, 0) as i
         where d.refclassid = 'pg_namespace'::regclass
           and d.refobjid in (select r.oid from room as r)
           and d.classid not in (
                   'pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass,
                   'pg_operator'::regclass, 'pg_default_acl'::regclass
               )
        union all
        select
            format(
                'default privileges of %s on %s in %s', d.defaclrole::regrole::text, d.defaclobjtype,
                coalesce((select n.nspname::text from pg_namespace as n where n.oid = d.defaclnamespace),
                         'all schemas')
            ),
            coalesce(ops.privileges_text(d.defaclacl), '')
          from pg_default_acl as d
        union all
        select 'extension ' || e.extname, 'in ' || e.extnamespace::regnamespace::text
          from pg_extension as e
         where exists (
                   select
                     from pg_index as i
                     join pg_class as c on c.oid = i.indexrelid
                    cross join unnest(i.indclass) as used (opclass)
                     join pg_depend as d
                       on d.classid = 'pg_opclass'::regclass
                      and d.objid = used.opclass
                      and d.refobjid = e.oid
                      and d.deptype = 'e'
                    where c.relnamespace in (select r.oid from room as r)
               )
        union all
        select
            'event trigger ' || e.evtname,
            concat_ws(', ', e.evtevent, e.evtfoid::regproc, e.evtenabled, e.evttags::text)
          from pg_event_trigger as e
         where not exists (
                   select
                     from pg_depend as d
                    where d.classid = 'pg_event_trigger'::regclass
                      and d.objid = e.oid
                      and d.deptype = 'e'
               )
        union all
        -- The costs of functions of the server, and privileges on them, are set by sql/superuser.sql.
        select
            'server functions of ' || current_setting('server_version_num'),
            concat_ws(
                ' ',
                (select sum(hashtextextended(concat_ws(
                            ',', p.oid::regprocedure, p.prolang, p.prosrc, p.probin, p.prokind, p.prosecdef,
                            p.proleakproof, p.proisstrict, p.proretset, p.provolatile, p.prorettype, p.proowner,
                            p.proconfig
                        ), 0)::numeric)
                   from pg_proc as p
                  where p.oid < 16384
                    and p.pronamespace = 'pg_catalog'::regnamespace),
                (select sum(hashtextextended(o::text, 0)::numeric) from pg_operator as o where o.oid < 16384),
                (select sum(hashtextextended(a::text, 0)::numeric) from pg_amop as a where a.oid < 16384),
                (select sum(hashtextextended(a::text, 0)::numeric) from pg_amproc as a where a.oid < 16384),
                (select sum(hashtextextended(c::text, 0)::numeric) from pg_cast as c where c.oid < 16384)
            )
        union all
        select
            format('cast from %s to %s', format_type(c.castsource, null), format_type(c.casttarget, null)),
            concat_ws(', ', c.castfunc::regprocedure, c.castcontext, c.castmethod)
          from pg_cast as c
         where c.oid >= 16384
           and not exists (
                   select
                     from pg_depend as d
                    where d.classid = 'pg_cast'::regclass
                      and d.objid = c.oid
                      and d.deptype = 'e'
               )
    )

    select ''::text, d.object, d.definition
      from described as d;

    begin
        return query
        select '', 'job ' || j.job, concat_ws(', ', j.command::text, j.statement, j.role)
          from ops.jobs as j
        union all
        select '', 'placement of ' || p.relation, p.placement
          from ops.table_placements as p
        union all
        select '', 'partition policy of ' || p.relation, 'present'
          from ops.partition_policies as p
        union all
        select '', 'account key ' || k.key_name, encode(sha256(k.inner_key || k.outer_key), 'hex')
          from ops.account_keys as k;
    exception
        when insufficient_privilege then
            null;  -- One of the tables belongs to somebody else, as its definition says.
    end;

    -- The runner makes the ledger: a database loaded from sql/ has none.
    if to_regclass('ledger._yoyo_migration') is not null then
        return query execute format(
            'select '''', ''migration '' || m.migration_id, m.migration_hash::text from %I._yoyo_migration as m',
            'ledger'
        );
    end if;
end
$function$;
comment on function ops.definitions() is
    'Every object of the database, and every row that belongs to its schema, with its definition.';

-- Record the definition of every object as the one that it must keep, or of the one object that is
-- named; return how many were recorded.
--
-- The migration runner calls it after the migrations. Called at another time, it accepts what is
-- there: compare with the migrations first, by `tooling postflight --check schema`.
--
--     select ops.record_definitions() > 500;
--     -- t
--
create function ops.record_definitions(only_object text default null)
    returns bigint
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    recorded bigint;
begin
    delete from ops.recorded_definitions as r
     where record_definitions.only_object is null
        or r.object = record_definitions.only_object;
    insert into ops.recorded_definitions (place, object, definition)
    select d.place, d.object, d.definition
      from ops.definitions() as d
     where record_definitions.only_object is null
        or d.object = record_definitions.only_object;
    get diagnostics recorded = row_count;
    if record_definitions.only_object is not null then
        return recorded;
    end if;

    insert into ops.recorded_definitions (place, object, definition)
    values ('', 'server', current_setting('server_version_num')::integer / 10000);
    -- Partitions that are made later are like the newest one.
    insert into ops.recorded_definitions (place, object, definition)
    select newest.relation || ' *', r.object, r.definition
      from (
               select distinct on (p.relation) p.relation, p.partition
                 from ops.partitions as p
                where p.starts_at is not null
                order by p.relation, p.starts_at desc
           ) as newest
      join ops.recorded_definitions as r on r.place = newest.partition;
    return recorded;
end
$function$;
comment on function ops.record_definitions(text) is
    'Records every object as the migrations left it, for ops.find_definition_faults().';

-- Objects that are not as the migrations left them: changed, missing, or made by something else.
--
-- A partition by time that was made since is compared with the newest one of that moment; one whose
-- retirement is recorded may be gone.
--
--     select * from ops.find_definition_faults();
--     -- (no rows)
--
create function ops.find_definition_faults()
    returns table (
        check_name text,
        object     text,
        violations bigint,
        detail     text
    )
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    version constant text := current_setting('server_version_num')::integer / 10000;
    written text;
begin
    select r.definition into written
      from ops.recorded_definitions as r
     where (r.place, r.object) = ('', 'server');
    if written is distinct from version then
        return query
        select
            'definitions', 'ops.recorded_definitions', 1::bigint,
            case
                when written is null then 'no definitions are recorded'
                else format('PostgreSQL %s recorded the definitions, and this is %s', written, version)
            end;
        return;
    end if;

    return query
    with present as materialized (
        select d.place, d.object, d.definition
          from ops.definitions() as d
    ),

    attached as (
        select distinct p.relation, p.partition
          from ops.partitions as p
         where p.partition in (select distinct n.place from present as n)
    ),

    expected as (
        select r.place, r.object, r.definition
          from ops.recorded_definitions as r
         where r.object <> 'server'
           -- A minor version may have other functions; the next migration records them.
           and (r.object not like 'server functions of %'
                or r.object = 'server functions of ' || current_setting('server_version_num'))
           and (r.place = '' or r.place in (select a.partition from attached as a))
        union all
        select a.partition, r.object, r.definition
          from attached as a
          join ops.recorded_definitions as r on r.place = a.relation || ' *'
         where not exists (select from ops.recorded_definitions as o where o.place = a.partition)
    )

    select
        'definitions',
        concat_ws(': ', nullif(d.place, ''), d.object),
        1::bigint,
        case
            when d.was is null then 'was not made by a migration'
            when d.becomes is null then 'is missing'
            else format(
                'was %s, is %s',
                quote_literal(substr(line.was, greatest(difference.place - 20, 1), 80)),
                quote_literal(substr(line.becomes, greatest(difference.place - 20, 1), 80))
            )
        end
      from (
               select
                   coalesce(e.place, n.place) as place,
                   coalesce(e.object, n.object) as object,
                   e.definition as was,
                   n.definition as becomes
                 from expected as e
                 full join present as n on n.place = e.place and n.object = e.object
                where e.definition is distinct from n.definition
                  -- An expression that a dump has written out and a server parsed again has other
                  -- parentheses and labels; the text of a function body stays as it is.
                  and not (
                      (e.object not like 'function %' or e.definition ~ '\n(BEGIN ATOMIC| RETURN )')
                      and regexp_replace(e.definition, '[\s()]+| AS ("[^"]*"|\w+)', '', 'g')
                          = regexp_replace(n.definition, '[\s()]+| AS ("[^"]*"|\w+)', '', 'g')
                  ) is true
           ) as d
      left join lateral (
               select coalesce(w.text, '') as was, coalesce(b.text, '') as becomes
                 from string_to_table(d.was, E'\n') with ordinality as w (text, number)
                 full join string_to_table(d.becomes, E'\n') with ordinality as b (text, number)
                   on b.number = w.number
                where w.text is distinct from b.text
                order by coalesce(w.number, b.number)
                limit 1
           ) as line on d.was is not null and d.becomes is not null
      left join lateral (
               select coalesce(min(number), 1) as place
                 from generate_series(1, least(length(line.was), length(line.becomes), 5000)) as number
                where substr(line.was, number, 1) <> substr(line.becomes, number, 1)
           ) as difference on true
     -- A superuser may run sql/superuser.sql after the migrations; ops.check_access() looks for it.
     where not (
           d.was is null
           and d.object ~ '^(event trigger |function public\.)eagle_refuse_definition|^server functions of'
       )
       -- An index that is being built is not there yet.
       and not (
           d.was is null
           and d.becomes ~ ', (invalid|not ready)'
           and exists (
                   select
                     from pg_locks as l
                    where l.relation = to_regclass(split_part(d.object, ' ', 1))
                      and l.mode = 'ShareUpdateExclusiveLock'
                      and l.granted
                      and l.pid <> pg_backend_pid()
               )
       )
    union all
    select 'definitions', r.place, 1::bigint, 'is missing, and no retirement of it is recorded'
      from ops.recorded_definitions as r
     where r.place not in ('', 'server')
       and r.place not like '% *'
       and r.object like '% partition'
       and not exists (select from attached as a where a.partition = r.place)
       and not exists (
               select
                 from ops.retired_partitions as t
                where t.partition = r.place
                  and t.state <> 'restored'
           );
end
$function$;
comment on function ops.find_definition_faults() is
    'Objects that are not as the migrations left them.';

-- A hash of the rows of app.project_stats, in whatever order they are.
--
--     select octet_length(ops.project_stats_sha256());
--     -- 32
--
create function ops.project_stats_sha256()
    returns bytea
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return (
        select sha256(convert_to(
                   format('%s %s', count(*), sum(hashtextextended(s::text, 0)::numeric)), 'UTF8'
               ))
          from app.project_stats as s
    );
end
$function$;
comment on function ops.project_stats_sha256() is 'A hash of the rows of app.project_stats.';

-- The hash of every row of the catalogs, and whether this transaction wrote the row.
--
--     select count(*) > 0 from ops.catalog_row_hashes() where relation = 'catalog.pricing_configs';
--     -- t
--
create function ops.catalog_row_hashes(written_now boolean default false)
    returns table (
        relation text,
        key      text,
        sha256   bytea
    )
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
as $function$
declare
    one record;
begin
    for one in
        select
            c.oid::regclass as name,
            string_agg(format('t.%I', a.attname), ', '
                       order by array_position(i.indkey::smallint[], a.attnum)) as key
          from pg_class as c
          join pg_index as i on i.indrelid = c.oid and i.indisprimary
          join pg_attribute as a on a.attrelid = c.oid and a.attnum = any (i.indkey::smallint[])
         where c.relnamespace = 'catalog'::regnamespace
           and c.relkind = 'r'
         group by c.oid
         order by c.oid
    loop
        -- Rows of subtransactions are younger than the transaction itself.
        return query execute format(
            'select %L, concat_ws('', '', %s), sha256(convert_to(jsonb_strip_nulls(to_jsonb(t))::text, ''UTF8''))'
            '  from %s as t where not $1 or age(t.xmin) <= 0',
            one.name, one.key, one.name
        ) using catalog_row_hashes.written_now;
    end loop;
end
$function$;
comment on function ops.catalog_row_hashes(boolean) is
    'The hash of each row of the catalogs, or of those that this transaction wrote.';

-- Record the rows of the catalogs that this transaction wrote as published or imported; return how
-- many. Rows that were written otherwise stay unrecorded, and ops.check_integrity() finds them.
--
--     select ops.record_catalog_rows();
--     -- 0
--
create function ops.record_catalog_rows()
    returns bigint
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    recorded bigint;
begin
    -- Without a transaction id, age() counts from the next one.
    perform pg_current_xact_id();
    insert into ops.recorded_rows as r (relation, key, sha256)
    select h.relation, h.key, h.sha256
      from ops.catalog_row_hashes(written_now => true) as h
        on conflict on constraint recorded_rows_pkey
        do update set sha256 = excluded.sha256
        where r.sha256 <> excluded.sha256;
    get diagnostics recorded = row_count;
    return recorded;
end
$function$;
comment on function ops.record_catalog_rows() is
    'Records the rows of the catalogs that the transaction wrote, for ops.find_recorded_faults().';

-- Rows of the catalogs that are not as they were published or imported, and statistics of projects
-- that are not as they were refreshed.
--
--     select * from ops.find_recorded_faults();
--     -- (no rows)
--
create function ops.find_recorded_faults()
    returns table (
        check_name text,
        object     text,
        violations bigint,
        detail     text
    )
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return query
    select
        'catalog-rows',
        coalesce(r.relation, h.relation),
        count(*),
        format(
            'such as %s, which %s', min(coalesce(r.key, h.key)),
            case when r.key is null then 'was not published or imported'
                 when h.key is null then 'is missing'
                 else 'was changed' end
        )
      from (select * from ops.recorded_rows as w where w.key <> '') as r
      full join ops.catalog_row_hashes() as h on h.relation = r.relation and h.key = r.key
     where r.sha256 is distinct from h.sha256
     group by coalesce(r.relation, h.relation), r.key is null, h.key is null;

    if not (select c.relispopulated from pg_class as c where c.oid = 'app.project_stats'::regclass) then
        return query select 'project-stats', 'app.project_stats', 1::bigint, 'has no rows until it is refreshed';
        return;
    end if;
    -- Loading a dump refreshes the view, too: then its rows are those that are due now.
    return query
    with due as materialized (
        select
            t.account_id,
            t.status,
            sum(t.project_count)::bigint as project_count,
            extract(epoch from sum(t.duration)) / 3600 / sum(t.project_count) as avg_duration_hours
          from app.project_totals as t
         where t.status <> 'draft'
         group by t.account_id, t.status
        having sum(t.project_count) <> 0
    ),

    shown as materialized (
        select s.account_id, s.status, s.project_count, s.avg_duration_hours
          from app.project_stats as s
    )

    select 'project-stats', 'app.project_stats', 1::bigint, 'its rows are not those of its last refresh'
     where not exists (
               select
                 from ops.recorded_rows as w
                where w.relation = 'app.project_stats'
                  and w.sha256 = ops.project_stats_sha256()
           )
       and (
           exists (select * from due except select * from shown)
           or exists (select * from shown except select * from due)
       );
end
$function$;
comment on function ops.find_recorded_faults() is
    'Rows of the catalogs and of app.project_stats that are not as they were recorded.';

-- Rows that contradict other rows: keys without the row that they name, values that must be unique,
-- periods that overlap, and totals that are not those of the rows.
--
-- Nothing is looked up in an index: one that is broken would hide what it should show.
--
--     select * from ops.find_key_faults();
--     -- (no rows)
--
create function ops.find_key_faults(is_thorough boolean default true)
    returns table (
        check_name text,
        object     text,
        violations bigint,
        detail     text
    )
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
    set jit = off
    set enable_indexscan = on
    set enable_indexonlyscan = on
    set enable_bitmapscan = on
as $function$
declare
    asked record;
begin
    for asked in
        select
            format('%s %I', k.conrelid::regclass, k.conname) as object,
            format(
                'select ''orphans'', %L, count(*), ''such as '' || min(concat_ws('', '', %s))'
                '  from %s as t where num_nulls(%s) = 0'
                '   and not exists (select from %s as p where %s) having count(*) > 0',
                format('%s %I', k.conrelid::regclass, k.conname), columns.key, k.conrelid::regclass,
                columns.key, k.confrelid::regclass, columns.same
            ) as query
          from pg_constraint as k
         cross join lateral (
               select
                   string_agg(format('p.%I = t.%I', theirs.attname, ours.attname), ' and ') as same,
                   string_agg(format('t.%I', ours.attname), ', ' order by pair.position) as key
                 from unnest(k.conkey, k.confkey) with ordinality as pair (ours, theirs, position)
                 join pg_attribute as ours on ours.attrelid = k.conrelid and ours.attnum = pair.ours
                 join pg_attribute as theirs
                   on theirs.attrelid = k.confrelid and theirs.attnum = pair.theirs
              ) as columns
         where k.contype = 'f'
           and k.conparentid = 0
           and k.connamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
        union all
        select
            format('%s %I', i.indrelid::regclass, c.relname),
            format(
                'select ''duplicates'', %L, count(*), ''such as '' || min(d.key)'
                '  from (select concat_ws('', '', %s) as key from %s as t where %s and %s'
                '         group by %s having count(*) > 1) as d having count(*) > 0',
                format('%s %I', i.indrelid::regclass, c.relname), columns.key, i.indrelid::regclass,
                coalesce('(' || pg_get_expr(i.indpred, i.indrelid) || ')', 'true'),
                case when i.indnullsnotdistinct then 'true' else format('num_nulls(%s) = 0', columns.key) end,
                columns.key
            )
          from pg_index as i
          join pg_class as c on c.oid = i.indexrelid
          join pg_class as r on r.oid = i.indrelid and not r.relispartition and r.relispopulated
         cross join lateral (
               select string_agg(pg_get_indexdef(i.indexrelid, number, false), ', ' order by number) as key
                 from generate_series(1, i.indnkeyatts) as number
              ) as columns
         where i.indisunique
           and find_key_faults.is_thorough
           and c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
        union all
        select
            format('%s %I', k.conrelid::regclass, k.conname),
            format(
                'with held as materialized (select t.tableoid as part, t.ctid as place, %s from %s as t where %s)'
                ' select ''exclusions'', %L, count(*), ''such as '' || min(concat_ws('', '', %s))'
                '   from held as a join held as b on (a.part, a.place) < (b.part, b.place) and %s'
                ' having count(*) > 0',
                columns.named, k.conrelid::regclass,
                coalesce('(' || pg_get_expr(i.indpred, i.indrelid) || ')', 'true'),
                format('%s %I', k.conrelid::regclass, k.conname), columns.key, columns.excluded
            )
          from pg_constraint as k
          join pg_index as i on i.indexrelid = k.conindid
         cross join lateral (
               select
                   string_agg(format('%s as k%s', pg_get_indexdef(i.indexrelid, e.number::integer, false), e.number),
                              ', ' order by e.number) as named,
                   string_agg(format('a.k%s', e.number), ', ' order by e.number) as key,
                   string_agg(format('a.k%1$s operator(%2$I.%3$s) b.k%1$s', e.number, n.nspname, o.oprname),
                              ' and ' order by e.number) as excluded
                 from unnest(k.conexclop) with ordinality as e (operator, number)
                 join pg_operator as o on o.oid = e.operator
                 join pg_namespace as n on n.oid = o.oprnamespace
              ) as columns
         where k.contype = 'x'
           and k.conparentid = 0
           and k.connamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
        union all
        select
            'app.project_totals',
            'select ''totals'', ''app.project_totals'', count(*), ''such as '' || min(concat_ws('', '', v.account_id, v.status))'
            '  from ops.verify_project_totals() as v having count(*) > 0'
         where find_key_faults.is_thorough
    loop
        -- The catalogue was read by its indexes. The function's settings end with it.
        perform set_config('enable_indexscan', 'off', true);
        perform set_config('enable_indexonlyscan', 'off', true);
        perform set_config('enable_bitmapscan', 'off', true);
        begin
            return query execute format('%s', asked.query);
        exception
            when others then
                if sqlstate ~ '^(40|53|57)' or sqlstate = '55P03' then
                    raise;
                end if;
                return query
                select case when sqlstate ~ '^(XX|58)' then 'unreadable' else 'failed' end, asked.object, 1::bigint, format('%s (SQLSTATE %s)', sqlerrm, sqlstate);
        end;
    end loop;
end
$function$;
comment on function ops.find_key_faults(boolean) is
    'Rows that contradict others: foreign keys, unique values, exclusions, and totals.';

-- Projects and designs that the audit log contradicts, and evidence that contradicts itself.
--
-- What an event records must be there, and what is there must have been recorded: a project without
-- the event of its creation, one that is gone without the event of its deletion, a status, an actor
-- or a design that is not the last one recorded. Where events were retired or erased, or the
-- evidence holds what was so before it began, that is taken into account.
--
--     select * from ops.find_event_faults();
--     -- (no rows)
--
create function ops.find_event_faults()
    returns table (
        check_name text,
        object     text,
        violations bigint,
        detail     text
    )
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
    set jit = off
    set timezone = 'UTC'
as $function$
begin
    return query
    with said as (
        select
            e.account_id,
            e.project_id,
            e.position,
            e.event_type::text as kind,
            e.erased_at is not null as is_erased,
            e.actor,
            e.data,
            e.occurred_at
          from app.project_events as e
    ),

    -- The last value is that of the greatest place, which is written before it.
    logged as materialized (
        select
            s.account_id,
            s.project_id,
            coalesce(max(s.position) filter (where s.kind like 'project.%' or s.kind = 'payload.saved'), 0) as alive,
            coalesce(max(s.position) filter (where s.kind = 'project.created'), 0) as created,
            coalesce(max(s.position) filter (
                where s.kind = 'user.data_deleted' and (s.is_erased or not s.data ? 'erased_positions')
            ), 0) as deleted,
            count(*) filter (where s.kind = 'payload.saved' and s.is_erased) as saved_unseen,
            max(
                lpad(s.position::text, 19, '0')
                || case
                       when s.is_erased
                       then case s.kind when 'project.created' then '' when 'project.status_changed' then 'estimating'
                                        else substr(s.kind, 9) end
                       else coalesce(s.data ->> 'to', s.data ->> 'status', '')
                   end collate "C"
            ) filter (where s.kind like 'project.%' and s.kind <> 'project.updated') as status,
            max(lpad(s.position::text, 19, '0') || case when s.is_erased then '' else s.actor end collate "C")
                filter (where s.kind like 'project.%') as actor,
            -- Before the evidence began, less was certain of who had created what.
            max(case when not s.is_erased then s.actor end) filter (
                where s.kind = 'project.created'
                  and s.occurred_at > (select e.recorded_at from ops.evidence as e where e.position = 1)
            ) as creator,
            count(*) filter (where s.kind = 'project.created') as creations
          from said as s
         group by s.account_id, s.project_id
    ),

    retired as (
        select distinct r.account_id, r.project_id
          from app.retired_events as r
         where not exists (
                   select
                     from pg_inherits as h
                    where h.inhrelid = to_regclass(r.partition)
                      and h.inhparent = 'app.project_events'::regclass
                      and not h.inhdetachpending
               )
    ),

    evident as (
        select distinct on (e.kind, e.subject)
            e.kind,
            split_part(e.subject, '/', 1)::uuid as account_id,
            split_part(e.subject, '/', 2)::uuid as project_id,
            e.content
          from ops.evidence as e
         where e.kind in ('unlogged', 'erasure')
         order by e.kind, e.subject, e.position desc
    ),

    known as materialized (
        select
            coalesce(p.account_id, l.account_id, h.account_id) as account_id,
            coalesce(p.project_id, l.project_id, h.project_id) as project_id,
            p.project_id is not null as is_there,
            h.project_id is not null as has_head,
            r.project_id is not null as is_retired,
            p.status::text as status,
            p.updated_by,
            p.created_by,
            case when l.creations = 1 then l.creator end as creator,
            coalesce(l.alive, 0) as alive,
            coalesce(l.created, 0) as created,
            coalesce(l.deleted, 0) as deleted,
            coalesce(l.saved_unseen, 0) as saved_unseen,
            coalesce(left(l.status, 19)::bigint, 0) as status_place,
            coalesce(nullif(substr(l.status, 20), ''), erasure.content ->> 'status') as logged_status,
            coalesce(left(l.actor, 19)::bigint, 0) as actor_place,
            nullif(substr(l.actor, 20), '') as logged_actor,
            coalesce(unlogged.content, '{}') as unlogged,
            coalesce((unlogged.content ->> 'position')::bigint, -1) as unlogged_place
          from app.projects as p
          full join logged as l on l.account_id = p.account_id and l.project_id = p.project_id
          full join app.event_chains as h
            on h.account_id = coalesce(p.account_id, l.account_id)
           and h.project_id = coalesce(p.project_id, l.project_id)
          left join retired as r
            on r.account_id = coalesce(p.account_id, l.account_id, h.account_id)
           and r.project_id = coalesce(p.project_id, l.project_id, h.project_id)
          left join evident as unlogged
            on unlogged.kind = 'unlogged'
           and unlogged.account_id = coalesce(p.account_id, l.account_id, h.account_id)
           and unlogged.project_id = coalesce(p.project_id, l.project_id, h.project_id)
          left join evident as erasure
            on erasure.kind = 'erasure'
           and erasure.account_id = coalesce(p.account_id, l.account_id, h.account_id)
           and erasure.project_id = coalesce(p.project_id, l.project_id, h.project_id)
    ),

    saved as (
        select distinct on (s.account_id, s.project_id, s.data ->> 'payload_id')
            s.account_id,
            s.project_id,
            s.position,
            s.data ->> 'payload_id' as payload_id,
            s.data ->> 'sha256' as sha256,
            (s.data ->> 'saved_at')::timestamptz as saved_at
          from said as s
          join known as k on k.account_id = s.account_id and k.project_id = s.project_id and k.is_there
         where s.kind = 'payload.saved'
           and not s.is_erased
           and s.position > k.deleted
         order by s.account_id, s.project_id, s.data ->> 'payload_id', s.position desc
    ),

    designs as (
        select
            k.account_id,
            k.project_id,
            k.is_retired,
            k.saved_unseen,
            d.payload_id::text is null as is_gone,
            coalesce(d.payload_id::text, s.payload_id) as payload_id,
            s.sha256 as logged,
            s.saved_at <> d.created_at as is_other_time,
            case
                when coalesce(s.position, 0) > k.unlogged_place then false
                when d.payload_id is null then coalesce(k.unlogged -> 'missing' ? s.payload_id, false)
                else coalesce(k.unlogged -> 'payloads' ->> d.payload_id::text = d.sha256, false)
            end as is_known,
            d.sha256
          from app.project_payloads as d
          full join saved as s
            on s.account_id = d.account_id
           and s.project_id = d.project_id
           and s.payload_id = d.payload_id::text
          join known as k
            on k.account_id = coalesce(d.account_id, s.account_id)
           and k.project_id = coalesce(d.project_id, s.project_id)
         where k.is_there
    ),

    found as (
        select k.account_id, k.project_id, 'it is gone, and no event records it' as problem
          from known as k
         where not k.is_there
           and not (k.alive <= k.deleted and (k.deleted > 0 or k.is_retired or not k.has_head))
           and not (k.alive <= k.unlogged_place and k.unlogged -> 'gone' = 'true')
        union all
        select
            k.account_id, k.project_id,
            case when k.deleted > k.alive then 'it is there, and its last event is its deletion'
                 else 'no event records its creation' end
          from known as k
         where k.is_there
           and (k.deleted > k.alive or not (k.created > 0 or k.is_retired))
           and not (greatest(k.created, k.deleted) <= k.unlogged_place and k.unlogged -> 'exists' = 'true')
        union all
        select
            k.account_id, k.project_id,
            format('its status is %s, and its last event says %s', k.status, coalesce(k.logged_status, 'none'))
          from known as k
         where k.is_there
           and (k.created > 0 or k.is_retired)
           and k.deleted <= k.alive
           and case when k.status_place > 0 then k.logged_status is not null else not k.is_retired end
           and k.logged_status is distinct from k.status
           and not (k.status_place <= k.unlogged_place and k.unlogged ->> 'status' = k.status)
        union all
        select k.account_id, k.project_id, 'updated_by is not the actor of its last event'
          from known as k
         where k.is_there
           and (k.created > 0 or k.is_retired)
           and k.deleted <= k.alive
           and case when k.actor_place > 0 then k.logged_actor is not null else not k.is_retired end
           and k.logged_actor is distinct from k.updated_by
           and not (
               k.actor_place <= k.unlogged_place
               and k.unlogged ->> 'updated_by_sha256' = encode(sha256(convert_to(k.updated_by, 'UTF8')), 'hex')
           )
        union all
        select k.account_id, k.project_id, 'created_by is not the actor of its first event'
          from known as k
         where k.is_there
           and k.creator <> k.created_by
        union all
        select d.account_id, d.project_id, format('design %s has another time than its event', d.payload_id)
          from designs as d
         where d.is_other_time
        union all
        select
            d.account_id, d.project_id,
            format('design %s %s', d.payload_id,
                   case when d.is_gone then 'was saved, and is gone' else 'is not the one that was saved' end)
          from designs as d
         where d.logged is not null
           and d.logged is distinct from d.sha256
           and not d.is_known
        union all
        select d.account_id, d.project_id, format('%s designs have no event', count(*))
          from designs as d
         where d.logged is null
           and not d.is_gone
           and not d.is_known
           and not d.is_retired
         group by d.account_id, d.project_id, d.saved_unseen
        having count(*) > d.saved_unseen
    )

    select 'events', format('account %s, project %s', f.account_id, f.project_id), 1::bigint, f.problem
      from found as f;

    return query
    with entry as (
        select
            e.position,
            e.kind,
            lag(e.position, 1, 0::bigint) over places as previous_position,
            e.sha256 = sha256(
                lag(e.sha256, 1, decode(repeat('00', 32), 'hex')) over places
                || convert_to(
                    jsonb_build_array(
                        e.position, e.kind, e.subject, extract(epoch from e.recorded_at), e.role, e.content
                    )::text,
                    'UTF8'
                )
            ) as is_true
          from ops.evidence as e
        window places as (order by e.position)
    ),

    retirement as (
        select distinct on (e.subject) e.subject, e.content
          from ops.evidence as e
         where e.kind = 'retirement'
         order by e.subject, e.position desc
    )

    select 'evidence', format('entry %s', e.position), 1::bigint,
           case when e.is_true then 'entries before it are missing' else 'was changed' end
      from entry as e
     where not e.is_true
        or e.position <> e.previous_position + 1
    union all
    select 'evidence', 'ops.evidence', 1::bigint, 'has no beginning'
     where not exists (select from entry as e where e.position = 1 and e.kind = 'beginning')
    union all
    select
        'evidence', coalesce(p.partition, r.subject), 1::bigint,
        'the record of its retirement is not that of the evidence'
      from ops.retired_partitions as p
      full join retirement as r on r.subject = p.partition
     where to_jsonb(p) is distinct from r.content - 'stretches_sha256'
        or p.state <> 'retiring'
       and r.content ->> 'stretches_sha256' <> encode(ops.stretches_sha256(p.partition), 'hex')
    union all
    -- Nothing deletes from these tables; the server counts what does, until its counters are reset.
    select
        'deleted-events', c.oid::regclass::text, pg_stat_get_tuples_deleted(c.oid),
        'the server counted deletions since its counters were reset'
      from pg_class as c
     where (c.oid in ('app.event_chains'::regclass, 'ops.evidence'::regclass)
            or c.oid in (select h.inhrelid
                           from pg_inherits as h
                          where h.inhparent = 'app.project_events'::regclass))
       and pg_stat_get_tuples_deleted(c.oid) > 0;
end
$function$;
comment on function ops.find_event_faults() is
    'Projects and designs that the audit log contradicts, and evidence that contradicts itself.';

-- Tables whose pages are damaged, and indexes that lack rows or hold them out of order, as after a
-- change of the collation library: what pg_amcheck --heapallindexed finds.
--
-- The extension amcheck checks tables and B-tree indexes. Of other indexes, the rows that they hold
-- are counted.
--
--     select * from ops.find_storage_faults() where check_name <> 'unchecked';
--     -- (no rows)
--
create function ops.find_storage_faults()
    returns table (
        check_name text,
        object     text,
        violations bigint,
        detail     text
    )
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
    set jit = off
    set enable_seqscan = on
    set enable_indexscan = on
    set enable_indexonlyscan = on
as $function$
declare
    amcheck text;
    asked   record;
    state   text;
    said    text;
    is_read boolean;
begin
    select quote_ident(n.nspname) into amcheck
      from pg_extension as e
      join pg_namespace as n on n.oid = e.extnamespace
      join pg_proc as p on p.pronamespace = n.oid and p.proname = 'bt_index_check'
     where e.extname = 'amcheck'
       and has_function_privilege(p.oid, 'execute')
     limit 1;
    if amcheck is null then
        return query
        select 'unchecked', 'amcheck', 1::bigint, 'is not installed, so that pages and B-tree indexes are not checked';
    end if;

    for asked in
        with relation as (
            select c.oid, c.reltoastrelid
              from pg_class as c
             where c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
               and c.relkind in ('r', 'm')
        ),

        -- The server's own catalogues are checked, too, those of all databases left out.
        held as (
            select c.oid, c.relkind
              from pg_class as c
             where c.relkind in ('r', 'm', 't')
               and c.relpersistence = 'p'
               and c.relispopulated
               and not c.relisshared
               and (c.oid in (select r.oid from relation as r)
                    or c.oid in (select r.reltoastrelid from relation as r)
                    or c.relnamespace = 'pg_catalog'::regnamespace)
        )

        select
            h.oid::regclass::text as object,
            format(
                'select ''pages'', %L, count(*), ''such as '' || min(format(''block %%s, row %%s: %%s'', v.blkno, v.offnum, v.msg))'
                '  from %s.verify_heapam(%L::oid::regclass) as v having count(*) > 0',
                h.oid::regclass, amcheck, h.oid
            ) as query,
            null as structure
          from held as h
         where amcheck is not null
        union all
        select
            i.indexrelid::regclass::text,
            format(
                -- Returns nothing: what it finds is an error.
                'select '''', '''', 0::bigint, '''' where %s.bt_index_check(%L::oid::regclass, true)::text <> ''''',
                amcheck, i.indexrelid
            ),
            format('select %s.bt_index_check(%L::oid::regclass)', amcheck, i.indexrelid)
          from held as h
          join pg_index as i on i.indrelid = h.oid and i.indisvalid and i.indisready
          join pg_class as c on c.oid = i.indexrelid
          join pg_am as m on m.oid = c.relam and m.amname = 'btree'
         where amcheck is not null
        union all
        select
            i.indexrelid::regclass::text,
            format(
                'select ''indexes'', %L, whole.number - indexed.number, ''rows are not in the index'''
                '  from (select count(*) from %s as t where num_nulls(%s) = 0 and %s and %s) as whole (number),'
                '       (select count(*) from %s as t where %s operator(pg_catalog.%s) %L and %s) as indexed (number)'
                ' where whole.number <> indexed.number',
                i.indexrelid::regclass, i.indrelid::regclass, part.expression, part.filter, part.kept,
                i.indrelid::regclass, part.expression, part.operator, part.operand, part.kept
            ),
            null
          from relation as r
          join pg_index as i on i.indrelid = r.oid and i.indisvalid and i.indisready
          join pg_class as c on c.oid = i.indexrelid
          join pg_am as m on m.oid = c.relam and m.amname in ('gin', 'gist')
         cross join lateral (
               -- A condition that every value meets, so that the index must return each row.
               select
                   format('(%s)', pg_get_indexdef(i.indexrelid, a.attnum, false)) as expression,
                   case when o.opcintype = 'anyrange'::regtype then '&&' else '@>' end as operator,
                   case when o.opcintype = 'anyrange'::regtype then '(,)' else '{}' end as operand,
                   case when o.opcintype = 'anyrange'::regtype
                        then format('not isempty(%s)', pg_get_indexdef(i.indexrelid, a.attnum, false))
                        else 'true' end as filter,
                   coalesce('(' || pg_get_expr(i.indpred, i.indrelid) || ')', 'true') as kept
                 from pg_attribute as a
                 join pg_opclass as o on o.oid = i.indclass[a.attnum - 1]
                where a.attrelid = i.indexrelid
                  and o.opcintype in ('anyarray'::regtype, 'jsonb'::regtype, 'anyrange'::regtype)
                order by a.attnum
                limit 1
              ) as part
    loop
        -- The catalogue was read as usual. The function's settings end with it.
        perform set_config('enable_seqscan', 'off', true);
        perform set_config('enable_indexscan', 'off', true);
        perform set_config('enable_indexonlyscan', 'off', true);
        begin
            return query execute format('%s', asked.query);
        exception
            when others then
                if sqlstate ~ '^(40|53|57)' or sqlstate = '55P03' then
                    raise;
                end if;
                state   := sqlstate;
                said    := sqlerrm;
                is_read := state = 'XX002';
                if asked.structure is not null and state = 'XX001' then
                    begin
                        execute format('%s', asked.structure);
                        is_read := true;
                    exception
                        when others then
                            null;  -- The first error says why.
                    end;
                end if;
                -- It may have been dropped since.
                return query
                select case when is_read then 'indexes'
                            when state ~ '^(XX|58)' then 'unreadable'
                            else 'failed' end,
                       asked.object, 1::bigint, format('%s (SQLSTATE %s)', said, state)
                 where to_regclass(asked.object) is not null;
        end;
    end loop;
end
$function$;
comment on function ops.find_storage_faults() is
    'Damaged pages of tables, and indexes that do not hold what their table does.';

-- Rows that cannot be: that break a check, hold a null, an unknown label of an ENUM or a wrong
-- generated value, or lie in the wrong partition. Only a superuser or a damaged disk makes them.
--
-- Every rule of a table is evaluated for every row, without an index. A table that cannot be read is
-- a finding of its own, and the others are read all the same. The thorough form also reads every
-- column of every row, and computes generated columns again.
--
--     select * from ops.find_row_faults();
--     -- (no rows)
--
create or replace function ops.find_row_faults(is_thorough boolean default true)
    returns table (
        check_name text,
        object     text,
        violations bigint,
        detail     text
    )
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
    set jit = off
    set enable_indexscan = on
    set enable_indexonlyscan = on
    set enable_bitmapscan = on
    set constraint_exclusion = off
as $function$
declare
    asked record;
begin
    for asked in
        select
            c.oid::regclass::text as relation,
            coalesce(
                (select 'concat_ws('', '', ' || string_agg(format('t.%I', a.attname), ', '
                               order by array_position(i.indkey::smallint[], a.attnum)) || ')'
                   from pg_index as i
                   join pg_attribute as a
                     on a.attrelid = i.indrelid and a.attnum = any (i.indkey::smallint[])
                   join pg_type as t on t.oid = a.atttypid and t.typtype <> 'e'
                  where i.indrelid = c.oid and i.indisprimary),
                't.row_place::text'
            ) as key,
            rules.named,
            rules.joined
          from pg_class as c
         cross join lateral (
               select
                   string_agg(format('(%L, %L, %s)', rule.kind, rule.name, rule.holds), ', ' order by rule.number)
                       filter (where rule.kind <> 'readable') as named,
                   string_agg(rule.holds, ' and ' order by rule.number) as joined
                 from (
                          select 1, 'checks', k.conname, format('(%s)', pg_get_expr(k.conbin, k.conrelid))
                            from pg_constraint as k
                           where k.conrelid = c.oid
                             and k.contype = 'c'
                          union all
                          -- The planner may take it for granted that a column IS NOT NULL.
                          select 2, 'nulls', a.attname, format('num_nulls(t.%I) = 0', a.attname)
                            from pg_attribute as a
                           where a.attrelid = c.oid
                             and a.attnum > 0
                             and a.attnotnull
                             and not a.attisdropped
                          union all
                          select
                              3, 'labels', a.attname,
                              format(
                                  '(num_nulls(t.%1$I) = 1 or hashenum(t.%1$I) = any (%2$L::integer[]))',
                                  a.attname,
                                  -- The hash of a label is that of its number, which is not read.
                                  array(
                                      select hashoid(l.oid)
                                        from pg_enum as l
                                       where l.enumtypid = a.atttypid
                                  )
                              )
                            from pg_attribute as a
                            join pg_type as t on t.oid = a.atttypid and t.typtype = 'e'
                           where a.attrelid = c.oid
                             and a.attnum > 0
                             and not a.attisdropped
                          union all
                          select 4, 'bounds', 'of the partition', format('(%s)', pg_get_partition_constraintdef(c.oid))
                           where c.relispartition
                          union all
                          select
                              5, 'generated', a.attname,
                              format('t.%I is not distinct from (%s)', a.attname, pg_get_expr(d.adbin, d.adrelid))
                            from pg_attribute as a
                            join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
                           where a.attrelid = c.oid
                             and a.attgenerated = 's'
                             and find_row_faults.is_thorough
                          union all
                          select 6, 'readable', 'whole', 't::text is not null'
                           where find_row_faults.is_thorough
                      ) as rule (number, kind, name, holds)
              ) as rules
         where c.relkind in ('r', 'm')
           and c.relispopulated
           and c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
           and rules.named is not null
         order by c.oid
    loop
        -- The catalogue was read by its indexes. The function's settings end with it.
        perform set_config('enable_indexscan', 'off', true);
        perform set_config('enable_indexonlyscan', 'off', true);
        perform set_config('enable_bitmapscan', 'off', true);
        begin
            return query execute format(
                'select v.kind, %L || '' '' || v.name, count(*), ''such as '' || min(%s)'
                '  from (select t.ctid as row_place, t.* from %s as t where (%s) is false) as t'
                ' cross join lateral (values %s) as v (kind, name, holds)'
                ' where not v.holds group by v.kind, v.name',
                asked.relation, asked.key, asked.relation, asked.joined, asked.named
            );
        exception
            when others then
                if sqlstate ~ '^(40|53|57)' or sqlstate = '55P03' then
                    raise;
                end if;
                -- It may have been dropped since.
                return query
                select case when sqlstate ~ '^(XX|58)' then 'unreadable' else 'failed' end, asked.relation, 1::bigint, format('%s (SQLSTATE %s)', sqlerrm, sqlstate)
                 where to_regclass(asked.relation) is not null;
        end;
    end loop;

    if not find_row_faults.is_thorough then
        return;
    end if;
    return query
    select 'payload-hashes', 'app.project_payloads', count(*),
           'such as ' || min(concat_ws(', ', p.account_id, p.payload_id))
      from app.project_payloads as p
     where p.sha256 is distinct from app.snapshot_sha256(p.config, p.files, p.cost_snapshot)
    having count(*) > 0;
end
$function$;
comment on function ops.find_row_faults(boolean) is
    'Rows that break a rule of their own table: a check, NOT NULL, an ENUM, a generated value, a '
    'partition''s bounds.';

-- Objects that do not serve their purpose: indexes, constraints, tables and partitions.
--
--     select * from ops.find_object_faults();
--     -- (no rows)
--
create or replace function ops.find_object_faults()
    returns table (
        check_name text,
        object     text,
        violations bigint,
        detail     text
    )
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return query
    select
        'invalid-indexes', i.indexrelid::regclass::text, 1::bigint,
        'left behind by a CREATE INDEX CONCURRENTLY or an attachment that failed'
      from pg_index as i
      join pg_class as c on c.oid = i.indexrelid
     where not (i.indisvalid and i.indisready)
       and c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
       -- One that is not recorded may still be being built.
       and (
           not exists (
               select
                 from pg_locks as l
                where l.relation = i.indrelid
                  and l.mode = 'ShareUpdateExclusiveLock'
                  and l.granted
                  and l.pid <> pg_backend_pid()
           )
           or exists (
               select
                 from ops.recorded_definitions as r
                where r.object like format('%% index %I', c.relname)
           )
       )
    union all
    select
        'unvalidated-constraints', format('%s %I', k.conrelid::regclass, k.conname), 1,
        'rows from before it was added may break it'
      from pg_constraint as k
     where not k.convalidated
       and k.conparentid = 0
       and k.connamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
    union all
    select
        'unlogged-tables', c.oid::regclass::text, 1,
        'is emptied by a crash'
      from pg_class as c
     where c.relpersistence = 'u'
       and c.relkind in ('r', 'p', 'm', 'S')
       and c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
    union all
    select 'access', a.object, 1, a.finding
      from ops.check_access() as a
    union all
    select
        'partitions', p.relation, count(*), 'no partition for ' || string_agg(
            period.label, ', ' order by period.starts_at
        )
      from ops.partition_policies as p
     cross join lateral ops.held_times(p.relation) as held (times)
     cross join lateral ops.periods_between(
               p.period,
               (now() at time zone 'UTC')::date,
               (date_trunc('month', now() at time zone 'UTC')
                + make_interval(months => p.months_ahead + 1))::date - 1
           ) as period
     where not held.times @> tstzrange(greatest(period.starts_at, now()), period.ends_at)
     group by p.relation
    union all
    select
        'partitions', h.inhrelid::regclass::text, 1, 'its detachment began and did not end'
      from pg_inherits as h
      join pg_class as c on c.oid = h.inhrelid
     where h.inhdetachpending
       and c.relnamespace in ('app'::regnamespace, 'ops'::regnamespace)
       -- A retirement that is going on detaches it now.
       and not exists (
               select
                 from ops.retired_partitions as r
                where to_regclass(r.partition) = h.inhrelid
                  and r.state = 'retiring'
                  and r.changed_at > now() - interval '1 hour'
           )
    union all
    select 'partitions', 'app.project_payloads', 1, 'no partition for module ' || label.enumlabel
      from pg_enum as label
     where label.enumtypid = 'app.project_module'::regtype
       and not exists (
               select
                 from ops.partitions as made
                where made.relation = 'app.project_payloads'
                  and strpos(made.bounds, quote_literal(label.enumlabel)) > 0
           )
    union all
    select
        'retirements', r.partition, 1, format('began %s and has not gone on', r.retired_at)
      from ops.retired_partitions as r
     where r.state = 'retiring'
       and r.changed_at < now() - interval '1 day'
    union all
    select
        'missed-months', m.relation, m.misses,
        format('writes were refused for want of the partition of %s, last %s',
               m.starts_at, m.last_at)
      from ops.missed_months as m
     where m.last_at > now() - interval '7 days'
    union all
    select
        'settings', coalesce(r.rolname, d.datname, 'server'), 1,
        format(
            '%s starts with %s', coalesce('every session of ' || r.rolname, 'every session'),
            s.assignment
        )
      from pg_db_role_setting as c
      left join pg_roles as r on r.oid = c.setrole
      left join pg_database as d on d.oid = c.setdatabase
     cross join lateral unnest(c.setconfig) as s (assignment)
     where (c.setdatabase = 0 or d.datname = current_database())
       and (s.assignment ~* '^session_replication_role=(replica|local)$'
            or s.assignment ~* '^track_counts=(off|false|no|0)$'
            or s.assignment ~* (
                '^(ignore_checksum_failure|zero_damaged_pages|ignore_system_indexes'
                '|ignore_invalid_pages)=(on|true|yes|1)$'
            ))
    union all
    select 'settings', 'server', 1, format('%s is %s', s.name, s.reset_val)
      from pg_settings as s
     where (s.name, s.reset_val) in (
               ('session_replication_role', 'replica'), ('session_replication_role', 'local'),
               ('ignore_checksum_failure', 'on'), ('zero_damaged_pages', 'on'),
               ('ignore_system_indexes', 'on'), ('ignore_invalid_pages', 'on'),
               ('track_counts', 'off')
           );
end
$function$;
comment on function ops.find_object_faults() is
    'Indexes, constraints, tables and partitions that are invalid, missing or open to others.';

-- Every check of the contents of the database, one row each, with its findings.
--
-- A check that fails is a finding, and the others run all the same. The thorough checks read every
-- row and hash every event and payload: minutes for a million projects. Changes nothing, and blocks
-- no other session.
--
--     select check_name, findings from ops.check_integrity()
--      where severity = 'error' and violations > 0;
--     -- (no rows)
--
create or replace function ops.check_integrity(is_thorough boolean default true)
    returns table (
        check_name text,
        severity   text,
        violations bigint,
        findings   text[],
        remedy     text
    )
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    attempts constant integer := 3;
    pause    constant numeric := 0.1;  -- seconds
    part     record;
    again    jsonb;
    faults   jsonb;
    failed   jsonb;
    found    jsonb := '[]';
begin
    for part in
        select *
          from (
                  values
                      ('definitions', false, 'select * from ops.find_definition_faults()'),
                      ('objects', false, 'select * from ops.find_object_faults()'),
                      ('capacity', false, 'select * from ops.find_capacity_faults()'),
                      ('recorded rows', false, 'select * from ops.find_recorded_faults()'),
                      ('rows', false, format('select * from ops.find_row_faults(%L)', check_integrity.is_thorough)),
                      ('keys', false, format('select * from ops.find_key_faults(%L)', check_integrity.is_thorough)),
                      ('events', true, 'select * from ops.find_event_faults()'),
                      ('event-chains', true,
                       'select ''event-chains'' as check_name,'
                       '       format(''account %s, project %s'', v.chain_account_id, v.chain_project_id) as object,'
                       '       1::bigint as violations, format(''position %s: %s'', v.chain_position, v.problem) as detail'
                       '  from ops.verify_event_chain() as v'),
                      ('storage', true, 'select * from ops.find_storage_faults()')
               ) as p (name, is_thorough, query)
         where check_integrity.is_thorough
            or not p.is_thorough
    loop
        faults := null;
        for attempt in 1 .. attempts loop
            begin
                execute format('select coalesce(jsonb_agg(f), ''[]'') from (%s) as f', part.query) into again;
                faults := case
                    when faults is null then again
                    else (
                        select coalesce(jsonb_agg(f), '[]')
                          from jsonb_array_elements(faults) as f
                         where again @> jsonb_build_array(f)
                    )
                end;
                -- The catalogue may change while it is read: a fault is what stays.
                exit when part.name <> 'definitions' or faults = '[]';
                perform pg_sleep(pause);
            exception
                when others then
                    if sqlstate ~ '^(40|53|57)' or sqlstate = '55P03' then
                        raise;
                    end if;
                    faults := null;
                    failed := jsonb_build_array(jsonb_build_object(
                        'check_name', case when sqlstate ~ '^(XX|58)' then 'unreadable' else 'failed' end,
                        'object', part.name,
                        'violations', 1,
                        'detail', format('%s (SQLSTATE %s)', sqlerrm, sqlstate)
                    ));
                    -- An object may have been dropped in the meantime.
                    exit when sqlstate not in ('XX000', '42P01', '42704', '42883');
            end;
        end loop;
        found := found || coalesce(faults, failed);
    end loop;

    return query
    with declared (check_name, severity, is_thorough, remedy) as (
        values
            ('unreadable', 'error', false,
             'Do not write to the table; restore it from a backup. Docs: how-to/runbooks/data.md.'),
            ('failed', 'error', false, 'The check could not run: mend what it names, and run it again.'),
            ('pages', 'error', true,
             'Do not write to the table; restore it from a backup. Docs: how-to/runbooks/data.md.'),
            ('indexes', 'error', true,
             'reindex index concurrently …; then run this check again: look for duplicates.'),
            ('unchecked', 'warning', true,
             'Run sql/superuser.sql as a superuser; it installs the extension amcheck.'),
            ('definitions', 'error', false,
             'Undo the change, or make it by a migration. Docs: how-to/check-integrity.md.'),
            ('settings', 'error', false, 'Reset the setting: it hides or causes damage.'),
            ('orphans', 'error', false,
             'Restore the rows that are referred to from a backup, or remove what refers to them.'),
            ('checks', 'error', false,
             'Correct the rows; look for who wrote them with triggers and checks switched off.'),
            ('nulls', 'error', false, 'Restore the values from a backup.'),
            ('labels', 'error', false,
             'A label was removed while rows use it: put it back, from ops.recorded_definitions.'),
            ('bounds', 'error', false,
             'Move the rows: insert them into the partitioned table, then delete them there.'),
            ('generated', 'error', true,
             'Compare with a backup; an update of the row computes its values again.'),
            ('duplicates', 'error', true,
             'Find out which row is right, remove the other, then reindex: the index is broken.'),
            ('exclusions', 'error', false,
             'Find out which row is right, correct the other, then reindex.'),
            ('totals', 'error', true, 'select ops.recount_project_totals();'),
            ('project-stats', 'error', false, 'select ops.refresh_project_stats();'),
            ('catalog-rows', 'error', false,
             'Compare with a backup, or with the file: tooling import-aisc FILE --dry-run.'),
            ('payload-hashes', 'error', true,
             'Restore the payloads from a backup: designs were changed, or the disk fails.'),
            ('events', 'error', true,
             'Run tooling audit verify, and compare with a backup.'),
            ('event-chains', 'error', true,
             'Run tooling audit verify, and see docs/explanation/audit-log.md.'),
            ('evidence', 'error', true,
             'Run tooling audit verify, and see docs/explanation/audit-log.md.'),
            ('deleted-events', 'error', true,
             'Compare with an anchor: tooling audit check. Then select pg_stat_reset_single_table_counters(…).'),
            ('invalid-indexes', 'error', false,
             'Drop the index concurrently and make it again.'),
            ('unvalidated-constraints', 'error', false,
             'alter table … validate constraint …; it keeps nobody waiting.'),
            ('unlogged-tables', 'error', false, 'alter table … set logged.'),
            ('access', 'error', false,
             'Run tooling preflight --check access: it says how to close each.'),
            ('partitions', 'error', false,
             'Run tooling partition ensure, or finish the detachment.'),
            ('retirements', 'warning', false, 'Run tooling partition retire again: it goes on.'),
            ('missed-months', 'warning', false,
             'See why the job partition-ensure did not run: tooling job list.'),
            ('sequences', 'error', false, 'alter sequence … as bigint maxvalue …, or cycle.'),
            ('transaction-ids', 'error', false,
             'End what holds old rows (long transactions, replication slots), then vacuum freeze.'),
            ('bloat', 'warning', false,
             'See why autovacuum falls behind; vacuum, and repack what stays large.'),
            ('statistics', 'warning', false,
             'analyze the table; the job analyze-partitioned does it for partitioned ones.')
    )

    select
        d.check_name,
        d.severity,
        coalesce(sum(f.violations), 0)::bigint,
        coalesce(
            (array_agg(f.object || ': ' || f.detail order by f.object, f.detail)
                filter (where f.object is not null))[:20],
            '{}'
        ),
        d.remedy
      from declared as d
      left join jsonb_to_recordset(found) as f (check_name text, object text, violations bigint, detail text)
        on f.check_name = d.check_name
     where check_integrity.is_thorough or not d.is_thorough
     group by d.check_name, d.severity, d.remedy
     order by d.severity, d.check_name;
end
$function$;
comment on function ops.check_integrity(boolean) is
    'Every check of what the database holds: how bad a fault is, how many there are, '
    'up to 20 of them, and what to do.';

-- Refresh app.project_stats without blocking its readers, and record what it holds.
--
--     select ops.refresh_project_stats();
--
create or replace function ops.refresh_project_stats()
    returns void
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    refresh materialized view concurrently app.project_stats;
    insert into ops.recorded_rows (relation, key, sha256)
    values ('app.project_stats', '', ops.project_stats_sha256())
        on conflict on constraint recorded_rows_pkey
        do update set sha256 = excluded.sha256;
end
$function$;
comment on function ops.refresh_project_stats() is
    'Refreshes app.project_stats without blocking its readers.';

-- Set whether this database accepts signed accounts only.
--
--     select ops.add_account_key('k1', sha256('only the API knows this'));
--     select ops.require_signed_accounts(true);
--
-- Only the owner can call it; a setting could be changed by the session that it must restrict.
--
create or replace function ops.require_signed_accounts(required boolean)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if required and not exists (select from ops.account_keys) then
        raise exception using
            errcode = 'ES211',
            message = 'there is no key that an account could be signed with',
            hint    = 'Add one first: ops.add_account_key().';
    end if;
    if required and exists (select from pg_extension where extname = 'citus') then
        raise exception using
            errcode = 'feature_not_supported',
            message = 'signed accounts are not available on a distributed database',
            hint    = 'The keys are on the coordinator, and policies are evaluated on the workers.';
    end if;
    if required and not has_parameter_privilege('backtrace_functions', 'set') then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'the owner cannot keep which account was found signed',
            hint    = 'Have a superuser run sql/superuser.sql in this database once.';
    end if;
    execute format(
        'create or replace function app.signing_required() returns boolean'
        ' language sql immutable parallel safe return %s',
        case when required then 'true' else 'false' end
    );
    perform ops.record_definitions('function app.signing_required()');
end
$function$;
comment on function ops.require_signed_accounts(boolean) is
    'Makes the database accept signed accounts only, or any account again.';

-- Add a key with which the API signs accounts. Two can be valid, so that one can be replaced.
--
--     select ops.add_account_key('k2', sha256('only the API knows this'));
--
create or replace function ops.add_account_key(
    key_name text,
    secret   bytea
)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    block_size constant integer := 64;  -- of SHA-256, in bytes
    inner_pad  constant integer := 54;  -- 0x36, RFC 2104
    outer_pad  constant integer := 92;  -- 0x5c
    key        bytea;
    inner_key  bytea;
    outer_key  bytea;
begin
    if octet_length(add_account_key.secret) between 32 and block_size is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'the secret of a key has 32 to 64 bytes',
            hint    = 'Make one with: openssl rand -hex 32';
    end if;
    lock table ops.account_keys in share row exclusive mode;
    if (select count(*) from ops.account_keys) >= 2 then
        raise exception using
            errcode = 'ES210',
            message = 'two keys are valid already',
            hint    = 'Remove the one that no API signs with any more: ops.remove_account_key().';
    end if;

    key := add_account_key.secret
        || decode(repeat('00', block_size - octet_length(add_account_key.secret)), 'hex');
    inner_key := key;
    outer_key := key;
    for place in 0 .. block_size - 1 loop
        inner_key := set_byte(inner_key, place, get_byte(key, place) # inner_pad);
        outer_key := set_byte(outer_key, place, get_byte(key, place) # outer_pad);
    end loop;
    insert into ops.account_keys (key_name, inner_key, outer_key)
    values (add_account_key.key_name, inner_key, outer_key);
    perform ops.record_definitions('account key ' || add_account_key.key_name);
end
$function$;
comment on function ops.add_account_key(text, bytea) is
    'Adds a key with which the API signs accounts; at most two are valid at a time (ES210).';

-- Remove a key, so that accounts signed with it are no longer accepted.
--
--     select ops.add_account_key('k1', sha256('only the API knows this'));
--     select ops.remove_account_key('k1');
--
create or replace function ops.remove_account_key(key_name text)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    lock table ops.account_keys in share row exclusive mode;
    delete from ops.account_keys as k where k.key_name = remove_account_key.key_name;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format('there is no key %s', quote_literal(remove_account_key.key_name)),
            hint    = 'Its name is in ops.account_keys.';
    end if;
    if app.signing_required() and not exists (select from ops.account_keys) then
        raise exception using
            errcode = 'ES211',
            message = 'signed accounts are required, and this is the only key',
            hint    = 'Add another key first, or end the requirement: '
                      'select ops.require_signed_accounts(false).';
    end if;
    perform ops.record_definitions('account key ' || remove_account_key.key_name);
end
$function$;
comment on function ops.remove_account_key(text) is
    'Removes a key with which accounts were signed; the last one only where none is required.';

-- Publish a price, superseding the version in force: that one ends on the day this one starts.
-- Returns published, superseded (an earlier version was ended), closed (an open version was given
-- its end) or unchanged.
--
--     select catalog.publish_price(
--         'base_est', 'v2', 165.00, 'Base estimate', 'base', '2026-01-01'
--     );
--     -- superseded
--
create or replace function catalog.publish_price(
    item_code      text,
    version        text,
    price_usd      numeric,
    description    text,
    category       catalog.price_category,
    effective_from date,
    effective_to   date default null
)
    returns text
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    stored     catalog.pricing_configs;
    overlapped text;
    was_open   boolean;
begin
    if publish_price.price_usd <> round(publish_price.price_usd, 2) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('price %s is not in whole cents', publish_price.price_usd),
            hint    = 'Give at most two decimals.';
    end if;

    select price.*
      into stored
      from catalog.pricing_configs as price
     where price.item_code = publish_price.item_code
       and price.version   = publish_price.version;

    if stored.item_code is not null then
        if row (stored.price_usd, stored.description, stored.category, stored.effective_from)
           is distinct from
           row (publish_price.price_usd, publish_price.description, publish_price.category,
                publish_price.effective_from)
           or stored.effective_to <> publish_price.effective_to
        then
            raise exception using
                errcode = 'ES101',
                message = format(
                    'price %s %s is published and cannot change',
                    publish_price.item_code, publish_price.version
                ),
                detail  = format(
                    'Published: %s USD from %s. Given: %s USD from %s.',
                    stored.price_usd, stored.effective_from,
                    publish_price.price_usd, publish_price.effective_from
                ),
                hint    = 'Give the new price a new version and a later effective_from.';
        end if;
        if stored.effective_to is not null or publish_price.effective_to is null then
            return 'unchanged';
        end if;
        update catalog.pricing_configs as price
           set effective_to = publish_price.effective_to
         where price.item_code = publish_price.item_code
           and price.version   = publish_price.version;
        perform ops.record_catalog_rows();
        return 'closed';
    end if;

    update catalog.pricing_configs as price
       set effective_to = publish_price.effective_from
     where price.item_code = publish_price.item_code
       and price.effective_to is null
       and price.effective_from < publish_price.effective_from;
    was_open := found;

    select price.version
      into overlapped
      from catalog.pricing_configs as price
     where price.item_code = publish_price.item_code
       and daterange(price.effective_from, price.effective_to)
           && daterange(publish_price.effective_from, publish_price.effective_to)
     limit 1;
    if overlapped is not null then
        raise exception using
            errcode = 'exclusion_violation',
            message = format(
                'price %s %s would overlap %s in time',
                publish_price.item_code, publish_price.version, overlapped
            ),
            hint    = 'Start it after every published version, or end it before the next.',
            table   = 'pricing_configs',
            constraint = 'pricing_configs_item_code_daterange_excl';
    end if;

    insert into catalog.pricing_configs (
        item_code, version, price_usd, description, category, effective_from, effective_to
    )
    values (
        publish_price.item_code, publish_price.version, publish_price.price_usd,
        publish_price.description, publish_price.category,
        publish_price.effective_from, publish_price.effective_to
    );
    perform ops.record_catalog_rows();
    return case when was_open then 'superseded' else 'published' end;
end
$function$;
revoke execute on function catalog.publish_price(
    text, text, numeric, text, catalog.price_category, date, date
) from public;
comment on function catalog.publish_price(
    text, text, numeric, text, catalog.price_category, date, date
) is 'Publishes a version of a price and ends the one it supersedes.';

-- Publish a constant, superseding the version in force: that one ends on the day this one starts.
-- Returns published, superseded (an earlier version was ended), closed (an open version was given
-- its end) or unchanged.
--
--     select catalog.publish_constant(
--         'K_FACTOR', 'footing_v2', 0.16, 'unitless', 'Footing calibration factor',
--         'Load tests', '2026-01-01'
--     );
--     -- superseded
--
create or replace function catalog.publish_constant(
    name           text,
    version        text,
    value          numeric,
    unit           text,
    description    text,
    source         text,
    effective_from date,
    effective_to   date default null
)
    returns text
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    stored     catalog.calibration_constants;
    overlapped text;
    was_open   boolean;
begin
    select constant.*
      into stored
      from catalog.calibration_constants as constant
     where constant.name    = publish_constant.name
       and constant.version = publish_constant.version;

    if stored.name is not null then
        if row (stored.value, stored.unit, stored.description, stored.source, stored.effective_from)
           is distinct from
           row (publish_constant.value, publish_constant.unit, publish_constant.description,
                publish_constant.source, publish_constant.effective_from)
           or stored.effective_to <> publish_constant.effective_to
        then
            raise exception using
                errcode = 'ES101',
                message = format(
                    'constant %s %s is published and cannot change',
                    publish_constant.name, publish_constant.version
                ),
                detail  = format(
                    'Published: %s %s from %s. Given: %s %s from %s.',
                    stored.value, stored.unit, stored.effective_from,
                    publish_constant.value, publish_constant.unit, publish_constant.effective_from
                ),
                hint    = 'Give the new value a new version and a later effective_from.';
        end if;
        if stored.effective_to is not null or publish_constant.effective_to is null then
            return 'unchanged';
        end if;
        update catalog.calibration_constants as constant
           set effective_to = publish_constant.effective_to
         where constant.name    = publish_constant.name
           and constant.version = publish_constant.version;
        perform ops.record_catalog_rows();
        return 'closed';
    end if;

    update catalog.calibration_constants as constant
       set effective_to = publish_constant.effective_from
     where constant.name = publish_constant.name
       and constant.effective_to is null
       and constant.effective_from < publish_constant.effective_from;
    was_open := found;

    select constant.version
      into overlapped
      from catalog.calibration_constants as constant
     where constant.name = publish_constant.name
       and daterange(constant.effective_from, constant.effective_to)
           && daterange(publish_constant.effective_from, publish_constant.effective_to)
     limit 1;
    if overlapped is not null then
        raise exception using
            errcode = 'exclusion_violation',
            message = format(
                'constant %s %s would overlap %s in time',
                publish_constant.name, publish_constant.version, overlapped
            ),
            hint    = 'Start it after every published version, or end it before the next.',
            table   = 'calibration_constants',
            constraint = 'calibration_constants_name_daterange_excl';
    end if;

    insert into catalog.calibration_constants (
        name, version, value, unit, description, source, effective_from, effective_to
    )
    values (
        publish_constant.name, publish_constant.version, publish_constant.value,
        publish_constant.unit, publish_constant.description, publish_constant.source,
        publish_constant.effective_from, publish_constant.effective_to
    );
    perform ops.record_catalog_rows();
    return case when was_open then 'superseded' else 'published' end;
end
$function$;
revoke execute on function catalog.publish_constant(
    text, text, numeric, text, text, text, date, date
) from public;
comment on function catalog.publish_constant(text, text, numeric, text, text, text, date, date) is
    'Publishes a version of a constant and ends the one it supersedes.';

insert into ops.recorded_rows (relation, key, sha256)
select h.relation, h.key, h.sha256
  from ops.catalog_row_hashes() as h
union all
select 'app.project_stats', '', ops.project_stats_sha256();
