"""What is in the way of disposing of one household: everything about it that is still open."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.escalations import states as questions
from portal.domain.contacts.escalations.models import Escalation
from portal.domain.contacts.faxes import states as faxes
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.notes.models import HouseholdNote
from portal.domain.contacts.notes.states import NoteState
from portal.domain.desk.openings.models import HouseholdOpening
from portal.domain.desk.openings.states import OpeningState
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.states import PROPOSED
from portal.domain.foundation.files.models import SealedFile
from portal.domain.foundation.files.states import FileState
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.letters.letters.models import Letter, LetterWithoutId, PrintChunk
from portal.domain.mailroom.incidents import states as incidents
from portal.domain.mailroom.incidents.models import CouponFault, Incident, IncidentSubject
from portal.domain.mailroom.printing.archives.models import PrintArchive
from portal.domain.mailroom.returned_mail.models import ReturnedItem
from portal.domain.mailroom.returned_mail.states import ItemState
from portal.domain.mailroom.roster.models import RosterImport
from portal.domain.mailroom.roster.states import ImportState
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.person_requests import in_the_way_of
from portal.domain.oversight.registers.queries import open_entries
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.coupons.models import Coupon, StatementDifference
from portal.domain.people.coupons.states import LIVE, CouponState, DifferenceState
from portal.domain.people.credentials.models import Credential
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import OPEN as UNDECIDED
from portal.domain.people.households.models import Hold
from portal.domain.people.households.states import HoldState
from portal.domain.people.pauses.models import SendingPause
from portal.domain.people.pauses.states import PauseState
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.states import TaskState
from portal.domain.requests.recipients.models import RecipientChange
from portal.domain.requests.requests import states as requests
from portal.domain.requests.requests.models import Request


class InTheWay(Labeled):
    """What is open about a household, and what to do; ``%(n)d`` is the number of cases."""

    CHILDREN = (
        "children",
        lambda: _s("手続きの終わっていないこどもが%(n)d人います。対象外か辞退にしてください。"),
    )
    HOLDS = "holds", lambda: _s("解いていない保留が%(n)d件あります。")
    REQUESTS = "requests", lambda: _s("終わっていない申請が%(n)d件あります。")
    TASKS = "tasks", lambda: _s("終わっていない用件が%(n)d件あります。")
    QUESTIONS = "questions", lambda: _s("終わっていない区への質問が%(n)d件あります。")
    NOTES = (
        "notes",
        lambda: _s("窓口を待っているメモが%(n)d件あります。その窓口で終わりにしてください。"),
    )
    FAXES = "faxes", lambda: _s("終わっていないFAXが%(n)d件あります。")
    CALLS = "calls", lambda: _s("終わっていない通話が%(n)d件あります。")
    FAULTS = "faults", lambda: _s("終わっていないクーポンの不具合が%(n)d件あります。")
    INCIDENTS = "incidents", lambda: _s("終わっていない事故が%(n)d件あります。")
    LETTERS = (
        "letters",
        lambda: _s(
            "この世帯の手紙が、印刷会社に渡すファイルに%(n)d通、残っています。"
            "渡し終えて、ファイルが消えるまで待ってください。"
        ),
    )
    OPENINGS = (
        "openings",
        lambda: _s("この世帯を開いた理由の審査が%(n)d件、終わっていません。"),
    )
    COUPONS = (
        "coupons",
        lambda: _s(
            "まだ使えるか、停止の返事を待つか、明細とのちがいが残るクーポンが%(n)d件あります。"
            "コードを止めて、発行者の返事を記録してください。"
        ),
    )
    RETURNED = (
        "returned",
        lambda: _s("保管している戻った郵便が%(n)d通あります。区に渡すか、廃棄してください。"),
    )
    PROPOSALS = (
        "proposals",
        lambda: _s("承認を待つ提案（窓口での受け取り方など）が%(n)d件あります。決めてください。"),
    )
    DISPOSAL = (
        "disposal",
        lambda: _s(
            "この世帯の廃棄が、画面「世帯の廃棄」で申請されています（%(n)d件）。"
            "そこで承認するか、取り下げてください。"
        ),
    )
    DISCLOSURES = (
        "disclosures",
        lambda: _s("開示・訂正・利用停止の請求で、終わっていないものが%(n)d件あります。"),
    )
    DEFECTS = (
        "defects",
        lambda: _s(
            "終わっていない契約不適合の申し出が%(n)d件あります（台帳「検査と契約不適合」）。"
        ),
    )
    IMPORTS = (
        "imports",
        lambda: _s("反映していない名簿の取り込みが%(n)d件あります。反映してください。"),
    )

    def sentence(self, count: int) -> str:
        """Return the sentence for a number of cases."""
        return self.label % {"n": count}


HOUSEHOLD_DISPOSAL = "household_disposal"
"""The kind of the proposals that ask for the disposal itself."""
UNSETTLED = tuple(state for state in LIVE if state is not CouponState.EXCHANGED)
"""Coupons that can still be used, or whose issuer has not answered yet."""


def _asked_for(household: int) -> ColumnElement[bool]:
    """Return the condition that a request is the household's, or moves a child of it."""
    changes = select(RecipientChange.request_id).where(
        RecipientChange.from_household_id == household
    )
    return or_(Request.household_id == household, Request.id.in_(changes))


def _proposed(household: int) -> ColumnElement[bool]:
    """Return the condition that a proposal is about the household, its account or a channel."""
    accounts = select(Credential.id).where(Credential.household_id == household)
    channels = select(OtpAuthenticator.id).where(OtpAuthenticator.credential_id.in_(accounts))
    return or_(
        (Approval.subject == "household") & (Approval.subject_id == household),
        (Approval.subject == "credential") & Approval.subject_id.in_(accounts),
        (Approval.subject == "otp_authenticator") & Approval.subject_id.in_(channels),
    )


