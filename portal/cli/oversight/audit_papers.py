"""What the ward takes of the audit: the pack about an incident, the extract for a disclosure."""

from datetime import UTC, datetime
from pathlib import Path

import click

from portal.cli.asked import asked_option
from portal.cli.context import Context, answering, json_option
from portal.cli.deciding import by_option, confirmed_option, person
from portal.cli.oversight.audit_check import check_chain, keys_option
from portal.cli.oversight.extract_options import (
    considered_option,
    decision_option,
    out_option,
    reserved_option,
)
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.oversight.auditing.extract import Order, Reserved, draw
from portal.domain.oversight.auditing.pack import (
    COLUMNS,
    Pack,
    affected_rows,
    make_pack,
    report_of,
)
from portal.domain.oversight.auditing.searching import Wanted
from portal.domain.oversight.export.writing import Folder
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.people.staff.permissions import Permission

INSTANT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"])
DAY = click.DateTime(["%Y-%m-%d"])


@click.command("incident")
@click.option("--from", "start", type=INSTANT, required=True, help="From (2026-11-01T09:00, JST).")
@click.option("--to", "end", type=INSTANT, required=True, help="Until, exclusive.")
@click.option("--staff", default="", metavar="LOGIN", help="Only what this account did.")
@asked_option("--household", lambda: _s("世帯番号"), "Only this family.", always=False)
@click.option("--known-on", type=DAY, help="The day on which it became known (default: today).")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="New folder to write: report.pdf, report.xlsx, affected.csv and .json.",
)
@by_option("The ward's staff account that takes the pack.")
@json_option
@click.pass_obj
@answering
def incident(
    context: Context,
    start: datetime,
    end: datetime,
    staff: str,
    household: str,
    known_on: datetime | None,
    out: Path,
) -> None:
    """Write whose data was seen, which fields, first and last, in the order of the report.

    For the report to the Personal Information Protection Commission. It names families by their
    keys.
    """
    wanted = Wanted(_jst(start), _jst(end), staff, household)
    database = context.database()
    with database.write() as session:
        actor = person(context, session, context.by, Permission.CONFIRM_INCIDENT_REPORTS)
        work = context.work(session, actor)
        record(work, "audit.incident_pack", "audit", start=_iso(wanted.start), end=_iso(wanted.end))
    with database.read() as session:
        work = context.work(session, actor)
        pack = make_pack(work, wanted, known_on.date() if known_on else None)
        report = report_of(work, pack)
        out.mkdir(mode=0o700)
        folder = Folder(out)
        folder.put("report.pdf", as_pdf(report, work.now.astimezone(JST)))
        folder.put("report.xlsx", as_xlsx(report))
        folder.put_rows("affected", COLUMNS, affected_rows(pack))
    _say_pack(context, pack, out)


def _say_pack(context: Context, pack: Pack, out: Path) -> None:
    context.write(
        {"households": len(pack.families), "persons": pack.persons, "events": pack.events}
    )
    if context.speaks:
        click.echo(
            _s(
                "%(folder)s に書きました: 世帯 %(households)s、本人 %(persons)s人、"
                "操作 %(events)s件"
            )
            % {
                "folder": out,
                "households": f"{len(pack.families):,}",
                "persons": f"{pack.persons:,}",
                "events": f"{pack.events:,}",
            }
        )


def _jst(typed: datetime) -> datetime:
    return typed.replace(tzinfo=JST).astimezone(UTC)


def _iso(instant: datetime) -> str:
    return instant.isoformat(timespec="minutes")


@click.command("extract")
@asked_option("--household", lambda: _s("世帯番号"), "The ward's number of the family.")
@decision_option
@reserved_option
@considered_option
@keys_option
@out_option
@by_option("The ward's staff account that draws it.")
@confirmed_option("A second account of the ward.", required=True)
@click.pass_obj
@answering
def extract(
    context: Context,
    household: str,
    decision: str,
    reserved: tuple[str, ...],
    protection_considered: bool,
    keys: tuple[str, ...],
    out: Path,
) -> None:
    """Draw the extract for a disclosure request: two people of the ward, checked against the chain.

    Records on protection, recipients and incidents are in it only by the ward's decision.
    """
    order = Order(
        household, frozenset(Reserved(one) for one in reserved), decision, protection_considered
    )
    if out.exists():
        raise InputError(_s("%(file)s は、もうあります。上書きしません。") % {"file": out})
    verdict = check_chain(context, keys)
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.KNOW_PROTECTED)
        second = person(context, session, context.confirmed_by or "", Permission.KNOW_PROTECTED)
        work = context.work(session, actor)
        drawn = as_pdf(draw(work, order, second.id, verdict), work.now.astimezone(JST))
    with out.open("xb") as file:  # on record first
        file.write(drawn)
    if context.speaks:
        click.echo(_s("抄本を書きました: %(file)s") % {"file": out})
