"""What is in the way of disposing of one household: everything about it that is still open."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.escalations import states as questions
from portal.domain.contacts.escalations.models import Escalation
from portal.domain.contacts.faxes import states as faxes
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.desk.openings.models import HouseholdOpening
from portal.domain.desk.openings.states import OpeningState
from portal.domain.foundation.files.models import SealedFile
from portal.domain.foundation.files.states import FileState
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.letters.letters.models import Letter, LetterWithoutId, PrintChunk
from portal.domain.mailroom.incidents import states as incidents
from portal.domain.mailroom.incidents.models import CouponFault, Incident, IncidentSubject
from portal.domain.mailroom.printing.archives.models import PrintArchive
from portal.domain.mailroom.roster.models import RosterImport
from portal.domain.mailroom.roster.states import ImportState
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import OPEN as UNDECIDED
from portal.domain.people.households.models import Hold
from portal.domain.people.households.states import HoldState
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
    IMPORTS = (
        "imports",
        lambda: _s("反映していない名簿の取り込みが%(n)d件あります。反映してください。"),
    )

    def sentence(self, count: int) -> str:
        """Return the sentence for a number of cases."""
        return self.label % {"n": count}


def _asked_for(household: int) -> ColumnElement[bool]:
    """Return the condition that a request is the household's, or moves a child of it."""
    changes = select(RecipientChange.request_id).where(
        RecipientChange.from_household_id == household
    )
    return or_(Request.household_id == household, Request.id.in_(changes))


def in_the_way(session: Session, household: int) -> Mapping[InTheWay, int]:
    """Return everything that is open about a household, with its cases."""

    def count(*conditions: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).where(*conditions)) or 0

    named = select(IncidentSubject.incident_id).where(IncidentSubject.household_id == household)
    calls = select(CallHousehold.call_id).where(CallHousehold.household_id == household)
    cases = select(FaxCase.id).where(FaxCase.household_id == household)
    fault, question = CouponFault.household_id == household, Escalation.household_id == household
    counts = {
        InTheWay.CHILDREN: count(
            Entitlement.household_id == household, Entitlement.state.in_(UNDECIDED)
        ),
        InTheWay.HOLDS: count(Hold.household_id == household, Hold.state == HoldState.OPEN),
        InTheWay.REQUESTS: count(_asked_for(household), Request.state.in_(requests.OPEN)),
        InTheWay.TASKS: count(Task.household_id == household, Task.state == TaskState.OPEN),
        InTheWay.QUESTIONS: count(
            question, Escalation.state.in_((questions.OPEN, questions.ANSWERED))
        ),
        InTheWay.FAXES: count(FaxCase.id.in_(cases), FaxCase.state.in_(faxes.OPEN))
        + count(FaxReply.case_id.in_(cases), FaxReply.state.in_(faxes.UNSENT)),
        InTheWay.CALLS: count(Call.id.in_(calls), Call.ended_at.is_(None)),
        InTheWay.FAULTS: count(fault, CouponFault.state.in_(incidents.OPEN)),
        InTheWay.INCIDENTS: count(
            Incident.id.in_(named), Incident.state != incidents.IncidentState.CLOSED
        ),
        InTheWay.LETTERS: letters_in_files(session, household),
        InTheWay.OPENINGS: count(
            HouseholdOpening.household_id == household,
            HouseholdOpening.state == OpeningState.WAITING,
        ),
        InTheWay.IMPORTS: count(
            RosterImport.state.in_((ImportState.STAGING, ImportState.STAGED)),
        ),
    }
    return {one: counts[one] for one in InTheWay if counts[one]}


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
