"""What is recorded of a family, one passage after the other, as an extract may tell it.

Each says whether the ward alone decides that it exists (``Reserved``), and whether somebody wrote
freely in it: such words may be about anybody, so they are black until the ward has read them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.written import TAKEN_BY, read_text
from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.contacts.escalations.models import Escalation, EscalationAnswer
from portal.domain.contacts.escalations.sealed import answer_text, question_of
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.faxes.queries import sender_of
from portal.domain.contacts.faxes.sheets import open_reply
from portal.domain.contacts.notes.kinds import NoteTopic
from portal.domain.contacts.notes.models import HouseholdNote
from portal.domain.contacts.notes.services import text_of
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.incidents.faults import words_of
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.oversight.auditing.reserved import (
    Reserved,
    of_letter,
    of_question,
    of_request,
)
from portal.domain.oversight.disclosure.places import Place
from portal.domain.oversight.disposal.household.keys import FamilyKeys
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import details_of
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import PaperForm, Request, Scan
from portal.domain.requests.requests.services import reply_of, written_values

_OF_NOTE = {
    NoteTopic.VIOLENCE: Reserved.PROTECTION,
    NoteTopic.SEPARATION: Reserved.RECIPIENTS,
    NoteTopic.RECIPIENT: Reserved.RECIPIENTS,
}


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage.

    Attributes:
        name: How the ward names it, mostly by its receipt number; "" if it has no words.
        place: Among which records it stands.
        at: When it began (UTC).
        about: What it is.
        text: What somebody wrote.
        reserved: By which decision alone it is told.
    """

    name: str
    place: Place
    at: datetime
    about: str
    text: str = field(default="", repr=False)
    reserved: Reserved | None = None


def passages(work: Work, keys: FamilyKeys) -> list[Passage]:
    """Return everything recorded of a family, the oldest first."""
    found = [
        *_mail(work, keys),
        *_requests(work, keys),
        *_contacts(work, keys),
        *_notes(work, keys),
        *_questions(work, keys),
        *_faults(work, keys),
    ]
    return sorted(found, key=lambda one: (one.at, one.name))


def _mail(work: Work, keys: FamilyKeys) -> Iterator[Passage]:
    for letter in work.session.scalars(select(Letter).where(Letter.id.in_(keys.letters))):
        about = _s("手紙")
        yield Passage("", Place.LETTERS, letter.created_at, about, reserved=of_letter(letter))
    sent = select(OutboxMessage).where(OutboxMessage.household_id == keys.household)
    for message in work.session.scalars(sent):
        yield Passage("", Place.MESSAGES, message.created_at, _s("知らせの送信"))


def _requests(work: Work, keys: FamilyKeys) -> Iterator[Passage]:
    reserved: dict[int, Reserved | None] = {}
    for row in work.session.scalars(select(Request).where(Request.id.in_(keys.requests))):
        reserved[row.id] = of_request(row)
        text = "\n".join((*_words(written_values(work.vault, row)), reply_of(work.vault, row)))
        about = RequestKind(row.kind).label
        yield Passage(
            row.receipt_no, Place.REQUESTS, row.received_at, about, text.strip(), reserved[row.id]
        )
    forms = select(PaperForm.scan_id, PaperForm.request_id)
    of_scan = dict(work.session.execute(forms.where(PaperForm.request_id.in_(reserved))).all())
    for scan in work.session.scalars(select(Scan).where(Scan.id.in_(keys.scans))):
        hidden = reserved.get(of_scan.get(scan.id, 0))
        if scan.ward_only:
            hidden = Reserved.PROTECTION
        about = _s("紙かFAXの画像（%(pages)dページ）") % {"pages": scan.pages}
        yield Passage("", Place.SCANS, scan.stored_at, about, reserved=hidden)


def _contacts(work: Work, keys: FamilyKeys) -> Iterator[Passage]:
    session, vault = work.session, work.vault
    for call in session.scalars(select(Call).where(Call.id.in_(keys.calls))):
        parts = read_text(vault, call)
        text = "\n".join(part for name, part in parts.items() if name != TAKEN_BY)
        yield Passage(call.receipt_no, Place.CALLS, call.started_at, _s("電話"), text)
    for task in session.scalars(select(Task).where(Task.household_id == keys.household)):
        text = "\n".join(_words(details_of(vault, task)))
        about = TaskKind(task.kind).label
        yield Passage(task.receipt_no, Place.TASKS, task.created_at, about, text)
    for case in session.scalars(select(FaxCase).where(FaxCase.id.in_(keys.cases))):
        sender = sender_of(vault, case)
        yield Passage(case.receipt_no, Place.FAXES, case.received_at, _s("届いたFAX"), sender)
    replies = select(FaxReply, FaxCase.receipt_no).join(FaxCase, FaxCase.id == FaxReply.case_id)
    for reply, receipt_no in session.execute(replies.where(FaxReply.case_id.in_(keys.cases))):
        name, text = f"{receipt_no}/{reply.id}", open_reply(vault, reply).words.text
        yield Passage(name, Place.FAXES, reply.prepared_at, _s("返信のFAX"), text)


def _notes(work: Work, keys: FamilyKeys) -> Iterator[Passage]:
    rows = select(HouseholdNote).where(HouseholdNote.household_id == keys.household)
    for row in work.session.scalars(rows):
        topic, text = NoteTopic(row.topic), text_of(work.vault, row)
        about = _s("メモ（%(topic)s）") % {"topic": topic.label}
        yield Passage(row.receipt_no, Place.NOTES, row.written_at, about, text, _OF_NOTE.get(topic))


def _questions(work: Work, keys: FamilyKeys) -> Iterator[Passage]:
    session, vault = work.session, work.vault
    asked = {
        row.id: row
        for row in session.scalars(select(Escalation).where(Escalation.id.in_(keys.questions)))
    }
    for row in asked.values():
        kind = EscalationKind(row.kind)
        question = question_of(vault, row)
        text = f"{question.text}\n{question.telephone}".strip()
        about = _s("区への質問（%(kind)s）") % {"kind": kind.label}
        reserved = of_question(row)
        yield Passage(row.receipt_no, Place.QUESTIONS, row.raised_at, about, text, reserved)
    answers = select(EscalationAnswer).where(EscalationAnswer.escalation_id.in_(asked))
    for answer in session.scalars(answers):
        row = asked[answer.escalation_id]
        reserved = of_question(row)
        name, text = f"{row.receipt_no}/{answer.id}", answer_text(vault, row, answer)
        yield Passage(name, Place.QUESTIONS, answer.answered_at, _s("区の回答"), text, reserved)


def _faults(work: Work, keys: FamilyKeys) -> Iterator[Passage]:
    reported = select(CouponFault).where(CouponFault.household_id == keys.household)
    for row in work.session.scalars(reported):
        text = "\n".join(part for part in words_of(work.vault, row).values() if part)
        about = _s("使えなかったクーポン")
        yield Passage(row.receipt_no, Place.COUPONS, row.reported_at, about, text)


def _words(value: object) -> Iterator[str]:
    """Yield every text in stored values, however deep."""
    if isinstance(value, str) and value:
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _words(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _words(inner)
