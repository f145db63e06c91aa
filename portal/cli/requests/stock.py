"""``portal stock``: paper products in stock, ranges received, stocktaking by two people."""

from dataclasses import asdict
from typing import Any

import click

from portal.cli.context import FAILED, Context, answering, dry_run_option, json_option
from portal.cli.deciding import by_option, person
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.alternatives import queries, stocktaking
from portal.domain.requests.alternatives import stock as ledger
from portal.domain.requests.alternatives.serials import SerialRange, read_range
from portal.domain.requests.alternatives.stocktaking import Compared

product_option = click.option(
    "--product", required=True, metavar="ID", help="An id of [[alternatives]]."
)


@click.group()
def stock() -> None:
    """Stock of the paper alternative: show, receive, count."""


@stock.command()
@json_option
@click.pass_obj
@answering
def show(context: Context) -> None:
    """Show pieces of every product; fails when ledger, pieces and promises do not agree."""
    with context.database().read() as session:
        lines = queries.stock_lines(context.work(session))
    context.write({"products": [asdict(line) | {"free": line.free} for line in lines]})
    if context.speaks:
        for line in lines:
            click.echo(
                _s(
                    "%(product)s: 在庫%(on_hand)d枚（取り置き%(reserved)d、空き%(free)d、"
                    "在庫待ち%(waiting)d）、送った%(out)d枚、なくなった%(gone)d枚、"
                    "入荷の合計%(received)d枚"
                )
                % (asdict(line) | {"free": line.free})
            )
    wrong = [line.product for line in lines if not line.agrees]
    if wrong:
        click.echo(
            _s("台帳と券が合いません: %(names)s。小包を出す前に、調べてください。")
            % {"names": ", ".join(wrong)},
            err=True,
        )
        raise SystemExit(FAILED)


@stock.command(
    help="Take a delivery into stock: serial numbers FIRST to LAST of one delivery note."
)
@click.argument("first")
@click.argument("last")
@product_option
@click.option(
    "--note", "delivery_note", required=True, metavar="NO", help="Number of the delivery note."
)
@by_option("Who does it.")
@dry_run_option
@json_option
@click.pass_obj
@answering
def receive(
    context: Context,
    first: str,
    last: str,
    product: str,
    delivery_note: str,
) -> None:
    """Receive a range into stock."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.KEEP_STOCK)
        row = ledger.receive(
            context.work(session, actor), ledger.Consignment(product, first, last, delivery_note)
        )
        value: dict[str, Any] = {
            "product": product,
            "first": row.first_serial,
            "last": row.last_serial,
            "count": row.count,
            "piece_yen": row.piece_yen,
            "dry_run": context.dry_run,
        }
        if context.dry_run:
            session.rollback()
    context.write(value)
    if context.speaks:
        said = _s(
            "%(product)s %(count)d枚（%(first)s から %(last)s、1枚%(yen)s円）を入荷しました。"
        ) % (value | {"yen": f"{value['piece_yen']:,}"})
        click.echo(_s("試しの実行なので、何も変えていません。") if context.dry_run else said)


@stock.command(
    help=(
        "Note a stocktaking. Another person counts again with --second, without having seen the "
        "first count; equal counts settle. A difference to the book needs serial numbers and a "
        "reason."
    )
)
@click.argument("counted", type=click.IntRange(min=0))
@product_option
@click.option(
    "--missing",
    multiple=True,
    metavar="FIRST[:LAST]",
    help="In the book, not there. May be repeated.",
)
@click.option(
    "--found",
    multiple=True,
    metavar="FIRST[:LAST]",
    help="Missing before, there now. May be repeated.",
)
@click.option("--damaged", is_flag=True, help="The missing ones are there, but must not be sent.")
@click.option("--reason", default="", metavar="TEXT", help="Why it differs; no names.")
@click.option("--second", is_flag=True, help="The second count, by another person.")
@by_option("Who counted.")
@dry_run_option
@json_option
@click.pass_obj
@answering
def count(
    context: Context,
    counted: int,
    product: str,
    missing: tuple[str, ...],
    found: tuple[str, ...],
    reason: str,
    *,
    damaged: bool,
    second: bool,
) -> None:
    """Record one person's stocktaking; the second one settles it where both are equal."""
    counted_now = stocktaking.Counted(
        product,
        counted,
        missing=_ranges(missing),
        found=_ranges(found),
        damaged=damaged,
        reason=reason,
    )
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.KEEP_STOCK)
        work = context.work(session, actor)
        outcome = _counted_again(work, counted_now) if second else None
        if outcome is None:
            stocktaking.propose_count(work, counted_now)
        value: dict[str, Any] = {
            "product": product,
            "counted": counted,
            "settled": outcome is Compared.EQUAL,
            "differs": outcome is Compared.DIFFERS,
            "dry_run": context.dry_run,
        }
        if context.dry_run:
            session.rollback()
    context.write(value)
    if context.speaks:
        click.echo(_said(value))


def _counted_again(work: Work, counted: stocktaking.Counted) -> Compared:
    waiting = stocktaking.waiting_count(work.session, counted.product_id)
    if waiting is None:
        raise NotFoundError(_s("この代替品には、2人目を待つ棚卸しがありません。"))
    return stocktaking.count_again(work, waiting.id, counted)


def _said(value: dict[str, Any]) -> str:
    if value["dry_run"]:
        return _s("試しの実行なので、何も変えていません。")
    if value["differs"]:
        return _s("1人目の数と合いません。職員のサイトの「代替品の在庫」で、くらべてください。")
    if not value["settled"]:
        return _s("棚卸しを記録しました。ほかの人が、この数を見ないで、もう一度数えます。")
    return _s("棚卸しを終えました。%(product)s は、二人とも%(counted)d枚です。") % value


def _ranges(typed: tuple[str, ...]) -> list[SerialRange]:
    return [
        read_range(first, last) for first, _colon, last in (text.partition(":") for text in typed)
    ]
