-- Replace many entries of an account and status by one, and return how many were replaced.
--
--     select ops.fold_project_totals() >= 0;
--     -- t
--
-- Writers add entries and change none, so that no writer waits for it; of two concurrent calls the
-- second processes the entries that the first left.
--
create function ops.fold_project_totals()
    returns bigint
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    crowded record;
    entry   record;
    folded  bigint := 0;
begin
    for crowded in
        select t.account_id, t.status
          from app.project_totals as t
         group by t.account_id, t.status
        having count(*) > 1
    loop
        with taken as (
            delete from app.project_totals as t
             where t.account_id = crowded.account_id
               and t.status = crowded.status
            returning t.*
        )
        select
            count(*) as entries,
            sum(t.project_count) as project_count,
            sum(t.confidence_count) as confidence_count,
            sum(t.confidence_sum) as confidence_sum,
            sum(t.duration) as duration
          into entry
          from taken as t;
        folded := folded + entry.entries;
        if entry.project_count <> 0
            or entry.confidence_count <> 0
            or entry.confidence_sum <> 0
            or entry.duration <> interval '0' then
            insert into app.project_totals (
                account_id, status, project_count, confidence_count, confidence_sum, duration
            )
            values (
                crowded.account_id, crowded.status, entry.project_count, entry.confidence_count,
                entry.confidence_sum, entry.duration
            );
        end if;
    end loop;
    return folded;
end
$function$;
comment on function ops.fold_project_totals() is
    'Folds the entries of app.project_totals into one an account and status.';
