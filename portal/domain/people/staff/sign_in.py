"""Staff sign-in: login and password, then a code of the authenticator app.

Both are always required (``security.md`` §2).
"""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ThrottledError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, unseal
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions, throttles
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.networks import network_keys
from portal.domain.people.authn.totp import totp_step
from portal.domain.people.authn.typed_code import CodeAnswer, read_code
from portal.domain.people.staff.models import StaffUser

STAGE_PASSWORD, STAGE_FULL = "password", "full"
# Five wrong codes in a quarter of an hour, then growing waits; a hundred close the factor until
# somebody unlocks it.
STAFF_CODE = throttles.Limit("s2", 5, 15 * 60, growing=True, closed_after=100)


@dataclass(frozen=True, slots=True)
class StaffAttempt:
    """A counted try: what to compare with, and the counters that a right one is given back to."""

    staff_id: int | None
    hashed: str | None = field(repr=False)
    counters: tuple[tuple[throttles.Limit, str], ...] = ()


def fold_login(typed: str) -> str:
    """Return a login in its stored form: normal width, lower case."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def account_key(vault: Vault, login: str) -> str:
    """Return the keyed name of an account's counter; unknown logins have one as well."""
    return vault.blind("staff_login", fold_login(login)).hex()


def actor_of(user: StaffUser) -> Actor:
    """Return the actor of an account, for audit events."""
    return Actor(Role(user.role), user.id, Organization(user.organization))


def begin(work: Work, login: str, address: str) -> StaffAttempt:
    """Count the try and find what to compare with.

    An unknown login meets the same counters and work.

    Raises:
        ThrottledError: this login or network must wait.
    """
    near, _wide = network_keys(work.vault, address)
    counters = (
        (throttles.STAFF_ACCOUNT, account_key(work.vault, login)),
        (throttles.NETWORK, "staff" + near),
    )
    for limit, key in counters:
        _take(work.session, limit, key, work.now)
    user = work.session.scalar(select(StaffUser).where(StaffUser.login == fold_login(login)))
    hashed = user.password_hash if user is not None and user.active else None
    return StaffAttempt(user.id if user is not None else None, hashed, counters)


def _take(session: Session, limit: throttles.Limit, key: str, now: datetime) -> None:
    verdict = throttles.take(session, limit, key, now)
    if verdict.allowed:
        return
    if verdict.retry_at is None:
        raise ThrottledError(
            _s("何度も間違えたため、サインインを止めています。管理者に連絡してください。"),
            retry_at=None,
        )
    raise ThrottledError(
        _s("続けて間違えたため、少し待ってください。しばらくしてから、もう一度お試しください。"),
        retry_at=verdict.retry_at,
    )


def finish(
    work: Work, attempt: StaffAttempt, replaced: AuthSession | None, *, matched: bool
) -> str | None:
    """Give a right try back and begin a session that waits for the code.

    Returns None for every kind of wrong.
    """
    user = work.session.get(StaffUser, attempt.staff_id) if attempt.staff_id is not None else None
    if user is None:
        return None
    if not matched or not user.active:
        record(work.acting_as(actor_of(user)), "staff.signin_refused", "staff_user", user.id)
        return None
    for limit, key in attempt.counters:
        throttles.give_back(work.session, limit, key)
    return sessions.start(
        work.session, sessions.STAFF, STAGE_PASSWORD, user.id, work.now, replaces=replaced
    )


def check_code(work: Work, staff_id: int, typed: str) -> CodeAnswer:
    """Check a code of the authenticator app; a used one is refused, wrong ones are counted.

    Raises:
        ThrottledError: too many wrong codes.
    """
    typed_code = read_code(typed)
    if typed_code.fault is not None:
        return typed_code.fault
    user = work.session.get_one(StaffUser, staff_id, with_for_update=True)
    _take(work.session, STAFF_CODE, str(user.id), work.now)
    secret = unseal(work.vault.kek, user.totp_sealed, b"staff_totp:" + user.login.encode()).decode()
    answer, step = totp_step(secret, typed_code.digits, work.now, user.totp_last_step)
    if answer is CodeAnswer.RIGHT:
        user.totp_last_step = step
        throttles.give_back(work.session, STAFF_CODE, str(user.id))
    else:
        record(
            work.acting_as(actor_of(user)),
            "staff.code_refused",
            "staff_user",
            user.id,
            answer=answer.value,
        )
    return answer


def refuse_place(work: Work, attempt: StaffAttempt) -> None:
    """Record that a right password came from a network where the account may not work.

    The try is given back.
    """
    user = work.session.get_one(StaffUser, attempt.staff_id)
    for limit, key in attempt.counters:
        throttles.give_back(work.session, limit, key)
    record(work.acting_as(actor_of(user)), "staff.place_refused", "staff_user", user.id)


def complete(work: Work, auth: AuthSession, *, data: dict[str, str] | None = None) -> str:
    """Step up after the right code: a new session ID, fully signed in; ``data`` is what it keeps."""
    user = work.session.get_one(StaffUser, auth.owner_id)
    user.last_sign_in_at = work.now
    record(work.acting_as(actor_of(user)), "staff.signin", "staff_user", user.id)
    return sessions.start(
        work.session, sessions.STAFF, STAGE_FULL, user.id, work.now, data=data, replaces=auth
    )
