"""The operating system's user who runs a command, as the kernel says it."""

import os
import pwd
from contextlib import suppress
from pathlib import Path

from portal.domain.foundation.actors import Actor, Channel, Role

LOGIN_USER = Path("/proc/self/loginuid")
NOBODY_SIGNED_IN = 2**32 - 1


def operator() -> Actor:
    """Return the system as the actor of a command, with the operating system's user on record."""
    return Actor(Role.SYSTEM, channel=Channel.COMMAND, os_user=operating_user())


def operating_user() -> str:
    """Return the user of this process, and who signed in to the machine where that is another.

    Neither comes from the environment, which anybody can set: after ``sudo`` the process is
    root's, and the kernel still knows who signed in.
    """
    user = _name(os.getuid())
    signed_in = _signed_in()
    if signed_in is None or _name(signed_in) == user:
        return user
    return f"{user} ({_name(signed_in)})"


def _signed_in() -> int | None:
    with suppress(OSError, ValueError):
        number = int(LOGIN_USER.read_text("ascii"))
        return None if number == NOBODY_SIGNED_IN else number
    return None


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"
