"""``portal``, ``python -m portal``: the command line."""

from portal.platform.code import load


def main() -> None:
    """Run the command line.

    Its modules are read here only: a worker process of a command begins by reading this module
    under another name.
    """
    load("portal.cli.main").main()


if __name__ == "__main__":
    main()
