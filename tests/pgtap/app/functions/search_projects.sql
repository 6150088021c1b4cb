begin;
select plan(27);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.search_projects'),
    '(account_id uuid, words text, count integer DEFAULT 100)'
    ' returns SETOF app.projects, stable, security definer',
    'projects are searched for by words'
);

insert into app.projects (
    account_id, name, customer, created_by, updated_by, created_at, updated_at
)
values
    (pg_temp.ana(), 'Harbour pylon 100%', 'Fish & Co', 'ana', 'ana', '2020-01-01', '2020-01-01'),
    (pg_temp.ana(), 'a_b\c', null, 'ana', 'ana', '2019-01-01', '2019-01-01');

set local role eagle_application;
select throws_ok(
    $$ select app.search_projects(pg_temp.ana(), 'sign') $$,
    'ES005', 'the transaction is not set to this account',
    'nothing is found until the transaction says whom it works for'
);
set local app.account_id = 'b0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.search_projects(pg_temp.ana(), 'sign') $$,
    'ES005', 'the transaction is not set to this account',
    'nothing is found in another account than that of the transaction'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select results_eq(
    format('select name from app.search_projects(pg_temp.ana(), %L)', search.words),
    format('select unnest(%L::text[])', search.found),
    search.what
)
  from (values
            ('HARBOUR', '{Harbour sign,Harbour pylon 100%}'::text[],
             'capitals do not matter, and the project changed last comes first'),
            ('arbo', '{Harbour sign,Harbour pylon 100%}', 'part of a word is enough'),
            ('pylon harbour', '{Harbour pylon 100%}', 'every word must occur, in any order'),
            (E'  quay \t 12\n', '{Harbour sign}', 'white space only parts the words'),
            ('diner', '{Harbour sign}', 'a search looks through the customer'),
            ('pier', '{Harbour sign}', 'a search looks through the site'),
            ('quay', '{Harbour sign}', 'a search looks through the street'),
            ('bakery', '{}', 'a search finds nothing of another account'),
            ('100%', '{Harbour pylon 100%}', 'a percent sign stands for itself'),
            ('h%r', '{}', 'a percent sign does not stand for letters'),
            ('a_b', '{a_b\\c}', 'an underscore stands for itself'),
            ('a_r', '{}', 'an underscore does not stand for a letter'),
            ('b\c', '{a_b\\c}', 'a backslash stands for itself'),
            ('&', '{Harbour pylon 100%}', 'a sign is found as a letter is'),
            ('''; drop table app.projects; --', '{}', 'words are data, whatever they look like'),
            ('', '{}', 'no word finds nothing'),
            ('   ', '{}', 'blanks find nothing')
       ) as search (words, found, what);
select is_empty(
    'select * from app.search_projects(pg_temp.ana(), null)', 'an unknown word finds nothing'
);
select results_eq(
    $$ select name from app.search_projects(pg_temp.ana(), 'harbour', count => 1) $$,
    array['Harbour sign'],
    'no more are found than were asked for'
);
set local role eagle_reader;
select results_eq(
    $$ select name from app.search_projects(pg_temp.ana(), 'pylon') $$,
    array['Harbour pylon 100%'],
    'a reader searches too'
);
set local role eagle_operator;
select throws_ok(
    $$ select * from app.search_projects(pg_temp.ana(), 'sign') $$,
    '42501', 'permission denied for function search_projects',
    'an operator does not'
);

reset role;
set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.search_projects(pg_temp.ana(), repeat('x', 501)) $$,
    '22023', 'length of words must be from 0 to 500',
    'a search has at most 500 characters'
);
select throws_ok(
    $$ select app.search_projects(pg_temp.ana(), 'x', 1001) $$,
    '22023', 'count must be from 1 to 1000',
    'it returns at most 1,000 projects'
);
select throws_ok(
    $$ select app.search_projects(pg_temp.bob(), repeat('x', 501), 1001) $$,
    'ES005', 'the transaction is not set to this account',
    'the account is looked at first'
);

select * from finish();
rollback;
