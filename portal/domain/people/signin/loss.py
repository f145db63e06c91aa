"""A report that the letter or the phone is lost, by what is left; it locks, and does nothing else.

Whoever has the letter (ID and password) reports the phone; whoever has the phone
(``loss_by_phone``) reports the letter. The account is then shut to unknown browsers; known ones,
with their sessions, go on, but every passkey ends with what it alone opened. Nothing is opened,
shown or changed, but that a change which waits is called off if it was made with what is lost; a
verified call or the counter lifts it the same day. Nobody is told whether anything was found: page
and time are the same for an ID that is unknown, protected or shut already, and when the household's
three reports of the month are used up; a worker does what a report does (``loss_waiting``). A
household that may not use the site (``domain.md`` §2.6) is neither shut nor told.
"""

from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.authn import passkeys, throttles
from portal.domain.people.authn.attempts import Attempt
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import RESIDENT
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import lock_row, move_door
from portal.domain.people.households.models import Household
from portal.domain.people.notices.events import AccountEvent
from portal.domain.people.signin import slow_mode
from portal.domain.people.signin.attempt import is_served, password_of
from portal.domain.people.signin.changes import call_off_lost, settle
from portal.domain.people.signin.evidence import Item, Right, may
from portal.domain.people.signin.loss_waiting import Report, Step, let_wait
from portal.domain.people.signin.notify import notify_owner
from portal.domain.people.signin.standing import account_at, is_known, rests_on_passkey
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_once


def by_password(work: Work, attempt: Attempt) -> None:
    """Report the phone lost, with ID and password that were compared; the attempt stays counted."""
    (item,) = password_of(attempt)
    right = attempt.matched and attempt.owner_id is not None
    report = Report(Step.PASSWORD, attempt.owner_id or 0, item=item.value if right else "")
    let_wait(work, report)


def judge_password(work: Work, report: Report) -> None:
    """Shut the account of a report by ID and password; a wrong one is noted."""
    if not report.item:
        credential = work.session.get(Credential, report.credential_id)
        note_refused(work, credential, "wrong")
        slow_mode.note_failure(work)
        return
    shut(work, report.credential_id, frozenset({Item(report.item)}), Right.REPORT_PHONE)


def shut(work: Work, credential_id: int, shown: frozenset[Item], right: Right) -> None:
    """Shut an account to unknown browsers, and tell its channels and the staff.

    A change that waits is called off if it was made with what is lost.
    """
    sources = settle(work, credential_id)
    credential = lock_row(work.session, credential_id)
    household = work.session.get_one(Household, credential.household_id)
    if not is_served(household) or not may(shown, account_at(credential, work.now), right):
        note_refused(work, credential, "closed")
        return
    of_month = throttles.LOSS_REPORTS.of(f"h{household.id}")
    if not throttles.count_try(work.session, of_month, work.now).allowed:
        note_refused(work, credential, "spent")
        return
    by_resident = work.acting_as(Actor(Role.RESIDENT, credential.id))
    move_door(by_resident, credential, right.value)
    passkeys.forget_all(work.session, [credential.id])
    call_off_lost(by_resident, credential, sources)
    _end_unfinished(work, credential)
    notify_owner(by_resident, credential, AccountEvent.LOSS_REPORTED)
    open_once(by_resident, TaskKind.LOSS_REPORTED, household.id, {})


def _end_unfinished(work: Work, credential: Credential) -> None:
    """End the sign-ins that unknown browsers have begun, and sessions that a passkey alone opened.

    What else is signed in was known by then.
    """
    begun = select(AuthSession).where(
        AuthSession.site == RESIDENT, AuthSession.owner_id == credential.id
    )
    for auth in work.session.scalars(begun):
        if not is_known(auth) or rests_on_passkey(auth):
            work.session.delete(auth)
    work.session.flush()


def note_refused(work: Work, credential: Credential | None, reason: str) -> None:
    """Record that a report did nothing, and why: only the audit knows."""
    credential_id = credential.id if credential is not None else None
    record(
        work.acting_as(Actor(Role.RESIDENT, credential_id)),
        "loss.refused",
        "credential",
        credential_id,
        household_id=credential.household_id if credential is not None else None,
        reason=reason,
    )


def lift(work: Work, credential: Credential, shown: frozenset[Item]) -> None:
    """End a report for somebody whom the staff verified; a finder of what is lost proves nothing.

    ``credential`` is locked.

    Raises:
        WrongStateError: nothing was reported, or what was shown was reported lost itself.
    """
    if not may(shown, account_at(credential, work.now), Right.LIFT):
        raise WrongStateError(
            _s(
                "この届け出は、これでは解けません。窓口で本人確認書類を見るか、新しい手紙を出します。"
            )
        )
    move_door(work, credential, "lift")
