"""The printer that the commands build letters and cards with."""

from portal.cli.context import Context
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer


def make_printer(context: Context) -> Printer:
    """Return a printer for the deployment's database, keys, program and data directory."""
    database = context.database()
    settings = context.settings
    return Printer(
        database.read,
        database.write,
        context.vault(),
        context.clock,
        context.actor,
        context.load_program(),
        settings.letters_dir,
        settings.public_url,
    )
