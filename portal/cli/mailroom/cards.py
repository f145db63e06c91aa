"""``portal letters cards``: the daily print of cards for households without another channel."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from portal.cli.context import (
    WITH_HOLDS,
    Context,
    answering,
    dry_run_option,
    json_option,
    write_json,
)
from portal.cli.mailroom.printer import make_printer
from portal.domain.foundation.texts import _s, _sn
from portal.domain.mailroom.printing.cards.checking import check_cards
from portal.domain.mailroom.printing.cards.printing import BuiltCards, print_cards
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.mailroom.printing.runs.recipients.preflight import require_protection
from portal.domain.mailroom.printing.runs.writers.approved_texts import approved_texts


@click.command(
    help=(
        "Print the waiting cards and decision letters for people without a channel (PDF). "
        "None is printed twice."
    )
)
@click.option(
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder for the file (default: letters/cards in the data directory).",
)
@dry_run_option
@json_option
@click.pass_obj
@answering
def cards(context: Context, folder: Path | None) -> None:
    """Print cards; ends with 3 when some were stopped or cannot be printed."""
    printer = make_printer(context)
    if context.dry_run:
        _dry_run(printer, context.json_file)
        return
    built = print_cards(printer, folder)
    context.write(
        {
            "cards": built.cards,
            "files": [str(path) for path in built.files],
            "stopped": built.stopped,
            "unprintable": list(built.unprintable),
            "finished": [str(path) for path in built.finished],
        },
    )
    if context.speaks:
        _say(built)
    if built.stopped or built.unprintable:
        sys.exit(WITH_HOLDS)


def _dry_run(printer: Printer, json_file: str | None) -> None:
    with printer.read() as session:
        require_protection(session)
        approved_texts(printer.work(session))
        found = check_cards(printer.work(session), printer)
    write_json(
        json_file,
        {
            "cards": found.printable,
            "stopped": found.told,
            "unprintable": list(found.unprintable),
        },
    )
    if json_file != "-":
        click.echo(
            _sn("印刷するカードは%(n)d枚です。", "印刷するカードは%(n)d枚です。", found.printable)
            % {"n": found.printable}
        )
        _say_rest(found.told, found.unprintable)
        click.echo(_s("試しの実行です。何も保存していません。"))
    if found.told or found.unprintable:
        sys.exit(WITH_HOLDS)


def _say(built: BuiltCards) -> None:
    for path in built.finished:
        click.echo(_s("途中だったファイルを仕上げました: %(path)s") % {"path": path})
    if built.files:
        click.echo(
            _sn("カードを%(n)d枚作りました。", "カードを%(n)d枚作りました。", built.cards)
            % {"n": built.cards}
        )
    else:
        click.echo(_s("印刷するカードはありません。"))
    for path in built.files:
        click.echo(_s("保存先: %(path)s") % {"path": path})
    _say_rest(built.stopped, built.unprintable)


def _say_rest(stopped: int, unprintable: Sequence[int]) -> None:
    if stopped:
        click.echo(
            _sn(
                "いまは送れない世帯のカードを%(n)d枚止めました。世帯のページで確かめてください。",
                "いまは送れない世帯のカードを%(n)d枚止めました。世帯のページで確かめてください。",
                stopped,
            )
            % {"n": stopped}
        )
    if unprintable:
        click.echo(
            _sn(
                "氏名か住所を印刷できないカードが%(n)d枚あります。職員サイトの世帯: %(keys)s",
                "氏名か住所を印刷できないカードが%(n)d枚あります。職員サイトの世帯: %(keys)s",
                len(unprintable),
            )
            % {"n": len(unprintable), "keys": ", ".join(map(str, unprintable))}
        )
