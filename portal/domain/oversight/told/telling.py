"""The worker's job: a digest each business day, alerts once each, none outside hours but incidents.

Hours are those of the program's calendar, with its special days.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import select

from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.program.calendar import CallCenterCalendar
from portal.domain.foundation.texts import use_locale
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.monthly.due import Stage
from portal.domain.oversight.told.mailboxes import address_of, close
from portal.domain.oversight.told.models import StaffMailbox
from portal.domain.oversight.told.states import MAILBOX, PROVED
from portal.domain.oversight.told.waiting import (
    clocks_for,
    incident_item,
    items_of,
    report_item,
    reports_for,
)
from portal.domain.oversight.told.words import Item, items_message
from portal.domain.people.authn.channels import CodeChannel
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.services import Outgoing, enqueue
from portal.domain.people.notices.states import MessageState
from portal.domain.people.staff.models import StaffUser

ALERT_LIFE = timedelta(hours=24)


class Mail(Struct, frozen=True):
    """One mail to write: what it is about, the key of which only one is sent, and its end."""

    purpose: str
    key: str
    items: tuple[Item, ...]
    expires_at: datetime


def tell_staff(work: Work) -> int:
    """Write the mail that is due to every proved address; return how many are new.

    Addresses of closed accounts are ended and removed, those at which mail bounced are stopped.
    """
    rows = work.session.execute(
        select(StaffMailbox, StaffUser)
        .join(StaffUser, StaffUser.id == StaffMailbox.staff_id)
        .where(StaffMailbox.sealed.is_not(None))
        .order_by(StaffMailbox.id)
        .with_for_update(of=StaffMailbox)
    ).all()
    told = 0
    for row, user in rows:
        if not user.active:
            close(work, row)
        elif row.state == PROVED and not _bounced(work, row):
            told += sum(_send(work, row, user, mail) for mail in _mails(work, row, user))
    work.session.flush()
    return told


def _bounced(work: Work, row: StaffMailbox) -> bool:
    """Return whether the last mail came back, and stop the mailbox then."""
    last = work.session.get(OutboxMessage, row.message_id) if row.message_id else None
    if last is None or last.state != MessageState.UNDELIVERED:
        return False
    row.state, row.changed_at = MAILBOX.next(row.state, "fail"), work.now
    return True


def _mails(work: Work, row: StaffMailbox, user: StaffUser) -> Iterator[Mail]:
    for clock in clocks_for(work, user):
        key = f"staff-alert:{row.id}:{clock.incident_id}:{clock.hand.clock}:{clock.hand.pace}"
        yield Mail("staff.alert", key, (incident_item([clock]),), work.now + ALERT_LIFE)
    closes = closing(work.program.calendar, work.now)
    if closes is None:
        return
    for due in reports_for(work, user):
        if due.stage is Stage.OVERDUE:
            key = f"staff-alert:{row.id}:{due.kind}:{due.month:%Y-%m}"
            yield Mail("staff.alert", key, (report_item(due),), closes)
    key = f"staff-digest:{row.id}:{jst_date(work.now)}"
    with use_locale(user.locale):
        yield Mail("staff.digest", key, tuple(items_of(work, user)), closes)


def closing(calendar: CallCenterCalendar, now: datetime) -> datetime | None:
    """Return when the hours of this day end; None outside of them."""
    local = now.astimezone(JST)
    hours = calendar.hours_on(local.date())
    if hours is None or not hours.opens <= local.time() < hours.closes:
        return None
    return datetime.combine(local.date(), hours.closes, tzinfo=JST)


def _send(work: Work, row: StaffMailbox, user: StaffUser, mail: Mail) -> bool:
    known = select(OutboxMessage.id).where(OutboxMessage.dedupe_key == mail.key)
    if not mail.items or work.session.scalar(known) is not None:
        return False
    with use_locale(user.locale):
        message = items_message(work.program, mail.items)
    address = address_of(work.vault, row)
    out = Outgoing(
        CodeChannel.EMAIL, mail.purpose, address, message, mail.key, None, mail.expires_at
    )
    row.message_id = enqueue(work, out).id
    return True
