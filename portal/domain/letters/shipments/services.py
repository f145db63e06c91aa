"""Plan, post and follow one shipment: lock the row, ask the state machine, change, log."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.mail import RETURN_REASONS, refuse_over_limit, tracking_number
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import SHIPMENT

LETTER, PARCEL = KINDS = ("letter", "parcel")
STORAGE = timedelta(days=7)
"""How long a post office stores what nobody accepted, if the slip tells nothing else.

See ``domain.md`` §3.1.
"""


def plan(
    work: Work,
    kind: str,
    household_id: int,
    *,
    letter_id: int | None = None,
    value_yen: int = 0,
    previous: Shipment | None = None,
) -> Shipment:
    """Plan to post a letter or a parcel worth ``value_yen`` yen, or to repeat ``previous``.

    Raises:
        ConflictError: the previous posting was repeated before.
    """
    _check_kind(kind, letter_id)
    if previous is not None and _is_repeated(work.session, previous):
        raise ConflictError(_s("この郵便は、もう送りなおしています。"))
    row = Shipment(
        kind=kind,
        household_id=household_id,
        letter_id=letter_id,
        value_yen=value_yen,
        created_at=work.now,
        changed_at=work.now,
    )
    if previous is not None:
        row.previous_id, row.attempt = previous.id, previous.attempt + 1
    work.session.add(row)
    work.session.flush()
    record(
        work,
        "shipment.planned",
        "shipment",
        row.id,
        household_id=household_id,
        kind=kind,
        attempt=row.attempt,
        value_yen=value_yen,
    )
    return row


def _check_kind(kind: str, letter_id: int | None) -> None:
    if kind not in KINDS or (kind == LETTER) != (letter_id is not None):
        raise ValueError("a letter names its letter, a parcel none")


def _is_repeated(session: Session, previous: Shipment) -> bool:
    repeated = select(Shipment.id).where(Shipment.previous_id == previous.id).limit(1)
    return session.scalar(repeated) is not None


def locked(session: Session, shipment_id: int) -> Shipment:
    """Return the row, read anew and locked to the end of the transaction.

    Raises:
        NotFoundError: no shipment has this key.
    """
    row = session.get(Shipment, shipment_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この郵便は見つかりませんでした。"))
    return row


def post(work: Work, shipment_id: int, day: date, mail_class: str, tracking_no: str) -> Shipment:
    """Record that it was handed to the post on ``day`` (JST), with ``tracking_no`` as typed, or "".

    Raises:
        InputError: a day in the future, no such class, or a wrong tracking number.
        NotAllowedError: worth more than the class is insured for (``over_insurance``).
        ConflictError: another shipment of that day has the number.
        WrongStateError: not possible from its state.
    """
    row = locked(work.session, shipment_id)
    SHIPMENT.next(row.state, "post")
    _not_to_come(day, work.now)
    refuse_over_limit(work.program, mail_class, row.value_yen)
    number = tracking_number(tracking_no, mail_class)
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


def absent(work: Work, shipment_id: int, day: date, *, kept_until: date | None = None) -> Shipment:
    """Record that nobody was at home on ``day`` (JST), and that the post office stores the item.

    By default it does so for a week.

    Raises:
        InputError: the day is in the future, or after ``kept_until``.
        WrongStateError: not possible from its state.
    """
    row = locked(work.session, shipment_id)
    SHIPMENT.next(row.state, "absent")
    _not_to_come(day, work.now)
    if kept_until is not None and kept_until < day:
        raise InputError(_s("保管期限は、不在だった日よりあとの日にしてください。"))
    row.absent_on, row.kept_until = day, kept_until or day + STORAGE
    return _step(work, row, "absent", kept_until=row.kept_until.isoformat())


def deliver(work: Work, shipment_id: int, day: date) -> Shipment:
    """Record that it was delivered on ``day`` (JST).

    Raises:
        InputError: a day in the future.
        WrongStateError: not possible from its state.
    """
    row = locked(work.session, shipment_id)
    SHIPMENT.next(row.state, "deliver")
    _not_to_come(day, work.now)
    row.delivered_on = day
    return _step(work, row, "deliver", day=day.isoformat())


def return_(work: Work, shipment_id: int) -> Shipment:
    """Record that the post sends it back to us.

    Raises:
        WrongStateError: not possible from its state.
    """
    return _step(work, locked(work.session, shipment_id), "return")


def receive(work: Work, shipment_id: int, reason: str, day: date) -> Shipment:
    """Record that it is back since ``day`` (JST), with the post's reason (``mail.RETURN_REASONS``).

    Raises:
        InputError: no such reason, or a day in the future.
        WrongStateError: it was not on its way back.
    """
    row = locked(work.session, shipment_id)
    SHIPMENT.next(row.state, "receive")
    _not_to_come(day, work.now)
    if reason not in RETURN_REASONS:
        raise InputError(_s("郵便が戻った理由を選んでください。"))
    row.returned_on, row.returned_reason = day, reason
    return _step(work, row, "receive", reason=reason, day=day.isoformat())


def come_back(work: Work, shipment_id: int, reason: str, day: date) -> Shipment:
    """Record that it is back, whether or not the post had announced the return.

    Raises:
        InputError: no such reason, or a day in the future.
        WrongStateError: not possible from its state.
    """
    row = locked(work.session, shipment_id)
    if SHIPMENT.can(row.state, "return"):
        _step(work, row, "return")
    return receive(work, shipment_id, reason, day)


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


def _not_to_come(day: date, now: datetime) -> None:
    if day > jst_date(now):
        raise InputError(_s("日付は、今日かそれより前の日にしてください。"))
