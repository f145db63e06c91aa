"""Items and postage of a month, by class of mail and by what was sent (clause 7(3)②)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.clock import next_month
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.models import CardPrint
from portal.domain.letters.letters.models import LetterWithoutId
from portal.domain.letters.letters.states import TEST_POSTING
from portal.domain.letters.shipments.mail import CLASSES
from portal.domain.letters.shipments.models import OtherMail, Shipment

LETTER, CARD, OTHER = "letter", "card", "other"
UNKNOWN = ""
"""The class of mail that went out before anybody entered how."""


@dataclass(frozen=True, slots=True)
class PostageLine:
    """One class of mail: letters, cards, parcels, other pieces, yen for one item (None.

    Not agreed) and yen in all.
    """

    mail_class: str
    letters: int
    cards: int
    parcels: int
    others: int
    yen_each: int | None
    yen: int | None

    @property
    def items(self) -> int:
        """All pieces together."""
        return self.letters + self.cards + self.parcels + self.others


def postage_of_month(work: Work, month: date) -> list[PostageLine]:
    """Return every class of mail with what was posted in the month of a day (JST, by the day of posting).

    Letters of every kind, with and without ID, cards, parcels and what people entered; trials to
    the staff's own addresses are in no count. A last line holds what went out without its class, if
    anything did.
    """
    first = month.replace(day=1)
    counts = _counts(work.session, first, next_month(first))
    lines = []
    for mail_class in (*CLASSES, UNKNOWN):
        found = {kind: n for (one, kind), n in counts.items() if one == mail_class}
        if mail_class == UNKNOWN and not found:
            continue
        items, each = sum(found.values()), work.program.postage.yen(mail_class)
        letters, cards, others = (found.pop(kind, 0) for kind in (LETTER, CARD, OTHER))
        yen = None if each is None else each * items
        lines.append(
            PostageLine(mail_class, letters, cards, sum(found.values()), others, each, yen)
        )
    return lines


def _counts(session: Session, first: date, after: date) -> Counter[tuple[str, str]]:
    sent = (
        select(Shipment.mail_class, Shipment.kind, func.count())
        .where(
            Shipment.posted_on >= first, Shipment.posted_on < after, Shipment.state != "cancelled"
        )
        .group_by(Shipment.mail_class, Shipment.kind)
    )
    bare = (
        select(LetterWithoutId.mail_class, func.count())
        .where(
            LetterWithoutId.posted_on >= first,
            LetterWithoutId.posted_on < after,
            LetterWithoutId.kind != TEST_POSTING,
        )
        .group_by(LetterWithoutId.mail_class)
    )
    cards = (
        select(CardPrint.mail_class, func.sum(CardPrint.cards))
        .where(CardPrint.posted_on >= first, CardPrint.posted_on < after)
        .group_by(CardPrint.mail_class)
    )
    other = (
        select(OtherMail.mail_class, func.sum(OtherMail.pieces))
        .where(
            OtherMail.posted_on >= first,
            OtherMail.posted_on < after,
            OtherMail.dropped_at.is_(None),
        )
        .group_by(OtherMail.mail_class)
    )
    counts: Counter[tuple[str, str]] = Counter()
    for mail_class, kind, number in session.execute(sent):
        counts[mail_class or UNKNOWN, kind] += int(number)
    for mail_class, number in session.execute(bare):
        counts[mail_class or UNKNOWN, LETTER] += int(number)
    for mail_class, number in session.execute(cards):
        counts[mail_class or UNKNOWN, CARD] += int(number)
    for mail_class, number in session.execute(other):
        counts[mail_class, OTHER] += int(number)
    return counts
