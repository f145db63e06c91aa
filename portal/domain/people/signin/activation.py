"""First sign-in: the householder's birth date, then a proven source of codes, then backup codes."""

from datetime import date
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.vault import any_same
from portal.domain.foundation.work import Work
from portal.domain.people.authn import codes, sessions
from portal.domain.people.authn.backup_codes import new_backup_codes
from portal.domain.people.authn.channels import SourceState
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import move
from portal.domain.people.households.models import Household
from portal.domain.people.households.records import birth_digests
from portal.domain.people.signin.evidence import Item, Right
from portal.domain.people.signin.own_password import put_own_password
from portal.domain.people.signin.standing import is_known, kept_as, require_step, shown_in
from portal.domain.people.signin.steps import (
    FIRST_PASSWORD,
    lock_step,
    needs_password,
    step_is_over,
)
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


class BirthCheck(Struct, frozen=True):
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
        WrongStateError: the session is not at this step, or the account is past it.
    """
    credential = lock_step(work, auth, Stage.BIRTH)
    household = work.session.get_one(Household, credential.household_id)
    by_resident = work.acting_as(Actor(Role.RESIDENT, credential.id))
    digests = birth_digests(work.vault, household.number_digest, typed)
    if household.birth_digest is not None and any_same(household.birth_digest, digests):
        shown = shown_in(auth) | {Item.BIRTH}
        require_step(auth, credential, shown, Right.FIRST_SIGN_IN, work.now)
        kept = kept_as(shown, known_device=is_known(auth))
        token = _next_session(work, auth, Stage.CHANNEL, kept)
        record(
            by_resident,
            "activation.birth",
            "credential",
            credential.id,
            household_id=household.id,
        )
        return BirthCheck(BirthAnswer.RIGHT, token)
    return _count_wrong(by_resident, credential, [one[:WRONG_BYTES] for one in digests])


def _count_wrong(work: Work, credential: Credential, shorts: list[bytes]) -> BirthCheck:
    """Count a wrong date, and freeze the credential after too many different ones.

    ``shorts`` are its digests, one for each pepper.
    """
    wrong = [
        credential.wrong_births[i : i + WRONG_BYTES]
        for i in range(0, len(credential.wrong_births), WRONG_BYTES)
    ]
    if not any(short in wrong for short in shorts):
        credential.wrong_births += shorts[0]
        wrong.append(shorts[0])
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


def choose_first_password(work: Work, auth: AuthSession, hashed: str) -> None:
    """Keep the hash of an own password in the session of a first sign-in.

    It counts from the activation by this session on; whoever left another session at this step
    sets nothing.

    Raises:
        WrongStateError: the session is not at this step, or no own password is asked for here.
    """
    credential = lock_step(work, auth, Stage.CHANNEL)
    if not needs_password(work.program, credential):
        raise step_is_over()
    auth.data = auth.data | {FIRST_PASSWORD: hashed}


def has_password(program: Program, auth: AuthSession, credential: Credential) -> bool:
    """Return whether a first sign-in has the own password that it needs, if any."""
    return bool(auth.data.get(FIRST_PASSWORD)) or not needs_password(program, credential)


def activate(work: Work, auth: AuthSession) -> tuple[str, list[str]]:
    """Finish the first sign-in after the channel was proven.

    Every other session of the account ends, with what it was enrolling: one of a stranger who has
    the letter too may have been left at any step. Returns the new session ID and ten backup codes.

    Raises:
        WrongStateError: the session is not at this step, or the account is past it.
    """
    credential = lock_step(work, auth, Stage.CHANNEL)
    require_step(auth, credential, shown_in(auth), Right.FIRST_SIGN_IN, work.now)
    if not has_password(work.program, auth, credential):
        raise step_is_over()
    move(work.acting_as(Actor(Role.RESIDENT, credential.id)), credential, "activate")
    owner = sessions.Owner(sessions.RESIDENT, credential.id)
    sessions.end_all(work.session, owner, keep=auth.id)
    sources = codes.lock_all(work.session, credential.id)
    codes.forget(work.session, [one for one in sources if one.state == SourceState.PENDING])
    chosen = auth.data.get(FIRST_PASSWORD)
    if chosen:
        put_own_password(work, credential, chosen)
    elif credential.activated_at is None:
        credential.own_password_hash = None  # of a first sign-in that was never finished
    credential.activated_at = credential.activated_at or work.now
    backup = new_backup_codes(work, credential.id)
    proven = {Item(one.kind) for one in sources if one.state == SourceState.CONFIRMED}
    kept = kept_as(shown_in(auth) | proven, known_device=True)
    return _next_session(work, auth, Stage.FULL, kept), backup


def _next_session(work: Work, auth: AuthSession, stage: Stage, kept: dict[str, Any]) -> str:
    owner = sessions.Owner(sessions.RESIDENT, auth.owner_id or 0)
    new = sessions.NewSession(owner, stage, data=kept, device=auth.device, replaces=auth)
    return sessions.start(work.session, new, work.now)


def credential_of(session: Session, auth: AuthSession) -> Credential:
    """Return the credential of a session."""
    return session.get_one(Credential, auth.owner_id)
