begin;
select plan(4);
\ir ../../shape.psql
\ir ../../old_month.psql

select is(
    pg_temp.head_of('ops.archive_sha256'),
    '(partition regclass) returns text, stable, security invoker',
    'the rows of a partition are hashed as an archive has them'
);
create table app.lines (
    number integer, line text null, twice integer generated always as (number * 2) stored
);
insert into app.lines (number, line)
values (2, E'a\tb\\c\nd\re\bf\fg\v'), (1, null);
select is(
    ops.archive_sha256('app.lines'),
    encode(
        sha256(sha256(convert_to(
            E'1\t\\N\n' || E'2\ta\\tb\\\\c\\nd\\re\\bf\\fg\\v\n', 'UTF8'
        ))),
        'hex'
    ),
    'a line is what COPY writes, without what is computed'
);
truncate app.lines;
insert into app.lines (number) select 10000 + n from generate_series(1, 1001) as n;
select is(
    ops.archive_sha256('app.lines'),
    encode(
        sha256(
            sha256(convert_to((select string_agg(10000 + n || E'\t\\N\n', '' order by n)
                                 from generate_series(1, 1000) as n), 'UTF8'))
            || sha256(E'11001\t\\\\N\n')
        ),
        'hex'
    ),
    'the hash is that of the hashes of each thousand lines'
);
set local role eagle_operator;
select throws_ok(
    $$ select ops.archive_sha256('app.project_events_y2001m02') $$,
    '42501', 'permission denied for function archive_sha256',
    'who has not read the rows is not told their hash'
);

select * from finish();
rollback;
