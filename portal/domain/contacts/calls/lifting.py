"""Lifting the closure of a household to callers, after five wrong tries by anybody.

Whoever guesses five times closes the line for the real parent too. Once a day somebody who took no
part in the tries may lift that, for a named reason: a supervisor or the ward, for a protected
household the ward alone. To others a protected household is as one that is not closed.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call, VerificationAttempt, VerificationRelease
from portal.domain.contacts.calls.verification import FAILURES_PER_DAY, was_lifted_since
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household
from portal.domain.people.staff.permissions import knows_protected


class LiftReason(Labeled):
    """Why the closure of a household is lifted, as staff read it."""

    AGENT_ERROR = "agent_error", lambda: _s("受けた人が、聞きまちがえたか、打ちまちがえた")
    SPELLING = "spelling", lambda: _s("名簿の名前や住所の書き方が、本人の言い方と違った")
    STRANGER = "stranger", lambda: _s("別の人の電話だったとわかり、本人を待たせている")
    CALLED_BACK = "called_back", lambda: _s("登録された電話番号で、本人とつながった")


class Closed(Struct, frozen=True):
    """A household that is closed to callers today: how many wrong tries, and the last (UTC).

    ``lifted``: its closure was lifted once on this day, so that it stays closed until the next.
    """

    household_id: int
    failures: int
    last_at: datetime
    lifted: bool


def closed_today(session: Session, day: date, *, include_protected: bool) -> Sequence[Closed]:
    """Return the households that are closed to callers on a JST day, the last one first."""
    lifted = select(VerificationRelease.household_id).where(VerificationRelease.day == day)
    rows = session.execute(
        select(
            VerificationAttempt.household_id,
            func.count(VerificationAttempt.id),
            func.max(VerificationAttempt.at),
        )
        .join(Household, Household.id == VerificationAttempt.household_id)
        .where(
            VerificationAttempt.day == day,
            VerificationAttempt.passed.is_(False),
            ~was_lifted_since(),
            Household.protected.in_([True, False] if include_protected else [False]),
        )
        .group_by(VerificationAttempt.household_id)
        .having(func.count(VerificationAttempt.id) >= FAILURES_PER_DAY)
        .order_by(func.max(VerificationAttempt.at).desc())
    ).all()
    again = set(session.scalars(lifted))
    return [Closed(key, int(count), last, key in again) for key, count, last in rows]


def lift(work: Work, household_id: int, typed: str) -> VerificationRelease:
    """Let callers of a household be verified again today.

    Raises:
        NotFoundError: it is not closed today, there is no such household, or the actor may not know
            of it: one sentence for all.
        InputError: no reason was chosen (``reason``).
        NotAllowedError: the actor made one of the tries, or it was lifted today already.
    """
    day = jst_date(work.now)
    found = _locked_closed(work, household_id)
    if found is None or work.actor.id is None:
        raise NotFoundError(_s("この世帯は、きょうは止まっていません。番号を確かめてください。"))
    reason = LiftReason.known(typed)
    if reason is None:
        raise InputError(_s("解く理由を選んでください。"), code="reason")
    if found.lifted:
        raise NotAllowedError(
            _s("きょうは、もう一度解いています。あすの電話か、区の窓口を案内してください。")
        )
    if work.actor.id in _triers(work.session, household_id, day):
        raise NotAllowedError(
            _s("確認を試した人は、自分では解けません。ほかの人に頼んでください。")
        )
    row = VerificationRelease(
        household_id=household_id,
        day=day,
        up_to=work.session.scalar(select(func.max(VerificationAttempt.id))) or 0,
        reason=reason.value,
        released_by=work.actor.id,
        released_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    about: dict[str, Any] = {"household_id": household_id, "why": reason.value}
    record(work, "household.open_to_callers", "household", household_id, **about)
    return row


def _locked_closed(work: Work, household_id: int) -> Closed | None:
    """Return what closed a household that the actor may know of, and lock it; None if nothing."""
    work.session.execute(
        select(Household.id).where(Household.id == household_id).with_for_update(key_share=True)
    )
    knows = knows_protected(work.actor)
    found = closed_today(work.session, jst_date(work.now), include_protected=knows)
    return next((one for one in found if one.household_id == household_id), None)


def _triers(session: Session, household_id: int, day: date) -> set[int]:
    statement = (
        select(Call.agent_id)
        .join(VerificationAttempt, VerificationAttempt.call_id == Call.id)
        .where(
            VerificationAttempt.household_id == household_id,
            VerificationAttempt.day == day,
            VerificationAttempt.passed.is_(False),
        )
    )
    return set(session.scalars(statement))
