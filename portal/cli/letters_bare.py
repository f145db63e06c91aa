"""``portal letters test-posting``: the letter as a specimen to the staff, to try the mail house's whole path."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from portal.cli.context import Context, answering, json_option, write_json
from portal.cli.printer import make_printer
from portal.cli.progress import progress_bar
from portal.domain.printing.bare_build import BuiltBare, build_bare
from portal.domain.printing.bare_writer import Chosen, Writer
from portal.domain.printing.build import CHUNK_SIZE, Printer
from portal.domain.printing.specimens import SpecimenWriter
from portal.domain.texts import _s, _sn

Command = Callable[..., None]


def _options(command: Command) -> Command:
    for option in (
        click.option(
            "--out", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
            help="Folder for the files (default: letters/run-NNN in the data directory).",
        ),
        click.option(
            "--notice-date", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD",
            help="Date on the letter (default: today).",
        ),
        json_option,
    ):  # fmt: skip
        command = option(command)
    return command


@click.command(
    "test-posting", help="Print the letter with a specimen instead of an ID, to addresses of the staff."
)
@_options
@click.pass_obj
@answering
def test_posting(
    context: Context, folder: Path | None, notice_date: datetime | None, *, json_file: str | None
) -> None:
    """Build a test posting; its letters go the way of all others and are in no count."""
    printer = make_printer(context)
    built = _build(printer, SpecimenWriter(printer), folder, notice_date)
    write_json(json_file, built_json(built))
    if json_file != "-":
        say_built(built)


def _build(
    printer: Printer, writer: Writer, folder: Path | None, notice_date: datetime | None, limit: int | None = None
) -> BuiltBare | Chosen:  # fmt: skip
    with progress_bar(_s("手紙を作っています")) as report:
        return build_bare(
            printer, writer, folder=folder, limit=limit, chunk_size=CHUNK_SIZE,
            notice_date=notice_date.date() if notice_date else None, progress=report,
        )  # fmt: skip


def built_json(built: BuiltBare | Chosen) -> dict[str, Any]:
    """Return a run, or who was left out, for ``--json``."""
    if isinstance(built, Chosen):
        return {"letters": 0, "left_out": dict(built.left_out)}
    left_out = dict(built.chosen.left_out) if built.chosen is not None else {}
    return {
        "run": built.run_id, "resumed": built.chosen is None, "folder": built.folder, "manifest": built.manifest.name,
        "files": [asdict(file) for file in built.files], "left_out": left_out, **asdict(built.totals),
    }  # fmt: skip


def say_built(built: BuiltBare | Chosen) -> None:
    """Say what was built and where it lies."""
    if isinstance(built, Chosen):
        click.echo(_s("作る手紙はありません。"))
        return
    if built.chosen is None:
        click.echo(_s("途中だった印刷 %(id)d を終わらせました。") % {"id": built.run_id})
    click.echo(
        _sn("手紙を%(n)d通作りました。", "手紙を%(n)d通作りました。", built.totals.letters)
        % {"n": built.totals.letters}
    )
    click.echo(_s("保存先: %(folder)s") % {"folder": built.folder})
