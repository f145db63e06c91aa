"""Record the posting of printed cards: each print as a whole, by a class of mail without labels."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.models import CardPrint
from portal.domain.letters.shipments.mail import MAIL

SHOWN = 20


def prints_waiting(session: Session, limit: int = SHOWN) -> list[CardPrint]:
    """Return the prints of cards that are not posted yet, oldest first."""
    statement = (
        select(CardPrint).where(CardPrint.posted_on.is_(None)).order_by(CardPrint.id).limit(limit)
    )
    return list(session.scalars(statement))


def post_cards(work: Work, print_id: int, day: date, mail_class: str) -> CardPrint:
    """Record that all cards of a print were posted on ``day`` (JST).

    Postage counts them from then on.

    Raises:
        NotFoundError: there is no such print.
        InputError: a future day or one before the print, or a class with a label for each item.
        ConflictError: it was posted before.
    """
    row = work.session.get(CardPrint, print_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この印刷は見つかりませんでした。"))
    if row.posted_on is not None:
        raise ConflictError(_s("このカードは、もう差し出してあります。"), code="cards")
    if not jst_date(row.printed_at) <= day <= jst_date(work.now):
        raise InputError(
            _s("差し出した日を、印刷した日から今日までの日付で入力してください。"), code="cards"
        )
    if mail_class not in MAIL or MAIL[mail_class].digits:
        raise InputError(_s("カードは、お問い合わせ番号のない郵便で差し出します。"), code="cards")
    row.posted_on, row.mail_class = day, mail_class
    record(
        work,
        "card_print.posted",
        "card_print",
        row.id,
        cards=row.cards,
        mail_class=mail_class,
        day=day.isoformat(),
    )
    work.session.flush()
    return row
