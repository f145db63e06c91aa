"""``portal init`` and ``portal db upgrade``: the first start, and bringing tables up to date."""

import click

from portal.cli.context import Context, answering
from portal.domain.foundation.texts import _s
from portal.platform.startup import prepare


@click.command()
@click.pass_obj
@answering
def init(context: Context) -> None:
    """Make data directory, keys and database, and check that they belong together."""
    for line in prepare(context.settings):
        click.echo(line)
    click.echo(_s("準備ができています。"))


@click.group()
def db() -> None:
    """Database tables."""


@db.command()
@click.pass_obj
@answering
def upgrade(context: Context) -> None:
    """Bring the tables to this version."""
    for line in prepare(context.settings):
        click.echo(line)
    click.echo(_s("データベースは最新です。"))
