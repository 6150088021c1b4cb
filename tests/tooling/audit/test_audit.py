"""The audit log is verified in full; what verifies though rewritten shows by an anchor."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.attacks.world import ROOT
from tooling.audit import anchoring, anchors, bodies, checking, signing, stream, verify
from tooling.cli import group
from tooling.errors import Exit, InputError, RefusedError
from tooling.server.server import Server

ANA = "a0000000-0000-7000-8000-000000000000"
PROJECT = "a1000000-0000-7000-8000-000000000000"
FILL = f"""
insert into app.projects (account_id, project_id, name, created_by, updated_by)
values ('{ANA}', '{PROJECT}', 'Sign', 'ana', 'ana');
insert into app.projects (account_id, name, created_by, updated_by)
select gen_random_uuid(), 'Sign', 'bob', 'bob' from generate_series(1, 20);
insert into app.project_events (account_id, project_id, event_type, actor)
select account_id, project_id, 'file.attached', 'ana'
  from app.projects cross join generate_series(1, 3);
"""
# What somebody would do who knows how the chain is made.
REWRITE = f"""
do $$
declare
    event record;
    hash bytea := decode(repeat('00', 32), 'hex');
begin
    set local session_replication_role = replica;
    for event in select * from app.project_events where project_id = '{PROJECT}' order by position
    loop
        if event.position = 2 then event.actor := 'eve'; end if;
        hash := app.event_sha256(
            hash, event.account_id, event.project_id, event.position, event.event_id,
            event.event_type, event.occurred_at, app.event_content_sha256(event.actor, event.data)
        );
        update app.project_events
           set actor = event.actor, sha256 = hash
         where event_id = event.event_id;
    end loop;
    update app.event_chains set sha256 = hash where project_id = '{PROJECT}';
