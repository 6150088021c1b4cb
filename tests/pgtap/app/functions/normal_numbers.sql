begin;
select plan(25);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.normal_numbers'),
    '(value jsonb) returns jsonb, immutable, security invoker',
    'numbers are spelled alike in a JSON value'
);
set local role eagle_reader;
select is(app.normal_numbers(given.value::jsonb)::text, given.normal, given.what)
  from (values
            ('25.00', '25', 'a whole number has no fraction'),
            ('25.0', '25', 'not even one zero'),
            ('2.50e1', '25', 'nor in another notation'),
            ('0.750', '0.75', 'a fraction ends with its last digit'),
            ('-10.500', '-10.5', 'a negative one too'),
            ('-0.0', '0', 'nothing has no sign'),
            ('100', '100', 'zeroes before the point stay'),
            ('10.05', '10.05', 'zeroes within a fraction stay'),
            ('1050.0010', '1050.001', 'zeroes within a number stay'),
            ('{"a": [1.0, {"b": 2.50}], "c": 3.10}', '{"a": [1, {"b": 2.5}], "c": 3.1}',
             'numbers at any depth are'),
            ('{"1.0": "2.50"}', '{"1.0": "2.50"}', 'keys and texts are as they were'),
            ('{"a": "x 1.0, 2.0] ", "b": 1.0}', '{"a": "x 1.0, 2.0] ", "b": 1}',
             'texts that look like JSON are as they were'),
            ('{"a": "\"1.0", "b": 1.0}', '{"a": "\"1.0", "b": 1}',
             'a quote in a text does not end it'),
            ('{"a": "\\", "b": 1.0, "c": "1.0"}', '{"a": "\\", "b": 1, "c": "1.0"}',
             'a backslash before the end of a text does not go on with it'),
            ('[true, false, null, 1.10]', '[true, false, null, 1.1]', 'words are as they were'),
            ('{}', '{}', 'nothing is nothing'),
            ('1e60', '1000000000000000000000000000000000000000000000000000000000000',
             'large numbers are as they were')
       ) as given (value, normal, what);
select is(app.normal_numbers(null), null, 'no value has no numbers');
select is(
    app.normal_numbers(jsonb_build_array(repeat('x', 65532), '1.0'::jsonb)) -> 1, '1.0'::jsonb,
    'a value that fits into no column is returned as it is'
);
select is(
    (app.normal_numbers(jsonb_build_array(repeat('x', 65532), '1.0'::jsonb)) -> 1)::text, '1.0',
    'digit by digit'
);
select is(
    (app.normal_numbers(jsonb_build_array(repeat('x', 65528), '1.0'::jsonb)) -> 1)::text, '1.0',
    'also of one byte too many'
);
select is(
    (app.normal_numbers(jsonb_build_array(repeat('x', 65527), '1.0'::jsonb)) -> 1)::text, '1',
    'one that just fits is spelled'
);
select is(
    app.normal_numbers('{"height_ft": 25.00}') = '{"height_ft": 25.00}', true,
    'a value is equal to what it was'
);
set local role eagle_operator;
select throws_ok(
    $$ select app.normal_numbers('1.0') $$,
    '42501', 'permission denied for function normal_numbers', 'an operator spells nothing'
);

select * from finish();
rollback;
