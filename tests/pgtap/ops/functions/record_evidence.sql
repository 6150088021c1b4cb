begin;
select plan(5);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.record_evidence'),
    '(kind text, subject text, content jsonb) returns void, volatile, security invoker',
    'evidence has a kind, a subject and a content'
);
set local role eagle_operator;
select throws_ok(
    $$ select ops.record_evidence('erasure', 'x', '{}') $$,
    '42501', 'permission denied for function record_evidence',
    'an operator adds to it through what he does, not by itself'
);
reset role;
select ops.record_evidence('retirement', 'app.old', '{"n": 1}');
select row_eq(
    $$ select e.kind, e.subject, e.role = session_user, e.content
         from ops.evidence as e order by e.position desc limit 1 $$,
    row('retirement'::text, 'app.old'::text, true, '{"n": 1}'::jsonb),
    'an entry names the role that logged in'
);
select is_empty(
    $$ select e.position
         from (
                  select v.*, lag(v.sha256, 1, decode(repeat('00', 32), 'hex'))
                                  over (order by v.position) as previous
                    from ops.evidence as v
              ) as e
        where e.sha256 <> sha256(
                  e.previous || convert_to(
                      jsonb_build_array(
                          e.position, e.kind, e.subject, extract(epoch from e.recorded_at), e.role,
                          e.content
                      )::text,
                      'UTF8'
                  )
              ) $$,
    'the hash of an entry covers the entry and the hash of the one before it'
);

-- As if nothing had been recorded yet.
set local session_replication_role = replica;
delete from ops.evidence;
set local session_replication_role = origin;
select ops.record_evidence('beginning', 'first', '{}');
select results_eq(
    $$ select e.position,
              e.sha256 = sha256(
                  decode(repeat('00', 32), 'hex')
                  || convert_to(
                      jsonb_build_array(
                          1, 'beginning', 'first', extract(epoch from e.recorded_at), e.role, '{}'::jsonb
                      )::text,
                      'UTF8'
                  )
              )
         from ops.evidence as e $$,
    $$ values (1::bigint, true) $$,
    'the first entry is at place 1, and the hash before it is of zeroes'
);

select * from finish();
rollback;
