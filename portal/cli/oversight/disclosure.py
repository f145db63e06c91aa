"""``portal disclosure``: where a person stands, and the extract, by two people of the ward."""

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from portal.cli.asked import asked_option
from portal.cli.context import Context, answering, json_option
from portal.cli.deciding import by_option, confirmed_option, person
from portal.cli.oversight.extract_options import (
    considered_option,
    decision_option,
    out_option,
    reserved_option,
)
from portal.cli.oversight.tables import say_table
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.oversight.auditing.reserved import Reserved
from portal.domain.oversight.copies.services import place_here
from portal.domain.oversight.disclosure.answering import Drawn
from portal.domain.oversight.disclosure.extract import Order
from portal.domain.oversight.disclosure.searching import Found
from portal.domain.oversight.disclosure.together import Pair, draw_together, search_together
from portal.domain.oversight.registers.person_requests import Wanted
from portal.domain.oversight.reports.tables import ReportTable
from portal.domain.people.staff.permissions import Permission

again_option = asked_option(
    "--again",
    lambda: _s("ふたり目が読んだ世帯番号"),
    "The same number, as the second person reads it.",
)
request_option = click.option(
    "--request",
    "request",
    type=click.IntRange(min=1),
    required=True,
    metavar="N",
    help="Number of the request in the register of disclosure requests.",
)
household_option = asked_option(
    "--household", lambda: _s("世帯番号"), "The ward's number of the family, or #KEY."
)


@click.group("disclosure")
def disclosure() -> None:
    """Answer requests for disclosure, correction or stop: two people of the ward."""


@disclosure.command("search")
@request_option
@household_option
@again_option
@click.option(
    "--kind",
    type=click.Choice([one.value for one in Wanted]),
    help="What is wanted, where the steps of the request have not begun yet.",
)
@by_option("The ward's staff account that searches.")
@confirmed_option("A second account of the ward.", required=True)
@json_option
@click.pass_obj
@answering
def search(context: Context, request: int, household: str, again: str, kind: str | None) -> None:
    """Show in which tables, files and copies a family stands, and what an extract may tell.

    It is the step of the page: both read the number in the ward's paper.
    """
    with context.database().write() as session:
        pair = _pair(context, session)
        found = search_together(pair, request, (household, again), kind or "")
        context.write(_as_values(found) if found is not None else None)
    if context.speaks:
        _say(found)


def _pair(context: Context, session: Session) -> Pair:
    """Return the two people; both are shown what the command says."""
    two = [
        person(context, session, login, Permission.ANSWER_PERSON_REQUESTS)
        for login in (context.by, context.confirmed_by or "")
    ]
    context.shown_to = two
    first, second = (context.work(session, one) for one in two)
    return Pair(first, second)


def _as_values(found: Found) -> dict[str, object]:
    return {
        "protected": found.protected,
        "holdings": [asdict(one) for one in found.holdings],
        "copies": list(found.copies),
        "passages": [
            {
                "name": one.name,
                "place": one.place.value,
                "at": one.at.isoformat(),
                "reserved": one.reserved.value if one.reserved else None,
            }
            for one in found.passages
        ],
    }


def _say(found: Found | None) -> None:
    if found is None:
        click.echo(_s("この番号の世帯はありません"))
        return
    if found.protected:
        click.echo(_s("この世帯は、いま支援措置の対象です。"))
    holdings = [(one.place.label, one.table, one.count) for one in found.holdings]
    say_table(ReportTable(_s("ある場所"), (_s("種類"), _s("表"), _s("件数")), holdings))
    columns = (_s("日時"), _s("種類"), _s("番号"), _s("区の決定が要るもの"))
    lines = [
        (
            minute_text(one.at),
            one.about,
            one.name,
            one.reserved.label if one.reserved else "",
        )
        for one in found.passages
    ]
    say_table(ReportTable(_s("記録"), columns, lines, empty=_s("記録はありません。")))
    copies = "、".join(str(number) for number in found.copies) or "–"
    click.echo(_s("データの写し（番号）: %(numbers)s") % {"numbers": copies})


@disclosure.command("extract")
@request_option
@household_option
@click.option(
    "--person",
    "persons",
    type=click.IntRange(min=0),
    multiple=True,
    required=True,
    metavar="N",
    help="Who it is about: 0 the householder, 1 the first child. All others are blacked out.",
)
@decision_option
@click.option(
    "--decided-on",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="The day of that decision.",
)
@click.option(
    "--read",
    multiple=True,
    metavar="NO",
    help="A record whose words the ward has read and lets in; those of all others are black.",
)
@click.option(
    "--black-out",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Text file (UTF-8) with further words to black out, one a line.",
)
@reserved_option
@considered_option
@out_option
@by_option("The ward's staff account that draws it.")
@confirmed_option("A second account of the ward.", required=True)
@click.pass_obj
@answering
def extract(
    context: Context,
    request: int,
    household: str,
    persons: tuple[int, ...],
    decision: str,
    decided_on: datetime,
    read: tuple[str, ...],
    black_out: Path | None,
    reserved: tuple[str, ...],
    protection_considered: bool,
    out: Path,
) -> None:
    """Decide on the extract and draw it, as the two who searched with ``search`` or on the page.

    Other people are black, and so are words that the ward has not read. Records on protection,
    recipients and incidents are in it only by the ward's decision. The file is a numbered copy and
    waits for the ward's receipt.
    """
    if out.exists():
        raise InputError(_s("%(file)s は、もうあります。上書きしません。") % {"file": out})
    order = Order(
        request,
        household,
        frozenset(persons),
        decision,
        frozenset(Reserved(one) for one in reserved),
        frozenset(read),
        _words(black_out),
        protection_considered,
    )
    drawn = _draw(context, order, decided_on.date(), out)
    if context.speaks:
        click.echo(
            _s("抄本を書きました: %(file)s（写しの番号 %(number)d）")
            % {"file": out, "number": drawn.copy}
        )


def _draw(context: Context, order: Order, decided_on: date, out: Path) -> Drawn:
    """Draw the extract and write it."""
    with context.database().write() as session:
        instruction = Instruction(order.decision, decided_on)
        drawn = draw_together(_pair(context, session), order, instruction, place_here(out))
    with out.open("xb") as file:  # on record first
        file.write(drawn.body)
    return drawn


def _words(file: Path | None) -> tuple[str, ...]:
    if file is None:
        return ()
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise InputError(_s("黒くする語のファイルは、UTF-8で保存してください。")) from None
    return tuple(line.strip() for line in lines if line.strip())
