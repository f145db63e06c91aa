"""The locked screen: a session waits for its password, then continues with its form."""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.vault import Vault, seal, unseal
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions
from portal.domain.people.authn.attempts import Attempt
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.sign_in import actor_of, matched_user

SECRETS = frozenset(
    {
        *("password", "current", "new_password", "code", "second_code", "mail_code", "passkey"),
        *("form_token", "form_key", "lang"),
    }
)
"""Never carried through a lock: a page never shows them again anyway."""


@dataclass(frozen=True, slots=True)
class InterruptedRequest:
    """The request that a locked screen interrupted: the page, and a form being sent.

    ``route`` names the form's route (empty: none was sent), with its address, the parts of the
    address and the fields.
    """

    back: str
    route: str = ""
    path: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


def lock_now(work: Work, user: StaffUser, session_id: int) -> None:
    """Lock a session by hand or because its screen was left alone; repeating it changes nothing."""
    if sessions.lock(work.session, session_id):
        record(work.acting_as(actor_of(user)), "session.locked", "staff_user", user.id)


def unlock(work: Work, attempt: Attempt, session_id: int) -> str | None:
    """Uncount a right attempt and continue the session under a new ID.

    Returns None for a wrong password or an ended session.
    """
    user = matched_user(work, attempt, "session.unlock_refused")
    if user is None:
        return None
    found = work.session.scalar(
        select(AuthSession)
        .where(AuthSession.id == session_id, AuthSession.owner_id == user.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None or not sessions.is_alive(found, work.now):
        return None
    record(work.acting_as(actor_of(user)), "session.unlocked", "staff_user", user.id)
    return sessions.unlock(work.session, found, work.now)


def seal_interrupted(vault: Vault, session_id: int, kept: InterruptedRequest) -> str:
    """Return an interrupted request as text for the locked page, sealed for this session."""
    values = {name: value for name, value in kept.values.items() if name not in SECRETS}
    plain = [kept.back, kept.route, kept.path, dict(kept.params), values]
    packed = zlib.compress(json.dumps(plain, ensure_ascii=False).encode())
    return base64.urlsafe_b64encode(seal(vault.kek, packed, _context(session_id))).decode()


def open_interrupted(vault: Vault, session_id: int, sealed: str) -> InterruptedRequest:
    """Open what ``seal_interrupted`` made for this session, else fall back to the start page."""
    try:
        packed = unseal(vault.kek, base64.urlsafe_b64decode(sealed.encode()), _context(session_id))
        back, route, path, params, values = json.loads(zlib.decompress(packed))
    except (ValueError, IntegrityFaultError):
        return InterruptedRequest("/")
    return InterruptedRequest(back, route, path, params, values)


def _context(session_id: int) -> bytes:
    return f"locked_screen:{session_id}".encode()
