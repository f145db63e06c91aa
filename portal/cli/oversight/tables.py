"""Tables of a report on the terminal."""

import click

from portal.domain.oversight.reports.tables import ReportTable


def say_table(table: ReportTable) -> None:
    """Print a table with its title."""
    click.echo(f"\n{table.title}")
    rows = [*table.rows, *([table.total] if table.total else [])]
    for row in rows:
        click.echo("  ".join(f"{cell:,}" if isinstance(cell, int) else cell for cell in row))
    if not rows:
        click.echo(table.empty)
