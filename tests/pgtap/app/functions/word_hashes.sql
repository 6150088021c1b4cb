begin;
select plan(10);
\ir ../../shape.psql

create function pg_temp.hashes(words text, first_byte text default '01') returns bigint[]
    language sql
    return app.word_hashes((first_byte || '94f3c0-0000-7000-8000-000000000001')::uuid, words);

select is(
    pg_temp.head_of('app.word_hashes'),
    '(account_id uuid, words text) returns bigint[], immutable, security invoker',
    'hashes are made of the words of an account'
);

set local role eagle_application;
select is(
    pg_temp.hashes('quay'), array[-7100117251418043286, -8046811543610781439],
    'each three letters in a row are a hash, which stays the same ever after'
);
select is(pg_temp.hashes('quay st'), pg_temp.hashes('quay'), 'no hash reaches over a blank');
select is(pg_temp.hashes('12 st'), '{}', 'words of one or two letters have no hash');
select is(pg_temp.hashes(''), '{}', 'no text has no hash');
select is(pg_temp.hashes(null), null, 'of an unknown text the hashes are unknown');
select ok(
    pg_temp.hashes('harbour sign, 12 quay st') @> pg_temp.hashes('our qua 12'),
    'a text has the hashes of every part of its words'
);
select ok(
    pg_temp.hashes('Zoë''s 東京 café') @> pg_temp.hashes('oë 東 afé'),
    'letters of more than one byte are no exception'
);
select ok(
    not pg_temp.hashes('harbour sign, 12 quay st')
        && pg_temp.hashes('harbour sign, 12 quay st', '02'),
    'no two accounts share a hash, however much of them is alike'
);

select is(
    cardinality(pg_temp.hashes(E'\u0001\u0001\u0001')), 1,
    'the least letters there are have a hash too'
);

select * from finish();
rollback;
