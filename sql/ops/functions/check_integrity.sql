-- Every check of the contents of the database, one row each, with its findings.
--
-- The thorough checks read every row and hash every event and payload: minutes for a million
-- projects. Changes nothing, and blocks no other session.
--
--     select check_name, findings from ops.check_integrity()
--      where severity = 'error' and violations > 0;
--     -- (no rows)
--
create function ops.check_integrity(is_thorough boolean default true)
    returns table (
        check_name text,
        severity   text,
        violations bigint,
        findings   text[],
        remedy     text
    )
    language sql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
begin atomic
    with declared (check_name, severity, is_thorough, remedy) as (
        values
            ('orphans', 'error', false,
             'Restore the rows that are referred to from a backup, or remove what refers to them.'),
            ('checks', 'error', false,
             'Correct the rows; look for who wrote them with triggers and checks switched off.'),
            ('duplicates', 'error', true,
             'Find out which row is right, remove the other, then reindex: the index is broken.'),
            ('payload-hashes', 'error', true,
             'Restore the payloads from a backup: designs were changed, or the disk fails.'),
            ('event-chains', 'error', true,
             'Run tooling audit verify, and see docs/explanation/audit-log.md.'),
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
    ),

    found as (
        select * from ops.find_row_faults(check_integrity.is_thorough)
        union all
        select * from ops.find_object_faults()
        union all
        select * from ops.find_capacity_faults()
        union all
        select
            'event-chains',
            format('account %s, project %s', v.chain_account_id, v.chain_project_id),
            1,
            format('position %s: %s', v.chain_position, v.problem)
          from ops.verify_event_chain() as v
         where check_integrity.is_thorough
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
      left join found as f on f.check_name = d.check_name
     where check_integrity.is_thorough or not d.is_thorough
     group by d.check_name, d.severity, d.remedy
     order by d.severity, d.check_name;
end;
comment on function ops.check_integrity(boolean) is
    'Every check of what the database holds: how bad a fault is, how many there are, '
    'up to 20 of them, and what to do.';
