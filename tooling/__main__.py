"""Run the command line with `python -m tooling`."""

from tooling.cli import main

if __name__ == "__main__":
    main()
