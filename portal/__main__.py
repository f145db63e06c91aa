"""``portal``, ``python -m portal``: the command line."""

from importlib import import_module


def main() -> None:
    """Run the command line.

    Its modules are read here only: a worker process of a command begins by reading this module
    under another name.
    """
    import_module("portal.cli.main").main()


if __name__ == "__main__":
    main()
