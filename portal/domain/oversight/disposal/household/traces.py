"""Every place where something personal of a household may stand, and what becomes of it.

A table with a personal or secret column is in ``TRACES``, ``WITH_RULES`` or ``KEPT``: a test fails
for one that is in none.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.escalations.models import Escalation, EscalationAnswer
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.notes.models import HouseholdNote
from portal.domain.desk.openings.models import HouseholdOpening
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.base import Base
from portal.domain.letters.letters.models import Letter, LetterOrder, LetterWithoutId
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.printing.proofs.models import PrintProofPage
from portal.domain.mailroom.tracking.models import DismissedNumber, TrackingEvent
from portal.domain.oversight.disposal.household.keys import FamilyKeys
from portal.domain.oversight.registers.models import PersonRequest
from portal.domain.oversight.reports.monthly.models import ReportNote
from portal.domain.people.authn.models import (
    AuthSession,
    BackupCode,
    OneTimeCode,
    OtpAuthenticator,
    Passkey,
)
from portal.domain.people.authn.sessions import RESIDENT
from portal.domain.people.coupons.models import StatementDifference
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Hold, MovedChild, OldSearchRow, PrintText
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.pauses.models import SendingPause
from portal.domain.people.tasks.models import Task
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.recipients.models import CounterHandOver
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.requests.models import PaperForm, Request, Scan, ScanFinding


class Trace(Struct, frozen=True):
    """Rows of a table that are about a household: they go, or columns of them are emptied.

    Attributes:
        table: The table.
        rows: Selects the rows.
        emptied: The columns that are emptied, with what stands in them afterwards; None: rows go.
    """

    table: type[Base]
    rows: Callable[[FamilyKeys], ColumnElement[bool]]
    emptied: Mapping[str, object] | None = None


_SEALED = {"sealed": None, "wrapped_key": None}
TRACES: tuple[Trace, ...] = (
    Trace(OneTimeCode, lambda keys: OneTimeCode.authenticator_id.in_(keys.sources)),
    Trace(OtpAuthenticator, lambda keys: OtpAuthenticator.id.in_(keys.sources)),
    Trace(Passkey, lambda keys: Passkey.credential_id.in_(keys.credentials)),
    Trace(BackupCode, lambda keys: BackupCode.credential_id.in_(keys.credentials)),
    Trace(
        AuthSession,
        lambda keys: (AuthSession.site == RESIDENT) & AuthSession.owner_id.in_(keys.credentials),
    ),
    Trace(
        Letter,
        lambda keys: Letter.id.in_(keys.letters),
        {"credential_id": None, "counter": False, "large_print": None},
    ),
    Trace(Credential, lambda keys: Credential.id.in_(keys.credentials)),
    Trace(OutboxMessage, lambda keys: OutboxMessage.household_id == keys.household),
    Trace(LetterOrder, lambda keys: LetterOrder.household_id == keys.household),
    Trace(PrintText, lambda keys: PrintText.household_id == keys.household),
    Trace(MovedChild, lambda keys: MovedChild.household_id == keys.household),
    Trace(Hold, lambda keys: Hold.household_id == keys.household),
    Trace(OldSearchRow, lambda keys: OldSearchRow.household_id == keys.household),
    Trace(
        # what is sealed in an approval is the print text of a household
        Approval,
        lambda keys: (Approval.subject_id == keys.household) & Approval.sealed.is_not(None),
        {"sealed": None},
    ),
    Trace(
        PersonRequest,
        lambda keys: PersonRequest.household_id == keys.household,
        _SEALED,
    ),
    Trace(ReportNote, lambda keys: ReportNote.call_id.in_(keys.calls)),
    Trace(PaperForm, lambda keys: PaperForm.request_id.in_(keys.requests)),
    Trace(
        CounterHandOver,
        lambda keys: CounterHandOver.household_id == keys.household,
        {"receipt_scan_id": None},
    ),
    Trace(HouseholdNote, lambda keys: HouseholdNote.household_id == keys.household),
    Trace(SendingPause, lambda keys: SendingPause.household_id == keys.household),
    Trace(EscalationAnswer, lambda keys: EscalationAnswer.escalation_id.in_(keys.questions)),
    Trace(Escalation, lambda keys: Escalation.id.in_(keys.questions)),
    Trace(
        Call,
        lambda keys: Call.id.in_(keys.calls),
        _SEALED | {"relay_service": False, "fax_case_id": None},
    ),
    Trace(
        FaxReply,
        lambda keys: FaxReply.case_id.in_(keys.cases) | (FaxReply.household_id == keys.household),
    ),
    Trace(FaxCase, lambda keys: FaxCase.id.in_(keys.cases)),
    Trace(ScanFinding, lambda keys: ScanFinding.scan_id.in_(keys.scans)),
    Trace(Scan, lambda keys: Scan.id.in_(keys.scans)),
    Trace(
        CallHousehold,
        lambda keys: CallHousehold.household_id == keys.household,
        {"relation": None},
    ),
    Trace(
        HouseholdOpening,
        lambda keys: HouseholdOpening.household_id == keys.household,
        {"sealed": None},
    ),
    Trace(Task, lambda keys: Task.household_id == keys.household, _SEALED),
    Trace(
        Redelivery,
        lambda keys: Redelivery.request_id.in_(keys.requests),
        {"matches": [], "ward_only": False, "elsewhere": None},
    ),
    Trace(DeclineItem, lambda keys: DeclineItem.request_id.in_(keys.requests), {"adult": False}),
    Trace(
        Request,
        lambda keys: Request.id.in_(keys.requests),
        _SEALED | {"reply_sealed": None, "ward_only": False, "language": "ja"},
    ),
    Trace(
        TrackingEvent,
        lambda keys: (
            TrackingEvent.shipment_id.in_(keys.shipments)
            | TrackingEvent.tracking_no.in_(keys.numbers)
        ),
    ),
    Trace(DismissedNumber, lambda keys: DismissedNumber.tracking_no.in_(keys.numbers)),
    Trace(Shipment, lambda keys: Shipment.id.in_(keys.shipments), {"tracking_no": None}),
    Trace(
        LetterWithoutId,
        lambda keys: LetterWithoutId.id.in_(keys.bare_letters),
        {"tracking_no": None, "large_print": None},
    ),
    Trace(
        PrintProofPage,
        lambda keys: (
            PrintProofPage.letter_id.in_(keys.letters)
            | PrintProofPage.bare_letter_id.in_(keys.bare_letters)
        ),
        {"sealed": None},
    ),
    Trace(
        StatementDifference,
        lambda keys: StatementDifference.coupon_id.in_(keys.coupons),
        {"note_sealed": None},
    ),
)
"""In this order: what refers to others first."""

WITH_RULES = frozenset({"household", "child", "coupon_fault", "roster_row", "escalation_sheet"})
"""Tables whose rows are written anew without the household (``emptying``)."""

KEPT: Mapping[str, str] = {
    "audit_event": "the chain: households by key; sealed words are opened for nobody",
    "coupon": "money: a code of the issuer, no person",
    "coupon_batch": "money: the key of the codes",
    "disposal": "everything is disposed of by another command",
    "disposed_household": "that it was disposed of",
    "floor_call": "a week, and no household is known of a call",
    "loss_report": "some seconds, sealed, and of no household that could be told",
    "staff_user": "people of ward and contractor",
    "staff_key": "as `staff_user`",
    "staff_mailbox": "as `staff_user`",
    "throttle_bucket": "keyed digests of a day, of no household that could be told",
    "roster_import": "the key of rows that are in `roster_row`",
    "staged_household": "refused while an import waits; empty otherwise",
    "staged_child": "as `staged_household`",
    "staged_hold": "as `staged_household`",
    "sealed_file": "refused while a file with its letter is kept",
    "scan_draft": "half an hour, and only its browser has the key",
    "sealed_piece": "as `sealed_file`",
    "person_list": "a file of two weeks at most that no key here opens, and keyed digests",
    "incident": "the ward's record of an accident; the certificate says how many name it",
    "incident_report": "as `incident`",
    "dispatch": "words to the post office",
    "print_proof": "why a proof was refused",
    "file_transfer": "why a difference was accepted",
    "test_address": "of staff",
    "site_switch": "why a site was switched on",
    "register_entry": "papers of the contract",
    "register_file": "as `register_entry`",
    "self_check": "what was checked of the deployment",
    "milestone": "the plan",
    "minutes_version": "minutes",
    "open_question": "questions about the contract",
    "checklist_answer": "answers about the contract",
    "ward_answer": "answers about the contract",
    "monthly_report": "counts and texts of a month",
    "report_version": "as `monthly_report`",
    "report_difference": "as `monthly_report`",
    "report_comment": "words on a month's counts, of no household",
}
"""Tables in which nothing of one household is looked for, with the reason."""


def count_traces(session: Session, keys: FamilyKeys) -> dict[str, int]:
    """Return how many rows of each table go or are emptied."""
    found: dict[str, int] = {}
    for trace in TRACES:
        counted = select(func.count()).select_from(trace.table).where(trace.rows(keys))
        name = trace.table.__tablename__
        found[name] = found.get(name, 0) + (session.scalar(counted) or 0)
    return {name: count for name, count in sorted(found.items()) if count}


def take_traces(session: Session, keys: FamilyKeys) -> None:
    """Take all of it away, in the running transaction."""
    for trace in TRACES:
        rows = trace.rows(keys)
        if trace.emptied is None:
            session.execute(delete(trace.table).where(rows))
        else:
            session.execute(update(trace.table).where(rows).values(dict(trace.emptied)))
    session.expire_all()
