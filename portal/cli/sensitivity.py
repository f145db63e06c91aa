"""``portal sensitivity``: every column of every table with its class, as the page of the guides."""

import click

from portal.cli.context import answering
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.resources import INSTALLED, PACKAGE
from portal.domain.foundation.texts import _s
from portal.domain.sensitivity import as_markdown, written_classes
from portal.domain.tables import metadata

PAGE = PACKAGE.parent / ".github" / "guides" / "sensitivity.md"


@click.command()
@click.option(
    "--write", is_flag=True, help="Write .github/guides/sensitivity.md instead of showing it."
)
@answering
def sensitivity(write: bool) -> None:
    """What every column tells and how it is stored, as Markdown."""
    if write and INSTALLED:
        raise InputError(_s("--write は、ソースの中でだけ使えます。"))
    text = as_markdown(written_classes(), metadata)
    if write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
