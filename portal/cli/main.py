"""The command line: global options and all commands."""

import os
from importlib.util import find_spec

import click

from portal import __version__
from portal.cli.context import Context, answering, fail
from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.texts import _s, use_locale
from portal.platform.code import load
from portal.settings import Settings, load_settings

COMMANDS = {
    "init": "portal.cli.init",
    "keys": "portal.cli.keys",
    "db": "portal.cli.db",
    "program": "portal.cli.program",
    "roster": "portal.cli.mailroom.roster",
    "coupons": "portal.cli.people.coupons",
    "shops": "portal.cli.people.shops",
    "letters": "portal.cli.mailroom.letters",
    "stock": "portal.cli.requests.stock",
    "staff": "portal.cli.people.staff",
    "report": "portal.cli.oversight.report",
    "settlement": "portal.cli.oversight.settlement",
    "export": "portal.cli.oversight.export",
    "audit": "portal.cli.oversight.audit",
    "disclosure": "portal.cli.oversight.disclosure",
    "backup": "portal.cli.oversight.backup",
    "verify-backup": "portal.cli.oversight.verify_backup",
    "restore": "portal.cli.oversight.restore",
    "copies": "portal.cli.oversight.copies",
    "transfers": "portal.cli.oversight.transfers",
    "person-lists": "portal.cli.oversight.person_lists",
    "dispose": "portal.cli.oversight.dispose",
    "mail": "portal.cli.mailroom.mail",
    "sms": "portal.cli.people.sms",
    "telephony": "portal.cli.contacts.telephony",
    "notices": "portal.cli.people.notices",
    "fields": "portal.cli.fields",
    "sensitivity": "portal.cli.sensitivity",
    "states": "portal.cli.states",
    "selfcheck": "portal.cli.selfcheck",
    "serve": "portal.cli.serve",
    "work": "portal.cli.work",
    "jobs": "portal.cli.jobs",
    "health": "portal.cli.health",
    "metrics": "portal.cli.metrics",
    "demo": "portal.cli.demo",
}


class LazyGroup(click.Group):
    """Loads a command's module only when it is asked for: a command begins without the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Return the names of all commands."""
        return [name for name, module in COMMANDS.items() if find_spec(module) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's signature)
        """Return one command."""
        if cmd_name not in COMMANDS:
            return None
        module = load(COMMANDS[cmd_name])
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(module, f"{name}_group", None) or getattr(module, name)
        return command


@click.command(
    cls=LazyGroup, name="portal", context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option(
    "--program",
    "program",
    metavar="NAME_OR_FILE",
    help="Program: a name under portal/programs or a file.",
)
@click.option("--data-dir", "data_dir", metavar="DIR", help="Data directory (default .data).")
@click.version_option(__version__, message="%(prog)s %(version)s", help="Show the version.")
@click.pass_context
def portal(ctx: click.Context, program: str | None, data_dir: str | None) -> None:
    """Child-rearing support program: roster, coupons, letters, staff, sites."""
    ctx.obj = Context(_settings(program, data_dir))


@answering
def _settings(program: str | None, data_dir: str | None) -> Settings:
    environ = dict(os.environ)
    if program:
        environ["PORTAL_PROGRAM"] = program
    if data_dir:
        environ["PORTAL_DATA_DIR"] = data_dir
    return load_settings(environ)


def main() -> None:
    """Run the command line; what it and the sites write, only their user can read.

    Sentences come in Japanese where the environment speaks it, else in English.
    """
    os.umask(0o077)
    language = os.environ.get("PORTAL_LANG") or (
        "ja" if os.environ.get("LANG", "").startswith("ja") else "en"
    )
    with use_locale(language):
        try:
            portal(prog_name="portal")
        except DomainError as error:
            fail(error.message)
        except BrokenPipeError:
            fail(_s("出力先が閉じられました。"))
