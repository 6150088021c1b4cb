"""What the pgTAP tests cover: `make coverage` writes build/coverage.json and coverage.html.

Versions may be given, `python -m tests.coverage 18`, and files or folders of tests after them.
"""

import subprocess
import sys

from pgproof import printing
from pgproof.errors import Exit
from tests import servers
from tests.run_pgtap import DATABASE, TESTS, prepared

OBJECTS, BRANCHES = "100", "95"


def main(arguments: list[str]) -> int:
    """Return 0 if all objects and enough branches are covered, and every test passes."""
    version = next((word for word in arguments if word.isdigit()), servers.EMBEDDED)
    tests = [word for word in arguments if not word.isdigit()] or [TESTS]
    build = servers.BUILD
    with prepared(version) as server:
        command = [sys.executable, "-m", "tooling", "coverage", "--dsn", server.url()]
        command += ["--template", DATABASE, "--min-objects", OBJECTS, "--min-branches", BRANCHES]
        command += ["--json", *(word for one in tests for word in ("--tests", one))]
        command += ["--html", str(build / "coverage.html"), "--lcov", str(build / "coverage.info")]
        command += ["--cobertura", str(build / "cobertura.xml")]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    lines = done.stdout.splitlines()
    if done.returncode not in (Exit.OK, Exit.UNCOVERED) or not lines:
        return done.returncode or 1
    (build / "coverage.json").write_text(lines[-1] + "\n", encoding="utf-8")
    printing.say(f"{build / 'coverage.json'}, {build / 'coverage.html'}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
