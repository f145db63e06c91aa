"""The recipient of a letter, with the facts from which it is drawn."""

from datetime import datetime

from msgspec import Struct

from portal.domain.letters.letters.states import FIRST


class Recipient(Struct, frozen=True):
    """A household, or a staff address, that gets a letter, with the facts as they are now.

    If any of them changes before the letter is stored, the letter is drawn again.

    Attributes:
        key: Key of the household or of the staff address.
        children: Children that the letter is for.
        amount_yen: What their coupons are worth, in yen.
        stamp: When each part of the printed data was last changed (UTC).
        counter: Whether the ward hands the letter over itself.
        order_id: The order that this letter fulfills, if any.
        reason: Why it is printed: the first letter, or that of the order.
        large: The language in which it is wanted in large print; None for the usual size.
    """

    key: int
    children: int
    amount_yen: int
    stamp: tuple[datetime | None, ...] = ()
    counter: bool = False
    order_id: int | None = None
    reason: str = FIRST
    large: str | None = None
