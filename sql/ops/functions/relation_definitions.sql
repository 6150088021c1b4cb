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
