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
