"""Slow mode (T5 of ``security.md`` §2): failed sign-ins of the whole site, counted together.

More than 300 in five minutes, and more than one for two families that got in: unknown devices wait
ten seconds before each try, and staff get a task; more than 1,000, and than one for each family: a
second task. Known devices never wait. It ends by itself. Decision 0029 says how it is counted
without a row that every sign-in waits for, decision 0070 why families count.
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from portal.domain.foundation.errors import ThrottledError
from portal.domain.foundation.texts import _
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.people.authn import throttles
from portal.domain.people.authn.attempts import TypedLogin
from portal.domain.people.authn.site_failures import (
    FLOOD_KEY,
    SLOW_KEY,
    WINDOW,
    count_failure,
    failures,
    families,
)
from portal.domain.people.authn.throttles import Bucket
from portal.domain.people.signin import site_alarms
from portal.domain.people.signin.carried import carried, carry
from portal.domain.people.signin.site_alarms import Alarm
from portal.domain.people.tasks.kinds import TaskKind

DELAY = timedelta(seconds=10)
PASSWORD_KEPT = 256
_CONTEXT = "signin_wait"
_USED = throttles.Limit("t5u", 1, 5 * 60)
TICKET_LIFE = timedelta(seconds=_USED.seconds)


SLOW = Alarm(SLOW_KEY, "signin.slow", TaskKind.SLOW_MODE, WINDOW)
FLOOD = Alarm(FLOOD_KEY, "signin.flood", TaskKind.SIGNIN_FLOOD, WINDOW)
LEVELS = ((300, 2, SLOW), (1000, 1, FLOOD))
"""Above so many failures in five minutes, and above one for so many families, an alarm holds."""


class MustWaitError(ThrottledError):
    """An unknown device has to wait ten seconds before this try."""

    code = "slow_mode"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A try that waits: what was typed, from when it counts, and the number it is used up by."""

    number: str
    ready_at: datetime
    typed: TypedLogin = field(repr=False)


def note_failure(work: Work) -> None:
    """Count a refused sign-in, whether or not its ID exists, and begin or hold slow mode."""
    count_failure(work.session, work.now)
    number = failures(work.session, work.now)
    passed = [(each, alarm) for most, each, alarm in LEVELS if number > most]
    came = families(work.session, work.now) if passed else 0
    for each, alarm in passed:
        if number > came / each:
            site_alarms.hold(work, alarm, {"failures": number, "families": came})


def must_wait(now: datetime) -> MustWaitError:
    """Return the refusal of a try that has not waited yet."""
    return MustWaitError(_("すこしお待ちください"), retry_at=now + DELAY)


def make_ticket(vault: Vault, typed: TypedLogin, now: datetime) -> str:
    """Seal a try for the browser that made it: nobody else can read, change or make one."""
    content = {
        "number": secrets.token_hex(12),
        "ready": (now + DELAY).timestamp(),
        "login": typed.login[:PASSWORD_KEPT],
        "password": typed.password[:PASSWORD_KEPT],
    }
    return carry(vault, content, _CONTEXT)


def read_ticket(vault: Vault, sealed: str | None, now: datetime) -> Ticket | None:
    """Return the try that waits; None if it is forged or older than five minutes."""
    content = carried(vault, sealed or "", _CONTEXT)
    if content is None:
        return None
    ready_at = datetime.fromtimestamp(content["ready"], UTC)
    if now > ready_at + TICKET_LIFE:
        return None
    return Ticket(content["number"], ready_at, TypedLogin(content["login"], content["password"]))


def has_waited(work: Work, ticket: Ticket | None) -> bool:
    """Use a ticket up; return False if there is none, it is too early, or it was used before."""
    if ticket is None or ticket.ready_at > work.now:
        return False
    return throttles.count_try(work.session, use_of(ticket), work.now).allowed


def use_of(ticket: Ticket) -> Bucket:
    """Return where the use of a ticket is counted: uncounted, the ticket is good again."""
    return _USED.of(ticket.number)
