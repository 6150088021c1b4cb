-- Make the partition of one month and attach it; null when it is there already.
--
-- The new table is made alone and then attached, which blocks no reader and no writer.
--
--     select ops.create_month_partition('app.project_events', '2031-01-01');
--     -- app.project_events_y2031m01
--
create function ops.create_month_partition(
    relation text,
    month    date
)
    returns text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    parent    constant regclass := create_month_partition.relation::regclass;
    starts    constant timestamptz := date_trunc('month', create_month_partition.month::timestamp) at time zone 'UTC';
    ends      constant timestamptz := (date_trunc('month', create_month_partition.month::timestamp) + interval '1 month') at time zone 'UTC';
    namespace text;
    name      text;
begin
    if not exists (
        select from ops.partition_policies as p where p.relation = create_month_partition.relation
    ) then
        raise exception using
            errcode = 'ES201',
            message = format('%s has no partition policy', create_month_partition.relation),
            hint    = 'Add its policy to ops.partition_policies first.';
    end if;

    select n.nspname, format('%s_y%sm%s', c.relname, to_char(create_month_partition.month, 'YYYY'), to_char(create_month_partition.month, 'MM'))
      into namespace, name
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
     where c.oid = parent;

    perform pg_advisory_xact_lock(hashtextextended(create_month_partition.relation, 0));
    if exists (
        select
          from ops.partitions as p
         where p.relation = create_month_partition.relation
           and p.starts_at <= starts
           and p.ends_at >= ends
    ) then
        return null;
    end if;

    perform ops.create_partition_table(
        create_month_partition.relation, format('%I.%I', namespace, name)
    );
    execute format(
        'alter table %s attach partition %I.%I for values from (%L) to (%L)',
        parent, namespace, name, to_char(starts at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'), to_char(ends at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00')
    );
    execute format(
        'comment on table %I.%I is %L',
        namespace, name, format('Partition of %s: %s.', parent, to_char(create_month_partition.month, 'YYYY-MM'))
    );
    return format('%I.%I', namespace, name);
end
$function$;
comment on function ops.create_month_partition(text, date) is
    'Makes and attaches the partition of one month; null when it is there already.';
