"""``portal init`` and ``portal db upgrade``: the first start, and bringing tables up to date."""

import click

from portal.cli.context import Context, answering
from portal.cli.database_roles import roles
from portal.domain.foundation.texts import _s
from portal.platform import startup


@click.command()
@click.pass_obj
@answering
def init(context: Context) -> None:
    """Make data directory, keys and database, and check that they belong together."""
    for line in startup.initialize(context.settings):
        click.echo(line)
    click.echo(_s("準備ができています。"))


@click.group()
def db() -> None:
    """Database tables."""


@db.command()
@click.pass_obj
@answering
def upgrade(context: Context) -> None:
    """Bring the tables of an earlier version to this one, whole or not at all."""
    if startup.upgrade(context.settings):
        click.echo(_s("データベースの表を、この版に更新しました。"))
    click.echo(_s("データベースは最新です。"))


db.add_command(roles)
