"""Who gets a letter of a run, and with which facts it was drawn."""

from dataclasses import dataclass
from datetime import datetime

from portal.domain.letters.letters.states import FIRST


@dataclass(frozen=True, slots=True)
class Recipient:
    """A household, or a staff address, that gets a letter, as it is now.

    When any of this changes, what was drawn for it is thrown away.

    Attributes:
        key: Key of the household or of the staff address.
        children: Children that the letter is for.
        amount_yen: What their coupons are worth, in yen.
        stamp: When each part of what is printed was changed last (UTC).
        counter: Whether the ward hands the letter over itself.
        order_id: The order of another letter that this one fulfills.
        reason: Why it is printed: the first letter, or that of the order.
    """

    key: int
    children: int
    amount_yen: int
    stamp: tuple[datetime | None, ...] = ()
    counter: bool = False
    order_id: int | None = None
    reason: str = FIRST
