begin;
select plan(36);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.begin_work'),
    '(account_id uuid, actor text, token text DEFAULT NULL::text) returns void, volatile,'
    ' security definer',
    'work begins with an account and an actor'
);
set local role eagle_application;
select throws_ok(
    format('select app.begin_work(%L, %L)', account, actor),
    '22023', 'an account works through an actor of 1 to 200 characters on one line',
    format('%s does not act', coalesce(quote_literal(left(actor, 10)), 'nobody'))
)
  from (values
            (pg_temp.ana(), null), (pg_temp.ana(), ''), (pg_temp.ana(), e'ana\nbob'),
            (pg_temp.ana(), repeat('a', 201)), (null, 'ana')
       ) as begun (account, actor);
select app.begin_work(pg_temp.ana(), 'ana@example.com');
select results_eq(
    'select account_id from app.projects', 'select pg_temp.ana()', 'an account sees its rows'
);
select is(app.current_actor(), 'ana@example.com', 'its actor is the one it named');
reset role;

select ops.add_account_key('k1', decode(repeat('ab', 32), 'hex'));
select ops.add_account_key('k2', decode(repeat('cd', 64), 'hex'));
select ops.require_signed_accounts(true);

-- Python: hmac.new(bytes.fromhex("ab" * 32), f"{account}\n{expires}\n{actor}".encode(), "sha256")
set local role eagle_application;
select is_empty('select * from app.projects', 'an account that was set by itself sees no row');
select throws_ok(
    command, code, null, format('an account that was set by itself cannot %s', left(command, 40))
)
  from (values
            ('insert into app.projects (account_id, name, created_by, updated_by)'
             ' values (pg_temp.ana(), ''Sign'', ''ana'', ''ana'')', '42501'),
            ('select app.list_projects(pg_temp.ana(), ''draft'')', 'ES007'),
            ('select app.append_event(pg_temp.ana(), pg_temp.ana_project(), ''file.attached'','
             ' ''ana'')', 'ES007')
       ) as refused (command, code);
select is_empty('table app.account_stats', 'an account that was set by itself has no statistics');
select throws_ok(
    'select app.require_account(pg_temp.ana())', 'ES007', 'the account is not signed',
    'nor is it at work'
);
select throws_ok(
    format('select app.begin_work(%L, %L, %L)', account, actor, token),
    'ES007', 'the account is not signed',
    why
)
  from (values
            (pg_temp.ana(), 'ana@example.com', null, 'an account needs a token'),
            (pg_temp.ana(), 'ana@example.com', '', 'a blank token is none'),
            (pg_temp.ana(), 'ana@example.com', '.', 'a token has three parts'),
            (pg_temp.ana(), 'ana@example.com', 'k1..', 'a token has a signature'),
            (pg_temp.ana(), 'ana@example.com', 'k1.x.y', 'a token has a time'),
            (pg_temp.ana(), 'ana@example.com', 'k1.4102444800.'
             '59b10784b15289a0ec1c724b868eb528e408a6d69badaa8972574d41afb81c3',
             'a signature is whole'),
            (pg_temp.ana(), 'boss@example.com', 'k1.4102444800.'
             '59b10784b15289a0ec1c724b868eb528e408a6d69badaa8972574d41afb81c34',
             'a token is of its actor'),
            (pg_temp.bob(), 'ana@example.com', 'k1.4102444800.'
             '59b10784b15289a0ec1c724b868eb528e408a6d69badaa8972574d41afb81c34',
             'a token is of its account'),
            (pg_temp.ana(), 'ana@example.com', 'k2.4102444800.'
             '59b10784b15289a0ec1c724b868eb528e408a6d69badaa8972574d41afb81c34',
             'a token is of its key'),
            (pg_temp.ana(), 'ana@example.com', 'k9.4102444800.'
             '59b10784b15289a0ec1c724b868eb528e408a6d69badaa8972574d41afb81c34',
             'a key is known'),
            (pg_temp.ana(), 'ana@example.com', 'k1.4102444801.'
             '59b10784b15289a0ec1c724b868eb528e408a6d69badaa8972574d41afb81c34',
             'a token is of its time'),
            (pg_temp.ana(), 'ana@example.com', 'k1.1764500000.'
             'c3ffadcdcaffcdf25db8579e551e4276830436f36ba7f53e9fdb1dea4d070aa9',
             'a token ends')
       ) as refused (account, actor, token, why);
select is(
    (pg_temp.error_of('select app.begin_work(pg_temp.ana(), ''ana@example.com'','
    ' ''k1.1764500000.c3ffadcdcaffcdf25db8579e551e4276830436f36ba7f53e9fdb1dea4d070aa9'')')).detail,
    'The token has expired.',
    'why a token is refused is told'
);

select lives_ok(
    'select app.begin_work(pg_temp.ana(), ''ana@example.com'','
    ' ''k1.4102444800.59b10784b15289a0ec1c724b868eb528e408a6d69badaa8972574d41afb81c34'')',
    'a signed account begins'
);
set local app.account_id = 'b0000000-0000-7000-8000-000000000000';
set local app.actor = 'boss@example.com';
select results_eq(
    'select account_id from app.projects', 'select pg_temp.ana()',
    'a signed account sees its rows, whatever is set afterwards'
);
select is(app.current_actor(), 'ana@example.com', 'the actor is the signed one, too');
select is(app.current_account_id(), pg_temp.ana(), 'and so is the account of the transaction');

-- As many characters as an actor, and a token, may have; the time in a token may begin with zeroes.
select throws_ok(
    format('select app.begin_work(pg_temp.ana(), %L)', actor.name),
    'ES007', null, format('an actor of %s characters is one', length(actor.name))
)
  from (values ('a'), (repeat('a', 200))) as actor (name);
reset role;
create function pg_temp.token(length integer) returns text
    language sql
    return 'k1.' || lpad('4102444800', length - 68, '0') || '.' || encode(
        sha256(
            (select k.outer_key from ops.account_keys as k where k.key_name = 'k1')
            || sha256(
                (select k.inner_key from ops.account_keys as k where k.key_name = 'k1')
                || convert_to(
                    pg_temp.ana() || E'\n' || lpad('4102444800', length - 68, '0') || E'\nana', 'UTF8'
                )
            )
        ),
        'hex'
    );
reset role;
select is(length(pg_temp.token(200)), 200, 'a token of 200 characters');
select lives_ok(
    'select app.begin_work(pg_temp.ana(), ''ana'', pg_temp.token(200))', 'may be one'
);
select throws_ok(
    'select app.begin_work(pg_temp.ana(), ''ana'', pg_temp.token(201))',
    'ES007', 'the account is not signed', 'one of 201 characters may not'
);

select * from finish();
rollback;
