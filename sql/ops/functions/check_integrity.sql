-- Every check of the contents of the database, one row each, with its findings.
--
-- A check that fails is a finding, and the others run all the same. The thorough checks read every
-- row and hash every event and payload: minutes for a million projects. Changes nothing, and blocks
-- no other session.
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
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    attempts constant integer := 3;
    part     record;
    again    jsonb;
    faults   jsonb;
    failed   jsonb;
    found    jsonb := '[]';
begin
    for part in
        select *
          from (
                  values
                      ('definitions', false, 'select * from ops.find_definition_faults()'),
                      ('objects', false, 'select * from ops.find_object_faults()'),
                      ('capacity', false, 'select * from ops.find_capacity_faults()'),
                      ('recorded rows', false, 'select * from ops.find_recorded_faults()'),
                      ('rows', false, format('select * from ops.find_row_faults(%L)', check_integrity.is_thorough)),
                      ('keys', false, format('select * from ops.find_key_faults(%L)', check_integrity.is_thorough)),
                      ('events', true, 'select * from ops.find_event_faults()'),
                      ('event-chains', true,
                       'select ''event-chains'' as check_name,'
                       '       format(''account %s, project %s'', v.chain_account_id, v.chain_project_id) as object,'
                       '       1::bigint as violations, format(''position %s: %s'', v.chain_position, v.problem) as detail'
                       '  from ops.verify_event_chain() as v'),
                      ('storage', true, 'select * from ops.find_storage_faults()')
               ) as p (name, is_thorough, query)
         where check_integrity.is_thorough
            or not p.is_thorough
    loop
        faults := null;
        for attempt in 1 .. attempts loop
            begin
                execute format('select coalesce(jsonb_agg(f), ''[]'') from (%s) as f', part.query) into again;
                faults := case
                    when faults is null then again
                    else (
                        select coalesce(jsonb_agg(f), '[]')
                          from jsonb_array_elements(faults) as f
                         where again @> jsonb_build_array(f)
                    )
                end;
                -- The catalogue may change while it is read: a fault is what stays.
                exit when part.name <> 'definitions' or faults = '[]';
                perform pg_sleep_for('100 ms');
            exception
                when others then
                    if sqlstate ~ '^(40|53|57)' or sqlstate = '55P03' then
                        raise;
                    end if;
                    faults := null;
                    failed := jsonb_build_array(jsonb_build_object(
                        'check_name', case when sqlstate ~ '^(XX|58)' then 'unreadable' else 'failed' end,
                        'object', part.name,
                        'violations', 1,
                        'detail', format('%s (SQLSTATE %s)', sqlerrm, sqlstate)
                    ));
                    -- An object may have been dropped in the meantime.
                    exit when sqlstate not in ('XX000', '42P01', '42704', '42883');
            end;
        end loop;
        found := found || coalesce(faults, failed);
    end loop;

    return query
    with declared (check_name, severity, is_thorough, remedy) as (
        values
            ('unreadable', 'error', false,
             'Do not write to the table; restore it from a backup. Docs: how-to/runbooks/data.md.'),
            ('failed', 'error', false, 'The check could not run: mend what it names, and run it again.'),
            ('pages', 'error', true,
             'Do not write to the table; restore it from a backup. Docs: how-to/runbooks/data.md.'),
            ('indexes', 'error', true,
             'reindex index concurrently …; then run this check again: look for duplicates.'),
            ('unchecked', 'warning', true,
             'Run sql/superuser.sql as a superuser; it installs the extension amcheck.'),
            ('definitions', 'error', false,
             'Undo the change, or make it by a migration. Docs: how-to/check-integrity.md.'),
            ('settings', 'error', false, 'Reset the setting: it hides or causes damage.'),
            ('orphans', 'error', false,
             'Restore the rows that are referred to from a backup, or remove what refers to them.'),
            ('checks', 'error', false,
             'Correct the rows; look for who wrote them with triggers and checks switched off.'),
            ('nulls', 'error', false, 'Restore the values from a backup.'),
            ('labels', 'error', false,
             'A label was removed while rows use it: put it back, from ops.recorded_definitions.'),
            ('bounds', 'error', false,
             'Move the rows: insert them into the partitioned table, then delete them there.'),
            ('generated', 'error', true,
             'Compare with a backup; an update of the row computes its values again.'),
            ('duplicates', 'error', true,
             'Find out which row is right, remove the other, then reindex: the index is broken.'),
            ('exclusions', 'error', false,
             'Find out which row is right, correct the other, then reindex.'),
            ('totals', 'error', true, 'select ops.recount_project_totals();'),
            ('project-stats', 'error', false, 'select ops.refresh_project_stats();'),
            ('catalog-rows', 'error', false,
             'Compare with a backup, or with the file: tooling import-aisc FILE --dry-run.'),
            ('payload-hashes', 'error', true,
             'Restore the payloads from a backup: designs were changed, or the disk fails.'),
            ('events', 'error', true,
             'Run tooling audit verify, and compare with a backup.'),
            ('event-chains', 'error', true,
             'Run tooling audit verify, and see docs/explanation/audit-log.md.'),
            ('evidence', 'error', true,
             'Run tooling audit verify, and see docs/explanation/audit-log.md.'),
            ('deleted-events', 'error', true,
             'Compare with an anchor: tooling audit check. Then select pg_stat_reset_single_table_counters(…).'),
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
      left join jsonb_to_recordset(found) as f (check_name text, object text, violations bigint, detail text)
        on f.check_name = d.check_name
     where check_integrity.is_thorough or not d.is_thorough
     group by d.check_name, d.severity, d.remedy
     order by d.severity, d.check_name;
end
$function$;
comment on function ops.check_integrity(boolean) is
    'Every check of what the database holds: how bad a fault is, how many there are, '
    'up to 20 of them, and what to do.';
