-- 0037.job-schedules
-- depends: 0034.role-list
--
-- why    A schedule that the schedulers refuse, such as sun-tue, was accepted, and stopped every job.
-- locks  ops.jobs ACCESS EXCLUSIVE, briefly: some rows.
-- undo   0037.job-schedules.rollback.sql; nothing is lost.

-- Whether a schedule is one that every scheduler understands in the same way: minute, hour, day,
-- month and day of the week, where the sidecar and systemd both run the job, and it runs some day.
--
--     select ops.is_schedule('30 4 * * mon-fri');
--     -- t
--
-- A field is * or */STEP, or a list of N, N-N, N/STEP and N-N/STEP; a day of the week is * or a list
-- of names and ranges of names from mon to sun. A range does not run backwards, and a step is not
-- longer than its range.
--
create function ops.is_schedule(schedule text)
    returns boolean
    language plpgsql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
declare
    part    constant text   := '[0-9]{1,2}(-[0-9]{1,2})?(/[0-9]{1,2})?';
    weekday constant text   := '(mon|tue|wed|thu|fri|sat|sun)';
    days    constant text[] := '{mon,tue,wed,thu,fri,sat,sun}';
    months  constant text   := split_part(is_schedule.schedule, ' ', 4);
begin
    if is_schedule.schedule !~ format(
        '^((\*(/[0-9]{1,2})?|%1$s(,%1$s)*) ){4}(\*|%2$s(-%2$s)?(,%2$s(-%2$s)?)*)$', part, weekday
    ) then
        return false;
    end if;
    return not exists (
               select
                 from (values (1, 0, 59), (2, 0, 23), (3, 1, 31), (4, 1, 12))
                          as field (place, low, high)
                cross join lateral string_to_table(
                          split_part(is_schedule.schedule, ' ', field.place), ','
                      ) as item
                cross join lateral (
                          select coalesce(substring(item, '^[0-9]+')::integer, field.low) as first,
                                 substring(item, '-([0-9]+)')::integer as last,
                                 substring(item, '/([0-9]+)')::integer as step
                      ) as read
                where read.first < field.low
                   or read.first > field.high
                   or read.last not between read.first and field.high
                   or read.step not between 1 and coalesce(read.last, field.high) - read.first
           )
       and not exists (
               select
                 from string_to_table(split_part(is_schedule.schedule, ' ', 5), ',') as item
                where array_position(days, split_part(item, '-', 1))
                    > array_position(days, nullif(split_part(item, '-', 2), ''))
           )
       and exists (
               select
                 from unnest('{31,29,31,30,31,30,31,31,30,31,30,31}'::integer[])
                          with ordinality as month (length, number)
                cross join lateral string_to_table(months, ',') as item
                cross join lateral (
                          select coalesce(substring(item, '^[0-9]+')::integer, 1) as first,
                                 substring(item, '-([0-9]+)')::integer as last,
                                 substring(item, '/([0-9]+)')::integer as step
                      ) as read
                where month.number >= read.first
                  and month.number <= coalesce(
                          read.last, case when item ~ '[*/]' then 12 else read.first end
                      )
                  and (month.number - read.first) % coalesce(read.step, 1) = 0
                  and month.length >= (
                          select min(coalesce(substring(day, '^[0-9]+')::integer, 1))
                            from string_to_table(split_part(is_schedule.schedule, ' ', 3), ',') as day
                      )
           );
end
$function$;
comment on function ops.is_schedule(text) is
    'Whether a schedule is one that every scheduler understands in the same way, and that runs.';

grant execute on function ops.is_schedule(text) to eagle_operator;

do $$
declare
    wrong text;
begin
    select string_agg(format('%s (%s)', j.job, j.schedule), ', ' order by j.job) into wrong
      from ops.jobs as j
     where not ops.is_schedule(j.schedule);
    if wrong is not null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('jobs whose schedules cannot be run: %s', wrong),
            hint    = 'Give each a schedule such as 30 4 * * mon-fri: '
                      'update ops.jobs set schedule = ... where job = ...';
    end if;
end
$$;

-- The next statement adds the stricter one.
-- squawk-ignore ban-drop-constraint
alter table ops.jobs drop constraint jobs_schedule_check;
alter table ops.jobs add constraint jobs_schedule_check
    check (ops.is_schedule(schedule) and length(schedule) <= 200) not valid;
alter table ops.jobs validate constraint jobs_schedule_check;
