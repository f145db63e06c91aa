"""Announce an event: choose the medium, queue it once, and resume what was stopped."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.base import table_of
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotAllowedError, NotFoundError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.silence import silenced
from portal.domain.letters.announcements.states import ANNOUNCEMENT
from portal.domain.people.authn.codes import secret_of
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.notices.messages import DATED_EVENTS, progress_message
from portal.domain.people.notices.messages import PROGRESS_EVENTS as EVENTS
from portal.domain.people.notices.services import enqueue
from portal.domain.people.tasks.services import CALL_BACK, open_task

LIFE = timedelta(hours=48)
"""How long a message is tried; after that it is undeliverable and a card follows."""
PURPOSE = "announce."
SMS, EMAIL, CARD, CALL = "sms", "email", "card", "call_back"
KEY_LENGTH = 100
HELD, LATE = "held", "late"

# Built once: building a statement costs more than sending it, and every submitted request uses it.
_PROVEN = (
    select(OtpAuthenticator, Credential.locale)
    .join(Credential, Credential.id == OtpAuthenticator.credential_id)
    .where(
        Credential.household_id == bindparam("household_id"),
        Credential.state == bindparam("state"),
        OtpAuthenticator.state == "confirmed",
        OtpAuthenticator.kind.in_((SMS, EMAIL)),
    )
    .order_by(Credential.id.desc(), OtpAuthenticator.kind.desc())
    .limit(1)
)
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


@dataclass(frozen=True, slots=True)
class Reach:
    """The channel by which a household gets its codes by message, and its language.

    ``row`` is None without such a channel.
    """

    row: OtpAuthenticator | None
    locale: str


def reach(session: Session, household_id: int) -> Reach:
    """Return the proven SMS or email channel of a household's active account (SMS first).

    An app gives codes without an address; nothing is written to a locked, suspended or replaced
    account.
    """
    return _reach(session, household_id, "active")


def reach_of_replaced(session: Session, household_id: int) -> Reach:
    """Return the proven channel of the last replaced account, until the new one is in use.

    Only to inform its owner of the new letter, which the owner asked for from this account.
    """
    return _reach(session, household_id, "superseded")


def _reach(session: Session, household_id: int, state: str) -> Reach:
    found = session.execute(_PROVEN, {"household_id": household_id, "state": state}).first()
    return (
        Reach(None, SOURCE_LOCALE) if found is None else Reach(found[0], found[1] or SOURCE_LOCALE)
    )


def reach_by(credential: Credential, sources: Iterable[OtpAuthenticator]) -> Reach:
    """Return what ``reach`` would, from an account and its proven sources of codes, already read."""
    if credential.state == "active":
        for kind in (SMS, EMAIL):
            for source in sources:
                if source.kind == kind and source.state == "confirmed":
                    return Reach(source, credential.locale or SOURCE_LOCALE)
    return Reach(None, SOURCE_LOCALE)


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
        event: One of ``EVENTS``.
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
    if event not in EVENTS or len(key) > KEY_LENGTH or (event in DATED_EVENTS) != (due is not None):
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
    """Pass the announcement on to its carrier: the outbox, a task to call, or the print of cards."""
    if way.row is not None:
        row.medium = way.row.kind
        with use_locale(way.locale):
            message = progress_message(row.medium, row.event, due=row.due_on)
        queued = enqueue(
            work,
            kind=row.medium,
            purpose=PURPOSE + row.event,
            address=secret_of(work.vault, way.row),
            subject=message.subject,
            body=message.body,
            dedupe_key=f"announce:{row.id}:{row.rounds}",
            household_id=row.household_id,
            expires_at=work.now + LIFE,
        )
        row.message_id = queued.id
    elif contact:
        row.medium = CALL
        if silenced(work.session, [row.household_id]):  # opening the task counts as sending
            stop(work, row, HELD)
            return
        if row.due_on is not None and row.due_on < jst_date(work.now):
            stop(work, row, LATE)
            return
        details = {"telephone": contact, "message": _matter(row)}
        task = open_task(work, CALL_BACK, row.household_id, details)
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


def lock_announcement(session: Session, announcement_id: int) -> Announcement:
    """Lock one row to the end of the transaction.

    Raises:
        NotFoundError: no announcement has this key.
    """
    row = session.get(Announcement, announcement_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("このお知らせは見つかりませんでした。"))
    return row


def stop(work: Work, row: Announcement, reason: str) -> None:
    """Stop a waiting announcement; only a person starts it again."""
    row.state, row.changed_at = ANNOUNCEMENT.next(row.state, "stop"), work.now
    row.last_error = reason
    record(
        work.acting_as(SYSTEM),
        "notice.stopped",
        "announcement",
        row.id,
        household_id=row.household_id,
        event=row.event,
        medium=row.medium,
    )


def call_off_cards(work: Work, key: str) -> None:
    """Print no card about a finished event (its ``key``).

    Neither the waiting card nor the one that would follow a lost message.
    """
    known = select(Announcement.id).where(Announcement.dedupe_key == key).scalar_subquery()
    rows = work.session.scalars(
        select(Announcement)
        .where(
            or_(Announcement.dedupe_key == key, Announcement.follows_id == known),
            Announcement.medium == CARD,
            Announcement.state == ANNOUNCEMENT.initial,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for row in rows.all():
        row.state, row.changed_at = ANNOUNCEMENT.next(row.state, "call_off"), work.now
        record(
            work.acting_as(SYSTEM),
            "notice.called_off",
            "announcement",
            row.id,
            household_id=row.household_id,
            event=row.event,
            medium=row.medium,
        )


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


def card_came_back(work: Work, announcement_id: int) -> Announcement:
    """Record that the post returned a card.

    Raises:
        NotFoundError: no announcement has this key.
        WrongStateError: it is not a printed card, or its return was recorded before.
    """
    row = lock_announcement(work.session, announcement_id)
    row.state, row.changed_at = ANNOUNCEMENT.next(row.state, "come_back"), work.now
    record(
        work,
        "notice.came_back",
        "announcement",
        row.id,
        household_id=row.household_id,
        event=row.event,
        medium=row.medium,
    )
    work.session.flush()
    return row
