"""Run tests of pgproof on PostgreSQL versions: `python -m tests.run_runner 16 17 18 test_drift.py`.

Files and options of pytest follow the versions. Each version gets a fresh server.
"""

import os
import subprocess
import sys

from tests import servers
from tooling.server.embedded import temporary_server


def main(arguments: list[str]) -> int:
    """Return 0 if all tests passed on all the versions."""
    versions = [word for word in arguments if word.isdigit()]
    rest = [word for word in arguments if not word.isdigit()]
    results = {version: _try(version, rest) for version in versions}
    for version, code in results.items():
        print(f"PostgreSQL {version}: {f'FAILED ({code})' if code else 'passed'}")
    return int(any(results.values()))


def _try(version: str, rest: list[str]) -> int:
    print(f"== pgproof on PostgreSQL {version}", flush=True)
    with temporary_server(bin_dir=servers.bin_dir(version)) as server:
        environment = {**os.environ, "PGPROOF_TEST_SERVER": server.url()}
        command = [sys.executable, "-m", "pytest", "-q", *rest]
        done = subprocess.run(command, cwd=servers.ROOT / "pgproof", env=environment, check=False)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
