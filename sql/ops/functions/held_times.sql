-- The time ranges of the attached partitions of a table. A default partition has none.
--
--     select ops.held_times('app.project_events') @> now();
--     -- t
--
create function ops.held_times(relation text)
    returns tstzmultirange
    language sql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce(range_agg(tstzrange(p.starts_at, p.ends_at)), '{}')
      from ops.partitions as p
     where p.relation = held_times.relation
       and p.starts_at is not null;
end;
comment on function ops.held_times(text) is
    'The time that the attached partitions of a table hold; a default partition counts for none.';
