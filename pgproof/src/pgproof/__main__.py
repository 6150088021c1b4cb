"""The program `pgproof`, also `python -m pgproof`: signals end it as an error from the start."""

import sys

from pgproof.errors import PgproofError
from pgproof.run.interrupt import interruptible, settle


def main() -> None:
    """Run the command line. Importing it takes longer than anything that a command may do."""
    try:
        with interruptible():
            from pgproof.cli import main as run
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
