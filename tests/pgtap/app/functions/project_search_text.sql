begin;
select plan(3);
\ir ../../shape.psql

select is(
    pg_temp.head_of('app.project_search_text'),
    '(name text, customer text, site_name text, street text)'
    ' returns text, immutable, security invoker',
    'a search looks through name, customer, site and street'
);

set local role eagle_application;
select is(
    app.project_search_text('Harbour sign', 'Ana''s Diner', null, '12 Quay St'),
    'harbour sign ana''s diner  12 quay st',
    'a search looks through small letters, and skips what is unknown'
);
select is(
    app.project_search_text('ÉTÉ', null, null, null), 'été   ',
    'letters with accents have small ones too'
);

select * from finish();
rollback;
