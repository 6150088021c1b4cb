"""A database of its own, whose owner planted code in whatever he owns, for superusers to run."""

import tempfile

import psycopg

from pgproof.run.migrate import migrate
from tests.attacks.world import ROOT, World
from tooling import settings
from tooling.deploy.migrator import prepared
from tooling.laboratory.synthetic import load
from tooling.laboratory.synthetic.dataset import Dataset

APART = "eagle_apart"
RETIRED = "app.project_events_y2001m01"
DATABASE = "eagle_planted"

_RISE = """
create schema planted;
grant usage on schema planted to public;
create table planted.later (x integer);
grant insert on planted.later to public;
create sequence planted.calls;
grant usage on sequence planted.calls to public;
create function planted.rise() returns boolean language plpgsql volatile as $$
begin
    perform nextval('planted.calls');
    if (select rolsuper from pg_catalog.pg_roles where rolname = session_user) then
        begin
            execute 'reset session authorization';
            execute 'reset role';
            execute 'alter role eagle_migrator superuser';
        exception
            when others then
                insert into planted.later values (1);
        end;
    end if;
    return true;
end $$;
create function planted.fire() returns trigger language plpgsql volatile as $$
begin
    perform planted.rise();
    return case tg_op when 'DELETE' then old else new end;
end $$;
create function planted.fire_later() returns trigger language plpgsql volatile as $$
begin
    if (select rolsuper from pg_catalog.pg_roles where rolname = session_user) then
        begin
            execute 'reset role';
            execute 'alter role eagle_migrator superuser';
        exception
            when others then
                null;
        end;
    end if;
    return null;
end $$;
create constraint trigger later after insert on planted.later
    deferrable initially deferred for each row execute function planted.fire_later();
"""
# A function in PL/pgSQL begins with the call; one in SQL is called by one that does.
_FUNCTIONS = """
do $plant$
declare
    found    record;
    given    text;
    original text;
begin
    for found in
        select p.oid, p.oid::regprocedure as signature, n.nspname, p.proname, p.proretset,
               l.lanname, pg_get_functiondef(p.oid) as definition, p.pronargs
          from pg_proc as p
          join pg_namespace as n on n.oid = p.pronamespace
          join pg_language as l on l.oid = p.prolang
         where n.nspname in ('app', 'catalog', 'ops')
           and p.prokind = 'f'
    loop
        if found.lanname = 'plpgsql' then
            execute regexp_replace(
                found.definition, E'\\nbegin\\n', E'\\nbegin\\n    perform planted.rise();\\n'
            );
            continue;
        end if;
        original := format('planted.%I', found.proname);
        execute regexp_replace(
            found.definition, 'FUNCTION [a-z]+\\.[a-z_0-9]+\\(', 'FUNCTION ' || original || '('
        );
        select coalesce(string_agg('$' || n, ', ' order by n), '') into given
          from generate_series(1, found.pronargs) as n;
        execute format(
            'create or replace function %I.%I(%s) returns %s language plpgsql %s %s '
            'set search_path = pg_catalog, pg_temp as %L',
            found.nspname, found.proname, pg_get_function_arguments(found.oid),
            pg_get_function_result(found.oid),
            (select case p.provolatile when 'i' then 'immutable' when 's' then 'stable'
                    else 'volatile' end from pg_proc as p where p.oid = found.oid),
            (select case when p.prosecdef then 'security definer' else '' end
               from pg_proc as p where p.oid = found.oid),
            format(
                case
                    when found.proretset
                    then 'begin perform planted.rise(); return query select * from %s(%s); end'
                    else 'begin perform planted.rise(); return %s(%s); end'
                end,
                original, given
            )
        );
    end loop;
end
$plant$;
"""
_RELATIONS = """
do $plant$
declare
    found record;
begin
    for found in
        select c.oid::regclass as relation, c.oid, c.relkind, n.nspname, c.relname,
               c.relrowsecurity and not c.relispartition as has_policies, c.relispartition
          from pg_class as c
          join pg_namespace as n on n.oid = c.relnamespace
         where n.nspname in ('app', 'catalog', 'ops', 'ledger')
           and c.relkind in ('r', 'p', 'v')
           and pg_has_role('eagle_owner', c.relowner, 'usage')
         order by c.relkind desc, c.oid
    loop
        if found.relkind = 'v' then
            execute format(
                'create or replace view %s as select * from (%s) as q where planted.rise()',
                found.relation, rtrim(pg_get_viewdef(found.oid), ';')
            );
            continue;
        end if;
        execute format(
            'create trigger aaa_planted before insert or update or delete on %s '
            'for each statement execute function planted.fire()', found.relation
        );
        if not found.relispartition then
            execute format(
                'alter table %s add constraint planted check (planted.rise()) not valid',
                found.relation
            );
            execute format(
                'create function planted.as_text(%s) returns text language plpgsql as '
                '''begin perform planted.rise(); return ''''x''''; end''', found.relation
            );
            execute format(
                'create cast (%s as text) with function planted.as_text(%s)',
                found.relation, found.relation
            );
        end if;
        if found.has_policies then
            execute format(
                'create policy planted on %s using (planted.rise())', found.relation
            );
        end if;
    end loop;
    for found in
        select c.oid::regclass as relation, n.nspname, c.relname, c.relacl
          from pg_class as c
          join pg_namespace as n on n.oid = c.relnamespace
         where c.relkind = 'r'
           and pg_has_role('eagle_owner', c.relowner, 'usage')
           and (n.nspname = 'ledger' or c.oid in ('ops.jobs'::regclass))
    loop
        execute format('alter table %s rename to %I', found.relation, found.relname || '_real');
        execute format(
            'create view %I.%I as select * from %I.%I where planted.rise()',
            found.nspname, found.relname, found.nspname, found.relname || '_real'
        );
        execute format(
            'grant select, insert, update, delete on %I.%I to eagle_operator, eagle_migrator, '
            'eagle_auditor', found.nspname, found.relname
        );
    end loop;
end
$plant$;
"""
# The default search_path of a superuser begins with a schema of his own name.
_SHADOWS = """
create schema postgres;
create function postgres.pg_has_role(text, text, text) returns boolean
    language plpgsql as 'begin return planted.rise(); end';
create function postgres.has_database_privilege(text, text, text) returns boolean
    language plpgsql as 'begin return planted.rise(); end';
create function postgres.has_database_privilege(oid, text, text) returns boolean
    language plpgsql as 'begin return planted.rise(); end';
create function postgres.format(text, text) returns text
    language plpgsql as $$
begin
    perform planted.rise();
    return format($1, variadic array[$2]);
end $$;
create function postgres.format(text, name) returns text
    language plpgsql as $$
begin
    perform planted.rise();
    return format($1, variadic array[$2::text]);
end $$;
create function postgres.to_regclass(unknown_text text, extra text default '') returns regclass
    language plpgsql as $$ begin perform planted.rise(); return to_regclass($1); end $$;
create function postgres.is_same(text, name) returns boolean
    language plpgsql as $$ begin perform planted.rise(); return $1 = $2::text; end $$;
create operator postgres.= (leftarg = text, rightarg = name, function = postgres.is_same);
grant usage on schema postgres to public;
grant execute on all functions in schema postgres to public;
grant execute on all functions in schema planted to public;
"""
_RISEN = "select rolname from pg_roles where rolsuper and rolname like 'eagle%' order by 1"


