"""What the ward takes of the audit: the pack about an incident, the extract for a disclosure."""

from datetime import UTC, date, datetime
from pathlib import Path

import click
from msgspec import Struct

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
from portal.domain.oversight.auditing.extract import Order, draw
from portal.domain.oversight.auditing.pack import Pack, make_pack, report_of
from portal.domain.oversight.auditing.reserved import Reserved
from portal.domain.oversight.auditing.searching import Wanted
from portal.domain.oversight.export.writing import Folder
from portal.domain.oversight.person_lists.asking import Wish, last_possible_day
from portal.domain.oversight.person_lists.at_once import Left, leave_at_once
from portal.domain.oversight.person_lists.contents import (
    MOST_ROWS,
    Asked,
    content_of,
    incident_scope,
)
from portal.domain.oversight.person_lists.kinds import ListKind, Scope
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.oversight.reports.tables import Report
from portal.domain.people.staff.permissions import Permission

INSTANT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"])
DAY = click.DateTime(["%Y-%m-%d"])
EVERYBODY = Asked(Scope(), include_protected=True, most=MOST_ROWS[ListKind.INCIDENT] + 1)
"""The ward's officers, who take the pack, know of protected families."""


@click.command("incident")
@click.option("--from", "start", type=INSTANT, required=True, help="From (2026-11-01T09:00, JST).")
@click.option("--to", "end", type=INSTANT, required=True, help="Until, exclusive.")
@click.option("--staff", default="", metavar="LOGIN", help="Only what this account did.")
@asked_option("--household", lambda: _s("世帯番号"), "Only this family.", always=False)
@click.option("--known-on", type=DAY, help="The day on which it became known (default: today).")
@asked_option("--recipient", lambda: _s("受け取る人"), "Who gets the list of families.")
@click.option("--until", type=DAY, help="Last day of the list (default: the latest possible).")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="New folder to write: report.pdf, report.xlsx and the list of families, encrypted.",
)
@by_option("The ward's staff account that takes the pack.")
@confirmed_option("A second account of the ward, which approves the list.", required=True)
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
    recipient: str,
    until: datetime | None,
    out: Path,
) -> None:
    """Write whose data was seen, which fields, first and last, in the order of the report.

    For the report to the Personal Information Protection Commission. The report has counts; the
    list names families by their keys and leaves as any list of persons does: approved by a second
    person, encrypted for a key that is shown once, marked, with a last day.
    """
    if out.exists():
        raise InputError(_s("%(file)s は、もうあります。上書きしません。") % {"file": out})
    wanted = Wanted(_jst(start), _jst(end), staff, household)
    ending = until.date() if until else None
    taken = _take(context, wanted, known_on.date() if known_on else None, (recipient, ending))
    out.mkdir(mode=0o700)
    folder = Folder(out)
    folder.put("report.pdf", as_pdf(taken.report, taken.at.astimezone(JST)))
    folder.put("report.xlsx", as_xlsx(taken.report))
    if taken.left is not None:
        folder.put(taken.left.file.name, taken.left.file.body)
    _say_pack(context, taken, out)


class Taken(Struct, frozen=True):
    """What the ward takes of an incident; ``left`` is the list, if any family is in it."""

    pack: Pack
    report: Report
    at: datetime
    left: Left | None


def _take(
    context: Context, wanted: Wanted, known_on: date | None, to: tuple[str, date | None]
) -> Taken:
    """Read the pack, and let the list of its families leave, on record before it is written."""
    database, need = context.database(), Permission.CONFIRM_INCIDENT_REPORTS
    with database.write() as session:  # an account is read with its row locked
        actor = person(context, session, context.by, need)
        second = person(context, session, context.confirmed_by or "", need)
        work = context.work(session, actor)
        record(work, "audit.incident_pack", "audit", start=_iso(wanted.start), end=_iso(wanted.end))
    with database.read() as session:
        work = context.work(session, actor)
        pack = make_pack(work, wanted, known_on)
        report, content = report_of(work, pack), content_of(work, pack, EVERYBODY)
    if not pack.families:
        return Taken(pack, report, work.now, None)
    recipient, until = to
    with database.write() as session:
        work = context.work(session, actor)
        purpose = _s("個人データの漏えい等の報告のため")
        scope = incident_scope(work, wanted)
        last = until or last_possible_day(work)
        wish = Wish(ListKind.INCIDENT.value, scope, purpose, recipient, last)
        return Taken(pack, report, work.now, leave_at_once(work, second, wish, content))


def _say_pack(context: Context, taken: Taken, out: Path) -> None:
    pack, left = taken.pack, taken.left
    context.write(
        {
            "households": len(pack.families),
            "persons": pack.persons,
            "events": pack.events,
            "list": left.number if left is not None else None,
        }
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
    if left is not None:
        click.echo(
            _s(
                "一覧は第%(number)s号です。承認した人は、いま1回だけ出る鍵を書きうつし、"
                "ファイルとは別の道で受け取る人に伝えてください。"
            )
            % {"number": left.number},
            err=True,
        )
        click.echo(left.key, err=True)


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
