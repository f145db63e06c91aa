"""``portal coupons assign``: give one code to every child in issue."""

import sys
from dataclasses import asdict

import click

from portal.cli.context import (
    FAILED,
    WITH_HOLDS,
    Context,
    answering,
    dry_run_option,
    json_option,
    write_json,
)
from portal.cli.late import warn_after_delivery
from portal.cli.progress import progress_bar
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s, _sn
from portal.domain.people.coupons.assignment import Assigned, plan
from portal.domain.people.coupons.portions import assign_in_portions
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.households.protection import protection_loaded

DEFAULT_RESERVE = "1%"


def _reserve(_context: click.Context, _parameter: click.Parameter, written: str) -> Reserve:
    try:
        return Reserve.parse(written)
    except InputError as error:
        raise click.BadParameter(error.message) from None


@click.command("assign")
@click.option(
    "--reserve",
    callback=_reserve,
    default=DEFAULT_RESERVE,
    show_default=True,
    metavar="N_OR_PERCENT",
    help="Codes to keep for replacements.",
)
@dry_run_option
@json_option
@click.pass_obj
@answering
def assign_codes(context: Context, reserve: Reserve) -> None:
    """Give one code to every child in issue, in portions.

    A run that was broken off is gone on with by the next one. Ends with 3 while children are held.

    Before the first day of delivery this is preparing; after its last day it warns and goes on.
    """
    database = context.database()
    if context.dry_run:
        with database.read() as session:
            planned = plan(context.work(session), reserve)
            result = {**asdict(planned), "protection_loaded": protection_loaded(session)}
        _answer_plan(result, context.json_file)
        if planned.missing or not result["protection_loaded"]:
            sys.exit(FAILED)
        held = planned.held
    else:
        with progress_bar(_s("コードを割り当てています")) as report:
            done = assign_in_portions(context.work_source(), reserve, report)
        context.write(asdict(done))
        held = done.held
        if context.speaks:
            _print_assigned(done)
    warn_after_delivery(context)
    if held:
        sys.exit(WITH_HOLDS)


def _print_assigned(done: Assigned) -> None:
    click.echo(
        _sn(
            "クーポンを%(n)d件(%(yen)s円)割り当てました。在庫の残り%(left)d件、"
            "保留中の対象者%(held)d人。",
            "クーポンを%(n)d件(%(yen)s円)割り当てました。在庫の残り%(left)d件、"
            "保留中の対象者%(held)d人。",
            done.count,
        )
        % {"n": done.count, "yen": f"{done.yen:,}", "left": done.left, "held": done.held}
    )


def _answer_plan(result: dict[str, object], json_file: str | None) -> None:
    write_json(json_file, result)
    if json_file == "-":
        return
    click.echo(
        _s(
            "割り当てる%(wanted)d件、予備%(reserve)d件、在庫%(stock)d件、"
            "不足%(missing)d件、保留中の対象者%(held)d人。"
        )
        % result
    )
    if not result["protection_loaded"]:
        click.echo(_s("支援措置の情報がまだないため、割り当ては始められません。"), err=True)
    click.echo(_s("試しの実行です。何も保存していません。"))
