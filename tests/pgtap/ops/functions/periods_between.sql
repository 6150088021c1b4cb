begin;
select plan(9);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.periods_between'),
    '(period text, first_day date, last_day date)'
    ' returns TABLE(starts_at timestamp with time zone, ends_at timestamp with time zone,'
    ' suffix text, label text), stable, security invoker',
    'periods are asked for from a day to a day'
);
set local role eagle_operator;
select throws_ok(
    $$ select * from ops.periods_between('month', '2001-01-01', '2001-01-01') $$,
    '42501', 'permission denied for function periods_between',
    'periods are for the functions that make and check partitions'
);
reset role;

set local timezone = 'Pacific/Auckland';
select results_eq(
    $$ select starts_at, ends_at, suffix, label
         from ops.periods_between('month', '2000-12-31', '2001-01-01') $$,
    $$ values
        ('2000-12-01 00:00+00'::timestamptz, '2001-01-01 00:00+00'::timestamptz,
         'y2000m12', '2000-12'),
        ('2001-01-01 00:00+00', '2001-02-01 00:00+00', 'y2001m01', '2001-01') $$,
    'the months of two days are those of UTC, wherever one sits'
);
select results_eq(
    $$ select count(*), min(starts_at), max(ends_at), count(distinct suffix),
              bool_and(ends_at = next_at)
         from (select p.*, lead(p.starts_at, 1, p.ends_at) over (order by p.starts_at) as next_at
                 from ops.periods_between('week', '2024-01-01', '2026-12-31') as p) as p $$,
    $$ values (157::bigint, '2024-01-01 00:00+00'::timestamptz, '2027-01-04 00:00+00'::timestamptz,
               157::bigint, true) $$,
    'weeks follow one another over the ends of years, each with a name of its own'
);
select is(
    (select count(*) from ops.periods_between('day', '2024-01-01', '2024-12-31')), 366::bigint,
    'a leap year has 366 days'
);
select is_empty(
    $$ select * from ops.periods_between('fortnight', '2001-01-01', '2001-01-01') $$,
    'there are no other periods'
);
select is_empty(
    format('select * from ops.periods_between(''month'', %L, %L)', wrong.first_day, wrong.last_day),
    format('there is no period %s', wrong.what)
)
  from (values
            ('2001-02-01', '2001-01-31', 'from a day to one before it'),
            ('-infinity', '2001-01-01', 'from the beginning of time'),
            ('2001-01-01', 'infinity', 'to the end of time')
       ) as wrong (first_day, last_day, what);

select * from finish();
rollback;
