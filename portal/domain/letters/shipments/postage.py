"""Count the items and the postage of a month, by class and kind of mail (clause 7(3)②)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.clock import next_month
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.models import CardPrint
from portal.domain.letters.letters.models import LetterWithoutId
from portal.domain.letters.letters.states import TEST_POSTING
from portal.domain.letters.shipments.mail import CLASSES, REPLY_PAID, ItemKind
from portal.domain.letters.shipments.models import OtherMail, Shipment
from portal.domain.letters.shipments.states import CANCELLED

UNKNOWN = ""
"""The class of mail whose class was not recorded."""


class PostageLine(Struct, frozen=True):
    """A class of mail: number of items, yen for one (None: not agreed), and yen in total."""

    mail_class: str
    letters: int
    cards: int
    parcels: int
    others: int
    yen_each: int | None
    yen: int | None

    @property
    def items(self) -> int:
        """The number of all pieces."""
        return self.letters + self.cards + self.parcels + self.others


def total_yen(lines: Iterable[PostageLine]) -> int | None:
    """Return the postage in all, or None if mail was posted whose price is not agreed."""
    posted = [line.yen for line in lines if line.items]
    priced = [yen for yen in posted if yen is not None]
    return sum(priced) if len(priced) == len(posted) else None


def postage_of_month(work: Work, month: date) -> list[PostageLine]:
    """Return each class of mail with the items posted in the month of a day (JST)."""
    first = month.replace(day=1)
    return postage_between(work, first, next_month(first))


def postage_between(work: Work, first: date, after: date) -> list[PostageLine]:
    """Return each class of mail with the items posted from ``first`` to before ``after`` (JST).

    Counted are letters of every kind, with and without ID, cards, parcels and other mail, but not
    test postings to the staff's own addresses. Replies that came at the office's cost
    (料金受取人払), and items without a recorded class, have a line if there are any.
    """
    counts = _counts(work.session, first, after)
    lines = []
    for mail_class in (*CLASSES, REPLY_PAID, UNKNOWN):
        found = {kind: n for (one, kind), n in counts.items() if one == mail_class}
        if mail_class in {REPLY_PAID, UNKNOWN} and not found:
            continue
        items, each = sum(found.values()), work.program.postage.yen(mail_class)
        letters, cards, parcels, others = (
            found.get(kind, 0)
            for kind in (ItemKind.LETTER, ItemKind.CARD, ItemKind.PARCEL, ItemKind.OTHER)
        )
        yen = None if each is None else each * items
        lines.append(PostageLine(mail_class, letters, cards, parcels, others, each, yen))
    return lines


def _counts(session: Session, first: date, after: date) -> Counter[tuple[str, ItemKind]]:
    """Return the pieces posted from ``first`` to before ``after``, by class of mail and by kind."""
    shipments = _by_class(Shipment, func.count()).where(Shipment.state != CANCELLED)
    sources = (
        (ItemKind.LETTER, shipments.where(Shipment.kind == ItemKind.LETTER)),
        (ItemKind.PARCEL, shipments.where(Shipment.kind == ItemKind.PARCEL)),
        (
            ItemKind.LETTER,
            _by_class(LetterWithoutId, func.count()).where(LetterWithoutId.kind != TEST_POSTING),
        ),
        (ItemKind.CARD, _by_class(CardPrint, func.sum(CardPrint.cards))),
        (
            ItemKind.OTHER,
            _by_class(OtherMail, func.sum(OtherMail.pieces)).where(OtherMail.dropped_at.is_(None)),
        ),
    )
    counts: Counter[tuple[str, ItemKind]] = Counter()
    for kind, statement in sources:
        for mail_class, number in session.execute(statement, {"first": first, "after": after}):
            counts[mail_class or UNKNOWN, kind] += int(number)
    return counts


def _by_class(
    table: type[Shipment | LetterWithoutId | CardPrint | OtherMail],
    number: ColumnElement[int],
) -> Select[str | None, int]:
    return (
        select(table.mail_class, number)
        .where(table.posted_on >= bindparam("first"), table.posted_on < bindparam("after"))
        .group_by(table.mail_class)
    )
