"""``portal transfers``: hand-over sheets of every file that comes and goes, and the register."""

from dataclasses import asdict
from pathlib import Path

import click

from portal.cli.context import WITH_HOLDS, Context, answering, json_option
from portal.cli.deciding import by_option, confirmed_option, person
from portal.cli.sheets import sheet_from
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.chain import open_transfers
from portal.domain.foundation.transfers.ending import (
    confirm_acceptance,
    propose_acceptance,
    withdraw,
)
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import INCOMING, TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.queries import all_transfers, transfer_by_id
from portal.domain.foundation.transfers.services import announce, correct, enter_receipt
from portal.domain.foundation.transfers.sheet_file import digest, write_sheet
from portal.domain.foundation.transfers.sheets import Sheet
from portal.domain.foundation.transfers.vouching import vouch
from portal.domain.foundation.transfers.words import next_step, sentences, title
from portal.domain.oversight.reports.transfers import transfer_pdf
from portal.domain.people.staff.permissions import Permission

NUMBER = click.argument("number", type=click.IntRange(min=1))
COUNT = click.IntRange(min=0)
ROWS = click.option("--rows", type=COUNT, metavar="N", help="Rows, codes, letters or files.")
CHILDREN = click.option("--children", type=COUNT, metavar="N", help="Children.")
YEN = click.option("--yen", type=COUNT, metavar="YEN", help="The sum in yen.")
SHA256 = click.option("--sha256", metavar="HEX", default="", help="The file's SHA-256.")


@click.group()
def transfers() -> None:
    """Files that change hands: sheets, receipts, differences, what is open."""


@transfers.command("list")
@click.option("--open", "only_open", is_flag=True, help="Only those that are open.")
@json_option
@click.pass_obj
@answering
def list_transfers(context: Context, only_open: bool) -> None:
    """Show the register; exit code 3 if one is open."""
    with context.database().read() as session:
        rows = open_transfers(session) if only_open else all_transfers(session)
        context.write([_plain(row) for row in rows])
        waiting = any(row.is_open for row in rows)
        if context.speaks:
            for row in rows:
                _say(row)
            if not rows:
                click.echo(_s("受け渡しは、まだありません。"))
    if waiting:
        raise SystemExit(WITH_HOLDS)


@transfers.command("sheet")
@click.argument("kind", type=click.Choice([kind.value for kind in INCOMING]))
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--file-name", default="", metavar="NAME", help="The file's name on the sheet.")
@click.option("--from", "partner", default="", metavar="NAME", help="Who sends the file.")
@click.option("--sheet-no", default="", metavar="NO", help="The sender's number of the sheet.")
@ROWS
@CHILDREN
@YEN
@SHA256
@click.option(
    "--for",
    "number",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="The hand-over whose sheet this is, or which it corrects.",
)
@by_option("Who enters the sheet.")
@json_option
@click.pass_obj
@answering
def enter(
    context: Context,
    kind: str,
    file: Path | None,
    file_name: str,
    partner: str,
    sheet_no: str,
    rows: int | None,
    children: int | None,
    yen: int | None,
    sha256: str,
    number: int | None,
) -> None:
    """Enter the sender's sheet of a file that comes to us, from a sheet FILE or by options."""
    of = TransferKind(kind)
    if file is not None:
        sheet = sheet_from(file, of)
    else:
        figures = Figures(rows, children, yen, digest(sha256))
        sheet = Sheet(of, file_name, partner, figures, sheet_no)
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.KEEP_TRANSFERS)
        work = context.work(session, actor)
        row = announce(work, sheet) if number is None else correct(work, number, sheet)
        _done(context, row)


@transfers.command("receipt")
@NUMBER
@ROWS
@CHILDREN
@YEN
@SHA256
@by_option("Who enters the receipt.")
@json_option
@click.pass_obj
@answering
def receipt(
    context: Context,
    number: int,
    rows: int | None,
    children: int | None,
    yen: int | None,
    sha256: str,
) -> None:
    """Enter what the receiver of a file that we sent counted."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.KEEP_TRANSFERS)
        counted = Figures(rows, children, yen, digest(sha256))
        _done(context, enter_receipt(context.work(session, actor), number, counted))


@transfers.command("accept")
@NUMBER
@click.option("--reason", default="", metavar="TEXT", help="Why the difference is accepted.")
@by_option("Who proposes it; or, without a reason, who confirms it.")
@confirmed_option("The second person; one of the two is of the ward.")
@json_option
@click.pass_obj
@answering
def accept(context: Context, number: int, reason: str) -> None:
    """Accept a difference: one person proposes it with a reason, another one confirms it."""
    with context.database().write() as session:
        first = person(context, session, context.by, Permission.ACCEPT_TRANSFERS)
        if reason:
            propose_acceptance(context.work(session, first), number, reason)
        second = context.confirmed_by if reason else context.by
        if second is None:
            click.echo(_s("認めることを提案しました。もう1人が承認すると、認められます。"))
            return
        confirmer = person(context, session, second, Permission.ACCEPT_TRANSFERS)
        _done(context, confirm_acceptance(context.work(session, confirmer), number))


@transfers.command("confirm")
@NUMBER
@by_option("Who confirms the other side's figures: of the ward's files an account of the ward.")
@json_option
@click.pass_obj
@answering
def confirm_other_side(context: Context, number: int) -> None:
    """Confirm the other side's figures that somebody else entered, against its own papers."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.ACCEPT_TRANSFERS)
        _done(context, vouch(context.work(session, actor), number))


@transfers.command("withdraw")
@NUMBER
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@by_option("Who withdraws it.")
@json_option
@click.pass_obj
@answering
def take_back(context: Context, number: int, reason: str) -> None:
    """Withdraw a sheet that was entered by mistake, before anything was stored of its file."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.KEEP_TRANSFERS)
        _done(context, withdraw(context.work(session, actor), number, reason))


@transfers.command("print")
@NUMBER
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
@answering
def print_sheet(context: Context, number: int, target: Path) -> None:
    """Write our sheet or receipt: a PDF, or for a file that we send also a .csv."""
    with context.database().read() as session:
        row = transfer_by_id(session, number)
        work = context.work(session)
        if target.suffix == ".csv":
            if not row.rule.outgoing:
                raise InputError(
                    _s("送付票のCSVは、こちらから渡すファイルのためのものです。"), code="kind"
                )
            body = write_sheet(row, work.program.names.contractor.ja)
        else:
            body = transfer_pdf(work, row)
    target.write_bytes(body)
    click.echo(_s("%(path)s に書き出しました。") % {"path": target}, err=True)


def _done(context: Context, row: FileTransfer) -> None:
    context.write(_plain(row))
    if context.speaks:
        _say(row)


def _say(row: FileTransfer) -> None:
    click.echo(f"{title(row)} {row.file_name}")
    for line in (*sentences(row), next_step(row)):
        if line:
            click.echo(f"  {line}")


def _plain(row: FileTransfer) -> dict[str, object]:
    return {
        "number": row.id,
        "kind": row.kind,
        "state": row.state,
        "open": row.is_open,
        "file_name": row.file_name,
        "partner": row.partner,
        "sheet_no": row.sheet_no,
        "sent": asdict(row.sent),
        "got": asdict(row.got),
        "differences": row.differences,
        "next_step": next_step(row),
    }
