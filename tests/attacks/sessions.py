"""Watching or stopping what runs for other accounts."""

from tests.attacks.attacker import Attacker
from tests.attacks.case import READER, BreachError, case
from tests.attacks.world import BOB, MARK


@case("read the statements that run for other accounts")
def _(attacker: Attacker) -> None:
    _spy(attacker)


@case("read the statements that run for other accounts", READER)
def _(attacker: Attacker) -> None:
    _spy(attacker)


def _spy(attacker: Attacker) -> None:
    with Attacker(attacker.world, attacker.role) as victim:
        victim.does(f"select '{MARK} secret literal'")
        victim.connection.execute("begin")
        victim.does(f"set local app.account_id = '{BOB}'")
        attacker.does("select * from pg_stat_activity")
        attacker.does("select * from pg_stat_get_activity(null)")
        attacker.does(
            "select pg_stat_get_backend_activity(b) from pg_stat_get_backend_idset() as b"
        )
        attacker.does("select * from pg_stat_statements")
        attacker.does("select * from pg_stat_statements(true)")
        attacker.does("select * from pg_prepared_statements")
        attacker.does("select * from pg_cursors")
        attacker.does("select * from pg_locks")
        victim.connection.execute("rollback")


@case("stop the statements of other accounts")
def _(attacker: Attacker) -> None:
    with Attacker(attacker.world, attacker.role) as victim:
        pid = victim.connection.info.backend_pid
        attacker.does(f"select pg_cancel_backend({pid})")
        attacker.does(f"select pg_terminate_backend({pid})")
        if victim.does("select 1").error is not None:
            raise BreachError("stopped a session of another account")
