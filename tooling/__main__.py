"""The program `tooling`, also `python -m tooling`."""

from pgproof.__main__ import begin


def main() -> None:
    """Run the command line."""
    begin("tooling.cli")


if __name__ == "__main__":
    main()
