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
