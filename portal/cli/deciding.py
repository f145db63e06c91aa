"""The person in whose name a command decides: proven by a code, permitted as on the staff site.

A login alone proves nothing: whoever has a shell could type any. So ``--by`` and ``--confirmed-by``
each ask their person for the code of the authenticator app, before the command begins.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from portal.cli.context import Command, Context, answering, fail, keep
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.people.authn.typed_code import CodeAnswer
from portal.domain.people.staff.code_words import code_error
from portal.domain.people.staff.command_proof import Claim, prove
from portal.domain.people.staff.permissions import Permission, may
from portal.domain.people.staff.services import find_staff
from portal.domain.people.staff.sign_in import actor_of, fold_login

LONGEST_LINE = 100
TERMINAL = Path("/dev/tty")


def by_option(help_text: str, *, required: bool = True) -> Callable[[Command], Command]:
    """Return the option for the login in whose name a command decides; it asks for the proof."""
    by = click.option(
        "--by",
        required=required,
        metavar="LOGIN",
        help=f"{help_text} Asked for the code of the authenticator app.",
        expose_value=False,
        callback=keep,
    )
    codes = click.option(
        "--codes-fd",
        type=click.IntRange(min=0),
        metavar="N",
        help="For scripts: file descriptor to read the codes from, one a line.",
        expose_value=False,
        callback=keep,
    )
    return lambda command: by(codes(_proving(command, lambda context: context.by)))


def confirmed_option(help_text: str, *, required: bool = False) -> Callable[[Command], Command]:
    """Return the option for the login of the second person, who proves it with a code as well."""
    confirmed = click.option(
        "--confirmed-by",
        required=required,
        metavar="LOGIN",
        help=f"{help_text} Asked for a code of their own.",
        expose_value=False,
        callback=keep,
    )
    return lambda command: confirmed(_proving(command, lambda context: context.confirmed_by))


def person(context: Context, session: Session, login: str, permission: Permission) -> Actor:
    """Return the actor of an account whose owner has proven to be there.

    Raises:
        NotFoundError: there is no such account.
        NotAllowedError: it does not hold the permission.
        RuntimeError: nobody asked for the proof.
    """
    user = find_staff(session, login)
    if user.id not in context.proven:
        raise RuntimeError("a command decides in the name of somebody who gave no proof")
    if not may(user, permission):
        raise NotAllowedError(
            _s("職員 %(login)s は、これを決められません。") % {"login": user.login}
        )
    return actor_of(user).by_command(context.actor.os_user)


def knows_protected(context: Context) -> bool:
    """Return whether a proven person of the ward asks; nobody else's list has protected families.

    Raises:
        NotAllowedError: ``--by`` names somebody who may not know of them.
    """
    if not context.by:
        return False
    with context.database().write() as session:  # an account is read with its row locked
        person(context, session, context.by, Permission.KNOW_PROTECTED)
    return True


def one_of_them_knows(context: Context, session: Session) -> bool:
    """Return whether the first or the second person may know of protected households."""
    people = [find_staff(session, login) for login in (context.by, context.confirmed_by) if login]
    return any(one.id in context.proven and may(one, Permission.KNOW_PROTECTED) for one in people)


def _proving(command: Command, login_of: Callable[[Context], str | None]) -> Command:
    @wraps(command)
    def proving(*args: Any, **options: Any) -> object:
        context: Context = click.get_current_context().obj
        login = login_of(context)
        if login:
            _prove(context, login)
        return command(*args, **options)

    return answering(proving)  # type: ignore[return-value]  # wraps() keeps what click put there


def _prove(context: Context, login: str) -> None:
    """Ask for the code and check it in a transaction of its own, so that a wrong one is counted."""
    if context.confirmed_by and fold_login(context.confirmed_by) == fold_login(context.by):
        raise InputError(
            _s(
                "--confirmed-by には、ほかの人を指定してください。自分の提案を、"
                "自分で承認することはできません。"
            )
        )
    with context.database().write() as session:  # an account is read with its row locked
        known = find_staff(session, login).login
    claim = Claim(known, _code(context, known), click.get_current_context().command_path)
    with context.database().write() as session:
        answer, user_id = prove(context.work(session), claim)
        actor = actor_of(find_staff(session, known)).by_command(context.actor.os_user)
    if answer is not CodeAnswer.RIGHT:
        fail(f"{known}: {code_error(answer)}")
    context.proven.add(user_id)
    if login == context.by:
        context.first = actor


def _code(context: Context, login: str) -> str:
    if context.codes_fd is not None:
        return read_line_of(context.codes_fd)
    if not _has_terminal():
        raise InputError(
            _s(
                "%(login)s が本人であることを確かめられません。端末で実行するか、"
                "認証アプリの番号を --codes-fd で渡してください。"
            )
            % {"login": login}
        )
    asked = _s("%(login)s の認証アプリの番号") % {"login": login}
    return str(click.prompt(asked, hide_input=True, err=True))


def _has_terminal() -> bool:
    with suppress(OSError), TERMINAL.open("rb"):
        return True
    return False


def read_line_of(number: int) -> str:
    """Read one line of a file descriptor and no byte more: the next may be the second person's."""
    if number == 0:
        return sys.stdin.readline(LONGEST_LINE)
    with open(number, "rb", buffering=0, closefd=False) as opened:
        return opened.readline(LONGEST_LINE).decode("ascii", "replace")
