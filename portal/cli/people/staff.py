"""``portal staff``: accounts of the staff site."""

import os

import click
from msgspec import Struct
from sqlalchemy.orm import Session

from portal.cli.asked import asked_option
from portal.cli.context import Context, answering, dry_run_option, json_option, write_json
from portal.cli.deciding import by_option, confirmed_option, person
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.languages import STAFF_LOCALES
from portal.domain.foundation.texts import _s
from portal.domain.people.authn.totp import totp_uri
from portal.domain.people.staff import enrollment, services
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import STAFF_ROLES, Permission
from portal.domain.people.staff.vouching import require_vouched

by_administrator = by_option(
    "An administrator, or for the ward's accounts an officer of the ward; only the first accounts "
    "need none.",
    required=False,
)
by_second = confirmed_option("The second person for an account of the ward.")
emergency_option = click.option(
    "--no-administrator",
    "emergency",
    is_flag=True,
    help="As root alone, when nobody who decides can give a code; it is on record.",
)


class Deciders(Struct, frozen=True):
    """Who decides about an account: the first person or the system, and the second if any."""

    first: Actor
    second: Actor | None = None


def _deciders(
    context: Context, session: Session, organization: Organization, *, emergency: bool
) -> Deciders:
    """Return who decides about an account of an organization, each proven.

    Else whoever may run commands could make the second person, or guess codes without an end.
    """
    people = [
        person(context, session, login, Permission.VOUCH_FOR_STAFF)
        for login in (context.by, context.confirmed_by)
        if login
    ]
    if emergency:
        _go_on_as_root(context, session)
    else:
        require_vouched(context.work(session), organization, people)
    return Deciders(*(people or [context.actor]))


def _go_on_as_root(context: Context, session: Session) -> None:
    if os.geteuid() != 0:
        raise NotAllowedError(_s("--no-administrator を使えるのは、root だけです。"))
    record(
        context.work(session),
        "staff.without_administrator",
        "staff_user",
        command=click.get_current_context().command_path,
    )


@click.group()
def staff() -> None:
    """Accounts of the staff site."""


@staff.command()
@click.option("--login", required=True, help="Sign-in name: no spaces, unique.")
@asked_option("--name", lambda: _s("名前"), "The person's name, as colleagues see it.")
@click.option("--organization", required=True, type=click.Choice([o.value for o in Organization]))
@click.option("--role", required=True, type=click.Choice(sorted(r.value for r in STAFF_ROLES)))
@click.option("--locale", type=click.Choice(STAFF_LOCALES), default="ja", show_default=True)
@by_administrator
@by_second
@emergency_option
@dry_run_option
@json_option
@click.pass_obj
@answering
def add(
    context: Context,
    login: str,
    name: str,
    organization: str,
    role: str,
    locale: str,
    *,
    emergency: bool,
) -> None:
    """Add an account and show its first password and authenticator key, this once.

    Its owner replaces both at the first sign-in; until then the account may do nothing else.
    """
    with context.database().write() as session:
        side = Organization(organization)
        who = _deciders(context, session, side, emergency=emergency)
        made = services.add_staff(
            context.work(session, who.first),
            services.Profile(login, name, side, Role(role), locale),
            second=who.second,
        )
        if context.dry_run:
            session.rollback()
    if context.dry_run:
        click.echo(_s("追加できます。試しの実行なので、何も変えていません。"))
    else:
        _print_account(made, context.json_file, _s("職員を追加しました。"))


def _print_account(made: services.NewStaff, json_file: str | None, done: str) -> None:
    uri = totp_uri(made.totp_secret, made.user.login, "Portal staff")
    account = {
        "login": made.user.login,
        "password": made.password,
        "totp_secret": made.totp_secret,
        "otpauth": uri,
        "id": made.user.id,
        "role": made.user.role,
        "organization": made.user.organization,
    }
    write_json(json_file, account)
    if json_file == "-":
        return
    click.echo(done)
    click.echo(_s("次の3つは、いま一度だけ表示します。本人に安全に渡してください。"))
    click.echo(_s("本人は、はじめてのサインインで、パスワードとキーを自分だけのものに変えます。"))
    click.echo(_s("ログイン名: %(value)s") % {"value": made.user.login})
    if not json_file:
        click.echo(_s("パスワード: %(value)s") % {"value": made.password})
        click.echo(_s("認証アプリのキー: %(value)s") % {"value": made.totp_secret})
        click.echo(uri)


