"""``portal keys papers``: the keys on paper, in shares of contractor and ward."""

import shlex
from collections.abc import Callable, Sequence
from functools import partial

import click

from portal.cli.context import Context, answering
from portal.cli.deciding import by_option, confirmed_option, person, read_line_of
from portal.domain.foundation.actors import Actor, Organization
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.paper_shares import (
    LINES_OF_KEY,
    SIDES,
    Share,
    combine,
    print_number,
    read_line,
    read_number,
    share_of,
)
from portal.domain.foundation.program.deployment import title_of
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import KEY_FILES
from portal.domain.foundation.work import Work
from portal.domain.people.staff.both_sides import require_both_sides
from portal.domain.people.staff.permissions import Permission
from portal.platform.key_papers import (
    BEGUN,
    PRINTED,
    TRIED,
    check_against_folder,
    print_sheets,
    restore_keys,
    shares_on_paper,
)

sheets_option = click.option(
    "--sheets-fd",
    "sheets_fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="For scripts: file descriptor to read both sheets from, one line each.",
)
Ask = Callable[[str], str]


@click.group("papers")
def papers() -> None:
    """The keys on paper: two shares, neither of which says anything alone."""


@papers.command("print")
@click.option(
    "--printer",
    default="lp",
    show_default=True,
    metavar="COMMAND",
    help="Command that prints a PDF from its standard input.",
)
@by_option("Staff account that is there for the contractor or the ward.")
@confirmed_option("Staff account that is there for the other one.", required=True)
@click.pass_obj
@answering
def print_papers(context: Context, printer: str) -> None:
    """Print four sheets: of the contractor and of the ward, each with a spare.

    No sheet is ever written to a file. Each printing has new shares; older sheets stay valid
    together until both organizations destroyed them.
    """
    with context.database().write() as session:
        one = person(context, session, context.by, Permission.KEEP_KEY_PAPERS)
        other = person(context, session, context.confirmed_by or "", Permission.KEEP_KEY_PAPERS)
        require_both_sides(one, other)
        now = context.clock.now(session)
        shares = shares_on_paper(context.settings)
        number = shares[0].number
        _note(context.work(session, one), BEGUN, number, other)
    title = title_of(context.load_program())
    # in no transaction: a printer may take minutes, and sites wait for what is locked
    print_sheets(shares, title, now, shlex.split(printer))
    with context.database().write() as session:
        _note(context.work(session, one), PRINTED, number, other)
    click.echo(
        _s(
            "紙の番号 %(number)s を4枚、印刷しました（受託者、その予備、区、その予備の順）。"
            "1枚ずつ封をして、金庫に入れてください。前の紙があれば、4枚とも廃棄してください。"
        )
        % {"number": print_number(number)}
    )


def _note(work: Work, action: str, number: str, other: Actor) -> None:
    record(work, action, "deployment", 1, number=number, with_staff=other.id)


@papers.command("try")
@sheets_option
@click.pass_obj
@answering
def try_papers(context: Context, sheets_fd: int | None) -> None:
    """Type in one sheet of each organization, and see whether they make the keys in use.

    A spare counts as its original. Nothing is written but the record of the trial.
    """
    keys, number = _typed_keys(sheets_fd)
    check_against_folder(context.settings, keys)
    with context.database().write() as session:
        record(context.work(session), TRIED, "deployment", 1, number=number)
    click.echo(_s("2枚の紙から、いま使っている鍵ができました。"))


@papers.command("restore")
@sheets_option
@click.pass_obj
@answering
def restore_papers(context: Context, sheets_fd: int | None) -> None:
    """Type in one sheet of each organization, and write the keys into the empty key folder."""
    keys, _number = _typed_keys(sheets_fd)
    restore_keys(context.settings, keys)
    click.echo(
        _s("2枚の紙から、鍵を %(folder)s に書きました。") % {"folder": context.settings.key_dir}
    )


def _typed_keys(sheets_fd: int | None) -> tuple[dict[str, bytes], str]:
    one, other = typed_shares(SIDES, sheets_fd)
    return combine(one, other), one.number


def typed_shares(sides: Sequence[Organization], sheets_fd: int | None) -> list[Share]:
    """Ask for the lines of the sheets of these organizations, or read them for a script."""
    ask = _asking(sheets_fd)
    return [_typed_share(side, ask, patient=sheets_fd is None) for side in sides]


def _asking(sheets_fd: int | None) -> Ask:
    if sheets_fd is not None:
        return lambda _prompt: read_line_of(sheets_fd)
    return lambda prompt: str(click.prompt(prompt, hide_input=True, err=True))


def _typed_share(side: Organization, ask: Ask, *, patient: bool) -> Share:
    def asked(prompt: str, read: Callable[[str], str]) -> str:
        while True:
            try:
                return read(ask(f"{side.label}: {prompt}"))
            except InputError as error:
                if not patient:
                    raise
                click.echo(error.message, err=True)

    number = asked(_s("紙の番号"), read_number)
    names = {key: [f"{key}-{row}" for row in range(1, LINES_OF_KEY + 1)] for key in KEY_FILES}
    typed = {
        key: [asked(name, partial(read_line, side, number, name)) for name in lines]
        for key, lines in names.items()
    }
    return share_of(side, number, typed)
