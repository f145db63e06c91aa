"""The command line: global options and all commands."""

import os
from importlib.util import find_spec

import click
from msgspec import Struct

from portal import __version__
from portal.cli.context import Context, answering, fail
from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.texts import _s, use_locale
from portal.platform.code import load
from portal.settings import Settings, load_settings


class Listed(Struct, frozen=True):
    """A command as the list of all shows it, without its module.

    Attributes:
        module: Where the command is.
        summary: The first paragraph of what it says of itself.
    """

    module: str
    summary: str


COMMANDS = {
    "init": Listed(
        "portal.cli.init",
        "Make data directory, keys and database, and check that they belong together.",
    ),
    "keys": Listed("portal.cli.keys", "The keys of this deployment."),
    "db": Listed("portal.cli.db", "Database tables."),
    "program": Listed(
        "portal.cli.program", "Show the program's settings and check them for contradictions."
    ),
    "roster": Listed(
        "portal.cli.mailroom.roster", "The ward's extract: check it, import it, see what is held."
    ),
    "coupons": Listed("portal.cli.people.coupons", "Issuer codes: load, assign, status."),
    "shops": Listed(
        "portal.cli.people.shops",
        "Shops in which coupons can be used: load a list, show which one counts.",
    ),
    "letters": Listed(
        "portal.cli.mailroom.letters",
        "Letters with ID and password: preflight, build, alignment page, status.",
    ),
    "stock": Listed(
        "portal.cli.requests.stock", "Stock of the paper alternative: show, receive, count."
    ),
    "staff": Listed("portal.cli.people.staff", "Accounts of the staff site."),
    "report": Listed(
        "portal.cli.oversight.report",
        "Figures of the program: what was delivered, and what was declined.",
    ),
    "settlement": Listed(
        "portal.cli.oversight.settlement",
        "The settlement: sums, closing, signature, unassigned codes.",
    ),
    "export": Listed(
        "portal.cli.oversight.export",
        "Write every text, document version, report and ledger into a new folder, with a manifest.",
    ),
    "audit": Listed("portal.cli.oversight.audit", "The chain of audit events."),
    "disclosure": Listed(
        "portal.cli.oversight.disclosure",
        "Answer requests for disclosure, correction or stop: two people of the ward.",
    ),
    "backup": Listed(
        "portal.cli.oversight.backup",
        "Write database and files into one encrypted file, while the sites go on; keys stay out.",
    ),
    "verify-backup": Listed(
        "portal.cli.oversight.verify_backup",
        "Restore a backup into a temporary place, compare children and yen, open rows "
        "with the keys.",
    ),
    "restore": Listed(
        "portal.cli.oversight.restore",
        "Restore a backup into an empty place, whole or not at all; anything else is refused.",
    ),
    "copies": Listed(
        "portal.cli.oversight.copies",
        "Copies of the data: numbered, each with an owner and a last day.",
    ),
    "transfers": Listed(
        "portal.cli.oversight.transfers",
        "Files that change hands: sheets, receipts, differences, what is open.",
    ),
    "person-lists": Listed(
        "portal.cli.oversight.person_lists", "Lists with persons in them that left as files."
    ),
    "dispose": Listed(
        "portal.cli.oversight.dispose",
        "Dispose of the data: keys, rows, files and accounts, for good.",
    ),
    "mail": Listed(
        "portal.cli.mailroom.mail",
        "Mail by post: what happened to it, what is not delivered. "
        "Email: try it, read its reports.",
    ),
    "sms": Listed("portal.cli.people.sms", "Short messages: try the gateway."),
    "telephony": Listed(
        "portal.cli.contacts.telephony",
        "Counts of the telephone system: import a file, type a day, show a month.",
    ),
    "notices": Listed(
        "portal.cli.people.notices", "Messages to households: reminders of the last day."
    ),
    "fields": Listed(
        "portal.cli.fields", "Which fields the pages of the staff show to whom, as Markdown."
    ),
    "sensitivity": Listed(
        "portal.cli.sensitivity", "What every column tells and how it is stored, as Markdown."
    ),
    "states": Listed(
        "portal.cli.states",
        "All states and actions of coupons, requests, letters and mail, as Markdown.",
    ),
    "selfcheck": Listed(
        "portal.cli.selfcheck",
        "Check this deployment; ends with 1 on errors, 3 on warnings, else 0.",
    ),
    "serve": Listed(
        "portal.cli.serve", "Run the resident or the staff site until a signal ends it."
    ),
    "work": Listed(
        "portal.cli.work",
        "Send messages, run the periodic jobs and what was begun from the staff site.",
    ),
    "jobs": Listed("portal.cli.jobs", "Jobs of the worker: how they are, and another try."),
    "health": Listed(
        "portal.cli.health",
        "Ask an address such as http://127.0.0.1:8000/readyz; exit code 0 if it answers.",
    ),
    "metrics": Listed(
        "portal.cli.metrics",
        "Serve the metrics of this machine on PORTAL_METRICS until a signal ends it.",
    ),
    "demo": Listed(
        "portal.cli.demo",
        "Start everything with invented data: both sites, letters, a local outbox.",
    ),
}


class LazyGroup(click.Group):
    """Loads a command's module only when it is asked for: a command begins without the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Return the names of all commands."""
        return [name for name, listed in COMMANDS.items() if find_spec(listed.module) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's signature)
        """Return one command."""
        if cmd_name not in COMMANDS:
            return None
        module = load(COMMANDS[cmd_name].module)
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(module, f"{name}_group", None) or getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command is for, without loading all of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].summary) for name in self.list_commands(ctx)])


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
