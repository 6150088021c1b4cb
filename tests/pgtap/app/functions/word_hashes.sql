begin;
select plan(9);
\ir ../../shape.psql

create function pg_temp.tokens(words text, last_byte text default '80') returns integer[]
    language sql
    return app.word_hashes(('0194f3c0-0000-7000-8000-0000000000' || last_byte)::uuid, words);

select is(
    pg_temp.head_of('app.word_hashes'),
    '(account_id uuid, words text) returns integer[], immutable, security invoker',
    'tokens are made of the words of an account'
);

set local role eagle_application;
select is(
    pg_temp.tokens('quay'), array[x'717561'::int, x'756179'::int],
    'each three letters in a row are a token'
);
select is(pg_temp.tokens('quay st'), pg_temp.tokens('quay'), 'no token reaches over a blank');
select is(pg_temp.tokens('12 st'), '{}', 'words of one or two letters have no token');
select is(pg_temp.tokens(''), '{}', 'no text has no token');
select is(pg_temp.tokens(null), null, 'of an unknown text the tokens are unknown');
select ok(
    pg_temp.tokens('harbour sign, 12 quay st') @> pg_temp.tokens('our qua 12'),
    'a text has the tokens of every part of its words'
);
select ok(
    pg_temp.tokens('Zoë''s 東京 café') @> pg_temp.tokens('oë 東 afé'),
    'letters of more than one byte are no exception'
);
select is(
    array[pg_temp.tokens('quay', '00'), pg_temp.tokens('quay', 'ff')],
    array[
        array[-2140048031, -2139790983],
        array[2138142049, 2138399097]
    ],
    'accounts whose last byte differs share no token, and a token stays the same ever after'
);

select * from finish();
rollback;
