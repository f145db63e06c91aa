"""Change one shipment: plan it, post it, record what the post reports, receive it back."""

from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.mail import (
    ItemKind,
    ReturnReason,
    refuse_over_limit,
    tracking_number,
)
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import SHIPMENT

STORAGE = timedelta(days=7)
"""How long a post office stores an undelivered item, unless the absence slip names another day.

See ``domain.md`` §3.1.
"""


class Posting(Struct, frozen=True):
    """An item handed to the post on ``day`` (JST), with the number on its label as typed, or ""."""

    day: date
    mail_class: str
    tracking_no: str = ""


class Absence(Struct, frozen=True):
    """Nobody was at home on ``day``; the post office stores the item until ``kept_until`` (JST).

    The absence slip does not always name that day; None means a week.
    """

    day: date
    kept_until: date | None = None


class MailReturn(Struct, frozen=True):
    """An item came back to us on ``day`` (JST), for a reason of the post's register."""

    reason: str
    day: date


def plan_letter(work: Work, letter: Letter) -> Shipment:
    """Plan to post a letter to its household."""
    return _plan(
        work,
        Shipment(kind=ItemKind.LETTER, household_id=letter.household_id, letter_id=letter.id),
    )


def plan_parcel(work: Work, household_id: int, value_yen: int = 0) -> Shipment:
    """Plan to post a parcel worth ``value_yen`` yen."""
    return _plan(
        work, Shipment(kind=ItemKind.PARCEL, household_id=household_id, value_yen=value_yen)
    )


def plan_again(work: Work, previous: Shipment, value_yen: int) -> Shipment:
    """Plan to post a returned item again; it is worth ``value_yen`` yen.

    Raises:
        ConflictError: the previous posting was repeated before.
    """
    repeated = select(Shipment.id).where(Shipment.previous_id == previous.id).limit(1)
    if work.session.scalar(repeated) is not None:
        raise ConflictError(_s("この郵便は、もう送りなおしています。"))
    return _plan(
        work,
        Shipment(
            kind=previous.kind,
            household_id=previous.household_id,
            letter_id=previous.letter_id,
            value_yen=value_yen,
            previous_id=previous.id,
            attempt=previous.attempt + 1,
        ),
    )


def _plan(work: Work, row: Shipment) -> Shipment:
    row.created_at = row.changed_at = work.now
    work.session.add(row)
    work.session.flush()
    record(
        work,
        "shipment.planned",
        "shipment",
        row.id,
        household_id=row.household_id,
        kind=row.kind,
        attempt=row.attempt,
        value_yen=row.value_yen,
    )
    return row


