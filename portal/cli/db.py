"""``portal db``: how the tables stand, bringing them up to date, and rehearsing that."""

from contextlib import ExitStack
from pathlib import Path

import click

from portal import __version__
from portal.cli.context import FAILED, WITH_HOLDS, Context, answering, json_option
from portal.cli.database_roles import roles
from portal.cli.oversight.backup_options import (
    BackupPlace,
    backup_option,
    identity_option,
    live_database,
    newest,
    numbered,
    order_of,
    place_options,
)
from portal.cli.oversight.backup_words import elapsed, say_faults, say_restored
from portal.domain.foundation.texts import _s
from portal.domain.oversight.copies.kinds import CopyKind
from portal.platform import startup
from portal.platform.backups.checking import Verdict, check_backup
from portal.platform.database import opened
from portal.platform.disposed_households import repeat_listed
from portal.platform.schema import State, schema_of, sentence_of
from portal.platform.waits import COMMAND_WAITS


@click.group()
def db() -> None:
    """Database tables."""


@db.command()
@json_option
@click.pass_obj
@answering
def status(context: Context) -> None:
    """Say whether the tables are those of this program; exit code 3 if an upgrade is due."""
    with opened(context.settings.database_url, COMMAND_WAITS) as database:
        found = schema_of(database.engine)
    context.write(
        {
            "state": found.state.name.lower(),
            "schema": found.found,
            "wanted": found.wanted,
            "program": __version__,
            "oldest_program": found.oldest,
        }
    )
    if context.speaks:
        click.echo(sentence_of(found))
    if found.state is State.BEHIND:
        raise SystemExit(WITH_HOLDS)
    if not found.is_usable:
        raise SystemExit(FAILED)


@db.command()
@click.pass_obj
@answering
def upgrade(context: Context) -> None:
    """Bring the tables of an earlier version to this one, whole or not at all."""
    if startup.upgrade(context.settings):
        click.echo(_s("データベースの表を、この版に更新しました。"))
    context.moves_index = True
    repeat_listed(context.settings, context.work_source())  # after a restore of an earlier version
    click.echo(_s("データベースは最新です。"))


@db.command()
@backup_option
@identity_option
@place_options
@json_option
@click.pass_obj
@answering
def rehearse(context: Context, backup: Path | None, identity: Path, place: BackupPlace) -> None:
    """Restore the last backup beside, upgrade it, and say whether and how fast that went."""
    file = backup or newest(context)
    with live_database(context) as live, ExitStack() as until_gone:
        if live.registers:
            until_gone.enter_context(numbered(context, live.database, CopyKind.REHEARSAL, place))
        else:
            click.echo(
                _s("表が古い版なので、この写しには番号を付けません。終わると消します。"), err=True
            )
        verdict = check_backup(order_of(context, file, identity), place.place, migrate=True)
    context.write(verdict.as_json())
    if context.speaks:
        say_restored(file, verdict)
        _say_migrated(verdict)
    if not verdict.is_good:
        say_faults(verdict)
        raise SystemExit(FAILED)


def _say_migrated(verdict: Verdict) -> None:
    if verdict.migrated_in is None:
        return
    if verdict.migrated_from == verdict.migrated_to:
        click.echo(
            _s("表は %(schema)s で、この版と同じです。更新は要りません。")
            % {"schema": verdict.migrated_to}
        )
        return
    if verdict.is_good:
        click.echo(
            _s(
                "表を %(before)s から %(after)s へ更新できました。更新にかかる時間: %(time)s。"
                "こどもの数と金額は更新の前と同じで、行は鍵で開けます。"
            )
            % {
                "before": verdict.migrated_from,
                "after": verdict.migrated_to,
                "time": elapsed(verdict.migrated_in),
            }
        )


db.add_command(roles)
