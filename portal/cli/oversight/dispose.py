"""``portal dispose``: the end of the data, its certificate, and what the ward checks afterwards."""

from functools import wraps
from pathlib import Path
from typing import Any, cast

import click

from portal.cli.context import FAILED, Command, Context, answering, fail, json_option
from portal.cli.deciding import by_option, confirmed_option, person
from portal.cli.oversight.audit_check import keys_option
from portal.cli.oversight.dispose_household import household_group
from portal.cli.oversight.dispose_verify import verify
from portal.cli.oversight.tables import say_table
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.oversight.disposal.attested import Attested
from portal.domain.oversight.disposal.certificate import certificate, preview_tables
from portal.domain.oversight.disposal.models import Disposal
from portal.domain.oversight.disposal.obstacles import obstacles, sentences
from portal.domain.oversight.disposal.recording import preview
from portal.domain.oversight.disposal.services import begin, the_disposal
from portal.domain.oversight.disposal.states import COMPLETE, DisposalState
from portal.domain.oversight.reports.outputs import as_pdf
from portal.domain.people.staff.permissions import Permission
from portal.platform.database import opened
from portal.platform.disposed import is_disposed
from portal.platform.disposing.keys import require_removable
from portal.platform.disposing.rows import require_rights
from portal.platform.disposing.steps import (
    SITES_END,
    Place,
    carry_on,
    holdings_of,
    require_newest_key,
    require_whole_chain,
)
from portal.platform.waits import COMMAND_WAITS

OUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
def dispose() -> None:
    """Dispose of the data: keys, rows, files and accounts, for good."""


dispose.add_command(household_group)
dispose.add_command(verify)


@dispose.command("preview")
@json_option
@click.pass_obj
@answering
def show(context: Context) -> None:
    """Show what would go, what stays and what is in the way; ends with 1 if anything is."""
    settings, database = context.settings, context.database()
    with database.read() as session:
        work = context.work(session)
        found = preview(work, holdings_of(settings, session))
        in_the_way = obstacles(work)
        context.write(found | {"obstacles": {one.value: n for one, n in in_the_way.items()}})
        if context.speaks:
            for table in preview_tables(found):
                say_table(table)
            click.echo(_s("業務期間は %(day)s までです。") % {"day": found["contract_ends"]})
        for sentence in sentences(in_the_way):
            click.echo(f"- {sentence}", err=True)
    if in_the_way:
        raise SystemExit(FAILED)


def _resuming(command: Command) -> Command:
    """Let the same command, begun before, go on without asking anybody again."""

    @wraps(command)
    def resumed(*args: Any, **options: Any) -> object:
        context: Context = click.get_current_context().obj
        with opened(context.settings.database_url, COMMAND_WAITS) as database:
            begun = is_disposed(database.engine)
        if begun:
            _finish(context, options.get("out"))
            return None
        return command(*args, **options)

    return cast("Command", answering(resumed))


@dispose.command("run")
@_resuming
@click.option(
    "--attest",
    "attest",
    multiple=True,
    type=click.Choice([one.value for one in Attested]),
    help="What both people saw with their own eyes; each is needed.",
)
@click.option("--certificate", "out", type=OUT, help="Write the certificate as PDF to this file.")
@by_option("Officer of the contractor.", required=False)
@confirmed_option("Officer of the ward.")
@keys_option
@click.pass_obj
@answering
def run(context: Context, attest: tuple[str, ...], out: Path | None, keys: tuple[str, ...]) -> None:
    """Dispose of everything: there is no way back.

    Killed, run it again: it goes on. Run it on every further machine, too, where its keys go.
    """
    if not context.by or not context.confirmed_by:
        raise InputError(_s("--by と --confirmed-by で、受託者の人と区の人を指定してください。"))
    settings, database = context.settings, context.database()
    with database.write() as session:
        one = person(context, session, context.by, Permission.DISPOSE)
        other = person(context, session, context.confirmed_by, Permission.DISPOSE)
        work = context.work(session, one)
        require_rights(session)
        require_removable(settings.key_dir)
        require_newest_key(work)
        require_whole_chain(session, settings, work.now, keys)
        found = preview(work, holdings_of(settings, session))
        begin(work, other, [Attested(name) for name in attest], found)
    _finish(context, out)


def _finish(context: Context, out: Path | None) -> None:
    with opened(context.settings.database_url, COMMAND_WAITS) as database:
        place = Place(
            context.settings,
            database,
            context.load_program(),
            context.clock,
            context.actor,
            patience=SITES_END,
        )
        row = carry_on(place)
    click.echo(_s("廃棄しました。サイトは、終わったことだけを知らせます。"))
    _write(context, row, out)


def _write(context: Context, row: Disposal, out: Path | None) -> None:
    if out is not None:
        with use_locale("ja"):  # the ward reads it
            made = certificate(context.load_program(), row)
        out.write_bytes(as_pdf(made, row.completed_at or row.begun_at))
        click.echo(_s("%(path)s に書き出しました。") % {"path": out}, err=True)


@dispose.command("certificate")
@click.argument("out", type=OUT)
@json_option
@click.pass_obj
@answering
def write_certificate(context: Context, out: Path) -> None:
    """Write the certificate of a disposal that is complete, as PDF."""
    with opened(context.settings.database_url, COMMAND_WAITS) as database:
        row = None
        if is_disposed(database.engine):
            with database.read() as session:
                row = the_disposal(session)
                session.expunge_all()
    if row is None:
        fail(_s("まだ廃棄していません。"))
    if row.state != COMPLETE:
        state = DisposalState(row.state).label
        fail(
            _s("廃棄は途中です（%(state)s）。「portal dispose run」で終わらせてください。")
            % {"state": state}
        )
    context.write(dict(row.record) | {"head": row.head})
    _write(context, row, out)
