"""Score trace, plan and squawk by the runner's corpus: `make corpus` writes build/corpus.json."""

import subprocess
import sys
from contextlib import ExitStack

from tests import servers
from tooling.server.embedded import temporary_server

VERSIONS = ("18", "16")


def main() -> None:
    with ExitStack() as stack:
        urls = []
        for version in VERSIONS:
            started = stack.enter_context(temporary_server(bin_dir=servers.bin_dir(version)))
            urls.append(f"{version}={started.url()}")
        command = [sys.executable, "-m", "tests.corpus.score", servers.BUILD / "corpus.json", *urls]
        sys.exit(subprocess.run(command, cwd=servers.ROOT / "pgproof", check=False).returncode)


if __name__ == "__main__":
    main()
