-- The periods that contain the days from one to another, in UTC, with the suffix of partitions.
--
--     select starts_at, suffix, label from ops.periods_between('quarter', '2031-02-01', '2031-02-01');
--     -- 2031-01-01 00:00:00+00 | y2031q1 | 2031-Q1
--
-- Weeks are those of ISO 8601, from Monday on. A day outside the calendar has no period.
--
create function ops.periods_between(
    period    text,
    first_day date,
    last_day  date
)
    returns table (
        starts_at timestamptz,
        ends_at   timestamptz,
        suffix    text,
        label     text
    )
    language sql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
begin atomic
    select made.starts at time zone 'UTC',
           (made.starts + unit.length) at time zone 'UTC',
           to_char(made.starts, unit.suffix),
           to_char(made.starts, unit.label)
      from (values
                ('day', interval '1 day', '"y"YYYY"m"MM"d"DD', 'YYYY-MM-DD'),
                ('week', interval '7 days', '"y"IYYY"w"IW', 'IYYY-"W"IW'),
                ('month', interval '1 month', '"y"YYYY"m"MM', 'YYYY-MM'),
                ('quarter', interval '3 months', '"y"YYYY"q"Q', 'YYYY-"Q"Q'),
                ('year', interval '1 year', '"y"YYYY', 'YYYY')
           ) as unit (name, length, suffix, label)
     cross join lateral generate_series(
               date_trunc(unit.name, case when isfinite(first_day) then first_day end::timestamp),
               date_trunc(unit.name, case when isfinite(last_day) then last_day end::timestamp),
               unit.length
           ) as made (starts)
     where unit.name = periods_between.period
     order by made.starts;
end;
comment on function ops.periods_between(text, date, date) is
    'The days, weeks, months, quarters or years from one day to another, '
    'and what a partition of each is called.';
