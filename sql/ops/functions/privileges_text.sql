-- A list of privileges as text, in one order, without the role that granted each.
--
--     select ops.privileges_text('{=U/postgres}');
--     -- public=USAGE
--
create function ops.privileges_text(privileges aclitem[])
    returns text
    language sql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
begin atomic
    select string_agg(held.item, ' ' order by held.item)
      from (
               select distinct format(
                   '%s=%s%s',
                   case when acl.grantee = 0 then 'public' else acl.grantee::regrole::text end,
                   acl.privilege_type,
                   case when acl.is_grantable then '*' end
               ) as item
                 from aclexplode(privileges_text.privileges) as acl
           ) as held;
end;
comment on function ops.privileges_text(aclitem[]) is
    'A list of privileges as text that is the same whoever granted them.';
