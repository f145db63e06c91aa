"""``portal mail test`` and ``portal mail bounces``: the mail server, and what it sends back."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from portal.cli.asked import asked_option
from portal.cli.context import Context, answering, json_option
from portal.cli.people.sender_trials import run_trial, wait_option
from portal.domain.foundation.texts import _s
from portal.domain.letters.announcements.sending import note_delivery
from portal.domain.people.authn.channels import CodeChannel
from portal.domain.people.notices.phones import parse_email
from portal.domain.people.notices.results import DeliveryResult
from portal.platform.lost import is_lost
from portal.platform.senders.mail_reports import read_report


@click.command(
    "test",
    help="Send a message in each of the six languages, and show the server's answers.",
)
@asked_option("--address", lambda: _s("メールアドレス"), "A mailbox that you can read.")
@wait_option
@json_option
@click.pass_obj
@answering
def mail_test(context: Context, address: str, wait_seconds: int) -> None:
    """Try the way by which codes go to mailboxes."""
    run_trial(context, CodeChannel.EMAIL, parse_email(address), wait_seconds)


@click.command(
    help="Read a report of the mail system from standard input, or all new ones of a maildir."
)
@click.option(
    "--maildir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with new/ and cur/; read reports are moved to cur/.",
)
@json_option
@click.pass_obj
@answering
def bounces(context: Context, maildir: Path | None) -> None:
    """Record which mails arrived and which did not."""
    read = recorded = 0
    try:
        for result in _results(context, maildir):
            read += 1
            recorded += result
    except SQLAlchemyError as error:
        if not is_lost(error):
            raise
        click.echo(_s("データベースに接続できません。メールは、あとでもう一度届きます。"), err=True)
        sys.exit(os.EX_TEMPFAIL)  # the mail system keeps the mail and gives it to us again
    context.write({"reports": read, "recorded": recorded})
    if context.speaks and maildir is not None:
        click.echo(
            _s("知らせを%(read)d件読み、%(recorded)d件を記録しました。")
            % {"read": read, "recorded": recorded}
        )


def _results(context: Context, maildir: Path | None) -> Iterator[bool]:
    if maildir is None:
        yield from _note(context, sys.stdin.buffer.read())
        return
    for path in sorted((maildir / "new").iterdir()):
        yield from _note(context, path.read_bytes())
        path.rename(maildir / "cur" / f"{path.name}:2,S")


def _note(context: Context, raw: bytes) -> list[bool]:
    return [_note_one(context, result) for result in read_report(raw)]


def _note_one(context: Context, result: DeliveryResult) -> bool:
    with context.database().write() as session:
        return note_delivery(context.work(session), CodeChannel.EMAIL, result)
