"""Run the command line with `python -m pgproof`."""

from pgproof.cli import main

if __name__ == "__main__":
    main()
