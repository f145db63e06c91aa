"""``python -m portal``: the command line."""

if __name__ == "__main__":
    # Here, since a worker process of a command begins by reading this module under another name.
    from portal.cli.main import main

    main()
