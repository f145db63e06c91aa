"""``portal health``: ask a site whether it answers."""

import click

from portal import health as asking
from portal.cli.context import DONE, FAILED


@click.command()
@click.argument("url")
@click.pass_context
def health(command: click.Context, url: str) -> None:
    """Ask an address such as http://127.0.0.1:8000/readyz; exit code 0 if it answers.

    ``python -m portal.health URL`` does the same without loading the rest of the program.
    """
    command.exit(DONE if asking.answers(url) else FAILED)