class Planted:
    """The database; `risen` says who has become a superuser since the last call."""

    def __init__(self, world: World):
        self.world = world
        self.url = apart(world, DATABASE)
        self.folder = tempfile.TemporaryDirectory()
        self.admin = psycopg.connect(self.url, autocommit=True)
        owner_url = world.server.url(DATABASE, "eagle_migrator")
        with psycopg.connect(owner_url, autocommit=True) as owner:
            owner.execute("set role eagle_owner")
            for text in (_RISE, _FUNCTIONS, _RELATIONS, _SHADOWS):
                owner.execute(text.encode())
        world.run("audit", "key", f"{self.folder.name}/anchor.key", dsn=False)
        world.changes()

    @staticmethod
    def on(world: World) -> "Planted":
        """Return the one of a world, made when it is first asked for."""
        if world.planted is None:
            world.planted = Planted(world)
        return world.planted

    def run(self, *words: str) -> str:
        """Run a command of the toolkit as the superuser; return what it said."""
        given = [word.replace("{folder}", self.folder.name) for word in words]
        return self.world.run(*given, "--dsn", self.url, dsn=False)

    def run_file(self, name: str) -> None:
        """Run a file of sql/ as a superuser does who types psql --file."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            try:
                connection.execute((ROOT / "sql" / name).read_bytes())
            except psycopg.Error as error:
                self.world.commands.append(f"error: {error}")

    def risen(self) -> list[str]:
        """Return the roles that have become superusers, and make them none."""
        found = [name for (name,) in self.admin.execute(_RISEN).fetchall()]
        for name in found:
            self.admin.execute(f"alter role {name} nosuperuser".encode())
        self.world.changes()
        return found

    def calls(self) -> int:
        """Return how often planted code has run, in sessions that were undone, too."""
        (count,) = self.admin.execute(
            "select last_value + is_called::integer from planted.calls"
        ).fetchone() or (0,)
        return int(count)

    def close(self) -> None:
        """Close the connection and remove the folder."""
        self.admin.close()
        self.folder.cleanup()


def apart(world: World, name: str) -> str:
    """Make a database like a new one of the house; return its URL for a superuser."""
    server = world.server
    with psycopg.connect(server.url(), autocommit=True) as connection:
        there = "select exists (select from pg_database where datname = %s)"
        if connection.execute(there, [APART]).fetchone() == (False,):
            connection.execute(f"create database {APART}".encode())
            world.apart.append(APART)
            url, chosen = server.url(APART), settings.load(ROOT)
            migrate(prepared(url, chosen), chosen, lambda *_, **__: None)
            world.run("seed", "--dsn", url, dsn=False)
            with psycopg.connect(url, autocommit=True) as admin:
                load.generate(admin, Dataset(20, 1), processes=1)
                admin.execute(
                    "select ops.create_time_partitions('app.project_events', '2001-01-01')"
                )
            world.run("partition", "retire", RETIRED, "--action", "detach", "--dsn", url, dsn=False)
        connection.execute(f"create database {name} template {APART}".encode())
        world.apart.append(name)
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        connection.execute((ROOT / "sql/roles.sql").read_bytes())
    world.changes()
    return server.url(name)
