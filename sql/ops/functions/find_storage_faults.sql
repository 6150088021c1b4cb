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
