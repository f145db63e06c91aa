"""``portal db roles``: what the database's roles may do, printed or given."""

import click

from portal.cli.context import Context, answering
from portal.domain.foundation.texts import _s
from portal.platform.database import COMMAND_WAITS, make_engine
from portal.platform.roles import LOGIN, apply_roles, require_postgresql, role_statements


@click.command()
@click.option(
    "--login",
    default=LOGIN,
    show_default=True,
    metavar="NAME",
    help="The role under which sites and commands sign in.",
)
@click.option("--apply", "apply_now", is_flag=True, help="Carry the statements out.")
@click.pass_obj
@answering
def roles(context: Context, login: str, apply_now: bool) -> None:
    """Print the rights of the database's roles as SQL, or give them with --apply.

    The role in PORTAL_DATABASE_URL must own the tables and be allowed to make roles.
    """
    engine = make_engine(context.settings.database_url, waits=COMMAND_WAITS)
    try:
        if apply_now:
            apply_roles(engine, login)
            click.echo(_s("データベースの利用者と権限を用意しました: %(name)s") % {"name": login})
            return
        require_postgresql(engine)
        for statement in role_statements(login):
            click.echo(f"{statement};")
    finally:
        engine.dispose()
