"""``portal verify-backup``: whether a backup can be restored, with its sums and its keys."""

from pathlib import Path

import click

from portal.cli.context import FAILED, Context, answering, json_option
from portal.cli.oversight.backup_options import (
    FILE,
    folder_option,
    identity_option,
    into_option,
    order_of,
)
from portal.cli.oversight.backup_words import say_faults, say_restored
from portal.platform.backups.checking import check_backup
from portal.platform.backups.temporary import Place


@click.command("verify-backup")
@click.argument("file", type=FILE)
@identity_option
@folder_option
@into_option
@json_option
@click.pass_obj
@answering
def verify_backup(
    context: Context, file: Path, identity: Path, folder: Path | None, into: str
) -> None:
    """Restore a backup into a temporary place, compare children and yen, open rows with the keys.

    Needs the keys, but not the live database; nothing is recorded, and nothing stays.
    """
    verdict = check_backup(order_of(context, file, identity), Place(folder, into))
    context.write(verdict.as_json())
    if context.speaks:
        say_restored(file, verdict)
    if not verdict.is_good:
        say_faults(verdict)
        raise SystemExit(FAILED)
