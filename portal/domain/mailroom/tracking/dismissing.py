"""Put numbers aside that no mail of the program has, with a reason, and take that back."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.mailroom.tracking.dismissed import NumberReason
from portal.domain.mailroom.tracking.models import DismissedNumber, TrackingEvent


def dismiss(work: Work, numbers: Collection[str], reason: str) -> int:
    """Put numbers aside, all or none, and return how many.

    Their events leave the lists, also those of files to come. Mail that is posted under such a
    number later is followed all the same.

    Raises:
        InputError: no number or no reason was chosen; the code names the field.
        NotAllowedError: the actor is no person with an account.
        NotFoundError: a number has no event without mail (any more).
        ConflictError: another person put one aside before.
    """
    if not numbers:
        raise InputError(_s("片づける番号を選んでください。"), code="numbers")
    if NumberReason.known(reason) is None:
        raise InputError(_s("片づける理由を選んでください。"), code="reason")
    if work.actor.id is None:
        raise NotAllowedError(_s("番号を片づけられるのは、アカウントのある職員だけです。"))
    waiting = set(
        work.session.scalars(
            select(TrackingEvent.tracking_no).where(
                TrackingEvent.tracking_no.in_(numbers), TrackingEvent.shipment_id.is_(None)
            )
        )
    )
    if waiting != set(numbers):
        raise NotFoundError(
            _s("選んだ番号の中に、郵便が見つかったものがあります。一覧を開きなおしてください。")
        )
    for number in sorted(waiting):
        _put_aside(work, number, reason)
    return len(waiting)


def _put_aside(work: Work, number: str, reason: str) -> None:
    postgresql = work.session.get_bind().dialect.name == "postgresql"
    insert = pg_insert if postgresql else sqlite_insert
    made = work.session.scalar(
        insert(DismissedNumber)
        .values(tracking_no=number, reason=reason, said_by=work.actor.id, said_at=work.now)
        .on_conflict_do_nothing(index_elements=[DismissedNumber.tracking_no])
        .returning(DismissedNumber.id)
    )
    if made is None:
        raise ConflictError(
            _s("選んだ番号を、ほかの人がもう片づけました。一覧を開きなおしてください。")
        )
    record(work, "tracking.number_dismissed", "dismissed_number", made, reason=reason)


def take_back(work: Work, dismissed_id: int) -> None:
    """Have a number listed again.

    Raises:
        NotFoundError: it was taken back before.
    """
    row = work.session.get(
        DismissedNumber, dismissed_id, with_for_update=True, populate_existing=True
    )
    if row is None:
        raise NotFoundError(_s("この番号は、もう一覧にもどしてあります。"))
    reason = row.reason
    work.session.delete(row)
    record(work, "tracking.number_taken_back", "dismissed_number", dismissed_id, reason=reason)
    work.session.flush()
