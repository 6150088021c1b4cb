begin;
select plan(4);
\ir ../../shape.psql

select is(
    pg_temp.head_of('app.current_actor'), '() returns text, stable, security invoker',
    'the actor of the transaction is a question without arguments'
);

set local role eagle_application;
select is(
    app.current_actor(), session_user::text,
    'where the transaction names no actor, the role that is logged in acts'
);
set local app.actor = '';
select is(
    app.current_actor(), session_user::text,
    'where the transaction names a blank actor, the role that is logged in acts'
);
set local app.actor = 'ana@example.com';
select is(app.current_actor(), 'ana@example.com', 'the actor that the transaction names acts');

select * from finish();
rollback;