def in_the_way(session: Session, household: int) -> Mapping[InTheWay, int]:
    """Return everything that is open about a household, with its cases."""
    counts = {
        **_of_work(session, household),
        **_of_contacts(session, household),
        **_of_things(session, household),
        **_of_registers(session, household),
        InTheWay.CHILDREN: _count(
            session, Entitlement.household_id == household, Entitlement.state.in_(UNDECIDED)
        ),
        InTheWay.IMPORTS: _count(
            session, RosterImport.state.in_((ImportState.STAGING, ImportState.STAGED))
        ),
    }
    return {one: counts[one] for one in InTheWay if counts[one]}


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0


def _of_work(session: Session, household: int) -> Mapping[InTheWay, int]:
    """Count what the desk has not finished, and what waits for a second person."""
    proposed = (_proposed(household), Approval.state == PROPOSED)
    return {
        InTheWay.HOLDS: _count(
            session, Hold.household_id == household, Hold.state == HoldState.OPEN
        ),
        InTheWay.REQUESTS: _count(session, _asked_for(household), Request.state.in_(requests.OPEN)),
        InTheWay.TASKS: _count(
            session, Task.household_id == household, Task.state == TaskState.OPEN
        ),
        InTheWay.OPENINGS: _count(
            session,
            HouseholdOpening.household_id == household,
            HouseholdOpening.state == OpeningState.WAITING,
        ),
        InTheWay.PROPOSALS: _count(session, *proposed, Approval.kind != HOUSEHOLD_DISPOSAL),
        InTheWay.DISPOSAL: _count(session, *proposed, Approval.kind == HOUSEHOLD_DISPOSAL),
    }


def _of_contacts(session: Session, household: int) -> Mapping[InTheWay, int]:
    calls = select(CallHousehold.call_id).where(CallHousehold.household_id == household)
    cases = select(FaxCase.id).where(FaxCase.household_id == household)
    # named as its question: a line of its own would tell everybody that there is one
    paused = select(SendingPause.escalation_id).where(SendingPause.state == PauseState.ON)
    return {
        InTheWay.QUESTIONS: _count(
            session,
            Escalation.household_id == household,
            or_(
                Escalation.state.in_((questions.OPEN, questions.ANSWERED)),
                Escalation.id.in_(paused),
            ),
        ),
        InTheWay.NOTES: _count(
            session,
            HouseholdNote.household_id == household,
            HouseholdNote.state == NoteState.WAITING,
        ),
        InTheWay.FAXES: _count(session, FaxCase.id.in_(cases), FaxCase.state.in_(faxes.OPEN))
        + _count(session, FaxReply.case_id.in_(cases), FaxReply.state.in_(faxes.UNSENT)),
        InTheWay.CALLS: _count(session, Call.id.in_(calls), Call.ended_at.is_(None)),
    }


def _of_things(session: Session, household: int) -> Mapping[InTheWay, int]:
    """Count coupons, faults and accidents, and letters that are somewhere."""
    mine = select(Entitlement.id).where(Entitlement.household_id == household)
    coupons = select(Coupon.id).where(Coupon.entitlement_id.in_(mine))
    named = select(IncidentSubject.incident_id).where(IncidentSubject.household_id == household)
    return {
        InTheWay.FAULTS: _count(
            session,
            CouponFault.household_id == household,
            CouponFault.state.in_(incidents.OPEN),
        ),
        InTheWay.INCIDENTS: _count(
            session, Incident.id.in_(named), Incident.state != incidents.IncidentState.CLOSED
        ),
        InTheWay.LETTERS: letters_in_files(session, household),
        InTheWay.COUPONS: _count(session, Coupon.id.in_(coupons), Coupon.state.in_(UNSETTLED))
        + _count(
            session,
            StatementDifference.coupon_id.in_(coupons),
            StatementDifference.state == DifferenceState.OPEN,
        ),
        InTheWay.RETURNED: _count(
            session, ReturnedItem.household_id == household, ReturnedItem.state == ItemState.KEPT
        ),
    }


def _of_registers(session: Session, household: int) -> Mapping[InTheWay, int]:
    """Count what is about it, or names no household: nobody can say that it is not about it."""
    return {
        InTheWay.DISCLOSURES: in_the_way_of(session, household),
        InTheWay.DEFECTS: open_entries(session, RegisterKind.DEFECT),
    }


def letters_in_files(session: Session, household: int) -> int:
    """Count its letters of which a file is kept: plain chunks, and archives for the mail house."""
    archived = (
        select(PrintArchive.id)
        .join(SealedFile, SealedFile.id == PrintArchive.sealed_file_id)
        .where(SealedFile.state != FileState.SHREDDED)
    )
    found = 0
    for letter in (Letter, LetterWithoutId):
        chunk = select(PrintChunk.id).where(
            PrintChunk.print_run_id == letter.print_run_id,
            PrintChunk.number == letter.chunk_number,
            PrintChunk.built_at.is_not(None),
            PrintChunk.removed_at.is_(None),
        )
        in_archive = archived.where(PrintArchive.print_run_id == letter.print_run_id)
        statement = select(func.count(letter.id)).where(
            letter.household_id == household, or_(chunk.exists(), in_archive.exists())
        )
        found += session.scalar(statement) or 0
    return found


def sentences_about(found: Mapping[InTheWay, int]) -> list[str]:
    """Return what is in the way, one sentence each."""
    return [one.sentence(count) for one, count in found.items()]
