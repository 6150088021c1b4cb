"""A folder of migrations that break other runners."""

from pathlib import Path

from pgproof.files.folder import UNDO
from tests.faults.matrix import Matrix
from tooling.server.embedded import Server
from tooling.settings import Settings

_FILES = {
    "0001.base": """
create table accounts (id int primary key, email text, city text, kept boolean);
insert into accounts
select n, 'a' || n % (ROWS - 1), 'c' || n % 100
  from generate_series(1, ROWS) as n;
create table parts (id int, month int) partition by range (month);
create table parts_1 partition of parts for values from (1) to (2);
create table parts_2 partition of parts for values from (2) to (3);
insert into parts select n, 1 + n % 2 from generate_series(1, 1000) as n;
create table copies (id int primary key, email text);
create schema aside;
create table aside.seen (id int, tag text);
create function leave() returns void language plpgsql as $$
begin
    perform set_config('search_path', 'public', false), set_config('nasty.tag', 'left', false);
    create temp table seen (id int, tag text);
end $$;
create procedure copy_in_batches() language plpgsql as $$
declare done int := coalesce((select max(id) from copies), 0);
begin
    while done < ROWS loop
        insert into copies select id, email from accounts where id > done and id <= done + 5000
            on conflict do nothing;
        done := done + 5000;
        commit;
    end loop;
end $$;
""",
    "0002.long-concurrently": """-- transactional: false
create index concurrently accounts_city_idx on accounts (city, email);
""",
    "0003.many-statements": """-- transactional: false
-- repeatable-calls: true
set maintenance_work_mem = '8MB';
create index concurrently accounts_email_idx on accounts (email);
alter table accounts add constraint accounts_id_check check (id > 0) not valid;
alter table accounts validate constraint accounts_id_check;
update accounts set city = city || '!' where id <= 1000;
call copy_in_batches();
do $$
begin
    alter table copies rename to copied;
    create view copies as table copied;
end $$;
reindex index concurrently accounts_email_idx;
drop index concurrently accounts_city_idx;
alter table parts detach partition parts_2 concurrently;
create index concurrently if not exists accounts_city_idx on accounts (city);
vacuum accounts;
insert into parts values (0, 1);
""",
    "0005.unique-over-duplicates": """-- transactional: false
alter table accounts add column note text;
create unique index concurrently accounts_email_key on accounts (email);
alter table accounts add constraint accounts_email_key unique using index accounts_email_key;
""",
    "0006.session-state": """-- transactional: false
select pg_catalog.set_config('search_path', 'aside, public', false);
set nasty.tag = 'first';
create index concurrently seen_id_idx on seen (id);
insert into seen values (1, current_setting('nasty.tag'));
select leave();
insert into seen values (2, current_setting('nasty.tag'));
select set_config('nasty.tag', 'second', false);
listen nasty;
vacuum seen;
insert into seen select 3, current_setting('nasty.tag') || count(*) from pg_listening_channels();
create table made_aside as select current_schema() as schema;
set role pg_monitor;
reset role;
create index concurrently seen_tag_idx on seen (tag);
do $$
begin
    create temp table brief on commit drop as select 4 as id;
    insert into aside.seen select id, current_setting('nasty.tag') from brief;
    perform pg_advisory_xact_lock(1);
end $$;
reset search_path;
create table made_in_public as select current_schema() as schema;
""",
}


def matrix(server: Server, scratch: Path, *, rows: int = 60_000) -> Matrix:
    """Return the matrix of these files, not yet built. The insert has about 60 bytes a row."""
    folder = scratch / "nasty"
    folder.mkdir()
    values = ",\n".join(f"({n}, '{'word ' * 10}{n}')" for n in range(rows))
    large = {
        "0004.large-insert": "create table wide (id int, words text);\n"
        f"insert into wide values\n{values};\n"
    }
    for name, text in sorted((_FILES | large).items()):
        written = text.replace("ROWS", str(rows))
        (folder / f"{name}.sql").write_text(written, encoding="utf-8")
        (folder / f"{name}{UNDO}").write_text("select 1;\n", encoding="utf-8")
    settings = Settings(root=scratch, migrations=folder, seeds=scratch)
    repairs = {"0005.unique-over-duplicates": f"delete from accounts where id = {rows}"}
    return Matrix(server, settings, scratch, repairs=repairs)
