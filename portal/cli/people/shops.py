"""``portal shops``: load the list of shops in which coupons can be used, and show its history."""

from datetime import datetime
from pathlib import Path

import click

from portal.cli.context import WITH_HOLDS, Context, answering, dry_run_option, json_option
from portal.domain.foundation.clock import jst_date, minute_text
from portal.domain.foundation.texts import _s, _sn
from portal.domain.people.shops import queries
from portal.domain.people.shops.file import SHOWN_LINES, ShopFile, read_shops
from portal.domain.people.shops.services import LoadedList, load_list


@click.group()
def shops() -> None:
    """Shops in which coupons can be used: load a list, show which one counts."""


@shops.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "valid_from",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="First day of the list (JST), as 2023-07-03; without it, today.",
)
@dry_run_option
@json_option
@click.pass_obj
@answering
def load(context: Context, file: Path, valid_from: datetime | None) -> None:
    """Load a whole list (CSV); ends with 3 if lines were refused."""
    read = read_shops(file)
    with context.database().write() as session:
        day = valid_from.date() if valid_from is not None else None
        done = load_list(context.work(session), read, day)
        if context.dry_run:
            session.rollback()
    context.write(
        {
            "list_id": None if context.dry_run else done.list_id,
            "valid_from": done.valid_from.isoformat(),
            "count": done.count,
            "refused": [{"line": one.line, "reason": one.reason} for one in read.refused],
            "repeated": done.repeated,
            "dry_run": context.dry_run,
        }
    )
    if context.speaks:
        _tell(context, done, read)
    if read.refused:
        raise SystemExit(WITH_HOLDS)


def _tell(context: Context, done: LoadedList, read: ShopFile) -> None:
    said = {"n": f"{done.count:,}", "day": done.valid_from}
    if done.repeated:
        click.echo(_s("このファイルは、%(day)sからの一覧として、もう読み込んであります。") % said)
    else:
        click.echo(
            _sn(
                "店を%(n)s件読み込みました。%(day)sから、前の一覧のかわりに出ます。",
                "店を%(n)s件読み込みました。%(day)sから、前の一覧のかわりに出ます。",
                done.count,
            )
            % said
        )
    for one in read.refused[:SHOWN_LINES]:
        click.echo(str(one), err=True)
    if len(read.refused) > SHOWN_LINES:
        more = {"n": len(read.refused) - SHOWN_LINES}
        click.echo(_s("ほかに%(n)d行、受け入れませんでした。") % more, err=True)
    if context.dry_run:
        click.echo(_s("試しの実行です。何も保存していません。"))


@shops.command()
@json_option
@click.pass_obj
@answering
def show(context: Context) -> None:
    """Show the lists that were loaded, and which one counts today."""
    with context.database().read() as session:
        today = jst_date(context.clock.now(session))
        counts = queries.list_of(session, today)
        rows = queries.lists(session)
        value = [
            {
                "list_id": row.id,
                "valid_from": row.valid_from.isoformat(),
                "count": row.count,
                "refused": row.refused,
                "loaded_by": row.loaded_by,
                "loaded_at": minute_text(row.loaded_at),
                "counts": counts is not None and row.id == counts.id,
            }
            for row in rows
        ]
    context.write({"lists": value})
    if not context.speaks:
        return
    if not value:
        click.echo(_s("店の一覧はまだありません。「portal shops load」で読み込んでください。"))
    for one in value:
        line = (
            _s("一覧 %(list_id)d: %(valid_from)sから、%(count)d件（%(loaded_at)s 読み込み）") % one
        )
        click.echo(f"* {line}" if one["counts"] else f"  {line}")
