"""What a second `tooling up` costs beside connecting and reading the ledger.

Prints both, in seconds, and their ratio: `python -m tooling.laboratory.up_again`.
"""

import subprocess
import sys
import time

from tooling.printing import say
from tooling.server.embedded import temporary_server

CONNECT_AND_READ = """
import psycopg, sys
from tooling.settings import load
with psycopg.connect(sys.argv[1]) as connection:
    connection.execute(f"select * from {load().ledger_schema}._yoyo_migration").fetchall()
"""
# The best of many: other work on the machine can only make a run slower.
RUNS = 30


def seconds(*command: str) -> float:
    """Return how long a Python program takes, from its start to its end."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, capture_output=True)  # noqa: S603
    return time.perf_counter() - started


def main() -> None:
    """Bring a database up to date, then measure bringing it up to date again."""
    with temporary_server() as server:
        url = server.url()
        up = ("-m", "tooling", "up", "--dsn", url)
        seconds(*up)
        pairs = [(seconds("-c", CONNECT_AND_READ, url), seconds(*up)) for _ in range(RUNS)]
    read, again = (min(column) for column in zip(*pairs, strict=True))
    say(f"connect and read the ledger {read:.3f} s, tooling up again {again:.3f} s")
    say(f"ratio {again / read:.2f}")


if __name__ == "__main__":
    main()
