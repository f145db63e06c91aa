"""The machine and the printer with which the commands build letters, cards and archives."""

from portal.cli.context import Context
from portal.domain.foundation.actors import Actor
from portal.domain.mailroom.printing.runs.pipeline.printer import (
    Printer,
    PrintingNode,
    letter_printer,
    printing_node,
)


def make_node(context: Context, actor: Actor | None = None) -> PrintingNode:
    """Return this machine for a longer task, by default of whoever runs the command."""
    return printing_node(context.work_source(actor), context.settings.letters_dir)


def make_printer(context: Context) -> Printer:
    """Return a printer for the deployment's database, keys, program and data directory."""
    settings = context.settings
    return letter_printer(context.work_source(), settings.letters_dir, settings.public_url)
