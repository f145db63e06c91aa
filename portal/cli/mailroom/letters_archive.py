"""``portal letters archive`` and ``remove-plain``.

Encrypt a run to the mail house's key, and then remove the plain files.
"""

from dataclasses import asdict
from typing import Any

import click

from portal.cli.context import Context, answering, by_option, json_option
from portal.cli.deciding import person
from portal.domain.foundation.texts import _s, _sn
from portal.domain.mailroom.printing.archives.building import build_archive
from portal.domain.mailroom.printing.archives.plain_files import remove_plain_files
from portal.domain.people.staff.permissions import Permission


@click.command(
    "archive", help="Encrypt a finished run to a mail house's key, with manifest and checksums."
)
@click.argument("run_id", metavar="RUN", type=click.IntRange(min=1))
@click.option(
    "--to",
    "company_id",
    required=True,
    type=click.IntRange(min=1),
    metavar="N",
    help="Number of the mail house in the register of subcontractors.",
)
@by_option("Who builds it, an officer.")
@json_option
@click.pass_obj
@answering
def archive(context: Context, run_id: int, company_id: int) -> None:
    """Build the archive; it is sent with the hand-over.

    Refused without the ward's consent to the mail house.
    """
    database = context.database()
    with database.write() as session:
        actor = person(session, context.by, Permission.PROPOSE_HAND_OVER)
    built = build_archive(context.work_source(actor), run_id, company_id)
    value: dict[str, Any] = asdict(built)
    context.write(value)
    if context.speaks:
        click.echo(
            _sn(
                "アーカイブ %(path)s を作りました。手紙%(n)d通、SHA-256 %(sha256)s",
                "アーカイブ %(path)s を作りました。手紙%(n)d通、SHA-256 %(sha256)s",
                built.letters,
            )
            % {"path": built.path, "n": built.letters, "sha256": built.sha256}
        )


@click.command(
    "remove-plaintext", help="Remove the unencrypted files of a run that was handed over."
)
@click.argument("run_id", metavar="RUN", type=click.IntRange(min=1))
@json_option
@click.pass_obj
@answering
def remove_plain(context: Context, run_id: int) -> None:
    """Remove a run's plain files and record it; letters for the ward's counter keep theirs."""
    removed = remove_plain_files(context.work_source(), run_id)
    context.write(asdict(removed))
    if context.speaks:
        click.echo(
            _s("平文のファイルを%(n)d個消し、記録しました。残っているファイル: %(staying)d個")
            % {"n": removed.files, "staying": removed.staying}
        )
