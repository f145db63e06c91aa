"""``portal fields``: which fields the staff's pages show to whom, as the page of the guides."""

import click

from portal.cli.context import answering
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.resources import INSTALLED, PACKAGE
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.fields import as_markdown, written_fields

PAGE = PACKAGE.parent / ".github" / "guides" / "fields.md"


@click.command()
@click.option("--write", is_flag=True, help="Write .github/guides/fields.md instead of showing it.")
@answering
def fields(write: bool) -> None:
    """Which fields the pages of the staff show to whom, as Markdown."""
    if write and INSTALLED:
        raise InputError(_s("--write は、ソースの中でだけ使えます。"))
    text = as_markdown(written_fields())
    if write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
