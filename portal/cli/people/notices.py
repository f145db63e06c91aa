"""``portal notices``: remind households of the last day for exchanging coupons."""

import click

from portal.cli.context import Context, answering, dry_run_option, json_option
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.texts import _s, _sn
from portal.domain.letters.announcements.reminders import (
    due_households,
    remind_everybody,
    stage,
)
from portal.domain.people.notices.waking_hours import waking_hours


@click.group("notices", help="Messages to households: reminders of the last day.")
def notices() -> None:
    """Messages to households."""


@notices.command(
    help="Remind of the last day for exchanging: once 30 and once 7 days before. Never twice."
)
@dry_run_option
@json_option
@click.pass_obj
@answering
def remind(context: Context) -> None:
    """Queue the reminders that are due.

    A worker sends them, between 9 and 19 o'clock in Japan.
    """
    database, clock = context.database(), context.clock
    window = context.load_program().windows.exchange
    with database.read() as session:
        now = clock.now(session)
        waiting = len(due_households(session, window, now))
    days, awake = stage(window, now), waking_hours(now)
    queued = 0
    if not context.dry_run and awake:
        queued = remind_everybody(context.work_source(), window)
    context.write(
        {
            "day": jst_date(now),
            "last_day": window.last_day,
            "days_before": days,
            "waiting": waiting,
            "queued": queued,
        },
    )
    if not context.speaks:
        return
    if days is None:
        click.echo(
            _s("いまは期限のお知らせの時期ではありません。交換の最終日の30日前と7日前に送ります。")
        )
    elif context.dry_run:
        _print_waiting(waiting)
    elif not awake:
        click.echo(_s("期限のお知らせは、日本時間の9時から19時のあいだに送ります。"))
    else:
        _print_queued(queued)


def _print_waiting(waiting: int) -> None:
    click.echo(
        _sn(
            "%(n)d世帯に、期限のお知らせを送ります。",
            "%(n)d世帯に、期限のお知らせを送ります。",
            waiting,
        )
        % {"n": waiting}
    )
    click.echo(_s("試しの実行です。何も保存していません。"))


def _print_queued(queued: int) -> None:
    click.echo(
        _sn(
            "%(n)d世帯への期限のお知らせを、送信待ちに入れました。",
            "%(n)d世帯への期限のお知らせを、送信待ちに入れました。",
            queued,
        )
        % {"n": queued}
    )
