"""``portal copies``: the register of everything that was copied out of the live database."""

from datetime import date, datetime

import click

from portal.cli.context import WITH_HOLDS, Context, answering, json_option
from portal.cli.deciding import by_option, person
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.texts import _s
from portal.domain.oversight.copies import queries, services
from portal.domain.oversight.copies.kinds import CopyKind
from portal.domain.oversight.copies.models import DataCopy
from portal.domain.people.staff.permissions import Permission


@click.group()
def copies() -> None:
    """Copies of the data: numbered, each with an owner and a last day."""


@copies.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that were destroyed.")
@json_option
@click.pass_obj
@answering
def list_copies(context: Context, everything: bool) -> None:
    """Show the copies that exist; exit code 3 if one is overdue."""
    with context.database().read() as session:
        today = jst_date(context.clock.now(session))
        rows = queries.kept_copies(session)
        if everything:
            rows += queries.destroyed_copies(session, limit=None)
        context.write([_plain(row) | {"overdue": row.is_overdue(today)} for row in rows])
        if context.speaks:
            for row in rows:
                click.echo(_line(row, today))
            if not rows:
                click.echo(_s("写しはありません。"))
        late = any(row.is_overdue(today) for row in rows)
    if late:
        raise SystemExit(WITH_HOLDS)


def _plain(row: DataCopy) -> dict[str, object]:
    return {
        "number": row.id,
        "kind": row.kind,
        "place": row.place,
        "owner": row.owner,
        "purpose": row.purpose,
        "until": row.until.isoformat(),
        "state": row.state,
        "sha256": row.sha256,
    }


def _line(row: DataCopy, today: date) -> str:
    if not row.is_kept:
        state = row.state_name
    elif row.is_overdue(today):
        state = _s("期限（%(day)s）を過ぎています") % {"day": row.until.isoformat()}
    else:
        state = _s("%(day)s まで") % {"day": row.until.isoformat()}
    return f"{row.id:>4}  {state}  {row.kind_name}  {row.owner}  {row.place}"


@copies.command()
@click.option("--kind", type=click.Choice([kind.value for kind in CopyKind]), required=True)
@click.option("--place", required=True, help="Machine and path, or the name of the store.")
@click.option("--owner", required=True, help="Person or organization that answers for it.")
@click.option("--purpose", required=True, help="What it is for.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Its last day.")
@by_option("Staff account that enters it.")
@click.pass_obj
@answering
def add(context: Context, kind: str, place: str, owner: str, purpose: str, until: datetime) -> None:
    """Enter a copy that the program did not make itself, such as old versions in a store."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.KEEP_COPIES)
        row = services.register(
            context.work(session, actor),
            services.NewCopy(kind, place, owner, purpose, until.date()),
        )
        click.echo(_s("写しの番号は %(number)s です。") % {"number": row.id})


@copies.command()
@click.argument("number", type=int)
@click.option("--how", required=True, help="How it was destroyed.")
@by_option("Staff account that confirms it.")
@click.pass_obj
@answering
def destroyed(context: Context, number: int, how: str) -> None:
    """Confirm that a copy was destroyed."""
    with context.database().write() as session:
        actor = person(context, session, context.by, Permission.KEEP_COPIES)
        services.confirm_destroyed(context.work(session, actor), number, how)
        click.echo(_s("写し %(number)s の廃棄を記録しました。") % {"number": number})
