"""``portal states``: every state machine and what excludes what, as the page of the guides."""

import click

from portal.cli.context import answering
from portal.domain.desk.casework.state_matrix import as_markdown
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.resources import INSTALLED, PACKAGE
from portal.domain.foundation.texts import _s

PAGE = PACKAGE.parent / ".github" / "guides" / "states.md"


@click.command()
@click.option("--write", is_flag=True, help="Write .github/guides/states.md instead of showing it.")
@answering
def states(write: bool) -> None:
    """All states and actions of coupons, requests, letters and mail, as Markdown."""
    if write and INSTALLED:
        raise InputError(_s("--write は、ソースの中でだけ使えます。"))
    if write:
        PAGE.write_text(as_markdown(), encoding="utf-8")
    else:
        click.echo(as_markdown(), nl=False)
