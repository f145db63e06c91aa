"""Output of reports on the command line: as files, or line by line on the screen."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TypeVar

import click
from msgspec import Struct

from portal.domain.foundation.texts import _s
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.oversight.reports.tables import Report

T = TypeVar("T")
FILE = click.Path(dir_okay=False, path_type=Path)


class ReportFiles(Struct, frozen=True):
    """The files that a report is written to, as the options name them."""

    pdf: Path | None = None
    xlsx: Path | None = None

    def write(self, written: Report, now: datetime) -> None:
        """Write a report as made at ``now`` (UTC), and print the names of the files."""
        outputs: tuple[tuple[Path | None, Callable[[Report], bytes]], ...] = (
            (self.pdf, lambda one: as_pdf(one, now)),
            (self.xlsx, as_xlsx),
        )
        for path, make in outputs:
            if path is not None:
                path.write_bytes(make(written))
                click.echo(_s("%(path)s に書き出しました。") % {"path": path}, err=True)


def file_options(function: Callable[..., T]) -> Callable[..., T]:
    """Add ``--pdf`` and ``--xlsx``, and pass them to a command as ``files``."""

    @click.option("--pdf", type=FILE, help="Write the report as PDF to this file.")
    @click.option("--xlsx", type=FILE, help="Write the report as xlsx to this file.")
    @wraps(function)
    def wrapped(*args: object, pdf: Path | None, xlsx: Path | None, **options: object) -> T:
        return function(*args, files=ReportFiles(pdf, xlsx), **options)

    return wrapped


def say_report(written: Report) -> None:
    """Print a report line by line."""
    click.echo(written.title)
    for label, value in written.facts:
        click.echo(f"{label}: {value}")
    for table in written.tables:
        click.echo(f"\n{table.title}")
        for row in [table.columns, *table.rows, *([table.total] if table.total else [])]:
            click.echo("  ".join(f"{cell:,}" if isinstance(cell, int) else cell for cell in row))
    for note in written.notes:
        click.echo(note)
