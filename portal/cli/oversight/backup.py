"""``portal backup``: one encrypted file with database and files; and the drill that proves it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from portal.cli.context import FAILED, WITH_HOLDS, Context, answering, json_option
from portal.cli.oversight.backup_drill import run_drill
from portal.cli.oversight.backup_options import (
    BackupPlace,
    Live,
    backup_option,
    identity_option,
    live_database,
    newest,
    owner_of,
    place_options,
    writing,
)
from portal.cli.oversight.backup_words import elapsed, say_faults, say_restored
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.deployment import title_of
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import load_vault
from portal.domain.oversight.copies.kinds import CopyKind
from portal.domain.oversight.copies.queries import overdue_copies
from portal.domain.oversight.copies.services import (
    NewCopy,
    last_day,
    place_here,
    register,
    removed_by_program,
)
from portal.domain.people.households.disposed import disposed_households
from portal.platform.backups.identities import make_identity, read_recipients
from portal.platform.backups.making import Made, Wanted, make_backup
from portal.platform.household_list import keep_list


@dataclass
class Entry:
    """How a backup is entered into the register, and which number it got."""

    owner: str
    kept: timedelta
    number: int | None = None


@click.group(invoke_without_command=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for the file (PORTAL_BACKUP_DIR).",
)
@click.option(
    "--recipient",
    "recipients",
    multiple=True,
    metavar="age1…",
    help="Public key to encrypt to (PORTAL_BACKUP_RECIPIENTS); may be given again.",
)
@click.option("--owner", default="", help="Who answers for the file (PORTAL_BACKUP_OWNER).")
@click.option(
    "--days", type=click.IntRange(min=1), help="How long it is kept (PORTAL_BACKUP_DAYS)."
)
@click.option("--prune", is_flag=True, help="Afterwards remove own backups whose days are over.")
@json_option
@click.pass_context
@answering
def backup(
    ctx: click.Context,
    out: Path | None,
    recipients: tuple[str, ...],
    owner: str,
    days: int | None,
    prune: bool,
) -> None:
    """Write database and files into one encrypted file, while the sites go on; keys stay out."""
    if ctx.invoked_subcommand is not None:
        return
    context: Context = ctx.obj
    settings = context.settings
    folder = (out or settings.backup_dir).resolve()
    keys = read_recipients(recipients or settings.backup_recipients)
    entry = Entry(owner_of(context, owner), timedelta(days=days or settings.backup_days))
    with live_database(context) as live:
        wanted = Wanted(
            settings,
            load_vault(settings.key_dir),
            folder,
            keys,
            title_of(context.load_program()),
        )
        made = make_backup(
            live.database, wanted, lambda found: _entered(context, live, found, entry)
        )
        if live.registers:
            with live.database.read() as session:
                rows = disposed_households(session)
                keep_list([folder], load_vault(settings.key_dir), rows)
        pruned = _prune(context, live, folder) if prune and live.registers else 0
    _answer(context, made, entry, pruned)


@contextmanager
def _entered(context: Context, live: Live, made: Made, entry: Entry) -> Iterator[None]:
    """Register a backup; the block gives the file its name in the same transaction."""
    if not live.registers:
        yield
        return
    with writing(context, live.database) as work:
        row = register(
            work,
            NewCopy(
                CopyKind.BACKUP,
                place_here(made.path),
                entry.owner,
                _s("事故のときに元に戻すため"),
                last_day(work, entry.kept),
                made.sha256,
                made.size,
                made.manifest.taken_at,
            ),
        )
        entry.number = row.id
        yield


def _prune(context: Context, live: Live, folder: Path) -> int:
    """Remove the backups of a folder whose last day is over, and record it."""
    removed = 0
    with writing(context, live.database) as work:
        for row in overdue_copies(work.session, jst_date(work.now), CopyKind.BACKUP):
            path = folder / Path(row.place.partition(":")[2]).name
            if row.place == place_here(path):
                path.unlink(missing_ok=True)
                removed_by_program(work, row.id)
                removed += 1
    return removed


def _answer(context: Context, made: Made, entry: Entry, pruned: int) -> None:
    figures = made.manifest.figures
    context.write(
        {
            "file": made.path,
            "number": entry.number,
            "sha256": made.sha256,
            "bytes": made.size,
            "taken_at": made.manifest.taken_at.isoformat(),
            "households": figures.households,
            "children": figures.children,
            "yen": figures.yen,
            "files": made.files,
            "left_out": made.left_out,
            "pruned": pruned,
        }
    )
    if context.speaks:
        _say(made, entry, pruned)
    for path in made.left_out:
        click.echo(
            _s(
                "鍵が入っているため、バックアップに入れていません: %(path)s。"
                "別の場所に移してください。"
            )
            % {"path": path},
            err=True,
        )
    if made.left_out:
        raise SystemExit(WITH_HOLDS)


def _say(made: Made, entry: Entry, pruned: int) -> None:
    figures = made.manifest.figures
    click.echo(
        _s(
            "バックアップを作りました: %(file)s（世帯%(households)s、こども%(children)s人、"
            "%(yen)s円、ファイル%(files)s個）。"
        )
        % {
            "file": made.path,
            "households": f"{figures.households:,}",
            "children": f"{figures.children:,}",
            "yen": f"{figures.yen:,}",
            "files": f"{made.files:,}",
        }
    )
    if entry.number is not None:
        click.echo(_s("写しの番号は %(number)s です。") % {"number": entry.number})
    else:
        click.echo(_s("表が古い版なので、番号は付けていません。"))
    if pruned:
        click.echo(_s("期限の過ぎたバックアップを消しました: %(n)s個") % {"n": pruned})


@backup.command("create-identity")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@answering
def create_identity(file: Path) -> None:
    """Make the secret key that opens backups; print the public key that makes them."""
    public = make_identity(file)
    click.echo(public)
    click.echo(
        _s(
            "秘密の鍵を %(file)s に書きました。サーバーの外の、2か所に保管してください。"
            "上の公開鍵を PORTAL_BACKUP_RECIPIENTS に書きます。"
        )
        % {"file": file},
        err=True,
    )


@backup.command()
@backup_option
@identity_option
@place_options
@json_option
@click.pass_obj
@answering
def drill(context: Context, backup: Path | None, identity: Path, place: BackupPlace) -> None:
    """Restore the newest backup into an empty place, compare it, and record how long that took."""
    file = backup or newest(context)
    done = run_drill(context, file, identity, place)
    if done.verdict is None:
        raise InputError(done.refusal)
    context.write(done.verdict.as_json() | {"drill": done.number, "age_seconds": done.age_s})
    if context.speaks:
        say_restored(file, done.verdict)
        click.echo(
            _s(
                "訓練 %(number)s として記録しました。このとき災害があれば、"
                "バックアップからの%(age)sぶんの記録が失われていました。"
            )
            % {"number": done.number, "age": elapsed(timedelta(seconds=done.age_s))}
        )
    if not done.verdict.is_good:
        say_faults(done.verdict)
        raise SystemExit(FAILED)
