"""``portal disclosure``: where a person stands, and the extract, by two people of the ward."""

from dataclasses import asdict
from pathlib import Path

import click

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
from portal.domain.foundation.clock import JST, minute_text
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.oversight.auditing.extract import Reserved
from portal.domain.oversight.copies.services import place_here
from portal.domain.oversight.disclosure.extract import Order, draw
from portal.domain.oversight.disclosure.handing_over import hand_over
from portal.domain.oversight.disclosure.searching import Found
from portal.domain.oversight.disclosure.searching import search as find
from portal.domain.oversight.reports.outputs import as_pdf
from portal.domain.oversight.reports.tables import ReportTable
from portal.domain.people.staff.permissions import Permission

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
@by_option("The ward's staff account that searches.")
@confirmed_option("A second account of the ward.", required=True)
@json_option
@click.pass_obj
@answering
def search(context: Context, request: int, household: str) -> None:
    """Show in which tables, files and copies a family stands, and what an extract may tell."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.KNOW_PROTECTED)
        second = person(context, session, context.confirmed_by or "", Permission.KNOW_PROTECTED)
        found = find(context.work(session, actor), request, household, second)
        context.write(_as_values(found))
    if context.speaks:
        _say(found)


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


def _say(found: Found) -> None:
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
    read: tuple[str, ...],
    black_out: Path | None,
    reserved: tuple[str, ...],
    protection_considered: bool,
    out: Path,
) -> None:
    """Draw the extract: other people are black, and so are words that the ward has not read.

    Records on protection, recipients and incidents are in it only by the ward's decision. The file
    is a numbered copy and waits for the ward's receipt.
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
    drawn, number = _draw(context, order, out)
    with out.open("xb") as file:  # on record first
        file.write(drawn)
    if context.speaks:
        click.echo(
            _s("抄本を書きました: %(file)s（写しの番号 %(number)d）")
            % {"file": out, "number": number}
        )


def _draw(context: Context, order: Order, out: Path) -> tuple[bytes, int]:
    """Return the extract and its number as a copy, both on record."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.KNOW_PROTECTED)
        second = person(context, session, context.confirmed_by or "", Permission.KNOW_PROTECTED)
        work = context.work(session, actor)
        drawn = as_pdf(draw(work, order, second), work.now.astimezone(JST))
        return drawn, hand_over(work, order.request, place_here(out), drawn).id


def _words(file: Path | None) -> tuple[str, ...]:
    if file is None:
        return ()
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise InputError(_s("黒くする語のファイルは、UTF-8で保存してください。")) from None
    return tuple(line.strip() for line in lines if line.strip())
