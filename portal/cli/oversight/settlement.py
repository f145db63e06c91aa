"""``portal settlement``: sums, closing by two people, the signature, codes left over."""

import csv
import sys
from dataclasses import asdict
from pathlib import Path

import click

from portal.cli.context import FAILED, Context, answering, json_option
from portal.cli.deciding import by_option, person
from portal.cli.oversight.report_files import FILE, ReportFiles, file_options, say_report
from portal.cli.renamed import RenamedGroup
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.cells import as_cell
from portal.domain.foundation.texts import _s
from portal.domain.oversight.reports.status.settlement import settlement_report
from portal.domain.oversight.settlement.blockers import blockers
from portal.domain.oversight.settlement.closing import (
    closed,
    confirm_closing,
    current_figures,
    propose_closing,
    verify,
)
from portal.domain.people.coupons.leftover import left_over_numbers
from portal.domain.people.staff.permissions import Permission


@click.group(cls=RenamedGroup, renamed={"left-over": "unassigned-codes"})
def settlement() -> None:
    """The settlement: sums, closing, signature, unassigned codes."""


@settlement.command()
@file_options
@json_option
@click.pass_obj
@answering
def show(context: Context, files: ReportFiles) -> None:
    """Show the settlement as of now; the exit code is 1 while something prevents closing it."""
    with context.database().read() as session:
        now = context.clock.now(session)
        found = current_figures(context.work(session))
        in_the_way = dict(blockers(context.work(session), found))
        written = settlement_report(context.work(session))
        done = closed(session) is not None
    files.write(written, now)
    context.write(
        found.frozen() | {"closed": done, "blockers": in_the_way, "adds_up": found.adds_up},
    )
    if context.speaks:
        say_report(written)
    if in_the_way and not done:
        sys.exit(FAILED)


@settlement.command()
@by_option("The staff account that decides.")
@click.pass_obj
@answering
def propose(context: Context) -> None:
    """Propose to close the settlement; a person of the ward confirms it."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.PREPARE_SETTLEMENT)
        propose_closing(context.work(session, actor))
    click.echo(_s("清算を締めることを提案しました。区の職員が確認すると、締まります。"))


@settlement.command()
@by_option("The staff account that decides.")
@click.pass_obj
@answering
def confirm(context: Context) -> None:
    """Close the settlement: fix every child's final state; freeze and sign the sums."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.ACCEPT_SETTLEMENT)
        row = confirm_closing(context.work(session, actor))
        checksum = row.checksum
    click.echo(_s("清算を締めました。検査値は %(checksum)s です。") % {"checksum": checksum})


@settlement.command("verify")
@json_option
@click.pass_obj
@answering
def check(context: Context) -> None:
    """Check that a closed settlement equals what was signed; the exit code is 1 if it does not."""
    with context.database().read() as session:
        row = closed(session)
        verdict = verify(context.work(session), row) if row is not None else None
    if verdict is None:
        click.echo(_s("清算は、まだ締めてありません。"), err=True)
        sys.exit(FAILED)
    context.write(asdict(verdict) | {"good": verdict.good})
    if context.speaks:
        click.echo(
            _s("締めた時のままです。署名も合っています。")
            if verdict.good
            else _s(
                "締めた後に変わったものがあります（明細%(lines)s、署名%(signature)s、"
                "状態%(states)s）。"
            )
            % {
                "lines": _mark(verdict.lines_untouched),
                "signature": _mark(verdict.signature_fits),
                "states": _mark(verdict.states_unchanged),
            }
        )
    if not verdict.good:
        sys.exit(FAILED)


def _mark(good: bool) -> str:
    return "○" if good else "×"


@settlement.command("unassigned-codes")
@click.argument("file", type=FILE)
@by_option("The staff account that decides.")
@click.pass_obj
@answering
def left_over(context: Context, file: Path) -> None:
    """Write the management numbers of the unassigned codes, for the issuer to take back.

    It never writes a code.
    """
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.PREPARE_SETTLEMENT)
        numbers = left_over_numbers(context.work(session))
        record(
            context.work(session, actor),
            "coupon.left_over_listed",
            "coupon",
            count=len(numbers),
        )
    with file.open("w", encoding="utf-8-sig", newline="") as opened:  # on record first
        writer = csv.writer(opened)
        writer.writerow((_s("注文"), _s("管理番号"), _s("額面（円）")))
        writer.writerows((as_cell(order), as_cell(no), yen) for order, no, yen in numbers)
    click.echo(_s("%(path)s に書き出しました。") % {"path": file}, err=True)
