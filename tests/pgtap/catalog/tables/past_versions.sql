begin;
select plan(14);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('catalog.past_versions') $$,
    $$ values
        ('past_id', 'uuid', 'not null', 'ops.uuid_v7()'),
        ('noun', 'text', 'not null', ''),
        ('object', 'text', 'not null', ''),
        ('version', 'text', 'not null', ''),
        ('was', 'jsonb', 'not null', ''),
        ('began_at', 'timestamp with time zone', 'null', ''),
        ('ended_at', 'timestamp with time zone', 'not null', ''),
        ('outcome', 'text', 'not null', ''),
        ('superseded_by', 'text', 'null', ''),
        ('reason', 'text', 'null', ''),
        ('ended_by', 'text', 'not null', 'SESSION_USER') $$,
    'what a version was has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('catalog.past_versions') $$,
    $$ values
        ('past_versions_ended_at_check', 'CHECK ((ended_at >= began_at))'),
        ('past_versions_ended_by_check', 'CHECK ((length(ended_by) <= 63))'),
        ('past_versions_noun_check',
         'CHECK ((noun = ANY (ARRAY[''constant''::text, ''price''::text])))'),
        ('past_versions_noun_object_version_tstzrange_excl',
         'EXCLUDE USING gist (noun WITH =, object WITH =, version WITH =,'
         ' tstzrange(began_at, ended_at) WITH &&)'),
        ('past_versions_object_check',
         'CHECK (((object <> ''''::text) AND (length(object) <= 100)))'),
        ('past_versions_outcome_check',
         'CHECK ((outcome = ANY (ARRAY[''superseded''::text, ''closed''::text,'
         ' ''reopened''::text, ''corrected''::text, ''withdrawn''::text])))'),
        ('past_versions_pkey', 'PRIMARY KEY (past_id)'),
        ('past_versions_reason_check',
         'CHECK ((((outcome = ANY (ARRAY[''reopened''::text, ''corrected''::text,'
         ' ''withdrawn''::text])) = (reason IS NOT NULL)) AND (length(reason) <= 1000)))'),
        ('past_versions_superseded_by_check',
         'CHECK ((((outcome = ''superseded''::text) = (superseded_by IS NOT NULL))'
         ' AND (length(superseded_by) <= 100)))'),
        ('past_versions_version_check',
         'CHECK (((version <> ''''::text) AND (length(version) <= 100)))'),
        ('past_versions_was_check',
         'CHECK (((jsonb_typeof(was) = ''object''::text) AND ops.json_fits(was, 65536)))') $$,
    'what a version was has these constraints'
);
select results_eq(
    $$ select * from pg_temp.triggers_of('catalog.past_versions') $$,
    $$ values
        ('past_versions_immutable',
         'BEFORE DELETE OR UPDATE OR TRUNCATE ON catalog.past_versions FOR EACH STATEMENT'
         ' EXECUTE FUNCTION catalog.refuse_record_change()') $$,
    'the record is kept from change by a trigger'
);

set local role eagle_operator;
select throws_ok(
    command,
    '42501', 'permission denied for table past_versions',
    format('who publishes cannot %s the record', split_part(command, ' ', 1))
)
  from unnest(array[
           'insert into catalog.past_versions (noun) values (''price'')',
           'update catalog.past_versions set reason = ''another''',
           'delete from catalog.past_versions',
           'truncate catalog.past_versions'
       ]) as command;
set local role eagle_owner;
select throws_ok(
    command, 'ES111', null,
    format('even the owner does not %s the record', split_part(command, ' ', 1))
)
  from unnest(array[
           'update catalog.past_versions set reason = ''another''',
           'delete from catalog.past_versions',
           'truncate catalog.past_versions'
       ]) as command;
select throws_ok(
    format(
        'insert into catalog.past_versions (noun, object, version, was, began_at, ended_at,'
        ' outcome, reason) values (''price'', ''test'', ''v1'', ''{}'', %L, %L, %L, %L)',
        wrong.began_at, wrong.ended_at, wrong.outcome, wrong.reason
    ),
    '23514', null,
    format('what a version was does not have %s', wrong.what)
)
  from (values
            ('2026-01-02', '2026-01-01', 'closed', null, 'an end before its beginning'),
            ('2026-01-01', '2026-01-02', 'corrected', null, 'a correction without a reason'),
            ('2026-01-01', '2026-01-02', 'superseded', null, 'a successor without a name')
       ) as wrong (began_at, ended_at, outcome, reason, what);
insert into catalog.past_versions (noun, object, version, was, began_at, ended_at, outcome)
values ('price', 'test', 'v1', '{}', null, '2026-01-02', 'closed');
select throws_ok(
    $$ insert into catalog.past_versions (noun, object, version, was, began_at, ended_at, outcome)
       values ('price', 'test', 'v1', '{}', '2026-01-01', '2026-01-03', 'closed') $$,
    '23P01', null,
    'a version was one thing at a moment'
);

select * from finish();
rollback;
