"""``portal letters post``.

The labels of a day from a file, or a whole run or print of cards by a class without labels.
"""

import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from portal.cli.context import WITH_HOLDS, Context, answering, dry_run_option, json_option
from portal.cli.deciding import by_option, person
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s, _sn
from portal.domain.letters.shipments.mail import CLASSES
from portal.domain.mailroom.printing.cards.card_posting import post_cards
from portal.domain.mailroom.printing.dispatch.entries import Posting
from portal.domain.mailroom.printing.dispatch.posting import Posted, post_file, post_run
from portal.domain.people.staff.permissions import Permission


@click.command(
    "post",
    help=(
        "Note that letters were posted: tracking numbers from a CSV, or a whole run or print "
        "of cards without."
    ),
)
@click.argument(
    "file",
    required=False,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="[FILE]",
)
@click.option(
    "--run", "run_id", type=click.IntRange(min=1), metavar="RUN", help="All that is left of a run."
)
@click.option(
    "--cards", "print_id", type=click.IntRange(min=1), metavar="PRINT", help="All cards of a print."
)
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Day of posting (default: today).",
)
@click.option(
    "--class",
    "mail_class",
    required=True,
    type=click.Choice([one.value for one in CLASSES]),
    help="Class of mail.",
)
@by_option("Who posts them.")
@dry_run_option
@json_option
@click.pass_obj
@answering
def post(
    context: Context,
    file: Path | None,
    run_id: int | None,
    print_id: int | None,
    day: datetime | None,
    mail_class: str,
) -> None:
    """Post the lines of the file that can be; every other line is named, and ends it with 3."""
    if sum(one is not None for one in (file, run_id, print_id)) != 1:
        raise InputError(_s("ファイル、--run、--cards の、どれか1つを指定してください。"))
    data = file.read_bytes() if file is not None else b""
    with context.database().write() as session:
        now = context.clock.now(session)
        actor = person(context, session, context.by, Permission.POST_LETTERS)
        posted_on = day.date() if day else jst_date(now)
        work = context.work(session, actor)
        if run_id is not None:
            done = post_run(work, run_id, Posting(posted_on, mail_class))
        elif print_id is not None:
            done = Posted(post_cards(work, print_id, posted_on, mail_class).cards)
        else:
            done = post_file(work, data, Posting(posted_on, mail_class))
        if context.dry_run:
            session.rollback()
    value: dict[str, Any] = asdict(done) | {
        "day": posted_on.isoformat(),
        "mail_class": mail_class,
        "dry_run": context.dry_run,
    }
    context.write(value)
    if context.speaks:
        _echo_posted(done, posted_on)
        if context.dry_run:
            click.echo(_s("試しの実行なので、何も変えていません。"))
    if done.refused:
        sys.exit(WITH_HOLDS)


def _echo_posted(done: Posted, day: date) -> None:
    click.echo(
        _sn(
            "%(day)s に差し出した手紙%(n)d通を記録しました。",
            "%(day)s に差し出した手紙%(n)d通を記録しました。",
            done.letters,
        )
        % {"day": day.isoformat(), "n": done.letters}
    )
    for one in done.refused:
        click.echo(_s("記録しなかった行: %(sentence)s") % {"sentence": one.sentence})
