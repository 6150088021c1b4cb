"""The program `pgproof`, also `python -m pgproof`: signals end it as an error from the start."""

import atexit
import gc
import sys
from importlib import import_module

from pgproof.errors import PgproofError
from pgproof.run.interrupt import interruptible, settle

_OBJECTS = 100_000
"""Objects made before the collector looks for cycles: importing a command line leaves none."""


def main() -> None:
    """Run the command line."""
    begin("pgproof.cli")


def begin(package: str) -> None:
    """Import a command line and run its `main`. Importing takes longer than most commands do."""
    gc.set_threshold(_OBJECTS)
    atexit.register(gc.freeze)  # What is left then ends with the process: no search for cycles.
    try:
        with interruptible():
            run = import_module(package).main
    except PgproofError as error:
        settle()
        from pgproof import printing

        if "--json" in sys.argv:
            printing.say_error(error.message, error.hint, error.exit_code)
        printing.fail(error.message, error.hint)
        sys.exit(error.exit_code)
    run()


if __name__ == "__main__":
    main()
