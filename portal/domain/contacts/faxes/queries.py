"""Queries of FAX cases: the queue, failed replies, one case with its replies and calls, counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.states import ENDED
from portal.domain.contacts.faxes.hidden import is_shown
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.faxes.states import FAILED, OPEN, UNSENT, FaxReplyState
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, unseal_json
from portal.domain.people.staff.models import StaffUser

PAGE = 20


class QueueRow(Struct, frozen=True):
    """One case in a list, without its sender.

    ``reply`` is the state of a reply that is not sent yet; ``handled_by`` is the colleague whose
    call about it is open.
    """

    id: int
    receipt_no: str
    state: str
    received_at: datetime
    due_on: date
    language: str
    pages: int
    reply: str | None
    failure: str | None
    handled_by: str | None
    close_reason: str | None

    @property
    def has_prepared_reply(self) -> bool:
        """Whether a reply waits to be put on the machine."""
        return self.reply == FaxReplyState.PREPARED


def case_by_id(session: Session, case_id: int) -> FaxCase:
    """Return one case.

    Raises:
        NotFoundError: there is no such case.
    """
    case = session.get(FaxCase, case_id)
    if case is None:
        raise NotFoundError(_s("このFAXは見つかりませんでした。"))
    return case


def queue(
    session: Session, *, after: int = 0, limit: int = PAGE, due_by: date | None = None
) -> list[QueueRow]:
    """Return the waiting cases, oldest first, after the one with the key ``after``.

    Cases with a failed reply are not among them; with ``due_by`` only those whose reply is due by
    this day (JST).
    """
    stuck = select(FaxReply.case_id).where(FaxReply.state == FAILED, is_shown())
    wanted: list[ColumnElement[bool]] = [FaxCase.state.in_(OPEN), FaxCase.id.not_in(stuck)]
    if due_by is not None:
        wanted.append(FaxCase.due_on <= due_by)
    if (last := session.get(FaxCase, after)) is not None:
        wanted.append(
            or_(
                FaxCase.received_at > last.received_at,
                and_(FaxCase.received_at == last.received_at, FaxCase.id > last.id),
            )
        )
    return _rows(session, _oldest_first(wanted).limit(limit))


def failed(session: Session, *, limit: int = PAGE, due_by: date | None = None) -> list[QueueRow]:
    """Return the cases whose reply could not be sent, oldest first.

    They are listed on top until sent again or closed; with ``due_by`` as in ``queue``.
    """
    stuck = select(FaxReply.case_id).where(FaxReply.state == FAILED, is_shown())
    wanted: list[ColumnElement[bool]] = [FaxCase.state.in_(OPEN), FaxCase.id.in_(stuck)]
    if due_by is not None:
        wanted.append(FaxCase.due_on <= due_by)
    return _rows(session, _oldest_first(wanted).limit(limit))


def done(session: Session, *, before: int = 0, limit: int = PAGE) -> list[QueueRow]:
    """Return answered and closed cases, newest first, older than the key ``before``."""
    wanted: list[ColumnElement[bool]] = [FaxCase.state.not_in(OPEN)]
    if before:
        wanted.append(FaxCase.id < before)
    return _rows(session, select(FaxCase).where(*wanted).order_by(FaxCase.id.desc()).limit(limit))


def _oldest_first(wanted: Sequence[ColumnElement[bool]]) -> Select[FaxCase]:
    return select(FaxCase).where(*wanted).order_by(FaxCase.received_at, FaxCase.id)


def _rows(session: Session, statement: Select[FaxCase]) -> list[QueueRow]:
    cases = session.scalars(statement).all()
    keys = [case.id for case in cases]
    unsent = session.execute(
        select(FaxReply.case_id, FaxReply.state, FaxReply.failure).where(
            FaxReply.case_id.in_(keys), FaxReply.state.in_(UNSENT), is_shown()
        )
    )
    replies = {key: (state, failure) for key, state, failure in unsent}
    working = session.execute(
        select(Call.fax_case_id, StaffUser.display_name)
        .join(StaffUser, StaffUser.id == Call.agent_id)
        .where(Call.fax_case_id.in_(keys), Call.state != ENDED)
    )
    people: dict[int | None, str] = {row[0]: row[1] for row in working}
    rows = []
    for case in cases:
        reply, failure = replies.get(case.id, (None, None))
        rows.append(
            QueueRow(
                case.id,
                case.receipt_no,
                case.state,
                case.received_at,
                case.due_on,
                case.language,
                case.pages,
                reply,
                failure,
                people.get(case.id),
                case.close_reason,
            )
        )
    return rows


def sender_of(vault: Vault, case: FaxCase) -> str:
    """Return the number in the header (``+813…``), or ""."""
    opened = unseal_json(vault.unwrap(case.wrapped_key), case.sealed, f"fax:{case.receipt_no}")
    return str(opened["sender"])


def replies_of(session: Session, case_id: int) -> list[FaxReply]:
    """Return a case's replies, newest first, without those that are hidden."""
    return list(
        session.scalars(
            select(FaxReply)
            .where(FaxReply.case_id == case_id, is_shown())
            .order_by(FaxReply.id.desc())
        )
    )


def calls_of(session: Session, case_id: int) -> list[tuple[Call, str]]:
    """Return the calls about a case with their agents' names, newest first."""
    rows = session.execute(
        select(Call, StaffUser.display_name)
        .join(StaffUser, StaffUser.id == Call.agent_id)
        .where(Call.fax_case_id == case_id)
        .order_by(Call.id.desc())
        .limit(PAGE)
    )
    return [(call, name) for call, name in rows]


@dataclass(frozen=True, slots=True)
class Counts:
    """The cases that wait: open, due before today, with a failed reply, due today or before."""

    open: int
    overdue: int
    failed: int
    due: int


def counts(session: Session, today: date) -> Counts:
    """Count what waits on a JST day."""
    stuck = select(func.count(FaxReply.id)).where(FaxReply.state == FAILED, is_shown())
    waiting, overdue, due = session.execute(
        select(
            func.count(FaxCase.id),
            func.count().filter(FaxCase.due_on < today),
            func.count().filter(FaxCase.due_on <= today),
        ).where(FaxCase.state.in_(OPEN))
    ).one()
    return Counts(int(waiting), int(overdue), session.scalar(stuck) or 0, int(due))
