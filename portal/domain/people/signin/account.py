"""The resident's own account: password, channels, sign out everywhere, report lost, new letter."""

import unicodedata

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.people.authn import codes, sessions
from portal.domain.people.authn.backup_codes import new_backup_codes
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import lock_row, move
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.notices.events import AccountEvent
from portal.domain.people.signin.changes import call_off, require_change
from portal.domain.people.signin.devices import forget_devices
from portal.domain.people.signin.evidence import Right
from portal.domain.people.signin.guessable import is_guessable
from portal.domain.people.signin.notify import notify_owner
from portal.domain.people.signin.own_password import put_own_password
from portal.domain.people.signin.steps import lock_step
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import open_once, open_task

PASSWORD_MIN, PASSWORD_MAX = 10, 128


def check_own_password(typed: str, forbidden: tuple[str, ...]) -> str:
    """Return an own password that may be set.

    It is taken as typed; there are no composition rules (NIST SP 800-63B).

    Raises:
        InputError: too short, too long, too common, or made of words that are easy to guess.
    """
    if len(typed) < PASSWORD_MIN:
        raise InputError(
            _("パスワードは10文字以上にしてください。長い文でもかまいません。"), code="short"
        )
    if len(typed) > PASSWORD_MAX:
        raise InputError(_("パスワードは128文字までにしてください。"), code="long")
    folded = unicodedata.normalize("NFKC", typed).casefold()
    if any(word and word.casefold() in folded for word in forbidden) or is_guessable(
        typed, forbidden
    ):
        raise InputError(
            _("このパスワードは、ほかの人に当てられやすいです。別のものにしてください。"),
            code="common",
        )
    return typed


def set_own_password(work: Work, auth: AuthSession, hashed: str) -> int:
    """Store the hash of an own password.

    Ends every other session of the account and returns how many.

    Raises:
        NotAllowedError: a change of channel waits: whoever may call it off must get in for that;
            or a loss was reported.
        WrongStateError: the session or the account has gone on.
    """
    credential = lock_step(work, auth, Stage.FULL)
    require_change(work, auth, credential, Right.CHANGE_SECRETS)
    put_own_password(work, credential, hashed)
    return sessions.end_all(
        work.session, sessions.Owner(sessions.RESIDENT, credential.id), keep=auth.id
    )


def renew_backup_codes(work: Work, auth: AuthSession) -> list[str]:
    """Make ten new backup codes in place of the old ones, and tell the owner.

    Raises:
        NotAllowedError: a change of channel waits: whoever may call it off may need an old one;
            or a loss was reported.
        WrongStateError: the session or the account has gone on.
    """
    credential = lock_step(work, auth, Stage.FULL)
    require_change(work, auth, credential, Right.CHANGE_SECRETS)
    _note(work, credential, "account.backup_codes")
    notify_owner(work, credential, AccountEvent.BACKUP_CODES_CHANGED)
    return new_backup_codes(work, credential.id)


def sign_out_everywhere(work: Work, auth: AuthSession) -> int:
    """End all sessions of the account, this one included; every browser is an unknown one then."""
    credential = lock_row(work.session, auth.owner_id or 0)
    forget_devices(work, credential)
    _note(work, credential, "account.sign_out_everywhere")
    return sessions.end_all(work.session, sessions.Owner(sessions.RESIDENT, credential.id))


def report_lost(work: Work, credential_id: int) -> Task:
    """Suspend the account at once, so that a finder of letter or phone is shut out.

    A new letter opens it again. Staff may do it for the household. A locked account admits nobody,
    so only the task is opened.

    Raises:
        NotFoundError: no account has this key.
        WrongStateError: the account was replaced or closed.
    """
    sources = codes.lock_all(work.session, credential_id)
    credential = lock_row(work.session, credential_id)
    task = open_once(work, TaskKind.REPORT_LOST, credential.household_id, {})
    if credential.state in {CredentialState.SUSPENDED, CredentialState.LOCKED}:
        return task  # the button was pressed twice, or the account is locked
    notify_owner(work, credential, AccountEvent.NEW_LETTER)
    call_off(work, credential, sources)  # a finder may have begun it
    forget_devices(work, credential)
    move(work, credential, "suspend", reason=TaskKind.REPORT_LOST)
    return task


def ask_new_letter(work: Work, household_id: int) -> Task:
    """Request a new letter to the registered address; the staff decide.

    Repeated requests count as one.
    """
    return open_once(work, TaskKind.NEW_LETTER, household_id, {})


def ask_without_sign_in(work: Work, details: dict[str, str]) -> Task:
    """Accept a request from somebody who cannot sign in; everybody gets a receipt number.

    Nothing is looked up here, so that neither answer nor duration differs; staff compare later, and
    whatever is sent goes only to the registered address (``security.md`` §9).
    """
    return open_task(work.acting_as(Actor(Role.RESIDENT)), TaskKind.UNMATCHED, None, details)


def _note(work: Work, credential: Credential, action: str, **detail: str) -> None:
    record(
        work.acting_as(Actor(Role.RESIDENT, credential.id)),
        action,
        "credential",
        credential.id,
        household_id=credential.household_id,
        sealed=None,
        **detail,
    )


def ask_no_channel(work: Work, auth: AuthSession) -> Task:
    """Record that no way of receiving codes works.

    Staff then offer the paper alternative or the counter.
    """
    credential = work.session.get_one(Credential, auth.owner_id)
    actor = Actor(Role.RESIDENT, credential.id)
    return open_once(work.acting_as(actor), TaskKind.NO_CHANNEL, credential.household_id, {})
