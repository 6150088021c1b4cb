begin;
select plan(14);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select * from pg_temp.columns_of('ops.evidence') $$,
    $$ values
        ('position', 'bigint', 'not null', ''),
        ('kind', 'text', 'not null', ''),
        ('subject', 'text', 'not null', ''),
        ('recorded_at', 'timestamp with time zone', 'not null', 'clock_timestamp()'),
        ('role', 'text', 'not null', 'SESSION_USER'),
        ('content', 'jsonb', 'not null', ''),
        ('sha256', 'bytea', 'not null', '') $$,
    'an entry of the evidence has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('ops.evidence') $$,
    $$ values
        ('evidence_kind_check',
         'CHECK ((kind = ANY (ARRAY[''beginning''::text, ''retirement''::text, ''erasure''::text,'
         ' ''unlogged''::text, ''maintenance''::text])))'),
        ('evidence_pkey', 'PRIMARY KEY ("position")'),
        ('evidence_position_check', 'CHECK (("position" > 0))'),
        ('evidence_sha256_check', 'CHECK ((octet_length(sha256) = 32))'),
        ('evidence_subject_check', 'CHECK ((length(subject) <= 200))') $$,
    'an entry of the evidence has these constraints'
);
select results_eq(
    $$ select * from pg_temp.triggers_of('ops.evidence') $$,
    $$ values
        ('evidence_immutable',
         'BEFORE DELETE OR UPDATE OR TRUNCATE ON ops.evidence FOR EACH STATEMENT'
         ' EXECUTE FUNCTION ops.refuse_evidence_change()') $$,
    'evidence is kept from change by a trigger'
);
select results_eq(
    'select position, kind from ops.evidence order by position limit 1',
    $$ values (1::bigint, 'beginning') $$,
    'the evidence says when it began'
);

set local role eagle_operator;
select throws_ok(
    command,
    '42501', 'permission denied for table evidence',
    format('an operator cannot %s evidence', split_part(command, ' ', 1))
)
  from unnest(array[
           'select position from ops.evidence',
           'insert into ops.evidence (position) values (99)',
           'update ops.evidence set kind = ''erasure''',
           'delete from ops.evidence'
       ]) as command;
set local role eagle_auditor;
select isnt_empty('select * from ops.evidence', 'an auditor reads the evidence');
select throws_ok(
    'delete from ops.evidence', '42501', 'permission denied for table evidence',
    'an auditor removes none'
);
set local role eagle_owner;
select throws_ok(
    command, 'ES212', null,
    format('even its owner does not %s evidence', split_part(command, ' ', 1))
)
  from unnest(array[
           'update ops.evidence set kind = ''erasure''',
           'delete from ops.evidence',
           'truncate ops.evidence'
       ]) as command;
select is(
    (pg_temp.error_of('delete from ops.evidence')).hint,
    'Only retirements, erasures and maintenance add to it.',
    'the refusal tells what adds to it'
);

select * from finish();
rollback;
