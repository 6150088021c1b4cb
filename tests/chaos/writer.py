"""A client that writes and remembers what was acknowledged, in a process and a file of its own.

`python -m tests.chaos.writer URL FILE FIRST`: transaction N, for N from FIRST on, writes N into two
tables; once its commit was acknowledged, and not before, N is a line of FILE, flushed to disk. A
transaction that fails is not tried again: whether it happened is not known, and nobody was told.
"""

import os
import sys
import time
from itertools import count
from pathlib import Path

import psycopg

PAUSE = 0.05


def main(url: str, file: Path, first: int) -> None:
    """Write until killed."""
    numbers = count(first)
    with file.open("a", encoding="ascii") as acknowledged:
        while True:
            try:
                with psycopg.connect(url, connect_timeout=5) as connection:
                    for number in numbers:
                        write(connection, number)
                        acknowledged.write(f"{number}\n")
                        acknowledged.flush()
                        os.fsync(acknowledged.fileno())
            except psycopg.Error:
                time.sleep(PAUSE)


def write(connection: psycopg.Connection[tuple[object, ...]], number: int) -> None:
    for table in ("chaos_left", "chaos_right"):
        connection.execute(
            f"insert into {table} values (%s, md5(%s))".encode(), [number, str(number)]
        )
    connection.commit()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
