"""The first sign-in: its owner gives an account a password and an app key that nobody else saw.

Whoever adds an account, or gives it new secrets, reads them: without this step one person who adds
two accounts is two people for ever. Until then the account may do nothing else
(``permissions.may``) and proves nothing to a command (``command_proof``).
"""

import base64
import secrets
from dataclasses import dataclass, field

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.passwords import SALT_BYTES, hash_password
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.authn.totp import App, new_totp_secret
from portal.domain.people.authn.typed_code import CodeAnswer, read_code
from portal.domain.people.staff import stored_keys
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.services import (
    NewStaff,
    clear_tries,
    new_staff_password,
    seal_totp,
)
from portal.domain.people.staff.sign_in import actor_of
from portal.domain.people.staff.states import STAFF_ACCOUNT, state_of

KEY_BYTES = 20


@dataclass(frozen=True, slots=True)
class OwnSecrets:
    """What the owner chose: the hash of the password, and a code of the new key as typed."""

    hashed: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Finished:
    """Whether the code was right, and the ID of the session that goes on; else an empty text."""

    answer: CodeAnswer
    token: str = field(default="", repr=False)


def own_key(vault: Vault, auth: AuthSession) -> str:
    """Return the base32 key (160 bits) that this session offers to its owner's app.

    It belongs to one session: whoever knows the first secrets and looks before the owner does sees
    another key than the owner.
    """
    digest = vault.blind("staff_own_key", sessions.binding(auth), KEY_BYTES)
    return base64.b32encode(digest).decode()


def finish(work: Work, auth: AuthSession, own: OwnSecrets) -> Finished:
    """Store the own password and key once a code shows that the app has the key.

    Every other session of the account ends, and this one goes on under a new ID.

    Raises:
        WrongStateError: the account has its own secrets, or is closed; or the session has ended.
    """
    typed = read_code(own.code)
    if typed.fault is not None:
        return Finished(typed.fault)
    user = work.session.get_one(
        StaffUser, auth.owner_id, with_for_update=True, populate_existing=True
    )
    STAFF_ACCOUNT.next(state_of(user), "enroll")
    if not sessions.still_there(work.session, auth):
        raise WrongStateError(_s("このサインインは、もう終わっています。"))
    key = own_key(work.vault, auth)
    answer, step = App(key, None).check(typed.digits, work.now)
    if answer is not CodeAnswer.RIGHT:
        return Finished(answer)
    user.password_hash = own.hashed
    user.totp_sealed = seal_totp(work.vault, user.login, key)
    user.totp_last_step = step
    user.enrolled_at = work.now
    record(work.acting_as(actor_of(user)), "staff.enrolled", "staff_user", user.id)
    owner = sessions.Owner(sessions.STAFF, user.id)
    sessions.end_all(work.session, owner, keep=auth.id)
    new = sessions.NewSession(owner, Stage.FULL, data=dict(auth.data), replaces=auth)
    return Finished(answer, sessions.start(work.session, new, work.now))


def renew(work: Work, user: StaffUser, *, second: Actor | None = None) -> NewStaff:
    """Give an account new first secrets, for an owner whose phone or password is lost or copied.

    The old ones are worth nothing from now on, every session ends, failed tries are forgotten, and
    the owner begins with the first sign-in, which says who did this. Who may is asked before, by
    ``vouching``; ``second`` is the other person of two.

    Raises:
        WrongStateError: the account is closed.
    """
    STAFF_ACCOUNT.next(state_of(user), "renew")
    password, totp_secret = new_staff_password(), new_totp_secret()
    user.password_hash = hash_password(work.vault, password, secrets.token_bytes(SALT_BYTES))
    user.totp_sealed = seal_totp(work.vault, user.login, totp_secret)
    user.totp_last_step = None
    user.enrolled_at = None
    stored_keys.forget_all(work.session, user.id)
    sessions.end_all(work.session, sessions.Owner(sessions.STAFF, user.id))
    clear_tries(work, user)
    confirmed_by = second.id if second is not None else None
    record(work, "staff.renewed", "staff_user", user.id, confirmed_by=confirmed_by)
    return NewStaff(user, password, totp_secret)
