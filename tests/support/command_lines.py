"""Reads a line of the command line as ``portal`` does, without carrying it out."""

import re
from collections.abc import Iterator, Sequence

import click

from portal.cli.asked import Asked

PLACEHOLDER = re.compile(r"[A-Z][A-Z_-]*|.*….*")
"""What stands for a value in a guide: ``LOGIN``, ``age1…``."""


def every_command(
    command: click.Command, path: str = "portal"
) -> Iterator[tuple[str, click.Command]]:
    """Yield a command and all below it, each with its words."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from every_command(below, f"{path} {name}")


def read_line(command: click.Command, words: Sequence[str], *, whole: bool) -> list[str]:
    """Read the words behind a command, and return the paths of the commands that they mean.

    Files need not be there, and placeholders are taken for any value.

    Args:
        command: The command.
        words: What stands behind it; ``a|b`` means either command.
        whole: Whether nothing that is required may be missing.

    Raises:
        click.UsageError: there is no such command, option, or value; or it lacks something.
    """
    context = click.Context(command, info_name=command.name)
    given, rest, _order = command.make_parser(context).parse_args(list(words))
    for parameter in command.params:
        value = given.get(parameter.name or "")
        if isinstance(value, str) or (value and not isinstance(value, bool)):
            _convert(parameter, value, context)
        elif whole and parameter.required and not value:
            raise click.MissingParameter(ctx=context, param=parameter)
    if not isinstance(command, click.Group):
        if rest:
            raise click.UsageError(f"{command.name} takes nothing more: {rest}", context)
        return [""]
    if not rest:
        if whole and not command.invoke_without_command:
            raise click.UsageError(f"{command.name} wants a command", context)
        return [""]
    paths: list[str] = []
    for name in rest[0].split("|"):
        below = command.get_command(context, name)
        if below is None:
            raise click.UsageError(f"{command.name} has no command {name}", context)
        paths += (f" {name}{path}" for path in read_line(below, rest[1:], whole=whole))
    return paths


def _convert(parameter: click.Parameter, value: object, context: click.Context) -> None:
    """Try every value for its type, but for placeholders and files."""
    if isinstance(parameter.type, (click.Path, click.File, Asked)):
        return
    each = value if isinstance(value, (list, tuple)) else [value]
    for one in each:
        if isinstance(one, str) and not PLACEHOLDER.fullmatch(one):
            parameter.type.convert(one, parameter, context)
