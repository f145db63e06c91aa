"""Questions, complaints and shared matters for the month's report on calls.

People choose them from marked calls and write them without names.
"""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.states import ENDED
from portal.domain.contacts.calls.written import NOTABLE, TEXT, read_text
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.vault import seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.mailroom.roster.checks.towns import load_towns
from portal.domain.oversight.reports.monthly.deidentified import refuse_personal
from portal.domain.oversight.reports.monthly.due import CALLS, ReportKey, last_of
from portal.domain.oversight.reports.monthly.models import MonthlyReport, ReportNote
from portal.domain.oversight.reports.monthly.services import draft_of
from portal.domain.oversight.reports.monthly.versions import month_report
from portal.domain.people.households.queries import view_households

TEXT_MAX = 400
LISTED = 20


class NoteKind(Labeled):
    """The kinds of note (specification 6(7)②), as the ward reads them."""

    QUESTION = "question", lambda: _s("主な問い合わせ")
    OPINION = "opinion", lambda: _s("意見")
    COMPLAINT = "complaint", lambda: _s("苦情")
    SHARED = "shared", lambda: _s("共有事項")


class Sentence(Struct, frozen=True):
    """A sentence as typed; ``call_id`` is the marked call that it is about, if any."""

    kind: NoteKind
    text: str
    call_id: int | None = None


class Note(Struct, frozen=True):
    """One chosen sentence; ``call_id`` is the marked call that it is about, if any."""

    id: int
    kind: NoteKind
    text: str
    call_id: int | None


class WrittenCall(Struct, frozen=True):
    """A marked call with the agent's text, for the person who writes the sentence."""

    call: Call
    text: str
    notable: str


def marked_calls(session: Session, month: date, *, after: int = 0) -> list[Call]:
    """Return a month's ended calls that an agent marked and no note uses yet, the oldest first.

    One more than ``LISTED`` are returned if there are more; ``after`` is the key of the last one
    of the list before.
    """
    return list(
        session.scalars(
            select(Call).where(_marked(month), Call.id > after).order_by(Call.id).limit(LISTED + 1)
        )
    )


def _marked(month: date) -> ColumnElement[bool]:
    used = exists().where(
        ReportNote.call_id == Call.id,
        ReportNote.dropped_at.is_(None),
        ReportNote.report_id == MonthlyReport.id,
        MonthlyReport.kind == CALLS,
        MonthlyReport.month == month,
    )
    return and_(
        Call.day.between(month, last_of(month)),
        Call.state == ENDED,
        or_(Call.complaint, Call.shared_with_ward, Call.notable),
        ~used,
    )


def read_marked(work: Work, month: date, call_id: int) -> WrittenCall:
    """Return a marked call with the agent's text, and log that it was read.

    Raises:
        NotFoundError: it is not among the marked calls of the month.
    """
    call = work.session.scalar(select(Call).where(_marked(month), Call.id == call_id))
    if call is None:
        raise NotFoundError(_s("この受付は、この月の報告書の候補にありません。"))
    record(work, "call.read_for_report", "call", call.id)
    words = read_text(work.vault, call)
    return WrittenCall(call, str(words.get(TEXT, "")), str(words.get(NOTABLE, "")))


