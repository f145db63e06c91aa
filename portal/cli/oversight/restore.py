"""``portal restore``: a backup into an empty database and an empty data folder."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from portal.cli.context import Context, answering, json_option
from portal.cli.oversight.backup_options import (
    FILE,
    identity_option,
    live_database,
    order_of,
    owner_of,
    writing,
)
from portal.domain.foundation.audit.heads import load_signer
from portal.domain.foundation.audit.sealing import declare_restored
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.oversight.copies.kinds import CopyKind
from portal.domain.oversight.copies.services import NewCopy, place_here, register
from portal.platform.backups.restoring import restore as restore_backup
from portal.platform.backups.unpacking import Unpacked
from portal.platform.disposed_households import repeat_listed


@dataclass(frozen=True)
class Standing:
    """What the restored database is: the live one from now on, or a copy with an owner and an end.

    ``until`` is None for the live one.
    """

    owner: str = ""
    purpose: str = ""
    until: datetime | None = None


@click.command()
@click.argument("file", type=FILE)
@identity_option
@click.option("--live", is_flag=True, help="It takes the place of the lost system.")
@click.option("--owner", default="", help="Otherwise: who answers for the copy.")
@click.option("--purpose", default="", help="Otherwise: what the copy is for.")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="Otherwise: its last day (2026-11-30)."
)
@json_option
@click.pass_obj
@answering
def restore(
    context: Context,
    file: Path,
    identity: Path,
    live: bool,
    owner: str,
    purpose: str,
    until: datetime | None,
) -> None:
    """Restore a backup into an empty place, whole or not at all; anything else is refused."""
    standing = _standing(context, live=live, owner=owner, purpose=purpose, until=until)
    unpacked = restore_backup(order_of(context, file, identity))
    number, behind = _enter(context, unpacked, standing)
    _answer(context, unpacked, number, behind=behind)
    if not behind:
        _dispose_again(context, file.parent)


def _standing(
    context: Context, *, live: bool, owner: str, purpose: str, until: datetime | None
) -> Standing:
    if live:
        return Standing()
    if until is None or not purpose.strip():
        raise InputError(
            _s(
                "失われたシステムの代わりにするなら --live を、写しを作るなら --owner と "
                "--purpose と --until（廃棄の期限）を指定してください。"
            )
        )
    return Standing(owner_of(context, owner), purpose, until)


def _enter(context: Context, unpacked: Unpacked, standing: Standing) -> tuple[int | None, bool]:
    """Record the restore in the restored database; tell its number and whether tables are old."""
    with live_database(context) as restored:
        if not restored.registers:
            return None, True
        with writing(context, restored.database) as work:
            record(work, "backup.restored", "deployment", 1, sha256=unpacked.sha256)
            if standing.until is None:
                if (signer := load_signer(context.settings.key_dir)) is not None:
                    declare_restored(work, signer)
                return None, False
            row = register(
                work,
                NewCopy(
                    CopyKind.RESTORE,
                    place_here(context.settings.data_dir),
                    standing.owner,
                    standing.purpose,
                    standing.until.date(),
                    taken_at=unpacked.manifest.taken_at,
                ),
            )
            return row.id, False


def _dispose_again(context: Context, beside: Path) -> None:
    """Dispose again of the households that were disposed of after this backup."""
    context.moves_index = True
    again = repeat_listed(context.settings, context.work_source(), [beside])
    if context.speaks and again:
        click.echo(
            _s("このバックアップの後に廃棄した%(n)d世帯を、もう一度廃棄しました。") % {"n": again}
        )


def _answer(context: Context, unpacked: Unpacked, number: int | None, *, behind: bool) -> None:
    manifest = unpacked.manifest
    context.write(
        {
            "taken_at": manifest.taken_at.isoformat(),
            "children": manifest.figures.children,
            "yen": manifest.figures.yen,
            "number": number,
            "upgrade_due": behind,
        }
    )
    if not context.speaks:
        return
    click.echo(
        _s("%(at)s の記録に戻しました: 世帯%(households)s、こども%(children)s人、%(yen)s円。")
        % {
            "at": minute_text(manifest.taken_at),
            "households": f"{manifest.figures.households:,}",
            "children": f"{manifest.figures.children:,}",
            "yen": f"{manifest.figures.yen:,}",
        }
    )
    if number is not None:
        click.echo(
            _s(
                "この写しの番号は %(number)s です。本番の台帳にも"
                "「portal copies add」で登録してください。"
            )
            % {"number": number}
        )
    if behind:
        click.echo(_s("表が古い版です。つぎに「portal db upgrade」を実行してください。"))
