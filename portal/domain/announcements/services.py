"""Announcing an event: choosing the medium, queueing it once, and starting again what was stopped."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.domain.actors import SYSTEM, Actor
from portal.domain.announcements.models import Announcement
from portal.domain.announcements.silence import silenced
from portal.domain.announcements.states import ANNOUNCEMENT
from portal.domain.audit.services import record
from portal.domain.authn.codes import secret_of
from portal.domain.authn.models import OtpAuthenticator
from portal.domain.credentials.models import Credential
from portal.domain.errors import NotAllowedError, NotFoundError
from portal.domain.notices.messages import PROGRESS_EVENTS as EVENTS
from portal.domain.notices.messages import progress_message
from portal.domain.notices.services import enqueue
from portal.domain.tasks.services import CALL_BACK, open_task
from portal.domain.texts import SOURCE_LOCALE, _s, use_locale
from portal.domain.vault import Vault

LIFE = timedelta(hours=48)
"""How long a message is tried; then it counts as undeliverable and a card follows."""
PURPOSE = "announce."
SMS, EMAIL, CARD, CALL = "sms", "email", "card", "call_back"
KEY_LENGTH = 100
HELD = "held"


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a household gets its codes by message, and in which language; ``row`` is None without such a channel."""

    row: OtpAuthenticator | None
    locale: str


def reach(session: Session, household_id: int) -> Reach:
    """Return the proven SMS or email channel of a household's active account (SMS first).

    An app gives codes without an address; a locked, suspended or replaced account is not written to.
    """
    credential = session.scalar(
        select(Credential).where(Credential.household_id == household_id, Credential.state == "active")
    )
    if credential is None:
        return Reach(None, SOURCE_LOCALE)
    rows = session.scalars(
        select(OtpAuthenticator)
        .where(
            OtpAuthenticator.credential_id == credential.id,
            OtpAuthenticator.state == "confirmed",
            OtpAuthenticator.kind.in_((SMS, EMAIL)),
        )
        .order_by(OtpAuthenticator.kind.desc())
    )
    return Reach(rows.first(), credential.locale or SOURCE_LOCALE)


def announce(
    session: Session,
    vault: Vault,
    household_id: int,
    event: str,
    key: str,
    now: datetime,
    *,
    contact: str | None = None,
    due: date | None = None,
    receipt_no: str | None = None,
) -> None:
    """Tell a household of an event, once: by its enrolled channel, by a call to ``contact``, or by a card.

    ``key`` names the event (subject and step, ``decline:123:accepted``); the same key again changes nothing.
    ``contact`` is a telephone number left on a paper form, used for nothing else; ``due`` the last day (JST) of
    ``deadline_near``. Sent later by a worker or the daily print, which look for holds at that moment.

    Raises:
        ValueError: unknown event, a key over 100 characters, or ``deadline_near`` without its day.
    """
    if event not in EVENTS or len(key) > KEY_LENGTH or (event == "deadline_near") != (due is not None):
        raise ValueError("not an event that can be announced")
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    made = session.scalar(
        insert(Announcement)
        .values(
            household_id=household_id, event=event, dedupe_key=key, medium=CARD, state=ANNOUNCEMENT.initial, tries=0,
            rounds=1, receipt_no=receipt_no, due_on=due, created_at=now, changed_at=now,
        )
        .on_conflict_do_nothing(index_elements=[Announcement.dedupe_key])
        .returning(Announcement.id)
    )  # fmt: skip
    if made is None:
        return
    row = session.get_one(Announcement, made)
    _dispatch(session, vault, row, contact, SYSTEM, now)
    record(
        session, SYSTEM, now, "notice.queued", "announcement", row.id, household_id=household_id, event=event,
        medium=row.medium,
    )  # fmt: skip
    session.flush()


def _dispatch(
    session: Session, vault: Vault, row: Announcement, contact: str | None, actor: Actor, now: datetime
) -> None:
    """Choose the medium and hand the announcement over to what carries it."""
    way = reach(session, row.household_id)
    if way.row is not None:
        row.medium = way.row.kind
        with use_locale(way.locale):
            message = progress_message(row.medium, row.event, due=row.due_on)
        queued = enqueue(
            session, vault, kind=row.medium, purpose=PURPOSE + row.event, address=secret_of(vault, way.row),
            subject=message.subject, body=message.body, dedupe_key=f"announce:{row.id}:{row.rounds}",
            household_id=row.household_id, now=now, expires_at=now + LIFE,
        )  # fmt: skip
        row.message_id = queued.id
    elif contact:
        row.medium = CALL
        if silenced(session, [row.household_id]):  # opening the task is the moment of sending
            stop(session, row, now, HELD)
            return
        details = {"telephone": contact, "message": _s("申請の進みを電話で伝えてください。")}
        task = open_task(session, vault, CALL_BACK, row.household_id, details, actor, now)
        row.task_id, row.sent_at = task.id, now
        row.state = ANNOUNCEMENT.next(row.state, "hand_to_staff")
    else:
        row.medium = CARD


def lock_announcement(session: Session, announcement_id: int) -> Announcement:
    """Lock one row to the end of the transaction.

    Raises:
        NotFoundError: there is none of that key.
    """
    row = session.scalar(
        select(Announcement)
        .where(Announcement.id == announcement_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError(_s("このお知らせは見つかりませんでした。"))
    return row


def stop(session: Session, row: Announcement, now: datetime, reason: str) -> None:
    """Stop an announcement that waits; only a person starts it again."""
    row.state, row.changed_at = ANNOUNCEMENT.next(row.state, "stop"), now
    row.last_error = reason
    record(
        session, SYSTEM, now, "notice.stopped", "announcement", row.id, household_id=row.household_id,
        event=row.event, medium=row.medium,
    )  # fmt: skip


def resume(session: Session, vault: Vault, announcement_id: int, actor: Actor, now: datetime) -> Announcement:
    """Send a stopped announcement after all, by the medium that fits now.

    Raises:
        NotFoundError: there is none of that key.
        NotAllowedError: the household still gets nothing automatic.
        WrongStateError: it is not stopped.
    """
    row = lock_announcement(session, announcement_id)
    state = ANNOUNCEMENT.next(row.state, "resume")
    if silenced(session, [row.household_id]):
        raise NotAllowedError(
            _s("この世帯には、いま自動のお知らせを送りません。保留が解けてから、もう一度お試しください。")
        )
    row.state, row.changed_at, row.last_error = state, now, None
    row.rounds += 1
    _dispatch(session, vault, row, None, actor, now)
    record(
        session, actor, now, "notice.resumed", "announcement", row.id, household_id=row.household_id,
        event=row.event, medium=row.medium,
    )  # fmt: skip
    session.flush()
    return row


def card_came_back(session: Session, announcement_id: int, actor: Actor, now: datetime) -> Announcement:
    """Note that the post returned a card.

    Raises:
        NotFoundError: there is none of that key.
        WrongStateError: it is no printed card, or was noted before.
    """
    row = lock_announcement(session, announcement_id)
    row.state, row.changed_at = ANNOUNCEMENT.next(row.state, "come_back"), now
    record(
        session, actor, now, "notice.came_back", "announcement", row.id, household_id=row.household_id,
        event=row.event, medium=row.medium,
    )  # fmt: skip
    session.flush()
    return row
