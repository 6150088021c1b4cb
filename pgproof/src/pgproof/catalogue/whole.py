"""Queries of the catalogue: what belongs to no table, and what is set for the whole database."""

EXTENSIONS = """
select 'extension', quote_ident(e.extname), jsonb_build_object(
           'version', e.extversion, 'schema', e.extnamespace::regnamespace,
           'comment', d.description),
       least(age(e.xmin), age(d.xmin))
  from pg_extension as e
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_extension'::regclass, e.oid, 0)
"""
EVENT_TRIGGERS = """
select 'event trigger', quote_ident(e.evtname), jsonb_build_object(
           'event', e.evtevent, 'function', e.evtfoid::regprocedure, 'tags', $sorted(e.evttags),
           'enabled', case e.evtenabled when 'D' then 'no' when 'R' then 'on a replica'
                                        when 'A' then 'always' end,
           'owner', quote_ident(pg_get_userbyid(e.evtowner)),
           'comment', d.description),
       least(age(e.xmin), age(d.xmin))
  from pg_event_trigger as e
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_event_trigger'::regclass, e.oid, 0)
 where e.oid not in (select objid from members where classid = 'pg_event_trigger'::regclass)
"""
PUBLICATIONS = """
select 'publication', quote_ident(p.pubname), jsonb_build_object(
           'settings', to_jsonb(p) - '{oid,pubname,pubowner}'::text[]
                       -- PostgreSQL 17 has no such setting.
                       - case when to_jsonb(p) ->> 'pubgencols' = 'n' then 'pubgencols' else '' end,
           'tables', (select jsonb_agg(r.prrelid::regclass::text
                             || coalesce(' (' || (select string_agg(a.attname, ', '
                                                         order by a.attnum)
                                                    from pg_attribute as a
                                                   where a.attrelid = r.prrelid
                                                     and a.attnum = any (r.prattrs::int2[]))
                                         || ')', '')
                             || coalesce(' where ' || pg_get_expr(r.prqual, r.prrelid), '')
                             order by r.prrelid::regclass::text collate "C")
                        from pg_publication_rel as r where r.prpubid = p.oid),
           'schemas', (select jsonb_agg(s.pnnspid::regnamespace::text
                                        order by s.pnnspid::regnamespace::text collate "C")
                         from pg_publication_namespace as s where s.pnpubid = p.oid),
           'owner', quote_ident(pg_get_userbyid(p.pubowner)),
           'comment', d.description),
       least(age(p.xmin), age(d.xmin),
             (select min(age(r.xmin)) from pg_publication_rel as r where r.prpubid = p.oid),
             (select min(age(s.xmin)) from pg_publication_namespace as s where s.pnpubid = p.oid))
  from pg_publication as p
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_publication'::regclass, p.oid, 0)
"""
SUBSCRIPTIONS = """
select 'subscription', quote_ident(s.subname), jsonb_build_object(
           'publications', $sorted(s.subpublications), 'enabled', s.subenabled,
           'slot', s.subslotname, 'owner', quote_ident(pg_get_userbyid(s.subowner)),
           'comment', d.description),
       age(d.xmin)
  from pg_subscription as s
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_subscription'::regclass, s.oid, 0)
 where s.subdbid = (select oid from pg_database where datname = current_database())
"""
WRAPPERS = """
select 'foreign data wrapper', quote_ident(w.fdwname), jsonb_build_object(
           'handler', nullif(w.fdwhandler, 0)::regproc,
           'validator', nullif(w.fdwvalidator, 0)::regproc,
           'options', $sorted(w.fdwoptions),
           'owner', quote_ident(pg_get_userbyid(w.fdwowner)),
           'privileges', $privileges(w.fdwacl, F, w.fdwowner),
           'comment', d.description),
       least(age(w.xmin), age(d.xmin))
  from pg_foreign_data_wrapper as w
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_foreign_data_wrapper'::regclass, w.oid, 0)
 where w.oid not in (select objid from members where classid = 'pg_foreign_data_wrapper'::regclass)
"""
SERVERS = """
select 'server', quote_ident(s.srvname), jsonb_build_object(
           'wrapper', w.fdwname, 'type', s.srvtype, 'version', s.srvversion,
           'options', $sorted(s.srvoptions),
           'users', (select jsonb_agg(u.usename order by u.usename) from pg_user_mappings as u
                      where u.srvid = s.oid),
           'owner', quote_ident(pg_get_userbyid(s.srvowner)),
           'privileges', $privileges(s.srvacl, S, s.srvowner),
           'comment', d.description),
       least(age(s.xmin), age(d.xmin))
  from pg_foreign_server as s
  join pg_foreign_data_wrapper as w on w.oid = s.srvfdw
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_foreign_server'::regclass, s.oid, 0)
 where s.oid not in (select objid from members where classid = 'pg_foreign_server'::regclass)
"""
COLLATIONS = """
select 'collation', format('%I.%I', n.nspname, c.collname), jsonb_build_object(
           'settings', to_jsonb(c) - '{oid,collname,collnamespace,collowner,collversion,
                                       colliculocale,colllocale}'::text[],
           'locale', coalesce(to_jsonb(c) -> 'colllocale', to_jsonb(c) -> 'colliculocale'),
           'owner', quote_ident(pg_get_userbyid(c.collowner)),
           'comment', d.description),
       least(age(c.xmin), age(d.xmin))
  from pg_collation as c
  join spaces as n on n.oid = c.collnamespace
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_collation'::regclass, c.oid, 0)
 where c.oid not in (select objid from members where classid = 'pg_collation'::regclass)
"""
CONVERSIONS = """
select 'conversion', format('%I.%I', n.nspname, c.conname), jsonb_build_object(
           'from', pg_encoding_to_char(c.conforencoding),
           'to', pg_encoding_to_char(c.contoencoding),
           'function', c.conproc, 'is the default', nullif(c.condefault, false),
           'owner', quote_ident(pg_get_userbyid(c.conowner))),
       age(c.xmin)
  from pg_conversion as c
  join spaces as n on n.oid = c.connamespace
 where c.oid not in (select objid from members where classid = 'pg_conversion'::regclass)
"""
TEXT_SEARCH = """
select 'text search configuration', format('%I.%I', n.nspname, c.cfgname), jsonb_build_object(
           'parser', (select p.prsname from pg_ts_parser as p where p.oid = c.cfgparser),
           'mappings', (select jsonb_agg(format('%s %s', m.maptokentype, m.mapdict::regdictionary)
                                         order by m.maptokentype, m.mapseqno)
                          from pg_ts_config_map as m where m.mapcfg = c.oid),
           'owner', quote_ident(pg_get_userbyid(c.cfgowner)),
           'comment', d.description),
       least(age(c.xmin), age(d.xmin),
             (select min(age(m.xmin)) from pg_ts_config_map as m where m.mapcfg = c.oid))
  from pg_ts_config as c
  join spaces as n on n.oid = c.cfgnamespace
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_ts_config'::regclass, c.oid, 0)
 where c.oid not in (select objid from members where classid = 'pg_ts_config'::regclass)
"""
DICTIONARIES = """
select 'text search dictionary', format('%I.%I', n.nspname, c.dictname), jsonb_build_object(
           'template', (select t.tmplname from pg_ts_template as t where t.oid = c.dicttemplate),
           'options', c.dictinitoption,
           'owner', quote_ident(pg_get_userbyid(c.dictowner)),
           'comment', d.description),
       least(age(c.xmin), age(d.xmin))
  from pg_ts_dict as c
  join spaces as n on n.oid = c.dictnamespace
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_ts_dict'::regclass, c.oid, 0)
 where c.oid not in (select objid from members where classid = 'pg_ts_dict'::regclass)
"""
DEFAULT_PRIVILEGES = """
select 'default privileges', format('for role %I%s on %s', pg_get_userbyid(a.defaclrole),
           case when a.defaclnamespace <> 0
                then format(' in schema %s', a.defaclnamespace::regnamespace) else '' end,
           case a.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences'
                when 'f' then 'functions' when 'T' then 'types' when 'n' then 'schemas'
                else 'large objects' end),
       jsonb_build_object(
           'privileges', $privileges(a.defaclacl, k.letter, a.defaclrole)),
       age(a.xmin)
  from pg_default_acl as a
 cross join lateral (
           select case a.defaclobjtype when 'S' then 's' else a.defaclobjtype end
       ) as k (letter)
"""
DATABASE = """
select 'database', 'current', jsonb_build_object(
           'settings', (select jsonb_object_agg(who, settings)
                          from (select case s.setrole when 0 then 'all roles'
                                            else quote_ident(pg_get_userbyid(s.setrole)) end as who,
                                       $sorted(s.setconfig) as settings
                                  from pg_db_role_setting as s
                                 where s.setdatabase = b.oid) as by_role),
           'privileges', (select jsonb_agg(word order by word collate "C")
                            from jsonb_array_elements_text(coalesce(
                                     $privileges(b.datacl, d, b.datdba),
                                     '["connect, temporary to public"]')) as word
                           where word not like '% to ' || quote_ident(pg_get_userbyid(b.datdba))),
           'connection limit', nullif(b.datconnlimit, -1)),
       least(age(b.xmin), (select min(age(s.xmin)) from pg_db_role_setting as s
                            where s.setdatabase = b.oid))
  from pg_database as b
 where b.datname = current_database()
"""
QUERIES = (
    (EXTENSIONS, "exists (select from pg_extension)"),
    (EVENT_TRIGGERS, "exists (select from pg_event_trigger)"),
    (PUBLICATIONS, "exists (select from pg_publication)"),
    (SUBSCRIPTIONS, "exists (select oid from pg_subscription)"),
    (WRAPPERS, "exists (select from pg_foreign_data_wrapper)"),
    (SERVERS, "exists (select from pg_foreign_server)"),
    (COLLATIONS, "exists (select from pg_collation where $own(collnamespace))"),
    (CONVERSIONS, "exists (select from pg_conversion where $own(connamespace))"),
    (TEXT_SEARCH, "exists (select from pg_ts_config where $own(cfgnamespace))"),
    (DICTIONARIES, "exists (select from pg_ts_dict where $own(dictnamespace))"),
    (DEFAULT_PRIVILEGES, "exists (select from pg_default_acl)"),
    (DATABASE, "true"),
)
"""Each with the condition without which it has no rows."""