def add_note(work: Work, month: date, sentence: Sentence) -> ReportNote:
    """Add a sentence to the month's draft.

    Raises:
        InputError: the sentence is empty or too long, or a person could be recognized in it.
        NotFoundError: the call is not marked in this month, or was used meanwhile.
        ConflictError: the report is not a draft anymore.
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("報告書に書けるのは、アカウントのある職員だけです。"))
    call_id = sentence.call_id
    names = _names(work, call_id) if call_id is not None else []
    words = checked_words(sentence.text, work.program, names)
    if not words:
        raise InputError(_s("報告書にのせる文を書いてください。"))
    report = draft_of(work, ReportKey(CALLS, month))
    if call_id is not None:
        _refuse_unmarked(work.session, month, call_id)
    note = ReportNote(
        report_id=report.id,
        call_id=call_id,
        kind=sentence.kind,
        written_by=work.actor.id,
        written_at=work.now,
    )
    _store_sealed(work, note, words)
    report.changed_at = work.now
    record(
        work,
        "report.note_added",
        "monthly_report",
        report.id,
        note=note.id,
        kind=sentence.kind,
        call=call_id,
    )
    return note


def _store_sealed(work: Work, note: ReportNote, words: str) -> None:
    key, note.wrapped_key = work.vault.new_data_key()
    note.sealed = b""  # the place to which the sentence is bound needs the row's key
    work.session.add(note)
    work.session.flush()
    note.sealed = seal_json(key, {"text": words}, _place(note.id))


def _refuse_unmarked(session: Session, month: date, call_id: int) -> None:
    if session.scalar(select(Call.id).where(_marked(month), Call.id == call_id)) is None:
        raise NotFoundError(_s("この受付は、もう報告書にのせたか、この月の候補にありません。"))


def drop_note(work: Work, month: date, note_id: int) -> None:
    """Remove a sentence from a draft.

    Raises:
        NotFoundError: it is not in this month's report, or was removed before.
        ConflictError: the report is not a draft anymore.
    """
    report = draft_of(work, ReportKey(CALLS, month))
    note = work.session.get(ReportNote, note_id)
    if note is None or note.report_id != report.id or note.dropped_at is not None:
        raise NotFoundError(_s("この文は、この報告書にありません。"))
    note.dropped_at = report.changed_at = work.now
    record(work, "report.note_dropped", "monthly_report", report.id, note=note.id)


def notes(work: Work, month: date) -> list[Note]:
    """Return the month's sentences by kind, then in the order of writing."""
    report = month_report(work.session, ReportKey(CALLS, month))
    if report is None:
        return []
    rows = work.session.scalars(
        select(ReportNote)
        .where(ReportNote.report_id == report.id, ReportNote.dropped_at.is_(None))
        .order_by(ReportNote.id)
    )
    found = [
        Note(
            row.id,
            NoteKind(row.kind),
            unseal_json(work.vault.unwrap(row.wrapped_key), row.sealed, _place(row.id))["text"],
            row.call_id,
        )
        for row in rows
    ]
    order = [*NoteKind]
    return sorted(found, key=lambda note: order.index(note.kind))


def checked_words(text: str, program: Program, names: Sequence[str] = ()) -> str:
    """Return a sentence for the report without surrounding spaces.

    Raises:
        InputError: it is too long, or a person could be recognized in it.
    """
    refuse_longer(text, TEXT_MAX)
    return without_persons(text, program, names)


def refuse_longer(text: str, most: int) -> None:
    """Refuse a text of more than ``most`` characters. Raises InputError."""
    if len(text.strip()) > most:
        raise InputError(_s("%(most)d文字までで書いてください。") % {"most": most})


def without_persons(text: str, program: Program, names: Sequence[str] = ()) -> str:
    """Return a text for the report without surrounding spaces.

    Raises:
        InputError: a person could be recognized in it.
    """
    words = text.strip()
    towns = {town for names_ in load_towns(program.towns_file).values() for town in names_}
    refuse_personal(words, names, sorted(towns))
    return words


def _names(work: Work, call_id: int) -> list[str]:
    """Return names and readings of everybody in the households that were opened in a call."""
    ids = work.session.scalars(
        select(CallHousehold.household_id).where(CallHousehold.call_id == call_id)
    ).all()
    found: list[str] = []
    for view in view_households(work, ids):
        found += [view.fields.name, view.fields.kana]
        found += [
            name for child in view.children for name in (child.fields.name, child.fields.kana)
        ]
    return [name for name in found if name]


def _place(note_id: int) -> str:
    return f"report_note:{note_id}"
