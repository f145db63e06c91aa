"""``portal mail``: the post's events of our mail, and what is not delivered."""

import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from portal.cli.context import WITH_HOLDS, Context, answering, json_option
from portal.cli.deciding import by_option, knows_protected, person
from portal.cli.oversight.report_files import say_report
from portal.cli.people.emails import bounces, mail_test
from portal.cli.renamed import RenamedGroup
from portal.cli.sheets import enter_sheet, sheet_option
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.taking import keeping_refusal
from portal.domain.letters.shipments import other_mail
from portal.domain.letters.shipments.mail import MailClass, OtherMailKind
from portal.domain.mailroom.tracking.file import CsvFeed
from portal.domain.mailroom.tracking.ingest import ingest, match_again
from portal.domain.oversight.reports.mail.lists import undelivered_report
from portal.domain.people.staff.permissions import Permission


@click.group(cls=RenamedGroup, renamed={"other": "unlisted"})
def mail() -> None:
    """Mail by post: what happened to it, what is not delivered. Email: try it, read its reports."""


mail.add_command(mail_test)
mail.add_command(bounces)


@mail.command("unlisted", help="Record mail that no list holds, in pieces, for the postage.")
@click.argument("pieces", type=click.IntRange(min=1))
@click.option(
    "--what",
    required=True,
    type=click.Choice([one.value for one in OtherMailKind]),
    help="What was sent.",
)
@click.option(
    "--class",
    "mail_class",
    required=True,
    type=click.Choice([one.value for one in MailClass]),
    help="Class of mail.",
)
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Day of posting (default: today).",
)
@by_option("Who posts them.")
@json_option
@click.pass_obj
@answering
def other(
    context: Context,
    pieces: int,
    what: str,
    mail_class: str,
    day: datetime | None,
) -> None:
    """Enter other mail."""
    with context.database().write() as session:
        now = context.clock.now(session)
        actor, posted_on = (
            person(context, session, context.by, Permission.POST_LETTERS),
            day.date() if day else jst_date(now),
        )
        row = other_mail.enter(
            context.work(session, actor), other_mail.Pieces(posted_on, mail_class, what, pieces)
        )
        said = {"id": row.id, "day": posted_on.isoformat(), "pieces": pieces}
    context.write(said)
    if context.speaks:
        click.echo(_s("%(day)s に差し出した%(pieces)d通を記録しました。") % said)


@mail.command()
@click.argument("file", type=click.Path(path_type=Path))
@sheet_option
@json_option
@click.pass_obj
@answering
def track(context: Context, file: Path, sheet: Path | None) -> None:
    """Ingest a status file of the post; rows that cannot be read are left out and counted.

    Ends with 3 when officers must check something.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(
            _s("ファイル %(path)s を読めません(%(reason)s)。")
            % {"path": file, "reason": error.strerror}
        ) from None
    if sheet is not None:
        enter_sheet(context, sheet, TransferKind.TRACKING)
    done = keeping_refusal(
        context.work_source(), lambda work: ingest(work, CsvFeed(data, file.name))
    )
    with context.database().write() as session:
        found = match_again(context.work(session))
    context.write(asdict(done) | {"matched": found})
    if context.speaks:
        click.echo(
            _s("このファイルはもう取り込んであります。何も変えていません。")
            if done.repeated
            else _s(
                "%(rows)s行のうち新しい記録%(new)s件、状態が変わった郵便%(moved)s通、"
                "知らない番号%(unmatched)s件、知らない言葉%(unknown)s件、"
                "つながらない記録%(conflicts)s件、受け入れなかった行%(refused)s行。"
            )
            % asdict(done)
        )
    if done.unmatched or done.unknown or done.conflicts or done.refused:
        sys.exit(WITH_HOLDS)


@mail.command()
@click.option("--protected", is_flag=True, help="With protected households: for the ward alone.")
@by_option("A person of the ward, for --protected.", required=False)
@click.pass_obj
@answering
def undelivered(context: Context, *, protected: bool) -> None:
    """Show the households whose letter is not delivered, with reason, attempts and value.

    As a file it leaves through the staff site alone, approved by a second person.
    """
    if protected and not knows_protected(context):
        raise NotAllowedError(
            _s("支援措置の世帯の一覧は、区の担当だけのものです。--by で指定してください。")
        )
    with context.database().read() as session:
        written = undelivered_report(context.work(session), include_protected=protected)
    say_report(written)
