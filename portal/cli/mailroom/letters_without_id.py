"""``portal letters advance`` and ``test-posting``: letters without an ID."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from portal.cli.context import (
    WITH_HOLDS,
    Context,
    answering,
    dry_run_option,
    json_option,
)
from portal.cli.mailroom.letters_words import say_left_out
from portal.cli.mailroom.printer import make_printer
from portal.cli.progress import progress_bar
from portal.domain.foundation.texts import _s, _sn
from portal.domain.mailroom.printing.runs.build import CHUNK_SIZE, BuiltRun, build_run
from portal.domain.mailroom.printing.runs.pipeline.writer import Writer
from portal.domain.mailroom.printing.runs.recipients.preflight import Preflight
from portal.domain.mailroom.printing.runs.recipients.selection import LeftOut, told
from portal.domain.mailroom.printing.runs.writers.advance import AdvanceWriter
from portal.domain.mailroom.printing.runs.writers.specimens import SpecimenWriter

Command = Callable[..., None]


def _options(command: Command) -> Command:
    for option in (
        click.option(
            "--out",
            "folder",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="DIR",
            help="Folder for the files (default: letters/run-NNN in the data directory).",
        ),
        click.option(
            "--notice-date",
            type=click.DateTime(["%Y-%m-%d"]),
            metavar="YYYY-MM-DD",
            help="Date on the letter (default: today).",
        ),
        json_option,
    ):
        command = option(command)
    return command


@click.command(
    "test-posting",
    help="Print the letter with a specimen instead of an ID, to addresses of the staff.",
)
@_options
@click.pass_obj
@answering
def test_posting(context: Context, folder: Path | None, notice_date: datetime | None) -> None:
    """Build a test posting; its letters are handled as all others and are in no count."""
    built = _build(SpecimenWriter(make_printer(context)), folder, notice_date)
    context.write(built_json(built))
    if context.speaks:
        say_built(built)


@click.command(
    "advance",
    help=(
        "Print the advance notice (事前案内) with the decline form; ordinary mail, no ID. Resumes."
    ),
)
@_options
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many notices.")
@dry_run_option
@click.pass_obj
@answering
def advance(
    context: Context,
    folder: Path | None,
    notice_date: datetime | None,
    limit: int | None,
) -> None:
    """Build advance notices; ends with 3 while households are held or cannot be printed."""
    printer = make_printer(context)
    writer = AdvanceWriter(printer)
    if context.dry_run:
        with printer.read() as session:
            writer.require(session, None)
            chosen = writer.choose(session)
        made: BuiltRun | Preflight = chosen
    else:
        made = _build(writer, folder, notice_date, limit)
        chosen = (made if isinstance(made, Preflight) else made.checked) or Preflight(())
    value = built_json(made) | (
        {"ready": len(chosen.ready[:limit]), "dry_run": True} if context.dry_run else {}
    )
    context.write(value)
    if context.speaks:
        if context.dry_run:
            ready = len(chosen.ready[:limit])
            click.echo(
                _sn("作る手紙は%(n)d通です。", "作る手紙は%(n)d通です。", ready) % {"n": ready}
            )
        else:
            say_built(made)
        say_left_out(told(chosen.left_out), chosen.findings)
        if context.dry_run:
            click.echo(_s("試しの実行です。何も保存していません。"))
    if chosen.findings or chosen.left_out.get(LeftOut.HELD):
        sys.exit(WITH_HOLDS)


def _build(
    writer: Writer,
    folder: Path | None,
    notice_date: datetime | None,
    limit: int | None = None,
) -> BuiltRun | Preflight:
    with progress_bar(_s("手紙を作っています")) as report:
        return build_run(
            writer,
            folder=folder,
            limit=limit,
            chunk_size=CHUNK_SIZE,
            notice_date=notice_date.date() if notice_date else None,
            progress=report,
        )


def built_json(built: BuiltRun | Preflight) -> dict[str, Any]:
    """Return a run, or who was left out, for ``--json``."""
    if isinstance(built, Preflight):
        return {"letters": 0, "left_out": told(built.left_out)}
    left_out = told(built.checked.left_out) if built.checked is not None else {}
    return {
        "run": built.run_id,
        "resumed": built.resumed,
        "folder": built.folder,
        "manifest": built.manifest.name,
        "files": [asdict(file) for file in built.files],
        "left_out": left_out,
        **asdict(built.totals),
    }


def say_built(built: BuiltRun | Preflight) -> None:
    """Print what was built and where it is."""
    if isinstance(built, Preflight):
        click.echo(_s("作る手紙はありません。"))
        return
    if built.resumed:
        click.echo(_s("途中だった印刷 %(id)d を終わらせました。") % {"id": built.run_id})
    click.echo(
        _sn("手紙を%(n)d通作りました。", "手紙を%(n)d通作りました。", built.totals.letters)
        % {"n": built.totals.letters}
    )
    click.echo(_s("保存先: %(folder)s") % {"folder": built.folder})
