"""``portal dispose household``: one household alone, by the ward's decision."""

from datetime import datetime
from pathlib import Path

import click

from portal.cli.asked import asked_option
from portal.cli.context import FAILED, Context, answering, json_option
from portal.cli.deciding import by_option, confirmed_option, person
from portal.cli.oversight.tables import say_table
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.work import Work
from portal.domain.oversight.disposal.household.certificate import (
    household_certificate,
    household_tables,
)
from portal.domain.oversight.disposal.household.obstacles import in_the_way, sentences_about
from portal.domain.oversight.disposal.household.services import (
    Decision,
    dispose_of,
    done_before,
    household_numbered,
    preview_of,
)
from portal.domain.oversight.reports.outputs import as_pdf
from portal.domain.people.households.models import DisposedHousehold
from portal.domain.people.staff.permissions import Permission, may
from portal.domain.people.staff.services import find_staff
from portal.platform.disposed_households import (
    bring_list_up_to_date,
    forget_versions,
    repeat_listed,
)

DAY = click.DateTime(["%Y-%m-%d"])
OUT = click.Path(dir_okay=False, path_type=Path)
LISTS = click.Path(exists=True, path_type=Path)
number_option = asked_option(
    "--number", lambda: _s("世帯番号"), "The ward's number of the household."
)


@click.group("household")
def household_group() -> None:
    """Dispose of one household: all that is personal goes, money and final state stay."""


@household_group.command("preview")
@number_option
@by_option("Officer.")
@json_option
@click.pass_obj
@answering
def show(context: Context, number: str) -> None:
    """Show what would go, what stays and what is in the way; ends with 1 if anything is."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.DISPOSE_HOUSEHOLD)
        work = context.work(session, actor)
        row = household_numbered(work, number, may_know=_all_know(context, work))
        found, left_open = preview_of(work, row), in_the_way(session, row.id)
    context.write(found | {"obstacles": {one.value: n for one, n in left_open.items()}})
    if context.speaks:
        for table in household_tables(found, done=False):
            say_table(table)
    for sentence in sentences_about(left_open):
        click.echo(f"- {sentence}", err=True)
    if left_open:
        raise SystemExit(FAILED)


@household_group.command("run")
@number_option
@click.option("--decision", required=True, metavar="NO", help="Number of the ward's decision.")
@click.option("--decided-on", type=DAY, required=True, help="Its day (2026-11-30).")
@click.option(
    "--papers-gone",
    is_flag=True,
    help="Both saw that its papers and media went to the ward or were destroyed.",
)
@click.option("--certificate", "out", type=OUT, help="Write the certificate as PDF to this file.")
@by_option("Officer.")
@confirmed_option("A second officer; one of the two is of the ward.", required=True)
@json_option
@click.pass_obj
@answering
def run(
    context: Context,
    number: str,
    decision: str,
    decided_on: datetime,
    papers_gone: bool,
    out: Path | None,
) -> None:
    """Dispose of one household: there is no way back.

    Killed, run it again: nothing has happened, or only the list and the certificate are left to do.
    """
    with context.database().write() as session:
        one = person(context, session, context.by, Permission.DISPOSE_HOUSEHOLD)
        other = person(context, session, context.confirmed_by or "", Permission.DISPOSE_HOUSEHOLD)
        work = context.work(session, one)
        row = done_before(work, number) or _dispose(
            context,
            work,
            other,
            number,
            Decision(decision, decided_on.date()),
            papers_gone=papers_gone,
        )
        session.flush()
        session.refresh(row)
        session.expunge(row)
    _finish(context, row, out)


def _dispose(
    context: Context,
    work: Work,
    other: Actor,
    number: str,
    decision: Decision,
    *,
    papers_gone: bool,
) -> DisposedHousehold:
    household = household_numbered(work, number, may_know=_all_know(context, work))
    return dispose_of(work, other, household, decision, papers_gone=papers_gone)


def _all_know(context: Context, work: Work) -> bool:
    """Return whether everybody who is there may know of protected households."""
    people = [
        find_staff(work.session, login) for login in (context.by, context.confirmed_by) if login
    ]
    return all(may(one, Permission.KNOW_PROTECTED) for one in people)


def _finish(context: Context, row: DisposedHousehold, out: Path | None) -> None:
    bring_list_up_to_date(context.settings, context.work_source())
    forget_versions(context.database().engine)
    context.write({"household": row.household_id, "decision": row.decision_no} | row.record)
    if out is not None:
        with use_locale("ja"):  # the ward reads it
            made = household_certificate(context.load_program(), row)
        out.write_bytes(as_pdf(made, row.disposed_at))
    if context.speaks:
        click.echo(_s("世帯を廃棄しました。整理番号は #%(key)s です。") % {"key": row.household_id})
        _say_copies()


def _say_copies() -> None:
    click.echo(
        _s(
            "前に作った写しには、この世帯がまだ入っています。"
            "「portal copies list」の期限に廃棄するか、「portal keys rotate kek」で鍵を替え、"
            "新しいバックアップを作り、前の鍵を廃棄してください。"
        )
    )


@household_group.command("again")
@click.option(
    "--list",
    "lists",
    type=LISTS,
    multiple=True,
    help="A list of disposed households that the ward keeps: file or folder.",
)
@json_option
@click.pass_obj
@answering
def again(context: Context, lists: tuple[Path, ...]) -> None:
    """After a restore: dispose again of every household on the lists that came back with it."""
    done = repeat_listed(context.settings, context.work_source(), lists)
    forget_versions(context.database().engine)
    context.write({"again": done})
    if context.speaks:
        click.echo(_s("もう一度廃棄した世帯: %(n)d") % {"n": done})
