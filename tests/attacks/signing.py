"""Opening an account whose id is known, where accounts must be signed."""

import hmac
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.attacks.attacker import Attacker
from tests.attacks.case import APPLICATION, READER, Attack, BreachError, case
from tests.attacks.world import ANA, ANA_PROJECT, BOB, BOB_PROJECT, World

SECRET = bytes(range(32))
ACTOR = "ana@example.com"
FORGED = "boss@example.com"
_MARKER = f"{BOB.replace('-', '')},{FORGED.encode().hex()}"
_READS = (
    "select * from app.projects",
    f"select * from app.projects where account_id = '{BOB}'",
    f"select * from app.list_projects('{BOB}', 'submitted')",
    f"select * from app.page_events('{BOB}', '{BOB_PROJECT}')",
    f"select * from app.latest_payloads('{BOB}', '{BOB_PROJECT}')",
    f"select * from app.projects_page('{BOB}')",
    f"select * from app.events_page('{BOB}')",
    f"select * from app.get_project('{BOB}', '{BOB_PROJECT}')",
    "select * from app.account_stats",
    "select * from app.account_dashboard",
)


def token(account: str = ANA, actor: str = ACTOR, seconds: int = 600, key: str = "k1") -> str:
    """Sign an account as the API would."""
    expires = int(time.time()) + seconds
    text = f"{account}\n{expires}\n{actor}".encode()
    return f"{key}.{expires}.{hmac.new(SECRET, text, 'sha256').hexdigest()}"


@contextmanager
def _required(world: World) -> Iterator[None]:
    """Require signed accounts for a while; what the attack changed meanwhile is a breach."""
    world.admin.execute("select ops.add_account_key('k1', %s)", [SECRET])
    world.admin.execute("select ops.require_signed_accounts(true)")
    world.changes()
    try:
        yield
        if changed := world.changes():
            raise BreachError(f"changed {', '.join(changed)}")
    finally:
        world.admin.execute("select ops.require_signed_accounts(false)")
        world.admin.execute("select ops.remove_account_key('k1')")
        world.changes()


def signed(name: str, *roles: str) -> Callable[[Attack], Attack]:
    """Add an attack on a database that requires signed accounts."""

    def add(attack: Attack) -> Attack:
        def required(attacker: Attacker) -> None:
            with _required(attacker.world):
                attack(attacker)

        for role in roles or (APPLICATION, READER):
            case(f"signed accounts: {name}", role)(required)
        return attack

    return add


def _begin(account: str, actor: str, sealed: str) -> str:
    return f"select app.begin_work('{account}', '{actor}', '{sealed}')"


def _reads(attacker: Attacker, *before: str) -> None:
    """Read all that is Bob's after the given statements, in one transaction and each in its own."""
    attacker.tries(*before, *_READS, account=BOB)
    for read in _READS:
        attacker.tries(*before, read, account=BOB)


@signed("set the account whose id is known")
def _(attacker: Attacker) -> None:
    _reads(attacker)
    _reads(attacker, f"select set_config('app.account_id', '{BOB}', false)")


@signed("begin with no token, another's, one that has ended, or one of another key")
def _(attacker: Attacker) -> None:
    for sealed in (
        "",
        token(),
        token(BOB, seconds=-1),
        token(BOB, key="k2"),
        token(BOB)[:-64] + "0" * 64,
        token(BOB).replace("k1.", "k1.9", 1),
        token(BOB, actor=FORGED),
    ):
        _reads(attacker, _begin(BOB, ACTOR, sealed))


@signed("begin as oneself, then set another account")
def _(attacker: Attacker) -> None:
    own = _begin(ANA, ACTOR, token())
    _reads(attacker, own, f"set local app.account_id = '{BOB}'")
    _reads(attacker, own, _begin(BOB, ACTOR, token()), f"set local app.account_id = '{BOB}'")
    _reads(attacker, own, "savepoint s", _begin(BOB, FORGED, ""), "rollback to savepoint s")


@signed("say oneself which account was found signed")
def _(attacker: Attacker) -> None:
    for text in (
        f"set local backtrace_functions = '{_MARKER}'",
        f"set backtrace_functions = '{_MARKER}'",
        f"select set_config('backtrace_functions', '{_MARKER}', false)",
        f"update pg_settings set setting = '{_MARKER}' where name = 'backtrace_functions'",
        f"alter role {attacker.role} set backtrace_functions = '{_MARKER}'",
        f"alter database {attacker.world.database} set backtrace_functions = '{_MARKER}'",
        "grant set on parameter backtrace_functions to public",
        "create or replace function app.signed_account() returns text language sql return 'x'",
        "create or replace function app.signing_required() returns bool language sql return false",
        "select ops.require_signed_accounts(false)",
        "select ops.add_account_key('k9', decode(repeat('00', 32), 'hex'))",
    ):
        _reads(attacker, text)


@signed("read the keys")
def _(attacker: Attacker) -> None:
    for text in (
        "table ops.account_keys",
        "select * from pg_stats where tablename = 'account_keys'",
        "select pg_read_binary_file(pg_relation_filepath('ops.account_keys'))",
        "copy ops.account_keys to stdout",
        "select ops.account_keys from ops.account_keys",
        "select query_to_xml('table ops.account_keys', true, false, '')",
    ):
        attacker.tries(text)
    pads = (bytes(b ^ pad for b in SECRET.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    known = [one.hex()[:32] for one in (SECRET, *pads)]
    if any(one in attacker.learnt().replace("\\x", "") for one in known):
        raise BreachError("read a key")


@signed("record an event in another's name", APPLICATION)
def _(attacker: Attacker) -> None:
    own = _begin(ANA, ACTOR, token())
    name = f"where project_id = '{ANA_PROJECT}'"
    admin = attacker.world.admin
    admin.execute(f"update app.projects set updated_by = '{FORGED}' {name}".encode())
    before = _recorded(attacker, FORGED)
    attacker.tries(
        own,
        f"update app.projects set description = 'as whoever changed it last' {name}",
        f"set local app.actor = '{FORGED}'",
        f"update app.projects set updated_by = '{FORGED}', name = 'Harbour sign 2' {name}",
        f"update app.projects set name = set_config('app.actor', '{FORGED}', true) {name}",
        f"select app.append_event('{ANA}', '{ANA_PROJECT}', 'file.attached', '{FORGED}')",
        f"select app.save_payload('{ANA}', '{ANA_PROJECT}', 'signage.single_pole.base_plate',"
        f" '{{\"height_ft\": 31}}', '[]', '{{}}', '{FORGED}')",
        f"select app.update_project('{ANA}', '{ANA_PROJECT}', p.etag, '{FORGED}',"
        f' \'{{"name": "Harbour sign"}}\') from app.projects as p {name}',
    )
    if forged := _recorded(attacker, FORGED) - before:
        raise BreachError(f"recorded {forged} events")
    if not _recorded(attacker, ACTOR):
        raise BreachError("recorded nothing at all: the attack does not work any more")


def _recorded(attacker: Attacker, actor: str) -> int:
    query = "select count(*) from app.project_events where actor = %s"
    row = attacker.world.admin.execute(query, [actor]).fetchone()
    assert row
    return int(row[0])
