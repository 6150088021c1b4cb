"""Work as the application does it: short transactions of one account, from several clients."""

import contextlib
import threading
from types import TracebackType

import psycopg

CLIENTS = 2
PAUSE = 0.1
ACCOUNT = "a0000000-0000-7000-8000-000000000000"
_READS = f"""
do $$
begin
    for number in 1..20 loop
        perform set_config('app.account_id', '{ACCOUNT}', true);
        perform p.project_id, p.name
           from app.projects as p
          where p.account_id = '{ACCOUNT}'
          order by p.created_at desc
          limit 20;
        commit;
    end loop;
end
$$
"""
"""Many in one message: more than what reads the metrics, also where each message takes long."""


class Workload:
    """Clients that work between `start` and `stop`; a server that is away they wait for."""

    def __init__(self, url: str):
        self._url = url
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        self._stop.clear()
        self._threads = [
            threading.Thread(target=self._work, args=[number], daemon=True)
            for number in range(CLIENTS)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> "Workload":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _work(self, client: int) -> None:
        while not self._stop.wait(PAUSE):
            with (
                contextlib.suppress(psycopg.Error),
                psycopg.connect(self._url, autocommit=True) as connection,
            ):
                self._one_after_another(connection, client)

    def _one_after_another(
        self, connection: psycopg.Connection[tuple[object, ...]], client: int
    ) -> None:
        done = 0
        while not self._stop.wait(PAUSE):
            connection.execute(_READS)
            if done % 3 == 0:
                with connection.transaction():
                    connection.execute("select set_config('app.account_id', %s, true)", [ACCOUNT])
                    connection.execute(
                        "select app.create_project(%s, %s, 'ana')", [ACCOUNT, f"Sign {client}"]
                    )
            done += 1
