"""``portal letters archive``, ``take-archive``, ``remove-plaintext`` and ``lost``.

Encrypt a run to the mail house's key, hand it out, and remove the plain files; or make a run anew
whose machine is lost.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from portal.cli.context import Context, answering, dry_run_option, json_option
from portal.cli.deciding import by_option, person
from portal.cli.mailroom.letters_words import say_ended
from portal.cli.mailroom.printer import make_node
from portal.cli.progress import progress_bar
from portal.domain.foundation.texts import _s, _sn
from portal.domain.mailroom.printing.archives.building import build_archive
from portal.domain.mailroom.printing.archives.discarding import give_up_lost_run
from portal.domain.mailroom.printing.archives.plain_files import remove_plain_files
from portal.domain.mailroom.printing.archives.sending import take_archive
from portal.domain.mailroom.printing.runs.pipeline.files import put, write_pieces
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
        actor = person(context, session, context.by, Permission.PROPOSE_HAND_OVER)
    node = make_node(context, actor)
    with progress_bar(_s("アーカイブを作っています")) as report:
        built = build_archive(node, run_id, company_id, report)
    value: dict[str, Any] = asdict(built)
    context.write(value)
    if context.speaks:
        click.echo(
            _sn(
                "アーカイブ %(name)s を作りました。手紙%(n)d通、SHA-256 %(sha256)s",
                "アーカイブ %(name)s を作りました。手紙%(n)d通、SHA-256 %(sha256)s",
                built.letters,
            )
            % {"name": built.file_name, "n": built.letters, "sha256": built.sha256}
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
    node = make_node(context)
    removed = remove_plain_files(node, run_id)
    context.write(asdict(removed))
    if context.speaks:
        click.echo(
            _s("平文のファイルを%(n)d個消し、記録しました。残っているファイル: %(staying)d個")
            % {"n": removed.files, "staying": removed.staying}
        )


@click.command(
    "take-archive", help="Write the archive of a run that was handed over, from any machine."
)
@click.argument("run_id", metavar="RUN", type=click.IntRange(min=1))
@click.argument("archive_id", metavar="ARCHIVE", type=click.IntRange(min=1))
@by_option("Who takes it, an officer; it is on record.")
@click.option(
    "--out",
    "target",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="File to write, encrypted as the mail house gets it.",
)
@click.pass_obj
@answering
def take(context: Context, run_id: int, archive_id: int, target: Path) -> None:
    """Write an archive to a file that only its owner can read."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.PROPOSE_HAND_OVER)
        node = make_node(context, actor)
        taken = take_archive(context.work(session, actor), node, run_id, archive_id)
    put(write_pieces(target.absolute(), taken.pieces))
    click.echo(_s("%(path)s を書きました。") % {"path": target})


@click.command(
    "lost",
    help="End a run whose machine is lost before the hand-over: the next build makes new letters.",
)
@click.argument("run_id", metavar="RUN", type=click.IntRange(min=1))
@by_option("Who decides.")
@dry_run_option
@json_option
@click.pass_obj
@answering
def lost(context: Context, run_id: int) -> None:
    """End all letters, IDs and passwords of a run that nobody can print again."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.LOSE_ARCHIVE)
        gone = give_up_lost_run(context.work(session, actor), run_id)
        if context.dry_run:
            session.rollback()
    say_ended(
        context,
        run_id,
        gone,
        _sn(
            "印刷 %(run)d の手紙%(n)d通とIDを無効にしました。もう一度 portal letters build "
            "で作れます。",
            "印刷 %(run)d の手紙%(n)d通とIDを無効にしました。もう一度 portal letters build "
            "で作れます。",
            gone.letters,
        ),
    )
