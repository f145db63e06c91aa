"""Dispose of one household by the ward's decision, and again after a restore brought it back."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization
from portal.domain.foundation.approvals.services import INSTRUCTION_MAX
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import folded
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.models import IncidentSubject
from portal.domain.oversight.copies.queries import kept_copies
from portal.domain.oversight.disposal.attested import Attested
from portal.domain.oversight.disposal.household.emptying import take_out
from portal.domain.oversight.disposal.household.keys import family_keys
from portal.domain.oversight.disposal.household.obstacles import in_the_way, sentences_about
from portal.domain.oversight.disposal.household.traces import count_traces
from portal.domain.oversight.disposal.recording import attesting, copy_values
from portal.domain.people.households.disposed import disposed_household, disposed_households
from portal.domain.people.households.models import Child, DisposedHousehold, Household
from portal.domain.people.households.records import household_digest

SUBJECT = "household"


class Decision(Struct, frozen=True):
    """The ward's decision: its number and day."""

    number: str
    day: date


def household_numbered(work: Work, number: str, *, may_know: bool) -> Household:
    """Return the household of a number, locked; protected ones only to who may know of them.

    Raises:
        NotFoundError: there is none, it was disposed of, or it is not for these people.
    """
    digest = household_digest(work.vault, folded(number))
    row = work.session.scalar(
        select(Household)
        .where(Household.number_digest == digest)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or (row.protected and not may_know):
        raise NotFoundError(_s("この番号の世帯は、見つかりませんでした。"))
    return row


def done_before(work: Work, number: str) -> DisposedHousehold | None:
    """Return what is noted of a household that was disposed of under this number."""
    return disposed_household(work.session, household_digest(work.vault, folded(number)))


def preview_of(work: Work, household: Household) -> dict[str, Any]:
    """Return what goes, and which copies and words still hold something afterwards."""
    session, key = work.session, household.id
    children = session.scalars(select(Child.id).where(Child.household_id == key)).all()
    words = select(AuditEvent.id).where(
        AuditEvent.household_id == key, AuditEvent.sealed.is_not(None)
    )
    named = select(IncidentSubject.id).where(IncidentSubject.household_id == key)
    return {
        "household": key,
        "children": len(children),
        "rows": count_traces(session, family_keys(session, key)),
        "copies": [copy_values(row) for row in kept_copies(session)],
        "words": len(session.scalars(words).all()),
        "incidents": len(session.scalars(named).all()),
    }


def dispose_of(
    work: Work, other: Actor, household: Household, decision: Decision, *, papers_gone: bool
) -> DisposedHousehold:
    """Take everything personal of a household away; money, states and counts stay.

    ``papers_gone``: both people saw that its papers and media went to the ward or were destroyed.

    Raises:
        NotAllowedError: neither person is of the ward, or one has no account.
        InputError: the decision has no number, or a day that is yet to come, or its papers are
            still there; the code names the field.
        ConflictError: something about it is still open; the message lists it.
    """
    _check(work, other)
    check_decision(work, decision)
    _check_things(work, household, papers_gone=papers_gone)
    noted = preview_of(work, household) | attesting(work, (work.actor, other), (Attested.MEDIA,))
    row = _note(work, household, decision, noted)
    row.decided_by, row.confirmed_by = work.actor.id, other.id
    take_out(work, household)
    record(
        work,
        "household.disposed",
        SUBJECT,
        household.id,
        household_id=household.id,
        with_staff=other.id,
        decision=decision.number,
        rows=sum(noted["rows"].values()),
    )
    work.session.flush()
    return row


def _check(work: Work, other: Actor) -> None:
    if work.actor.id is None or other.id is None:
        raise NotAllowedError(_s("廃棄できるのは、アカウントのある職員だけです。"))
    if Organization.WARD not in (work.actor.organization, other.organization):
        raise NotAllowedError(_s("2人のうち1人は、区の人でなければなりません。"))


def _check_things(work: Work, household: Household, *, papers_gone: bool) -> None:
    if not papers_gone:
        raise InputError(
            _s("この世帯の紙と媒体を、区に返したか廃棄したことを、2人で確かめてください。"),
            code="papers_gone",
        )
    if found := in_the_way(work.session, household.id):
        raise ConflictError(
            _s("まだ廃棄できません。何も変わっていません。")
            + "".join(f"\n- {one}" for one in sentences_about(found)),
            code="obstacles",
        )


def check_decision(work: Work, decision: Decision) -> None:
    """Check number and day of the ward's decision, as typed.

    Raises:
        InputError: there is no number, or the day is yet to come; the code names the field.
    """
    if not 0 < len(decision.number.strip()) <= INSTRUCTION_MAX:
        raise InputError(_s("区の決定の番号を、40文字までで入力してください。"), code="decision_no")
    if decision.day > jst_date(work.now):
        raise InputError(_s("日付は、今日かそれより前の日にしてください。"), code="decided_on")


def _note(
    work: Work, household: Household, decision: Decision, noted: Mapping[str, Any]
) -> DisposedHousehold:
    row = DisposedHousehold(
        household_id=household.id,
        number_digest=bytes(household.number_digest),
        decision_no=decision.number.strip(),
        decision_on=decision.day,
        disposed_at=work.now,
        record=dict(noted),
    )
    work.session.add(row)
    work.session.flush()
    return row


def still_there(session: Session, digests: Collection[bytes]) -> int:
    """Return how many of these households are there under their own numbers."""
    statement = select(func.count(Household.id)).where(Household.number_digest.in_(digests))
    return session.scalar(statement) or 0


def dispose_again(work: Work, digests: Mapping[bytes, Decision]) -> int:
    """Dispose of households again that a restored backup brought back; return how many.

    What was open in the backup keeps nothing: the ward decided, and it was carried out before.
    """
    known = {bytes(row.number_digest) for row in disposed_households(work.session)}
    again = 0
    for digest, decision in digests.items():
        if digest in known:
            continue
        household = work.session.scalar(
            select(Household).where(Household.number_digest == digest).with_for_update()
        )
        if household is None:
            continue
        _note(work, household, decision, preview_of(work, household) | {"people": []})
        take_out(work, household)
        record(
            work,
            "household.disposed_again",
            SUBJECT,
            household.id,
            household_id=household.id,
            decision=decision.number,
        )
        again += 1
    work.session.flush()
    return again
