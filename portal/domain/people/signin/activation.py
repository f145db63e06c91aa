"""First sign-in: the householder's birth date, then a proven source of codes, then backup codes."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.texts import _
from portal.domain.foundation.vault import same
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions
from portal.domain.people.authn.backup_codes import new_backup_codes
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import lock_row, move
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.households.models import Household
from portal.domain.people.households.records import birth_digest
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_once

# T8 of security.md §2: five different wrong dates per letter, then people decide.
BIRTH_TRIES = 5
WRONG_BYTES = 16


class BirthAnswer(StrEnum):
    """The result of checking a typed birth date."""

    RIGHT = "right"
    WRONG = "wrong"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class BirthCheck:
    """The result of a check: a right date continues the session with ``token``.

    ``receipt_no`` is for a person who is locked out.
    """

    answer: BirthAnswer
    token: str = ""
    tries_left: int = 0
    receipt_no: str = ""


def check_birth(work: Work, auth: AuthSession, typed: date) -> BirthCheck:
    """Compare the householder's birth date; the same wrong date twice counts once.

    Raises:
        WrongStateError: the session is not at this step.
    """
    _at_stage(auth, Stage.BIRTH)
    credential = lock_row(work.session, _owner(auth))
    household = work.session.get_one(Household, credential.household_id)
    by_resident = work.acting_as(Actor(Role.RESIDENT, credential.id))
    if credential.state != CredentialState.ISSUED:
        raise _over()
    digest = birth_digest(work.vault, household.number_digest, typed)
    if household.birth_digest is not None and same(digest, household.birth_digest):
        token = _next_session(work, auth, Stage.CHANNEL)
        record(
            by_resident,
            "activation.birth",
            "credential",
            credential.id,
            household_id=household.id,
        )
        return BirthCheck(BirthAnswer.RIGHT, token)
    return _count_wrong(by_resident, credential, digest[:WRONG_BYTES])


def _count_wrong(work: Work, credential: Credential, short: bytes) -> BirthCheck:
    """Count a wrong date by its digest, and freeze the credential after too many different ones."""
    wrong = [
        credential.wrong_births[i : i + WRONG_BYTES]
        for i in range(0, len(credential.wrong_births), WRONG_BYTES)
    ]
    if short not in wrong:
        credential.wrong_births += short
        wrong.append(short)
        record(
            work,
            "activation.birth_wrong",
            "credential",
            credential.id,
            household_id=credential.household_id,
        )
    if len(wrong) < BIRTH_TRIES:
        return BirthCheck(BirthAnswer.WRONG, tries_left=BIRTH_TRIES - len(wrong))
    move(work, credential, "lock", reason=TaskKind.BIRTH_FROZEN)
    task = open_once(work, TaskKind.BIRTH_FROZEN, credential.household_id, {})
    return BirthCheck(BirthAnswer.FROZEN, receipt_no=task.receipt_no)


def activate(work: Work, auth: AuthSession) -> tuple[str, list[str]]:
    """Finish the first sign-in after the channel was proven.

    Returns the new session ID and ten backup codes.

    Raises:
        WrongStateError: the session is not at this step.
    """
    _at_stage(auth, Stage.CHANNEL)
    credential = lock_row(work.session, _owner(auth))
    move(work.acting_as(Actor(Role.RESIDENT, credential.id)), credential, "activate")
    credential.activated_at = credential.activated_at or work.now
    backup = new_backup_codes(work, credential.id)
    return _next_session(work, auth, Stage.FULL), backup


def _next_session(work: Work, auth: AuthSession, stage: Stage) -> str:
    owner = sessions.Owner(sessions.RESIDENT, _owner(auth))
    new = sessions.NewSession(owner, stage, device=auth.device, replaces=auth)
    return sessions.start(work.session, new, work.now)


def credential_of(session: Session, auth: AuthSession) -> Credential:
    """Return the credential of a session."""
    return session.get_one(Credential, _owner(auth))


def _owner(auth: AuthSession) -> int:
    if auth.owner_id is None:
        raise WrongStateError(_("もう一度サインインしてください。"))
    return auth.owner_id


def _at_stage(auth: AuthSession, stage: Stage) -> None:
    if auth.stage != stage:
        raise _over()


def _over() -> WrongStateError:
    return WrongStateError(
        _(
            "この手続きは、もう終わっているか、できなくなっています。はじめから、"
            "やりなおしてください。"
        )
    )
