begin;
select plan(30);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.is_schedule'),
    '(schedule text) returns boolean, immutable, security invoker',
    'whether a schedule can be run'
);

set local role eagle_operator;
select ok(ops.is_schedule(schedule), format('%s can be run', schedule))
  from unnest(array[
           '* * * * *',
           '*/15 * * * *',
           '0 0-6/2 * * *',
           '30 4 * * mon-fri',
           '0 0 1,15 1-6/2 sat,sun',
           '0 0 29 2 *',
           '5/10 * * * *'
       ]) as schedule;
select ok(not ops.is_schedule(wrong.schedule), wrong.what)
  from (values
            ('0 0 * * sun-tue', 'a range of days does not run backwards'),
            ('0 0 * * xyz', 'a day has a name'),
            ('0 0 * * 0', 'a day is not a number, which programs count differently'),
            ('0 0 * * mon-tue-wed', 'a range has two ends'),
            ('60 0 * * *', 'an hour has 60 minutes'),
            ('0 24 * * *', 'a day has 24 hours'),
            ('0 0 0 * *', 'days are counted from 1'),
            ('0 0 * 13 *', 'a year has 12 months'),
            ('5-1 0 * * *', 'a range does not run backwards'),
            ('*/60 0 * * *', 'a step is not longer than its range'),
            ('*/0 0 * * *', 'a step is not zero'),
            ('1-1/1 0 * * *', 'a range of one value has no step'),
            ('*,5 0 * * *', 'everything stands alone'),
            ('0 0 30 2 *', 'a month has the day'),
            ('0 0 31 4,6,9,11 *', 'one of the months has the day'),
            ('0 0 * *', 'a schedule has five fields'),
            ('', 'nothing is no schedule')
       ) as wrong (schedule, what);

select ok(ops.is_schedule(allowed.schedule), allowed.what)
  from (values
            ('*/1 * * * *', 'a step may be one'),
            ('0 0 31 */11 *', 'a step through months begins in January'),
            ('0 0 31 2-3 *', 'a range takes every month of it')
       ) as allowed (schedule, what);
select ok(not ops.is_schedule(wrong.schedule), wrong.what)
  from (values
            ('0 0 1,32 * *', 'of several days each is one of a month'),
            ('0 0 * 1,13 *', 'of several months each is one of a year')
       ) as wrong (schedule, what);

select * from finish();
rollback;
