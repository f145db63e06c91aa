"""Slow mode (T5 of ``security.md`` §2): failed sign-ins of the whole site, counted together.

More than 300 in five minutes: unknown devices wait ten seconds before each try, and staff get a
task; more than 1,000: a second task. Known devices never wait. It ends by itself. Decision 0029
says how it is counted without a row that every sign-in waits for.
"""

import base64
import binascii
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.foundation.errors import IntegrityFaultError, ThrottledError
from portal.domain.foundation.key_ring import opening_keys, sealing_key
from portal.domain.foundation.texts import _
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.people.authn import throttles
from portal.domain.people.authn.attempts import TypedLogin
from portal.domain.people.authn.site_failures import (
    SLOW_KEY,
    WINDOW,
    count_failure,
    failures,
)
from portal.domain.people.signin import site_alarms
from portal.domain.people.signin.site_alarms import Alarm
from portal.domain.people.tasks.kinds import TaskKind

DELAY = timedelta(seconds=10)
PASSWORD_KEPT = 256
_CONTEXT = "signin_wait"
_USED = throttles.Limit("t5u", 1, 5 * 60)
TICKET_LIFE = timedelta(seconds=_USED.seconds)


SLOW = Alarm(SLOW_KEY, "signin.slow", TaskKind.SLOW_MODE, WINDOW)
FLOOD = Alarm("t5:flood", "signin.flood", TaskKind.SIGNIN_FLOOD, WINDOW)
LEVELS = ((300, SLOW), (1000, FLOOD))
"""Above so many failures in five minutes an alarm holds."""


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
    for most, alarm in LEVELS:
        if number > most:
            site_alarms.hold(work, alarm, {"failures": number})


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
    return base64.urlsafe_b64encode(
        seal_json(_key(sealing_key(vault.token)), content, _CONTEXT)
    ).decode()


def read_ticket(vault: Vault, sealed: str | None, now: datetime) -> Ticket | None:
    """Return the try that waits; None if it is forged or older than five minutes."""
    content = _opened(vault, sealed or "")
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
    return throttles.count_try(work.session, _USED.of(ticket.number), work.now).allowed


def give_back(session: Session, ticket: Ticket) -> None:
    """Make a ticket good again: the machine was too busy to compare its password."""
    throttles.uncount_try(session, _USED.of(ticket.number))


def _opened(vault: Vault, sealed: str) -> dict[str, Any] | None:
    for token in opening_keys(vault.token):
        try:
            opened = unseal_json(_key(token), base64.urlsafe_b64decode(sealed), _CONTEXT)
        except (IntegrityFaultError, binascii.Error, ValueError, json.JSONDecodeError):
            continue
        return dict(opened)
    return None


def _key(token: bytes) -> bytes:
    return hmac.digest(token, _CONTEXT.encode(), "sha256")