def locked(session: Session, shipment_id: int) -> Shipment:
    """Return the row, read anew and locked to the end of the transaction.

    Raises:
        NotFoundError: no shipment has this key.
    """
    row = session.get(Shipment, shipment_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この郵便は見つかりませんでした。"))
    return row


def post(work: Work, shipment_id: int, posting: Posting) -> Shipment:
    """Record that a planned item was handed to the post.

    Raises:
        InputError: a day in the future, no such class, or a wrong tracking number.
        NotAllowedError: worth more than the class is insured for (``over_insurance``).
        ConflictError: another shipment of that day has the number.
        WrongStateError: not possible from its state.
    """
    row = locked(work.session, shipment_id)
    SHIPMENT.next(row.state, "post")
    day, mail_class = posting.day, posting.mail_class
    _refuse_future(day, work.now)
    refuse_over_limit(work.program, mail_class, row.value_yen)
    number = tracking_number(posting.tracking_no, mail_class)
    if number is not None and work.session.scalar(
        select(Shipment.id).where(Shipment.tracking_no == number, Shipment.posted_on == day)
    ):
        raise ConflictError(_s("このお問い合わせ番号は、同じ日の別の郵便で使われています。"))
    row.posted_on, row.mail_class, row.tracking_no = day, mail_class, number
    return _step(work, row, "post", mail_class=mail_class, day=day.isoformat())


def post_unlabeled(work: Work, shipment_id: int, day: date) -> Shipment:
    """Record that a worthless item (a letter) went to the post on ``day`` (JST) without label data.

    Raises:
        WrongStateError: it was posted before.
    """
    row = locked(work.session, shipment_id)
    SHIPMENT.next(row.state, "post")
    row.posted_on = day
    return _step(work, row, "post", day=day.isoformat())


def absent(work: Work, shipment_id: int, absence: Absence) -> Shipment:
    """Record that nobody was at home and that the post office stores the item.

    Raises:
        InputError: the day is in the future, or after ``kept_until``.
        WrongStateError: not possible from its state.
    """
    row = locked(work.session, shipment_id)
    SHIPMENT.next(row.state, "absent")
    _refuse_future(absence.day, work.now)
    kept_until = absence.kept_until or absence.day + STORAGE
    if kept_until < absence.day:
        raise InputError(_s("保管期限は、不在だった日よりあとの日にしてください。"))
    row.absent_on, row.kept_until = absence.day, kept_until
    return _step(work, row, "absent", kept_until=kept_until.isoformat())


def deliver(work: Work, shipment_id: int, day: date) -> Shipment:
    """Record that it was delivered on ``day`` (JST).

    Raises:
        InputError: a day in the future.
        WrongStateError: not possible from its state.
    """
    row = locked(work.session, shipment_id)
    SHIPMENT.next(row.state, "deliver")
    _refuse_future(day, work.now)
    row.delivered_on = day
    return _step(work, row, "deliver", day=day.isoformat())


def return_(work: Work, shipment_id: int) -> Shipment:
    """Record that the post sends it back to us.

    Raises:
        WrongStateError: not possible from its state.
    """
    return _step(work, locked(work.session, shipment_id), "return")


def receive(work: Work, shipment_id: int, back: MailReturn) -> Shipment:
    """Record that an item on its way back is here.

    Raises:
        InputError: no such reason, or a day in the future.
        WrongStateError: it was not on its way back.
    """
    return _take_in(work, locked(work.session, shipment_id), "receive", back)


def come_back(work: Work, shipment_id: int, back: MailReturn) -> Shipment:
    """Record that it is back, whether or not the post had announced the return.

    Raises:
        InputError: no such reason, or a day in the future.
        WrongStateError: not possible from its state.
    """
    row = locked(work.session, shipment_id)
    if SHIPMENT.can(row.state, "return"):
        _step(work, row, "return")
    return receive(work, shipment_id, back)


def turn_up(work: Work, shipment_id: int, back: MailReturn) -> Shipment:
    """Record that an item is here that the post reported as delivered or lost.

    The day of the reported delivery stays: both are known, and people decide what is true.

    Raises:
        InputError: no such reason, or a day in the future.
        WrongStateError: not possible from its state.
    """
    return _take_in(work, locked(work.session, shipment_id), "turn_up", back)


def _take_in(work: Work, row: Shipment, action: str, back: MailReturn) -> Shipment:
    SHIPMENT.next(row.state, action)
    _refuse_future(back.day, work.now)
    if ReturnReason.known(back.reason) is None:
        raise InputError(_s("郵便が戻った理由を選んでください。"))
    row.returned_on, row.returned_reason = back.day, back.reason
    return _step(work, row, action, reason=back.reason, day=back.day.isoformat())


def lose(work: Work, shipment_id: int) -> Shipment:
    """Record that the carrier reported it lost.

    Raises:
        WrongStateError: not possible from its state.
    """
    return _step(work, locked(work.session, shipment_id), "lose")


def find(work: Work, shipment_id: int) -> Shipment:
    """Record that the carrier found it, so that it is on its way again.

    Raises:
        WrongStateError: not possible from its state.
    """
    return _step(work, locked(work.session, shipment_id), "find")


def cancel(work: Work, shipment_id: int) -> Shipment:
    """Cancel a planned posting.

    Raises:
        WrongStateError: not possible from its state.
    """
    return _step(work, locked(work.session, shipment_id), "cancel")


def _step(work: Work, row: Shipment, action: str, **detail: Any) -> Shipment:
    before = row.state
    row.state, row.changed_at = SHIPMENT.next(before, action), work.now
    record(
        work,
        f"shipment.{action}",
        "shipment",
        row.id,
        household_id=row.household_id,
        before=before,
        after=row.state,
        **detail,
    )
    work.session.flush()
    return row


def _refuse_future(day: date, now: datetime) -> None:
    if day > jst_date(now):
        raise InputError(_s("日付は、今日かそれより前の日にしてください。"))
