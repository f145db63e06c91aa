"""``portal init``: the first start."""

import click

from portal.cli.context import Context, answering
from portal.cli.program_files import require_sound
from portal.domain.foundation.texts import _s
from portal.platform import startup


@click.command()
@click.pass_obj
@answering
def init(context: Context) -> None:
    """Make data directory, keys and database, and check that they belong together."""
    require_sound(context.load_program(), files=True)
    for line in startup.initialize(context.settings):
        click.echo(line)
    click.echo(_s("準備ができています。"))
