"""Announce an event: choose the medium, queue it once, and resume what was stopped."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.base import table_of
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.reach import CALL, CARD, Reach, reach
from portal.domain.letters.announcements.silence import silenced
from portal.domain.letters.announcements.states import ANNOUNCEMENT
from portal.domain.letters.announcements.stopping import HELD, LATE, lock_announcement, stop
from portal.domain.people.authn.codes import secret_of
from portal.domain.people.notices.events import DATED_EVENTS, ProgressEvent
from portal.domain.people.notices.messages import progress_message
from portal.domain.people.notices.services import Outgoing, enqueue
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task

LIFE = timedelta(hours=48)
"""How long a message is tried; after that it is undeliverable and a card follows."""
PURPOSE = "announce."
KEY_LENGTH = 100
_TABLE = table_of(Announcement)
_INSERT = {
    dialect: insert(_TABLE)
    .on_conflict_do_nothing(index_elements=[_TABLE.c.dedupe_key])
    .returning(_TABLE.c.id)
    for dialect, insert in (("postgresql", pg_insert), ("sqlite", sqlite_insert))
}
_TWIN = (
    select(Announcement.id)
    .where(
        Announcement.household_id == bindparam("household"),
        Announcement.id != bindparam("own"),
        Announcement.event == bindparam("event"),
        Announcement.receipt_no == bindparam("receipt"),
        Announcement.state == ANNOUNCEMENT.initial,
    )
    .limit(1)
)


def announce(
    work: Work,
    household_id: int,
    event: str,
    key: str,
    *,
    contact: str | None = None,
    due: date | None = None,
    receipt_no: str | None = None,
    way: Reach | None = None,
    is_first: bool = False,
) -> None:
    """Queue an announcement to a household, once per ``key``.

    It goes out by the household's enrolled channel, by a call to ``contact``, or by a card. A
    worker or the daily print sends it later and looks for holds at that instant. While the same
    event of the same ``receipt_no`` is still waiting, nothing is added: one message covers all
    children.

    Args:
        work: The transaction.
        household_id: Whom to inform.
        event: A ``ProgressEvent``.
        key: Names the event (subject and step, ``decline:123:accepted``), at most 100 characters.
        contact: A telephone number left on a paper form, used for nothing else.
        due: The last day (JST) of an event of ``DATED_EVENTS``, after which nobody is called or
            sent a card.
        receipt_no: The receipt number of the request that the event is about.
        way: The household's channel (``reach``), if the caller knows it.
        is_first: Nothing was announced about ``receipt_no`` yet.

    Raises:
        ValueError: unknown event, too long a key, or an event of ``DATED_EVENTS`` without its day.
    """
    if (
        ProgressEvent.known(event) is None
        or len(key) > KEY_LENGTH
        or (event in DATED_EVENTS) != (due is not None)
    ):
        raise ValueError("not an event that can be announced")
    way = reach(work.session, household_id) if way is None else way
    medium = way.row.kind if way.row is not None else CALL if contact else CARD
    by_system = work.acting_as(SYSTEM)
    values = {
        "household_id": household_id,
        "event": event,
        "dedupe_key": key,
        "medium": medium,
        "receipt_no": receipt_no,
        "due_on": due,
    }
    made = _insert(work, values)
    if made is None:
        return
    if medium != CARD or not is_first:
        row = work.session.get_one(Announcement, made)
        if not is_first and (twin := _waiting_twin(work.session, row)) is not None:
            row.state, row.follows_id = ANNOUNCEMENT.next(row.state, "merge"), twin
        else:
            _dispatch(by_system, row, way, contact)
        work.session.flush()
    record(
        by_system,
        "notice.queued",
        "announcement",
        made,
        household_id=household_id,
        event=event,
        medium=medium,
    )


def _insert(work: Work, values: dict[str, Any]) -> int | None:
    """Insert an announcement and return its key; None if its dedupe key is there already."""
    made: int | None = work.session.scalar(
        _INSERT[work.session.get_bind().dialect.name],
        values
        | {
            "state": ANNOUNCEMENT.initial,
            "tries": 0,
            "rounds": 1,
            "created_at": work.now,
            "changed_at": work.now,
        },
    )
    return made


def _waiting_twin(session: Session, row: Announcement) -> int | None:
    if row.receipt_no is None:
        return None
    same = {
        "household": row.household_id,
        "own": row.id,
        "event": row.event,
        "receipt": row.receipt_no,
    }
    twin: int | None = session.scalar(_TWIN, same)
    return twin


def _dispatch(work: Work, row: Announcement, way: Reach, contact: str | None) -> None:
    """Pass the announcement to its carrier: the outbox, a task to call, or a card."""
    if way.row is not None:
        row.medium = way.row.kind
        with use_locale(way.locale):
            message = progress_message(row.medium, row.event, due=row.due_on)
        out = Outgoing(
            kind=row.medium,
            purpose=PURPOSE + row.event,
            address=secret_of(work.vault, way.row),
            message=message,
            dedupe_key=f"announce:{row.id}:{row.rounds}",
            household_id=row.household_id,
            expires_at=work.now + LIFE,
        )
        row.message_id = enqueue(work, out).id
    elif contact:
        row.medium = CALL
        if silenced(work.session, [row.household_id]):  # opening the task counts as sending
            stop(work, row, HELD)
            return
        if row.due_on is not None and row.due_on < jst_date(work.now):
            stop(work, row, LATE)
            return
        details = {"telephone": contact, "message": _matter(row)}
        task = open_task(work, TaskKind.CALL_BACK, row.household_id, details)
        row.task_id, row.sent_at = task.id, work.now
        row.state = ANNOUNCEMENT.next(row.state, "hand_to_staff")
    else:
        row.medium = CARD


def _matter(row: Announcement) -> str:
    if row.event == "at_post_office" and row.due_on is not None:
        return _s("留守のため、郵便局が%(day)sまで預かっています。受け取り方を伝えてください。") % {
            "day": row.due_on.isoformat()
        }
    return _s("申請の進みを電話で伝えてください。")


def resume(work: Work, announcement_id: int) -> Announcement:
    """Send a stopped announcement after all, by the medium that fits now.

    Raises:
        NotFoundError: no announcement has this key.
        NotAllowedError: the household still gets nothing automatic.
        WrongStateError: it is not stopped.
    """
    row = lock_announcement(work.session, announcement_id)
    state = ANNOUNCEMENT.next(row.state, "resume")
    if silenced(work.session, [row.household_id]):
        raise NotAllowedError(
            _s(
                "この世帯には、いま自動のお知らせを送りません。保留が解けてから、"
                "もう一度お試しください。"
            )
        )
    row.state, row.changed_at, row.last_error = state, work.now, None
    row.rounds += 1
    _dispatch(work, row, reach(work.session, row.household_id), None)
    record(
        work,
        "notice.resumed",
        "announcement",
        row.id,
        household_id=row.household_id,
        event=row.event,
        medium=row.medium,
    )
    work.session.flush()
    return row
