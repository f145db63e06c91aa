"""Announce an event: choose the medium, queue it once, and resume what was stopped."""

from datetime import timedelta

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
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.reach import CALL, CARD, Reach, reach
from portal.domain.letters.announcements.silence import silenced
from portal.domain.letters.announcements.states import ANNOUNCEMENT
from portal.domain.letters.announcements.stopping import HELD, LATE, lock_announcement, stop
from portal.domain.people.authn.codes import secret_of
from portal.domain.people.notices.events import ProgressEvent
from portal.domain.people.notices.messages import progress_message, signature_of
from portal.domain.people.notices.services import Outgoing, enqueue
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task

LIFE = timedelta(hours=48)
"""How long a message is tried; after that it is undeliverable and a card follows."""
PURPOSE = "announce."
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


def announce(work: Work, event: Event, way: Reach | None = None) -> None:
    """Queue the announcement of an event to its household, once per ``event.key``.

    It goes out by the household's enrolled channel, by a call to ``event.contact``, or by a card.
    The sending worker or the daily print sends it later and checks for holds then. While the same
    event of the same receipt number is still waiting, no second message is queued: one covers all
    children. ``way`` is the household's channel (``reach``), if the caller has loaded it.
    """
    way = reach(work.session, event.household_id) if way is None else way
    medium = _medium(way, event.contact)
    made = _insert(work, event, medium)
    if made is None:
        return
    by_system = work.acting_as(SYSTEM)
    if medium != CARD or not event.is_first:
        row = work.session.get_one(Announcement, made)
        if not event.is_first and (twin := _waiting_twin(work.session, row)) is not None:
            row.state, row.follows_id = ANNOUNCEMENT.next(row.state, "merge"), twin
        elif event.contact and medium == CALL:
            _ask_staff_to_call(by_system, row, event.contact)
        else:
            _dispatch(by_system, row, way)
        work.session.flush()
    record(
        by_system,
        "notice.queued",
        "announcement",
        made,
        household_id=event.household_id,
        event=event.code,
        medium=medium,
    )


def _medium(way: Reach, contact: str | None) -> str:
    if way.row is not None:
        return way.row.kind
    return CALL if contact else CARD


def _insert(work: Work, event: Event, medium: str) -> int | None:
    """Insert an announcement and return its key; None if its dedupe key is there already."""
    made: int | None = work.session.scalar(
        _INSERT[work.session.get_bind().dialect.name],
        {
            "household_id": event.household_id,
            "event": event.code,
            "dedupe_key": event.key,
            "medium": medium,
            "receipt_no": event.receipt_no,
            "due_on": event.due,
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


def _dispatch(work: Work, row: Announcement, way: Reach) -> None:
    """Pass the announcement on to its carrier: the outbox, or the print of cards."""
    if way.row is None:
        row.medium = CARD
        return
    row.medium = way.row.kind
    with use_locale(way.locale):
        sender = signature_of(work.program)
        message = progress_message(row.medium, row.event, sender, due=row.due_on)
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


def _ask_staff_to_call(work: Work, row: Announcement, telephone: str) -> None:
    """Open a task to call the household, or stop the announcement where nothing may be sent."""
    if silenced(work.session, [row.household_id]):
        stop(work, row, HELD)
    elif row.due_on is not None and row.due_on < jst_date(work.now):
        stop(work, row, LATE)
    else:
        details = {"telephone": telephone, "message": _call_instructions(row)}
        task = open_task(work, TaskKind.CALL_BACK, row.household_id, details)
        row.task_id, row.sent_at = task.id, work.now
        row.state = ANNOUNCEMENT.next(row.state, "hand_to_staff")


def _call_instructions(row: Announcement) -> str:
    if row.event == ProgressEvent.AT_POST_OFFICE and row.due_on is not None:
        return _s("留守のため、郵便局が%(day)sまで預かっています。受け取り方を伝えてください。") % {
            "day": row.due_on.isoformat()
        }
    return _s("申請の進みを電話で伝えてください。")


def resume(work: Work, announcement_id: int) -> Announcement:
    """Send a stopped announcement after all, by the medium that fits now.

    Raises:
        NotFoundError: no announcement has this key.
        NotAllowedError: the household is still silenced.
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
    _dispatch(work, row, reach(work.session, row.household_id))
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
