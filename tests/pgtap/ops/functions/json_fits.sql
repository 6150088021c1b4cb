begin;
select plan(14);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.json_fits'),
    '(value jsonb, bytes integer) returns boolean, immutable, security invoker',
    'a JSON value fits in a number of bytes'
);

set local role eagle_application;
select ok(ops.json_fits('{"height_ft": 25}', 17), 'a value fits that is as long as it may be');
select ok(not ops.json_fits('{"height_ft": 25}', 16), 'a byte more does not fit');
select is(ops.json_fits(null, 100), null, 'of an unknown value it is unknown');
select ok(ops.json_fits(value::jsonb, 1000), format('%s is no number beyond measure', value))
  from unnest(array[
           '[1e100, -1e100, 0.000001]',
           '["1e200", "x", null, true, {"1e200": []}]',
           '12345678901234567890'
       ]) as value;
select ok(not ops.json_fits(value::jsonb, 1000000), format('%s is refused', left(value, 20)))
  from unnest(array[
           '1e101',
           '[[-1e101]]',
           '{"a": {"b": [1, "x", 1e131071]}}'
       ]) as value;
select ok(
    not ops.json_fits(to_jsonb(round(5::numeric, 16383)), 1000),
    'digits after the point are counted as they are written'
);
select ok(
    not ops.json_fits('0e-16383', 1000), 'so are those of nothing'
);
select ok(
    ops.json_fits((repeat('[', 51) || repeat(']', 51))::jsonb, 1000),
    '50 levels under the first fit'
);
select ok(
    not ops.json_fits((repeat('{"a": ', 51) || '1' || repeat('}', 51))::jsonb, 1000),
    '51 do not'
);

select * from finish();
rollback;
