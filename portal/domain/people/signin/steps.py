"""Which account a step of the sign-in belongs to, asked again under the account's lock.

A session that was left at one step must open nothing once the account has gone on without it.
"""

from collections.abc import Mapping
from datetime import datetime

from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.program.schema import PasswordMode, Program
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import lock_row
from portal.domain.people.credentials.states import CredentialState

STATE_OF: Mapping[str, CredentialState] = {
    Stage.BIRTH: CredentialState.ISSUED,
    Stage.CHANNEL: CredentialState.ISSUED,
    Stage.CODE: CredentialState.ACTIVE,
    Stage.FULL: CredentialState.ACTIVE,
}
"""The state in which the account of a session at a stage has to be."""
FIRST_PASSWORD = "own_password"  # noqa: S105  (the name of a key)
"""The key of a session's data with the hash of the own password that its first sign-in chose."""


def state_at(credential: Credential, now: datetime) -> CredentialState:
    """Return the state of an account at an instant (UTC): its sources may be gone by then."""
    state = CredentialState(credential.state)
    is_reset = credential.reset_at is not None and credential.reset_at <= now
    return CredentialState.ISSUED if is_reset and state is CredentialState.ACTIVE else state


def lock_step(work: Work, auth: AuthSession, stage: Stage) -> Credential:
    """Lock the account of a session that takes a step.

    Raises:
        WrongStateError: the session is at another step or has ended meanwhile, or its account is
            no longer in the state that belongs to the step.
    """
    credential = lock_account(work, auth, stage)
    if not sessions.still_there(work.session, auth):
        raise step_is_over()
    return credential


def lock_account(work: Work, auth: AuthSession, stage: Stage) -> Credential:
    """Lock the account as ``lock_step`` does, for a step that finds out itself about its session.

    Raises:
        WrongStateError: the session is at another step, or its account is no longer in the state
            that belongs to it.
    """
    if auth.owner_id is None or auth.stage != stage:
        raise step_is_over()
    credential = lock_row(work.session, auth.owner_id)
    if state_at(credential, work.now) is not STATE_OF[stage]:
        raise step_is_over()
    return credential


def needs_password(program: Program, credential: Credential) -> bool:
    """Return whether a first sign-in must choose an own password.

    True where the letter's password works only once, unless an own one is in force already (after
    ``reset_channel``).
    """
    in_force = credential.own_password_hash is not None and credential.activated_at is not None
    return program.letter_password_mode is not PasswordMode.REUSABLE and not in_force


def step_is_over() -> WrongStateError:
    """Return the error for a step that is done or no longer possible."""
    return WrongStateError(
        _(
            "この手続きは、もう終わっているか、できなくなっています。はじめから、"
            "やりなおしてください。"
        )
    )
