"""Items and postage of a month, by class of mail and by what was sent (clause 7(3)②)."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.program.schema import Program
from portal.domain.shipments.mail import CLASSES
from portal.domain.shipments.models import Shipment

LETTER = "letter"


@dataclass(frozen=True, slots=True)
class PostageLine:
    """One class of mail: letters, parcels, yen for one item (None: not agreed) and yen in all."""

    mail_class: str
    letters: int
    parcels: int
    yen_each: int | None
    yen: int | None

    @property
    def items(self) -> int:
        """Letters and parcels together."""
        return self.letters + self.parcels


def postage_of_month(session: Session, program: Program, month: date) -> list[PostageLine]:
    """Return every class of mail with what was posted in the month of a day (JST, by the day of posting)."""
    first = month.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    rows = session.execute(
        select(Shipment.mail_class, Shipment.kind, func.count())
        .where(Shipment.posted_on >= first, Shipment.posted_on < after, Shipment.state != "cancelled")
        .group_by(Shipment.mail_class, Shipment.kind)
    )
    counts = {(mail_class, kind): int(count) for mail_class, kind, count in rows}
    lines = []
    for mail_class in CLASSES:
        letters = counts.get((mail_class, LETTER), 0)
        parcels = sum(n for (one, kind), n in counts.items() if one == mail_class and kind != LETTER)
        each = program.postage.yen(mail_class)
        yen = None if each is None else each * (letters + parcels)
        lines.append(PostageLine(mail_class, letters, parcels, each, yen))
    return lines