end $$
"""


@pytest.fixture
def admin(migrated_database: str) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        connection.execute((ROOT / "sql/roles.sql").read_bytes())
        connection.execute(FILL.encode())
        yield connection


@pytest.fixture
def dsn(server: Server, admin: "psycopg.Connection[Any]") -> str:
    """Return how the auditor connects."""
    return server.url(admin.info.dbname, "eagle_auditor")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    signing.make_key(tmp_path / "anchor.key")
    return tmp_path / "anchor.key"


def tooling(*arguments: str) -> int:
    """Run a command; return its exit code."""
    code = group.main(args=["audit", *arguments], prog_name="tooling", standalone_mode=False)
    return int(code or 0)


def taken(dsn: str, key: Path) -> tuple[str, ...]:
    """Take an anchor; return the arguments that check it."""
    file = key.with_name("heads.anchor")
    assert tooling("anchor", str(file), "--key", str(key), "--dsn", dsn) == 0
    return ("check", str(file), "--key", f"{key}.pub", "--dsn", dsn)


def test_an_untouched_log_passes_both(dsn: str, key: Path) -> None:
    check = taken(dsn, key)
    assert tooling("verify", "--dsn", dsn) == Exit.OK
    assert tooling(*check) == Exit.OK


def test_a_rewritten_chain_verifies_and_the_anchor_names_it(
    dsn: str, key: Path, admin: "psycopg.Connection[Any]", capsys: pytest.CaptureFixture[str]
) -> None:
    check = taken(dsn, key)
    admin.execute(REWRITE.encode())
    assert tooling("verify", "--dsn", dsn) == Exit.OK
    capsys.readouterr()
    assert tooling(*check, "--json") == Exit.TAMPERED
    report = json.loads(capsys.readouterr().out)
    assert [(f["account_id"], f["project_id"]) for f in report["findings"]] == [(ANA, PROJECT)]
    assert report["findings"][0]["finding"].startswith("rewritten")


def test_a_rewritten_chain_that_has_grown_is_named_too(
    dsn: str, key: Path, admin: "psycopg.Connection[Any]"
) -> None:
    check = taken(dsn, key)
    admin.execute(f"set app.account_id = '{ANA}'")
    append = f"select app.append_event('{ANA}', '{PROJECT}', 'file.attached', 'ana')"
    admin.execute(append.encode())
    assert tooling(*check) == Exit.OK
    admin.execute(REWRITE.encode())
    assert tooling(*check) == Exit.TAMPERED


@pytest.mark.parametrize(
    ("tampering", "finding"),
    [
        (
            f"delete from app.project_events where project_id = '{PROJECT}';"
            f"delete from app.event_chains where project_id = '{PROJECT}';"
            f"delete from app.projects where project_id = '{PROJECT}';"
            "select ops.recount_project_totals()",
            "removed",
        ),
        (
            f"delete from app.project_events where project_id = '{PROJECT}' and position = 4;"
            "update app.event_chains as c set position = 3, sha256 = e.sha256"
            " from app.project_events as e"
            f" where c.project_id = '{PROJECT}' and e.project_id = c.project_id and e.position = 3",
            "shortened",
        ),
    ],
)
def test_what_was_cut_off_without_a_trace_is_named(
    dsn: str, key: Path, admin: "psycopg.Connection[Any]", tampering: str, finding: str
) -> None:
    check = taken(dsn, key)
    admin.execute(f"set session_replication_role = replica; {tampering}".encode())
    assert tooling("verify", "--dsn", dsn) == Exit.OK
    with psycopg.connect(dsn, autocommit=True) as connection:
        found = checking.check(connection, Path(check[1]), Path(check[3]))
    assert finding in [one.finding.split(":")[0] for one in found.findings]


def test_erasure_keeps_the_anchor_true(
    dsn: str, key: Path, admin: "psycopg.Connection[Any]"
) -> None:
    check = taken(dsn, key)
    admin.execute(f"select app.erase_events('{ANA}', '{PROJECT}', 'privacy', 'request')".encode())
    assert tooling(*check) == Exit.OK
    assert tooling("verify", "--dsn", dsn) == Exit.OK


def test_small_batches_find_what_one_finds(
    dsn: str, admin: "psycopg.Connection[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    admin.execute("set session_replication_role = replica")
    admin.execute(f"update app.project_events set actor = 'eve' where account_id = '{ANA}'")
    admin.execute(f"delete from app.event_chains where account_id = '{ANA}'")
    seen: list[tuple[int, int]] = []
    with psycopg.connect(dsn, autocommit=True) as connection:
        _, at_once = verify.verify(connection)
        monkeypatch.setattr(stream, "BATCH", 1)
        events, one_by_one = verify.verify(connection, progress=lambda *s: seen.append(s))
    assert len(one_by_one) == 6  # four events are changed, the chain has no head, nor its actor
    assert sorted(map(repr, one_by_one)) == sorted(map(repr, at_once))
    assert seen[-1] == (events, events)
    assert len(seen) == 20


def test_problems_are_printed_and_the_exit_code_says_so(
    dsn: str, admin: "psycopg.Connection[Any]", capsys: pytest.CaptureFixture[str]
) -> None:
    admin.execute("set session_replication_role = replica")
    admin.execute(f"update app.project_events set actor = 'eve' where project_id = '{PROJECT}'")
    assert tooling("verify", "--account", ANA, "--dsn", dsn, "--json") == Exit.TAMPERED
    report = json.loads(capsys.readouterr().out)
    assert {p["chain_project_id"] for p in report["problems"]} == {PROJECT}
    nobody = "d0000000-0000-7000-8000-000000000000"
    assert tooling("verify", "--account", nobody, "--dsn", dsn) == Exit.OK


def test_an_anchor_counts_only_with_its_signature(dsn: str, key: Path, tmp_path: Path) -> None:
    check = taken(dsn, key)
    file = Path(check[1])
    whole = file.read_bytes()
    lines = whole.splitlines(keepends=True)
    other = signing.make_key(tmp_path / "other.key")
    for text, public in (
        (whole, other),
        (whole.replace(b"\t4\t", b"\t3\t", 1), f"{key}.pub"),
        (b"".join([*lines[:3], *lines[4:]]), f"{key}.pub"),
        (b"".join(lines[:-1]), f"{key}.pub"),
        (b"", f"{key}.pub"),
    ):
        file.write_bytes(text)
        with pytest.raises(InputError):
            tooling("check", str(file), "--key", str(public), "--dsn", dsn)


def test_a_light_anchor_has_what_has_grown_and_names_the_one_before(
    dsn: str, key: Path, tmp_path: Path, admin: "psycopg.Connection[Any]"
) -> None:
    folder = tmp_path / "anchors"
    folder.mkdir()
    with psycopg.connect(dsn, autocommit=True) as connection:
        with pytest.raises(RefusedError, match="holds no full anchor"):
            anchoring.anchor(connection, folder / "0.anchor", key, is_light=True)
        whole = anchoring.anchor(connection, folder / "1.anchor", key)
        admin.execute(f"set app.account_id = '{ANA}'")
        append = f"select app.append_event('{ANA}', '{PROJECT}', 'file.attached', 'ana')"
        admin.execute(append.encode())
        light = anchoring.anchor(connection, folder / "2.anchor", key, is_light=True)
        assert [(one.number, one.chains, one.lines) for one in (whole, light)] == [
            (1, 21, 21),
            (2, 21, 1),
        ]
        public = Path(f"{key}.pub")
        read = anchors.folder(folder, signing.public_key(public))
        assert [one.is_light for one in read] == [False, True]
        assert read[1].previous == read[0].sha256
        found = checking.check(connection, folder, public)
        assert (found.number, found.findings) == (2, ())


def test_an_anchor_of_the_first_format_can_still_be_checked(
    dsn: str, key: Path, tmp_path: Path, admin: "psycopg.Connection[Any]"
) -> None:
    heads = admin.execute(
        "select account_id, project_id, position, encode(sha256, 'hex') from app.event_chains"
        " order by account_id, project_id"
    ).fetchall()
    header = {"format": "eagle-anchor 1", "database": "x", "taken_at": "2026-01-01T00:00:00+00:00"}
    text = json.dumps(header) + "\n" + "".join("\t".join(map(str, h)) + "\n" for h in heads)
    signature = signing.sign(signing.private_key(key), hashlib.sha256(text.encode()).digest())
    file = tmp_path / "old.anchor"
    file.write_text(f"{text}signature {signature}\n")
    with psycopg.connect(dsn, autocommit=True) as connection:
        found = checking.check(connection, file, Path(f"{key}.pub"))
        assert (found.chains, found.findings) == (21, ())
        assert anchoring.anchor(connection, tmp_path / "new.anchor", key).number == 1
    admin.execute(REWRITE.encode())
    with psycopg.connect(dsn, autocommit=True) as connection:
        assert checking.check(connection, file, Path(f"{key}.pub")).findings


def test_an_erasure_and_a_retirement_since_are_told(
    dsn: str, key: Path, admin: "psycopg.Connection[Any]", capsys: pytest.CaptureFixture[str]
) -> None:
    check = taken(dsn, key)
    admin.execute(f"select app.erase_events('{ANA}', '{PROJECT}', 'privacy', 'request')".encode())
    capsys.readouterr()
    assert tooling(*check, "--json") == Exit.OK
    (told,) = json.loads(capsys.readouterr().out)["recorded"]
    assert f"erasure  {ANA}/{PROJECT}  by postgres" in told


def test_a_role_that_does_not_see_all_is_refused(server: Server, dsn: str, key: Path) -> None:
    narrow = dsn.replace("eagle_auditor", "eagle_operator")
    with pytest.raises((RefusedError, psycopg.Error)):
        tooling("verify", "--dsn", narrow)


def test_parsed_bodies_are_those_of_this_version(admin: "psycopg.Connection[Any]") -> None:
    """Where this fails, what the database has now goes into tooling/audit/bodies.json."""
    admin.execute("set search_path = pg_catalog, pg_temp")
    there = bodies.there(admin)
    assert bodies.declared() == there, json.dumps(there, indent=2, sort_keys=True)


def test_nothing_is_overwritten_and_keys_are_kept_to_oneself(dsn: str, key: Path) -> None:
    taken(dsn, key)
    with pytest.raises(RefusedError, match="exists"):
        taken(dsn, key)
    with pytest.raises(RefusedError, match="exists"):
        signing.make_key(key)
    key.chmod(0o644)
    with pytest.raises(RefusedError, match="read by others"):
        tooling("anchor", str(key.with_name("new.anchor")), "--key", str(key), "--dsn", dsn)


def test_what_is_no_key_is_said_to_be_none(tmp_path: Path, key: Path) -> None:
    (tmp_path / "text").write_text("no key")
    for wrong in (tmp_path / "text", tmp_path / "absent", tmp_path):
        with pytest.raises(InputError):
            signing.private_key(wrong)
        with pytest.raises(InputError):
            signing.public_key(wrong)
    with pytest.raises(InputError):
        signing.public_key(key)
