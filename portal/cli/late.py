"""Warnings of commands that run after the window which they serve."""

import click

from portal.cli.context import Context
from portal.domain.foundation.program.opening import staff_closed_text
from portal.domain.foundation.texts import _s


def warn_after_delivery(context: Context) -> None:
    """Warn on standard error when deliveries have ended by the database's time.

    Before the first day there is no warning: those weeks are for preparation. After the last day
    the command still runs, because a ward may have its reasons (a household found late by its own
    fault, a rehearsal with last year's program); what residents and staff can do ends anyway.
    """
    window = context.load_program().windows.delivery
    with context.database().read() as session:
        now = context.clock.now(session)
    if window.is_over(now):
        click.echo(
            staff_closed_text(window, now)
            + _s(
                "今から届ける手紙やクーポンは、住民には間に合いません。事業（--program）"
                "を確かめてください。"
            ),
            err=True,
        )
