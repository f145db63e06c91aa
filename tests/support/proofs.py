"""The people in whose name a test runs a command: each gives the code of an app of their own."""

from collections.abc import Sequence
from contextlib import suppress

import click
import pyotp
from click.testing import CliRunner, Result

from portal.cli.context import Context
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.vault import seal
from portal.domain.people.staff.services import find_staff

SECRET = "NRXWE33SMVXGS43JNFSW42LTONUXI2DP"


def named(words: Sequence[str]) -> list[str]:
    """The logins that a command names, in the order in which it asks them."""
    places = [words.index(option) + 1 for option in ("--by", "--confirmed-by") if option in words]
    return [words[place] for place in places if place < len(words)]


def codes(context: Context, words: Sequence[str]) -> str:
    """A fresh code of each person that a command names, one a line, as if their app were new.

    Their first sign-in is over.
    """
    lines = []
    for login in named(words):
        code = "000000"
        with suppress(NotFoundError), context.database().write() as session:
            user = find_staff(session, login)
            user.totp_last_step = None
            user.enrolled_at = user.enrolled_at or user.created_at
            place = b"staff_totp:" + user.login.encode()
            user.totp_sealed = seal(context.vault().kek, SECRET.encode(), place)
            code = pyotp.TOTP(SECRET).at(context.clock.now(session))
        lines.append(f"{code}\n")
    return "".join(lines)


ASKED = ("--household", "--again", "--number", "--address", "--name")
"""Options that take nothing personal as an argument: what a test gives is typed when asked."""


def typed_when_asked(words: Sequence[str]) -> tuple[list[str], str]:
    """The words of a command without anything personal, and the lines that are typed instead."""
    left, lines = list(words), ""
    for place, word in enumerate(words[:-1]):
        if word in ASKED:
            lines += f"{words[place + 1]}\n"
            left[place + 1] = "-"
    return left, lines


def invoke(command: click.Command, words: Sequence[object], context: Context) -> Result:
    """Run a command whose people all stand at the keyboard with their apps."""
    written, lines = typed_when_asked([str(word) for word in words])
    if not named(written):
        return CliRunner().invoke(command, written, obj=context, input=lines)
    typed = lines + codes(context, written)
    try:
        return CliRunner().invoke(command, [*written, "--codes-fd", "0"], obj=context, input=typed)
    finally:
        context.database().engine.dispose()  # it was opened before the command, outside of it
