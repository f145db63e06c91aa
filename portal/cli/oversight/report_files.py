"""Output of reports on the command line: as files, or line by line on the screen."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from portal.domain.foundation.texts import _s
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.oversight.reports.tables import Report

FILE = click.Path(dir_okay=False, path_type=Path)


def write_files(written: Report, now: datetime, pdf: Path | None, xlsx: Path | None) -> None:
    """Write a report to the requested files, and print their names."""
    outputs: tuple[tuple[Path | None, Callable[[Report], bytes]], ...] = (
        (pdf, lambda one: as_pdf(one, now)),
        (xlsx, as_xlsx),
    )
    for path, make in outputs:
        if path is not None:
            path.write_bytes(make(written))
            click.echo(_s("%(path)s に書き出しました。") % {"path": path}, err=True)


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
