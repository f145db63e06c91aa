"""``portal db roles``: what the database's roles may do, printed or given."""

from pathlib import Path

import click

from portal.cli.context import Context, answering
from portal.domain.foundation.texts import _s
from portal.platform.database import opened
from portal.platform.database_address import read_address
from portal.platform.roles import (
    LOGIN,
    apply_roles,
    require_postgresql,
    role_statements,
)
from portal.platform.waits import COMMAND_WAITS


@click.command()
@click.option(
    "--login",
    default=LOGIN,
    show_default=True,
    metavar="NAME",
    help="The role under which sites and commands sign in.",
)
@click.option(
    "--application",
    "address_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with the address that sites and commands use: its role gets its password.",
)
@click.option("--apply", "apply_now", is_flag=True, help="Carry the statements out.")
@click.pass_obj
@answering
def roles(context: Context, login: str, address_file: Path | None, apply_now: bool) -> None:
    """Print the rights of the database's roles as SQL, or give them with --apply.

    The role in PORTAL_DATABASE_URL must own the tables and be allowed to make roles.
    """
    address = read_address(address_file.read_text("utf-8").strip()) if address_file else None
    login = (address.username if address else None) or login
    with opened(context.settings.database_url, COMMAND_WAITS) as database:
        if apply_now:
            password = str(address.password or "") if address is not None else ""
            apply_roles(database.engine, login, password)
            click.echo(_s("データベースの利用者と権限を用意しました: %(name)s") % {"name": login})
            return
        require_postgresql(database.engine)
    for statement in role_statements(login):
        click.echo(f"{statement};")