@staff.command("list")
@json_option
@click.pass_obj
@answering
def list_accounts(context: Context) -> None:
    """List all accounts."""
    with context.database().read() as session:
        users = services.all_staff(session)
        rows = [_row(user) for user in users]
    context.write(rows)
    if not context.speaks:
        return
    if not rows:
        click.echo(_s("職員はまだいません。「portal staff add」で追加してください。"))
    for row in rows:
        state = _s("使用中") if row["active"] else _s("停止")
        click.echo(f"{row['login']}\t{row['organization']}\t{row['role']}\t{state}\t{row['name']}")


def _row(user: StaffUser) -> dict[str, object]:
    return {
        "login": user.login,
        "name": user.display_name,
        "organization": user.organization,
        "role": user.role,
        "active": user.active,
        "locale": user.locale,
        "last_sign_in_at": user.last_sign_in_at,
    }


@staff.command()
@click.option("--login", required=True)
@by_administrator
@by_second
@emergency_option
@dry_run_option
@click.pass_obj
@answering
def deactivate(context: Context, login: str, *, emergency: bool) -> None:
    """Take an account out of use at once; its sessions end.

    It only closes, so it needs nobody, but for the last one that can decide about accounts of its
    organization: that takes the people who may add one. The ward is shown each.
    """
    with context.database().write() as session:
        user = services.find_staff(session, login)
        named = emergency or bool(context.by)
        who = Deciders(context.actor)
        if named:
            side = Organization(user.organization)
            who = _deciders(context, session, side, emergency=emergency)
        work = context.work(session, who.first)
        services.deactivate(work, user.id, vouched=named, second=who.second)
        if context.dry_run:
            session.rollback()
    done = _s("職員 %(login)s を停止しました。") % {"login": login}
    click.echo(_s("試しの実行なので、何も変えていません。") if context.dry_run else done)


@staff.command()
@click.option("--login", required=True)
@by_administrator
@by_second
@emergency_option
@dry_run_option
@json_option
@click.pass_obj
@answering
def renew(context: Context, login: str, *, emergency: bool) -> None:
    """Give an account new first secrets, by two people: its owner's phone is lost, or copied.

    Its sessions end, and its owner begins with the first sign-in, which says who did this.
    """
    with context.database().write() as session:
        user = services.find_staff(session, login)
        side = Organization(user.organization)
        who = _deciders(context, session, side, emergency=emergency)
        if who.second is None and not emergency:
            raise NotAllowedError(_s("2人で決めます。--by と --confirmed-by で指定してください。"))
        made = enrollment.renew(context.work(session, who.first), user, second=who.second)
        if context.dry_run:
            session.rollback()
    if context.dry_run:
        click.echo(_s("試しの実行なので、何も変えていません。"))
    else:
        _print_account(made, context.json_file, _s("作りなおしました。前のものは使えません。"))


@staff.command()
@click.option("--login", required=True)
@by_administrator
@by_second
@emergency_option
@dry_run_option
@click.pass_obj
@answering
def unlock(context: Context, login: str, *, emergency: bool) -> None:
    """Forget the failed tries of an account, after you have recognized its owner."""
    with context.database().write() as session:
        user = services.find_staff(session, login)
        side = Organization(user.organization)
        who = _deciders(context, session, side, emergency=emergency)
        if not context.dry_run:
            services.unlock(context.work(session, who.first), user, second=who.second)
        else:
            session.rollback()
    done = _s("職員 %(login)s が、またサインインできるようにしました。") % {"login": user.login}
    click.echo(_s("試しの実行なので、何も変えていません。") if context.dry_run else done)
