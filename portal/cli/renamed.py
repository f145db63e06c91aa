"""Commands under their former names: they work for one release, with a notice on standard error."""

from collections.abc import Mapping
from typing import Any

import click

from portal.domain.foundation.texts import _s


class RenamedGroup(click.Group):
    """A group that also finds commands by their former names, which ``--help`` does not list."""

    def __init__(self, *args: Any, renamed: Mapping[str, str] | None = None, **attrs: Any) -> None:
        super().__init__(*args, **attrs)
        self.renamed = renamed or {}

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; a former name gives the present command and says so."""
        if (present := self.renamed.get(cmd_name)) is None:
            return super().get_command(ctx, cmd_name)
        notice = _s("「%(old)s」の名前は「%(new)s」に変わりました。次の版では使えなくなります。")
        click.echo(notice % {"old": cmd_name, "new": present}, err=True)
        return super().get_command(ctx, present)
