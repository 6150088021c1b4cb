begin;
select plan(3);

select results_eq(
    $$ select oprcode::text, oprrest::text, oprjoin::text, oprcanmerge, oprcanhash
         from pg_operator
        where oid = 'app.===(uuid, uuid)'::regoperator $$,
    $$ values ('uuid_eq', 'neqsel', 'neqjoinsel', false, false) $$,
    'accounts are compared as uuid compares, and nearly every row that an index found passes'
);
select is_empty(
    $$ select amopfamily from pg_amop where amopopr = 'app.===(uuid, uuid)'::regoperator $$,
    'no index takes the comparison away from where a policy has it'
);
select is(
    array[
        'a0000000-0000-7000-8000-000000000000'::uuid
        operator(app.===) 'a0000000-0000-7000-8000-000000000000',
        'a0000000-0000-7000-8000-000000000000'::uuid
        operator(app.===) 'b0000000-0000-7000-8000-000000000000'
    ],
    array[true, false],
    'an account is the same as itself, and as no other'
);

select * from finish();
rollback;
