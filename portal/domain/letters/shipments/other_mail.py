"""Other mail, such as handwritten letters and forms, which is recorded only for the postage.

So are the replies that came in envelopes whose postage the office pays (料金受取人払): the post
bills each piece.
"""

from datetime import date

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date, next_month
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.mail import REPLY_PAID, MailClass, OtherMailKind
from portal.domain.letters.shipments.models import OtherMail

MOST = 100_000


class Pieces(Struct, frozen=True):
    """How many pieces of one class and kind went to the post on ``day`` (JST)."""

    day: date
    mail_class: str
    kind: str
    number: int


def enter(work: Work, posted: Pieces) -> OtherMail:
    """Record pieces that went to the post.

    Raises:
        InputError: a day in the future or before the contract, an unknown class or kind, or a
            wrong number (code: the field).
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("記録できるのは、アカウントのある職員だけです。"))
    if not work.program.contract.first_day <= posted.day <= jst_date(work.now):
        raise InputError(
            _s("差し出した日を、契約の最初の日から今日までの日付で入力してください。"), code="day"
        )
    _check(posted)
    row = OtherMail(
        posted_on=posted.day,
        mail_class=posted.mail_class,
        what=posted.kind,
        pieces=posted.number,
        entered_by=work.actor.id,
        entered_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    record(
        work,
        "other_mail.entered",
        "other_mail",
        row.id,
        what=row.what,
        pieces=row.pieces,
        mail_class=row.mail_class,
        day=row.posted_on.isoformat(),
    )
    return row


def _check(posted: Pieces) -> None:
    if MailClass.known(posted.mail_class) is None:
        raise InputError(_s("郵便の種類を選んでください。"), code="mail_class")
    if OtherMailKind.known(posted.kind) is None:
        raise InputError(_s("何を送ったかを選んでください。"), code="what")
    if (posted.mail_class == REPLY_PAID) != (posted.kind == OtherMailKind.REPLY):
        raise InputError(
            _s("戻ってきた返信は、郵便の種類も「料金受取人払」にしてください。"), code="mail_class"
        )
    if not 0 < posted.number <= MOST:
        raise InputError(_s("通数を、1から100,000までの数字で入力してください。"), code="pieces")


def drop(work: Work, other_id: int) -> OtherMail:
    """Drop a wrong entry, so that it no longer counts; the audit log still has it.

    Raises:
        NotFoundError: no entry has this key, or it was dropped before.
    """
    row = work.session.scalar(
        select(OtherMail)
        .where(OtherMail.id == other_id, OtherMail.dropped_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError(_s("この記録は見つかりませんでした。"))
    row.dropped_at = work.now
    record(work, "other_mail.dropped", "other_mail", row.id, pieces=row.pieces)
    work.session.flush()
    return row


def of_month(session: Session, month: date) -> list[OtherMail]:
    """Return the other mail posted in the month of a day (JST), the newest entry first."""
    first = month.replace(day=1)
    statement = select(OtherMail).where(
        OtherMail.posted_on >= first,
        OtherMail.posted_on < next_month(first),
        OtherMail.dropped_at.is_(None),
    )
    return list(session.scalars(statement.order_by(OtherMail.id.desc())))
