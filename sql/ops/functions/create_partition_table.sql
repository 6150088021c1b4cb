-- Create an empty table that can be attached as a partition, with what attaching does not set:
-- truncate triggers, statistics targets of columns and index expressions, and row security.
create function ops.create_partition_table(
    relation  text,
    partition text
)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    parent    constant regclass := ops.require_own_relation(create_partition_table.relation);
    trigger   record;
    unsampled record;
begin
    execute format(
        'create table %s (like %s including all excluding comments)', create_partition_table.partition, parent
    );
    for trigger in
        select t.tgname, t.tgfoid
          from pg_trigger as t
         where t.tgrelid = parent
           and not t.tgisinternal
           and t.tgtype & 32 = 32
    loop
        execute format(
            'create trigger %I before truncate on %s for each statement execute function %s()',
            trigger.tgname, create_partition_table.partition, trigger.tgfoid::regproc
        );
    end loop;
    for unsampled in
        select a.attname
          from pg_attribute as a
         where a.attrelid = parent
           and a.attnum > 0
           and not a.attisdropped
           and a.attstattarget = 0
    loop
        execute format(
            'alter table %s alter column %I set statistics 0',
            create_partition_table.partition, unsampled.attname
        );
    end loop;
    for unsampled in
        select a.attrelid::regclass as index, a.attnum
          from pg_index as i
          join pg_attribute as a on a.attrelid = i.indexrelid
         where i.indrelid = create_partition_table.partition::regclass
           and i.indkey[a.attnum - 1] = 0
    loop
        execute format(
            'alter index %s alter column %s set statistics 0', unsampled.index, unsampled.attnum
        );
    end loop;
    if (select c.relrowsecurity from pg_class as c where c.oid = parent) then
        execute format('alter table %s enable row level security', create_partition_table.partition);
    end if;
end
$function$;
comment on function ops.create_partition_table(text, text) is
    'Makes an empty table, not yet attached, '
    'that is like a partitioned table in all that a partition needs.';
