"""``portal states``: every state machine and what excludes what, as the page of the guides."""

from pathlib import Path

import click

from portal.cli.context import answering
from portal.domain.desk.casework.state_matrix import as_markdown

PAGE = Path(__file__).resolve().parents[2] / ".github" / "guides" / "states.md"


@click.command()
@click.option("--write", is_flag=True, help="Write .github/guides/states.md instead of showing it.")
@answering
def states(write: bool) -> None:
    """All states and actions of coupons, requests, letters and mail, as Markdown."""
    if write:
        PAGE.write_text(as_markdown(), encoding="utf-8")
    else:
        click.echo(as_markdown(), nl=False)
