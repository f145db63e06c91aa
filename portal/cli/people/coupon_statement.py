"""``portal coupons statement``: import the issuer's statement about its codes."""

import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from portal.cli.context import WITH_HOLDS, Context, answering, json_option
from portal.cli.sheets import enter_sheet, sheet_option
from portal.domain.foundation.texts import _s, _sn, label_of
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.taking import keeping_refusal
from portal.domain.people.coupons.code_table import file_bytes
from portal.domain.people.coupons.issuer_file import load_issuer
from portal.domain.people.coupons.statement import (
    ImportedStatement,
    ReceivedStatement,
    import_statement,
)
from portal.domain.people.coupons.statement_rules import DifferenceKind


@click.command("statement")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--profile", "profile_name", required=True, metavar="NAME_OR_FILE", help="Issuer profile."
)
@click.option(
    "--as-of",
    "as_of",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    metavar="YYYY-MM-DD",
    help="The day at whose end the codes stood so.",
)
@sheet_option
@json_option
@click.pass_obj
@answering
def statement(
    context: Context, file: Path, profile_name: str, as_of: datetime, sheet: Path | None
) -> None:
    """Take over the issuer's statement, all or nothing.

    Ends with 3 when it differs from what we know.
    """
    profile = load_issuer(profile_name, context.load_program().issuers_dir)
    data = file_bytes(file)
    if sheet is not None:
        enter_sheet(context, sheet, TransferKind.STATEMENT)
    received = ReceivedStatement(data, profile, as_of.date(), file.name)
    taken = keeping_refusal(context.work_source(), lambda work: import_statement(work, received))
    context.write(asdict(taken))
    if context.speaks:
        _say(taken)
    if taken.differences:
        sys.exit(WITH_HOLDS)


def _say(taken: ImportedStatement) -> None:
    if taken.repeated:
        click.echo(_s("この利用明細はもう取り込んであります。何も変えていません。"))
        return
    click.echo(
        _sn(
            "利用明細の%(n)d行を取り込みました。利用額の合計は%(yen)s円です。",
            "利用明細の%(n)d行を取り込みました。利用額の合計は%(yen)s円です。",
            taken.rows,
        )
        % {"n": taken.rows, "yen": f"{taken.used_yen:,}"}
    )
    for kind, count in taken.differences.items():
        click.echo(
            _s("差異 %(n)d件、%(yen)s円: %(text)s")
            % {
                "n": count,
                "yen": f"{taken.difference_yen.get(kind, 0):,}",
                "text": label_of(DifferenceKind, kind),
            }
        )
