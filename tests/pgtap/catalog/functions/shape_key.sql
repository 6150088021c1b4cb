begin;
select plan(15);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.shape_key'),
    '(designation text) returns text, immutable, security invoker',
    'a designation has one spelling'
);
set local role eagle_application;
select is(
    array_agg(distinct catalog.shape_key(said.name)), array[expected.key],
    format('%s is meant in %s spellings', expected.key, count(*))
)
  from (values
            ('W|14|90',
             '{W14X90,w14×90," W 14 x 90 ",14WF90,W14-90,W14X90.0,"W14х90 lb/ft"}'::text[]),
            ('HSS|10|3.5|0.1875',
             '{HSS10X3-1/2X3/16,HSS10X3.5X.188,"HSS 10 × 3½ × 3/16",ts10x3.5x0.1875}'),
            ('HP|14|89', '{HP14X89,14BP89,BP14X89}'),
            ('S|20|65.4', '{S20X65.4,20I65.4}'),
            ('C|15|33.9', '{C15X33.9,15[33.9}'),
            ('2L|5|3|0.5|0.75|LLBB', '{"2L5X3X1/2X3/4 LLBB",2L3x5x.5x.75LLBB,"2-L 5x3x½x¾ llbb"}'),
            ('2L|8|8|1', '{2L8X8X1,2L8X8X1X0,LL8X8X1}'),
            ('L|8|8|0.9375', '{L8X8X15/16,L8X8X.938,"angle 8 x 8 x 15/16"}'),
            ('HSS|6|4|0.333333', '{HSS6X4X1/3}'),
            ('PIPE|10|STD', '{Pipe10STD,"pipe 10 sch 40"}'),
            ('PIPE|11|SCH40', '{"pipe 11 sch 40"}'),
            ('PIPE|9|SCH80', '{"pipe 9 sch 80"}'),
            ('PIPE|8|XS',
             '{Pipe8XS,"pipe 8 x-strong","8 in. extra strong pipe",PX8,"Pipe 8 Sch. 80"}')
       ) as expected (key, names)
 cross join lateral unnest(expected.names) as said (name)
 group by expected.key;
select is_empty(
    $$ select name from unnest('{"",X,W14X,1/0,W14X1/0,"W14X90; drop table x",½X}'::text[]
                               || repeat('9', 101)) as name
        where catalog.shape_key(name) is not null $$,
    'what names no sizes, or is longer than a designation, has no key'
);

select * from finish();
rollback;
