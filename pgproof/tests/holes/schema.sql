create schema shop;
create domain shop.rate as numeric check (value < 100);

create function shop.is_short(name text) returns boolean language sql immutable
    return length(name) < 9;
create function shop.plain(name text) returns text language sql immutable return lower(name);

create table shop.parts (
    part_id  integer   not null generated always as identity,
    name     text      not null,
    price    numeric   not null default 1,
    discount shop.rate,
    secret   text,
    primary key (part_id),
    constraint parts_price_check check (price >= 0),
    constraint parts_name_check check (shop.is_short(name))
);
create index parts_name_idx on shop.parts (name);
create index parts_price_idx on shop.parts (price) where discount is not null;
create unique index parts_secret_key on shop.parts (secret);
create unique index parts_discount_key on shop.parts (discount);
alter table shop.parts enable row level security;
create policy parts_seen on shop.parts for select to pg_monitor using (price < 50);
create policy parts_made on shop.parts for insert to pg_monitor with check (price < 50);

create table shop.sales (
    part_id integer not null references shop.parts,
    sold_on date    not null
)
partition by range (sold_on);
create table shop.sales_2020 partition of shop.sales for values from ('2020-01-01') to ('2021-01-01');
alter table shop.sales add constraint sales_sold_on_check check (sold_on > '2020-01-31');

create table shop.forgotten (note text);
create view shop.cheap as select p.name, p.price from shop.parts as p where p.price < 10;

create function shop.grade(price numeric) returns text
    language plpgsql
    immutable parallel safe
    set search_path = pg_catalog, pg_temp
as $$
declare
    found text := 'none';
begin
    if price < 10 then
        found := 'cheap';
    elsif price < 50 then
        found := 'fair';
    else
        found := 'dear';
    end if;
    case found
        when 'cheap', 'fair' then return found;
        when 'dear' then
            return 'for the few';
    end case;
end
$$;

create function shop.reprice(part_id integer, price numeric) returns integer
    language plpgsql
    security definer
    set search_path = pg_catalog, pg_temp
as $$
<<whole>>
declare
    count integer := 0;
begin
    update shop.parts as p set price = reprice.price where p.part_id = reprice.part_id;
    if not found then
        return -1;
    end if;
    <<outer>>
    for turn in 1 .. 5 loop
        count := count + 1;
        exit outer when turn = 3;
        continue when turn = 9;
    end loop;
    while count > 99 loop
        count := count - 1;
    end loop;
    begin
        perform 1 / (price - 7)::integer;
    exception
        when division_by_zero then
            count := 70;
        when unique_violation or check_violation then
            count := 71;
    end;
    return count;
exception
    when check_violation then
        return -2;
end
$$;

create function shop.idle() returns integer
    language plpgsql
as $$
begin
    return 1;
end
$$;

grant usage on schema shop to pg_monitor;
grant select, delete on shop.parts to pg_monitor;
grant insert (name, price) on shop.parts to pg_monitor;
grant select on shop.cheap to pg_monitor;
grant truncate on shop.forgotten to pg_monitor;
revoke execute on function shop.idle(), shop.reprice(integer, numeric) from public;
grant execute on function shop.idle(), shop.reprice(integer, numeric) to pg_monitor;
