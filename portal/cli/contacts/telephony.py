"""``portal telephony``: call counts of the telephone system, from its files or typed by day."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

import click

from portal.cli.context import WITH_HOLDS, Context, answering, dry_run_option, fail, json_option
from portal.cli.deciding import by_option, person
from portal.domain.contacts.telephony import queries
from portal.domain.contacts.telephony.day_comparison import Difference, Stored
from portal.domain.contacts.telephony.importer import CountsDifferError, import_file
from portal.domain.contacts.telephony.kinds import GIVEN_REASONS, Reason, TypedNumber
from portal.domain.contacts.telephony.layouts import LANGUAGES, find_layout, layout_names
from portal.domain.contacts.telephony.reading import CountsFile
from portal.domain.contacts.telephony.typed_day import (
    TypedDayError,
    field_name,
    store_typed,
)
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.monthly.due import last_of, read_month
from portal.domain.people.staff.permissions import Permission

reason_option = click.option(
    "--reason",
    type=click.Choice([one.value for one in GIVEN_REASONS]),
    help="Why other numbers replace a day's.",
)


@click.group()
def telephony() -> None:
    """Counts of the telephone system: import a file, type a day, show a month."""


@telephony.command(
    "import", help="Take a file of the telephone system in, all days or none; twice is once."
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--layout", required=True, metavar="KEY", help="Form of the file; `portal telephony layouts`."
)
@reason_option
@by_option("Who puts them in.")
@dry_run_option
@json_option
@click.pass_obj
@answering
def import_(
    context: Context,
    file: Path,
    layout: str,
    reason: str | None,
) -> None:
    """Store the counts of a file."""
    found = find_layout(layout, context.load_program().call_layouts_dir)
    why = Reason(reason) if reason else None

    def take(work: Work) -> Stored:
        return import_file(work, CountsFile(file.read_bytes(), found), reason=why)

    _store(context, take)


@telephony.command(
    "day", help="Store a day as typed, language by language; what is not given is 0 calls."
)
@click.argument("day", metavar="YYYY-MM-DD")
@click.option(
    "--calls",
    "calls",
    multiple=True,
    required=True,
    metavar="LANGUAGE=OFFERED,ANSWERED,ABANDONED[,WITHIN,TALK,AFTER]",
    help=(
        "Counts of ja, en, zh, ko or other; the last three (calls, seconds, seconds) where "
        "they are measured."
    ),
)
@reason_option
@by_option("Who puts them in.")
@dry_run_option
@json_option
@click.pass_obj
@answering
def day_(
    context: Context,
    day: str,
    calls: tuple[str, ...],
    reason: str | None,
) -> None:
    """Store one day."""
    typed = {"day": day} | _typed(calls)
    why = Reason(reason) if reason else None

    def take(work: Work) -> Stored:
        return store_typed(work, typed, reason=why)

    _store(context, take)


def _typed(calls: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in calls:
        language, _equals, numbers = one.partition("=")
        values = numbers.split(",")
        if language not in LANGUAGES or not 3 <= len(values) <= len(TypedNumber):
            raise InputError(
                _s(
                    "「%(typed)s」を読めません。ja=120,110,10 のように、言語と着信、"
                    "応答、放棄を書いてください。"
                )
                % {"typed": one}
            )
        if field_name(TypedNumber.OFFERED, language) in found:
            raise InputError(_s("%(language)s の数字が、2つあります。") % {"language": language})
        found |= {
            field_name(number, language): value
            for number, value in zip(TypedNumber, values, strict=False)
        }
    return found


def _store(context: Context, take: Callable[[Work], Stored]) -> None:
    try:
        with context.database().write() as session:
            actor = person(context, session, context.by, Permission.KEEP_CALL_REPORT)
            done = take(context.work(session, actor))
            if context.dry_run:
                session.rollback()
    except TypedDayError as error:
        fail("\n".join(f"{name}: {sentence}" for name, sentence in error.faults.items()))
    except CountsDifferError as error:
        _list_differences(error.differences)
        fail(
            _s(
                "もう違う数字のある日です。置き換えるときは --reason を付けてください。"
                "何も変えていません。"
            )
        )
    context.write(asdict(done) | {"dry_run": context.dry_run})
    if not context.speaks:
        return
    click.echo(
        _s("新しい日%(new)d、同じ数字の日%(same)d、置き換えた日%(replaced)d。")
        % {"new": len(done.new), "same": len(done.same), "replaced": len(done.replaced)}
    )
    if context.dry_run:
        click.echo(_s("試しの実行なので、何も変えていません。"))


def _list_differences(differences: Iterable[Difference]) -> None:
    for one in differences:
        click.echo(
            _s("%(day)s: 着信 %(a)d → %(b)d、応答 %(c)d → %(d)d、放棄 %(e)d → %(f)d")
            % {
                "day": one.day.isoformat(),
                "a": one.before.offered,
                "b": one.after.offered,
                "c": one.before.answered,
                "d": one.after.answered,
                "e": one.before.abandoned,
                "f": one.after.abandoned,
            },
            err=True,
        )


@telephony.command(help="Show a month day by day; ends with 3 when an open day has no counts.")
@click.argument("month", metavar="YYYY-MM")
@json_option
@click.pass_obj
@answering
def show(context: Context, month: str) -> None:
    """Show the counts of a month, and the open days without counts."""
    first = read_month(month)
    if first is None:
        raise InputError(_s("月を、2023-07 のように入力してください。"))
    with context.database().read() as session:
        until = min(last_of(first), jst_date(context.clock.now(session)))
        days = queries.overview(context.work(session), first, last_of(first))
        missing = (
            queries.missing_days(context.work(session), first, until) if first <= until else []
        )
    context.write({"days": [asdict(one) for one in days], "missing": missing})
    if context.speaks:
        for one in days:
            if one.open and one.counts is not None:
                counts = one.counts
                click.echo(
                    _s("%(day)s: 着信%(offered)d、応答%(answered)d、放棄%(abandoned)d")
                    % {
                        "day": one.day.isoformat(),
                        "offered": counts.offered,
                        "answered": counts.answered,
                        "abandoned": counts.abandoned,
                    }
                )
        if missing:
            lacking = "、".join(day.isoformat() for day in missing)
            click.echo(_s("数字のない営業日: %(days)s") % {"days": lacking}, err=True)
    if missing:
        sys.exit(WITH_HOLDS)


@telephony.command(help="List the forms of files that can be taken in.")
@click.pass_obj
@answering
def layouts(context: Context) -> None:
    """List key and name of every layout."""
    for key, name in layout_names(context.load_program().call_layouts_dir).items():
        click.echo(f"{key}: {name}")
