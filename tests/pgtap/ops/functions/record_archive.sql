begin;
select plan(15);
\ir ../../shape.psql
\ir ../../old_month.psql

select is(
    pg_temp.head_of('ops.record_archive'),
    '(partition text, file_name text, file_sha256 text, content_sha256 text, row_count bigint)'
    ' returns void, volatile, security definer',
    'an archive is recorded with its file, the hashes and the number of rows'
);
create function pg_temp.record(
    row_count bigint,
    file_sha256 text default repeat('a', 64),
    file_name text default 'y2001m02.gz',
    content_sha256 text default pg_temp.content()
)
    returns void
begin atomic
    select ops.record_archive(
        'app.project_events_y2001m02', file_name, file_sha256, content_sha256, row_count
    );
end;

set local role eagle_auditor;
select throws_ok(
    'select pg_temp.record(2)', '42501', 'permission denied for function record_archive',
    'an auditor records no archive'
);
set local role eagle_operator;
select throws_ok(
    'select pg_temp.record(2)',
    'ES204', 'app.project_events_y2001m02 is not detached, or has not 2 rows',
    'what is not retired is not archived'
);
select lives_ok(
    $$ select ops.begin_retirement('app.project_events_y2001m02', 'archive') $$,
    'a retirement is begun'
);
select throws_ok(
    'select pg_temp.record(2)',
    'ES204', 'app.project_events_y2001m02 is not detached, or has not 2 rows',
    'what is still attached is not archived'
);
reset role;
select pg_temp.detach();
set local role eagle_operator;
select lives_ok(
    $$ select ops.finish_detachment('app.project_events_y2001m02') $$, 'the partition has left'
);
select throws_ok(
    'select pg_temp.record(1)',
    'ES204', 'app.project_events_y2001m02 is not detached, or has not 1 rows',
    'an archive that lacks a row is not recorded'
);
select is(
    (pg_temp.error_of('select pg_temp.record(1)')).hint,
    'Archive a partition after ops.finish_detachment(), whole.',
    'the refusal tells what to archive'
);
select throws_ok(
    'select pg_temp.record(2, ''none'')', '23514', null, 'an archive is recorded with its hash'
);
select throws_ok(
    'select pg_temp.record(2, file_name => null)', '23514', null,
    'an archive is recorded with its file'
);
select throws_ok(
    $$ select pg_temp.record(2, content_sha256 => repeat('0', 64)) $$,
    'ES205', 'the archive does not hold the rows of app.project_events_y2001m02',
    'an archive of other rows is not recorded, whoever says that it is one'
);
select is(
    (pg_temp.error_of('select pg_temp.record(2, content_sha256 => null)')).hint,
    'Write it with tooling partition retire, which reads it back.',
    'the refusal tells how to make one'
);
select lives_ok('select pg_temp.record(2)', 'an archive of all rows is recorded');
select results_eq(
    $$ select state, file_name, file_sha256, content_sha256, row_count
         from ops.retired_partitions $$,
    $$ values ('archived', 'y2001m02.gz', repeat('a', 64), pg_temp.content(), 2::bigint) $$,
    'the record names the file, its hashes and the number of rows'
);
select lives_ok(
    'select pg_temp.record(2, file_name => ''again.gz'')', 'an archive can be written anew'
);

select * from finish();
rollback;
