-- The statements that distribute this database over the workers of Citus, in an order in which each
-- finds the tables that it refers to: first reference tables, then the tenant tables, colocated.
--
--     select statement from ops.distribution_statements() where relation = 'app.project_payloads';
--     -- select create_distributed_table('app.project_payloads', 'account_id', colocate_with => '…')
--
-- Changes nothing; docs/how-to/move-to-citus.md describes when and how to run them.
--
create function ops.distribution_statements()
    returns table (
        step      integer,
        relation  text,
        statement text
    )
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    placed  record;
    done    text[] := '{}';
    together text;
begin
    loop
        -- A table may go once all that its foreign keys refer to has gone.
        select p.relation, p.placement
          into placed
          from ops.table_placements as p
         where p.placement in ('tenant', 'reference')
           and p.relation <> all (done)
           and not exists (
                   select
                     from pg_constraint as k
                     join ops.table_placements as other
                       on to_regclass(other.relation) = k.confrelid
                    where k.contype = 'f'
                      and k.conrelid = to_regclass(p.relation)
                      and k.confrelid <> k.conrelid
                      and other.placement in ('tenant', 'reference')
                      and other.relation <> all (done)
               )
         order by p.placement, p.relation
         limit 1;
        exit when not found;
        done     := done || placed.relation;
        step     := cardinality(done);
        relation := placed.relation;
        if placed.placement = 'reference' then
            statement := format('select create_reference_table(%L)', relation);
        elsif together is null then
            together   := relation;
            statement := format('select create_distributed_table(%L, %L)', relation, 'account_id');
        else
            statement := format(
                'select create_distributed_table(%L, %L, colocate_with => %L)',
                relation, 'account_id', together
            );
        end if;
        return next;
    end loop;

    select min(p.relation)
      into relation
      from ops.table_placements as p
     where p.placement in ('tenant', 'reference')
       and p.relation <> all (done);
    if relation is not null then
        raise exception using
            errcode = 'invalid_foreign_key',
            message = format('%s refers to a table that refers back to it', relation),
            hint    = 'Drop one of the foreign keys: a distributed table finds what it refers to in place.';
    end if;
end
$function$;
comment on function ops.distribution_statements() is
    'The statements that distribute the database over the workers of Citus, in their order; '
    'changes nothing.';
