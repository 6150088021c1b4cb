-- Hash of the rows of a partition as archived: of the hashes of each 1000 lines of COPY.
--
-- A program that archives a partition must compute the same hash from the rows that it has read;
-- only the owner may call this function.
--
create function ops.archive_sha256(partition regclass)
    returns text
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
    set datestyle = 'ISO, YMD'
    set intervalstyle = 'postgres'
    set timezone = 'UTC'
    set bytea_output = 'hex'
    set extra_float_digits = 1
as $function$
declare
    line   text;
    placed text;
    digest text;
begin
    select
        string_agg(
            format($field$coalesce(
                replace(replace(replace(replace(replace(replace(replace(
                    e.%I::text, '\', '\\'), E'\b', '\b'), E'\f', '\f'), E'\n', '\n'),
                    E'\r', '\r'), E'\t', '\t'), E'\v', '\v'), '\N')$field$, a.attname),
            $tab$ || E'\t' || $tab$ order by a.attnum
        ),
        coalesce(
            string_agg(
                format('e.%I, ', a.attname),
                '' order by a.attnum
            ) filter (where a.attname in ('account_id', 'project_id')),
            ''
        ) || coalesce(
            max(format('e.%I, ', a.attname)) filter (where a.attname = 'position'), ''
        ) || 'e::text collate "C"'
      into line, placed
      from pg_attribute as a
     where a.attrelid = archive_sha256.partition
       and a.attnum > 0
       and not a.attisdropped
       and a.attgenerated = '';
    execute format(
        $command$
        with line as (
            select row_number() over (order by %3$s) - 1 as number, %2$s as text
              from %1$s as e
        ),
        block as (
            select
                l.number / 1000 as number,
                sha256(convert_to(string_agg(l.text || E'\n', '' order by l.number), 'UTF8')) as sha256
              from line as l
             group by l.number / 1000
        )
        select encode(sha256(coalesce(string_agg(b.sha256, '' order by b.number), '')), 'hex')
          from block as b
        $command$,
        archive_sha256.partition, line, placed
    ) into digest;
    return digest;
end
$function$;
comment on function ops.archive_sha256(regclass) is
    'Hash of the rows of a partition as its archive has them, 64 hex digits.';
