"""Contacts and FAX that a monthly call report counts."""

from datetime import date

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.kinds import CallChannel, Direction
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.states import ENDED
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.faxes.states import SENT, CloseReason
from portal.domain.oversight.reports.calls.escalations import passed_on

ASKED = (CallChannel.PHONE.value, CallChannel.FAX.value, CallChannel.COUNTER.value)
"""Channels of contacts that are questions to us; entering a paper form is not one."""


NO_QUESTION = (CloseReason.ADVERTISEMENT, CloseReason.DUPLICATE, CloseReason.WRONG_NUMBER)
"""FAX closed for these reasons do not count as received."""


class Contacts(Struct, frozen=True):
    """The contacts of callers by channel and category, and what else was recorded about them.

    ``passed`` counts the questions that were passed to the ward, as their table does, regardless of
    what the call record says.
    """

    by_channel: dict[str, int]
    by_category: dict[tuple[str, str], int]
    without_category: int
    complaints: int
    passed: int
    interpreted: int
    interpreter_minutes: int
    three_way: int
    three_way_minutes: int
    relayed: int

    @property
    def all(self) -> int:
        """All contacts."""
        return sum(self.by_channel.values())


def count_contacts(session: Session, first: date, last: date) -> Contacts:
    """Count the questions of callers from ``first`` to ``last``; outgoing calls do not count."""
    asked = (
        Call.day.between(first, last),
        Call.state == ENDED,
        Call.direction == Direction.INBOUND.value,
        Call.channel.in_(ASKED),
    )
    rows = session.execute(
        select(Call.channel, Call.category, Call.subcategory, func.count())
        .where(*asked)
        .group_by(Call.channel, Call.category, Call.subcategory)
    ).all()
    channels, without = dict.fromkeys(ASKED, 0), 0
    categories: dict[tuple[str, str], int] = {}
    for channel, category, subcategory, count in rows:
        channels[channel] += count
        if category is None:
            without += count
            continue
        key = (category, subcategory or "")
        categories[key] = categories.get(key, 0) + count
    marks = session.execute(
        select(
            func.count().filter(Call.complaint),
            func.count(Call.interpreter_minutes),
            func.coalesce(func.sum(Call.interpreter_minutes), 0),
            func.count(Call.three_way_minutes),
            func.coalesce(func.sum(Call.three_way_minutes), 0),
            func.count().filter(Call.relay_service),
        ).where(*asked)
    ).one()
    complaints, *numbers = [int(value) for value in marks]
    passed = session.scalar(select(func.count()).where(*passed_on(first, last))) or 0
    return Contacts(channels, categories, without, complaints, passed, *numbers)


def count_faxes(session: Session, first: date, last: date) -> tuple[int, int]:
    """Return the numbers of FAX received and of replies sent from ``first`` to ``last``."""
    received, replied = faxes_by_day(session, first, last)
    return sum(received.values()), sum(replied.values())


def faxes_by_day(
    session: Session, first: date, last: date
) -> tuple[dict[date, int], dict[date, int]]:
    """Return FAX received, by the day in their header line, and replies, by the day of sending."""
    received = session.execute(
        select(FaxCase.day, func.count())
        .where(
            FaxCase.day.between(first, last),
            func.coalesce(FaxCase.close_reason, "").not_in(NO_QUESTION),
        )
        .group_by(FaxCase.day)
    ).all()
    replied = session.execute(
        select(FaxReply.sent_on, func.count())
        .where(FaxReply.state == SENT, FaxReply.sent_on.between(first, last))
        .group_by(FaxReply.sent_on)
    ).all()
    return (
        dict(received),
        {day: count for day, count in replied if day is not None},
    )
