"""The keys of all rows that are about one household, taken before the first of them goes."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.escalations.models import Escalation, EscalationAnswer
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.letters.letters.models import Letter, LetterWithoutId
from portal.domain.letters.shipments.models import Shipment
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.credentials.models import Credential
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.tasks.models import Task
from portal.domain.requests.recipients.models import CounterHandOver, RecipientChange
from portal.domain.requests.requests.models import PaperForm, Request, Scan


class FamilyKeys(Struct, frozen=True):
    """Keys of rows; ``numbers`` are the post's numbers of what was sent to the household."""

    household: int
    credentials: Sequence[int]
    sources: Sequence[int]
    requests: Sequence[int]
    calls: Sequence[int]
    questions: Sequence[int]
    cases: Sequence[int]
    scans: Sequence[int]
    letters: Sequence[int]
    bare_letters: Sequence[int]
    shipments: Sequence[int]
    coupons: Sequence[int]
    numbers: Sequence[str]


def family_keys(session: Session, household: int) -> FamilyKeys:
    """Return the keys of everything that is about a household."""
    credentials = _all(session, select(Credential.id).where(Credential.household_id == household))
    requests = _all(
        session,
        select(Request.id).where(Request.household_id == household),
        _changes(household).where(Request.household_id.is_(None)),
    )
    questions = _all(session, select(Escalation.id).where(Escalation.household_id == household))
    cases = _all(session, select(FaxCase.id).where(FaxCase.household_id == household))
    mine = select(Entitlement.id).where(Entitlement.household_id == household)
    bare = select(LetterWithoutId.id).where(LetterWithoutId.household_id == household)
    return FamilyKeys(
        household=household,
        credentials=credentials,
        sources=_all(
            session,
            select(OtpAuthenticator.id).where(OtpAuthenticator.credential_id.in_(credentials)),
        ),
        requests=requests,
        calls=_calls(session, household, questions, cases),
        questions=questions,
        cases=cases,
        scans=_scans(session, household, requests, questions, cases),
        letters=_all(session, select(Letter.id).where(Letter.household_id == household)),
        bare_letters=_all(session, bare),
        shipments=_all(session, select(Shipment.id).where(Shipment.household_id == household)),
        coupons=_all(session, select(Coupon.id).where(Coupon.entitlement_id.in_(mine))),
        numbers=_numbers(session, household),
    )


def _changes(household: int) -> Select[int]:
    """Select the requests for a change of recipient of a child of the household.

    Until one is accepted it belongs to no household, and for good if it is refused.
    """
    return (
        select(Request.id)
        .join(RecipientChange, RecipientChange.request_id == Request.id)
        .where(RecipientChange.from_household_id == household)
    )


def _all(session: Session, *statements: Select[int] | Select[int | None]) -> Sequence[int]:
    found = {key for statement in statements for key in session.scalars(statement)}
    return sorted(key for key in found if key is not None)


def _calls(
    session: Session, household: int, questions: Sequence[int], cases: Sequence[int]
) -> Sequence[int]:
    tasks = select(Task.id).where(Task.household_id == household)
    return _all(
        session,
        select(CallHousehold.call_id).where(CallHousehold.household_id == household),
        select(Call.id).where(Call.task_id.in_(tasks) | Call.fax_case_id.in_(cases)),
        select(FaxReply.call_id).where(FaxReply.household_id == household),
        select(Escalation.call_id).where(Escalation.id.in_(questions)),
    )


def _scans(
    session: Session,
    household: int,
    requests: Sequence[int],
    questions: Sequence[int],
    cases: Sequence[int],
) -> Sequence[int]:
    handed = select(CounterHandOver.receipt_scan_id)
    return _all(
        session,
        select(Scan.id).where(Scan.household_id == household),
        select(PaperForm.scan_id).where(PaperForm.request_id.in_(requests)),
        select(FaxCase.scan_id).where(FaxCase.id.in_(cases)),
        select(EscalationAnswer.scan_id).where(EscalationAnswer.escalation_id.in_(questions)),
        handed.where(CounterHandOver.household_id == household),
    )


def _numbers(session: Session, household: int) -> Sequence[str]:
    sent = (
        select(Shipment.tracking_no).where(Shipment.household_id == household),
        select(LetterWithoutId.tracking_no).where(LetterWithoutId.household_id == household),
    )
    return sorted({one for query in sent for one in session.scalars(query) if one})
