-- The statement that detaches a partition on this server with the weakest lock; null if it is
-- already detached. CONCURRENTLY does not block readers and writers, but cannot run in a function:
-- in psql, end the call with \gexec instead of a semicolon.
--
--     select ops.detach_statement('app.project_events_y2023m01');
--     -- alter table app.project_events detach partition app.project_events_y2023m01 concurrently
--
create function ops.detach_statement(partition text)
    returns text
    language sql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
begin atomic
    select format(
        'alter table %s detach partition %s%s',
        h.inhparent::regclass,
        h.inhrelid::regclass,
        case
            when h.inhdetachpending then ' finalize'
            when exists (select from pg_extension where extname = 'citus') then ''
            when (select t.partdefid
                    from pg_partitioned_table as t
                   where t.partrelid = h.inhparent) <> 0 then ''
            else ' concurrently'
        end
    )
      from pg_inherits as h
      join pg_class as parent on parent.oid = h.inhparent
     where h.inhrelid = to_regclass(detach_statement.partition)
       and parent.relnamespace in ('app'::regnamespace, 'ops'::regnamespace);
end;
comment on function ops.detach_statement(text) is
    'The statement that detaches a partition here, concurrently where that is possible.';
