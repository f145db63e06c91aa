"""Staff sign-in: login and password, then a code of the authenticator app.

Both are always required (``security.md`` §2).
"""

import unicodedata
from collections.abc import Mapping

from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ThrottledError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, unseal
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions, throttles
from portal.domain.people.authn.attempts import Attempt, TypedLogin
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.networks import network_keys
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.authn.throttles import Verdict
from portal.domain.people.authn.totp import App
from portal.domain.people.authn.typed_code import CodeAnswer, read_code
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.queries import staff_user

# Five wrong codes in a quarter of an hour, then growing waits; a hundred close the factor until
# somebody unlocks it.
STAFF_CODE = throttles.Limit("s2", 5, 15 * 60, growing=True, closed_after=100)


def fold_login(typed: str) -> str:
    """Return a login in its stored form: normal width, lower case."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def account_key(vault: Vault, login: str) -> str:
    """Return the keyed name of an account's counter; unknown logins have one as well."""
    return vault.blind("staff_login", fold_login(login)).hex()


def _bring_tries(work: Work, login: str) -> None:
    """Count on where tries of this login were counted under an earlier search key."""
    own = throttles.STAFF_ACCOUNT.of(account_key(work.vault, login))
    for earlier in work.vault.earlier_blinds("staff_login", fold_login(login)):
        throttles.bring(work.session, throttles.STAFF_ACCOUNT.of(earlier.hex()), own)


def actor_of(user: StaffUser) -> Actor:
    """Return the actor of an account, for audit events."""
    return Actor(Role(user.role), user.id, Organization(user.organization))


def begin(work: Work, typed: TypedLogin, address: str) -> Attempt:
    """Count the attempt and find the hash to compare with.

    An unknown login meets the same counters and work.

    Raises:
        ThrottledError: this login or network must wait.
    """
    near, _wide = network_keys(work.vault, address)
    _bring_tries(work, typed.login)
    counters = (
        throttles.STAFF_ACCOUNT.of(account_key(work.vault, typed.login)),
        throttles.NETWORK.of("staff" + near),
    )
    require_allowed(throttles.count_in_all(work.session, counters, work.now))
    user = work.session.scalar(select(StaffUser).where(StaffUser.login == fold_login(typed.login)))
    hashed = user.password_hash if user is not None and user.active else None
    return Attempt(user.id if user is not None else None, hashed, typed.password, counters)


def require_allowed(verdict: Verdict) -> None:
    """Refuse a try that must wait. Raises ThrottledError."""
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


def matched_user(work: Work, attempt: Attempt, refusal: str) -> StaffUser | None:
    """Return the active account whose password was right, and uncount its attempt.

    Returns None for every refusal; ``refusal`` is the audit event of a wrong password.
    """
    user = staff_user(work.session, attempt.owner_id)
    if user is None:
        return None
    if not attempt.matched or not user.active:
        record(work.acting_as(actor_of(user)), refusal, "staff_user", user.id)
        return None
    attempt.uncount(work.session)
    if attempt.renewed is not None and user.password_hash == attempt.hashed:
        user.password_hash = attempt.renewed
    return user


def finish(work: Work, attempt: Attempt, replaced: AuthSession | None) -> str | None:
    """Uncount a right attempt and begin a session that waits for the code.

    Returns None for every refusal.
    """
    user = matched_user(work, attempt, "staff.signin_refused")
    if user is None:
        return None
    owner = sessions.Owner(sessions.STAFF, user.id)
    new = sessions.NewSession(owner, Stage.PASSWORD, replaces=replaced)
    return sessions.start(work.session, new, work.now)


def check_code(work: Work, staff_id: int, typed: str) -> CodeAnswer:
    """Check a code of the authenticator app; a used one is refused, wrong ones are counted.

    Raises:
        ThrottledError: too many wrong codes.
    """
    typed_code = read_code(typed)
    if typed_code.fault is not None:
        return typed_code.fault
    user = work.session.get_one(StaffUser, staff_id, with_for_update=True)
    bucket = STAFF_CODE.of(str(user.id))
    require_allowed(throttles.count_try(work.session, bucket, work.now))
    secret = unseal(work.vault.kek, user.totp_sealed, b"staff_totp:" + user.login.encode()).decode()
    answer, step = App(secret, user.totp_last_step).check(typed_code.digits, work.now)
    if answer is CodeAnswer.RIGHT:
        user.totp_last_step = step
        throttles.uncount_try(work.session, bucket)
    else:
        record(
            work.acting_as(_owner(work, user)),
            "staff.code_refused",
            "staff_user",
            user.id,
            answer=answer.value,
        )
    return answer


def _owner(work: Work, user: StaffUser) -> Actor:
    os_user = work.actor.os_user
    return actor_of(user).by_command(os_user) if os_user else actor_of(user)


def refuse_place(work: Work, attempt: Attempt) -> None:
    """Record that a right password came from a network where the account may not work.

    The attempt is uncounted.
    """
    user = work.session.get_one(StaffUser, attempt.owner_id)
    attempt.uncount(work.session)
    record(work.acting_as(actor_of(user)), "staff.place_refused", "staff_user", user.id)


def complete(work: Work, auth: AuthSession, *, data: Mapping[str, str] | None = None) -> str:
    """Begin the fully signed-in session after the right code; ``data`` is what it keeps."""
    user = work.session.get_one(StaffUser, auth.owner_id)
    user.last_sign_in_at = work.now
    record(work.acting_as(actor_of(user)), "staff.signin", "staff_user", user.id)
    owner = sessions.Owner(sessions.STAFF, user.id)
    new = sessions.NewSession(owner, Stage.FULL, data=data or {}, replaces=auth)
    return sessions.start(work.session, new, work.now)
